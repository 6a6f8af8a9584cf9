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
				w.image(thread(1), record(i+1, 1), data)
			}
			w.same("records", w.read(thread(1)).Images, []store.ImageRecord{record(1, 1), record(2, 1), record(3, 1)})
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
				w.same("record", r, record(i+1, 1))
			}
			w.same("images", len(w.read(thread(1)).Images), 12)
		}},
		{"stored again is replaced", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			w.put(l, 1, "first")
			w.put(l, 2, "second")
			r := record(1, 1)
			r.Slices[0].MIME, r.Notes, r.View = "image/jpeg", nil, ""
			w.ok(w.s.PutImage(w.ctx, l, r, pixels("again")))
			w.image(thread(1), r, "again")
			w.same("records", w.read(thread(1)).Images, []store.ImageRecord{r, record(2, 1)})
		}},
		{"labels count without a gap", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			for _, label := range []int{2, 0, -1} {
				w.is(w.s.PutImage(w.ctx, l, record(label, 1), pixels("x")), store.ErrInvalidKey)
			}
			w.put(l, 1, "one")
			w.is(w.s.PutImage(w.ctx, l, record(3, 1), pixels("x")), store.ErrInvalidKey)
			for _, label := range []int{0, -1} {
				_, _, err := w.s.Image(w.ctx, thread(1), label)
				w.is(err, store.ErrInvalidKey)
			}
			w.same("images", len(w.read(thread(1)).Images), 1)
		}},
		{"needs a thread", 0, func(w *world) {
			l := w.lease(thread(1), "a")
			w.is(w.s.PutImage(w.ctx, l, record(1, 1), pixels("x")), store.ErrNotFound)
			w.gone(thread(1))
		}},
		{"the largest, and one byte more", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			big := bytes.Repeat([]byte{0xFF}, store.MaxImageBytes+1)
			w.is(w.s.PutImage(w.ctx, l, record(1, 1), [][]byte{big}), store.ErrTooLarge)
			w.is(w.s.PutImage(w.ctx, l, record(1, 2), [][]byte{nil, big}), store.ErrTooLarge)
			w.same("images", len(w.read(thread(1)).Images), 0)
			w.ok(w.s.PutImage(w.ctx, l, record(1, 1), [][]byte{big[1:]}))
			_, data, err := w.s.Image(w.ctx, thread(1), 1)
			w.ok(err)
			w.same("bytes are whole", len(data) == 1 && bytes.Equal(data[0], big[1:]), true)
		}},
		{"values are copied in and out", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			r, data := record(1, 2), pixels("pixels", "more")
			w.ok(w.s.PutImage(w.ctx, l, r, data))
			change := func(r store.ImageRecord) {
				r.Files[0], r.Notes[0], r.Slices[1].SHA256 = "changed", "changed", "changed"
			}
			change(r)
			data[0][0], data[1] = 'X', []byte("changed")
			for range 2 {
				w.image(thread(1), record(1, 2), "pixels", "more")
				got, bytes, err := w.s.Image(w.ctx, thread(1), 1)
				w.ok(err)
				change(got)
				bytes[0][0], bytes[1][0] = 'X', 'X'
				change(w.read(thread(1)).Images[0])
			}
			w.same("record", w.read(thread(1)).Images[0], record(1, 2))
		}},
		{"text that is not UTF-8", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			r := record(1, 1)
			r.Files[1], r.Modality, r.View, r.Slices[0].MIME = "F\xff", "\xffT", "a\xfe", "\xff"
			w.ok(w.s.PutImage(w.ctx, w.lease(thread(1), "a"), r, pixels("\xff")))
			r.Files[1], r.Modality, r.View, r.Slices[0].MIME = "F\uFFFD", "\uFFFDT", "a\uFFFD", "\uFFFD"
			w.image(thread(1), r, "\xff")
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
