package storetest

import (
	"bytes"

	"github.com/medbuddy/medbuddy/store"
)

func imageCases() []testCase {
	return []testCase{
		{"stored and read", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			for i, data := range []string{"one\x00\xff", "two", ""} {
				w.put(l, i+1, data)
				r, got, err := w.s.Image(w.ctx, thread(1), i+1)
				w.ok(err)
				w.same("record", r, record(i+1))
				w.same("bytes", string(got), data)
			}
			w.same("records", w.read(thread(1)).Images, []store.ImageRecord{record(1), record(2), record(3)})
			_, _, err := w.s.Image(w.ctx, thread(1), 4)
			w.is(err, store.ErrNotFound)
			_, _, err = w.s.Image(w.ctx, thread(2), 1)
			w.is(err, store.ErrNotFound)
		}},
		{"in order of labels beyond 9", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			for i := range 12 {
				w.put(l, i+1, "x")
			}
			for i, r := range w.read(thread(1)).Images {
				w.same("record", r, record(i+1))
			}
			w.same("images", len(w.read(thread(1)).Images), 12)
		}},
		{"stored again is replaced", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			w.put(l, 1, "first")
			w.put(l, 2, "second")
			r := record(1)
			r.MIME, r.Notes = "image/jpeg", nil
			w.ok(w.s.PutImage(w.ctx, l, r, []byte("again")))
			got, data, err := w.s.Image(w.ctx, thread(1), 1)
			w.ok(err)
			w.same("record", got, r)
			w.same("bytes", string(data), "again")
			w.same("records", w.read(thread(1)).Images, []store.ImageRecord{r, record(2)})
		}},
		{"labels count without a gap", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			for _, label := range []int{2, 0, -1} {
				w.is(w.s.PutImage(w.ctx, l, record(label), nil), store.ErrInvalidKey)
			}
			w.put(l, 1, "one")
			w.is(w.s.PutImage(w.ctx, l, record(3), nil), store.ErrInvalidKey)
			for _, label := range []int{0, -1} {
				_, _, err := w.s.Image(w.ctx, thread(1), label)
				w.is(err, store.ErrInvalidKey)
			}
			w.same("images", len(w.read(thread(1)).Images), 1)
		}},
		{"needs a thread", 0, func(w *world) {
			l := w.lease(thread(1), "a")
			w.is(w.s.PutImage(w.ctx, l, record(1), []byte("x")), store.ErrNotFound)
			w.gone(thread(1))
		}},
		{"the largest, and one byte more", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			big := bytes.Repeat([]byte{0xFF}, store.MaxImageBytes+1)
			w.is(w.s.PutImage(w.ctx, l, record(1), big), store.ErrTooLarge)
			w.same("images", len(w.read(thread(1)).Images), 0)
			w.ok(w.s.PutImage(w.ctx, l, record(1), big[1:]))
			_, data, err := w.s.Image(w.ctx, thread(1), 1)
			w.ok(err)
			w.same("bytes are whole", bytes.Equal(data, big[1:]), true)
		}},
		{"values are copied in and out", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			r, data := record(1), []byte("pixels")
			w.ok(w.s.PutImage(w.ctx, l, r, data))
			data[0], r.Notes[0] = 'X', "changed"
			for range 2 {
				got, bytes, err := w.s.Image(w.ctx, thread(1), 1)
				w.ok(err)
				w.same("record", got, record(1))
				w.same("bytes", string(bytes), "pixels")
				bytes[0], got.Notes[0] = 'X', "changed"
				w.read(thread(1)).Images[0].Notes[0] = "changed"
			}
		}},
		{"does not count as a turn", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			before := w.read(thread(1))
			w.clock.Advance(ttl)
			w.put(w.lease(thread(1), "a"), 1, "x")
			w.same("expiry", w.read(thread(1)).ExpireAt, before.ExpireAt)
		}},
	}
}
