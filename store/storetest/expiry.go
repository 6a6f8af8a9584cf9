package storetest

import (
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// full makes a thread with turns, an image of two slices, settings, a verdict, an erased
// message and an open question.
func (w *world) full(t store.ThreadKey, second int) {
	w.Helper()
	w.answer(t, second)
	l := w.lease(t, "a")
	w.put(l, 1, "pixels", "more")
	w.tokens(t.Scope(), 700)
	w.feedback(t, "5.000001", "U1", "good")
	w.erase(t, "77.000001", store.Deleted{})
	w.admit(ask(t, second+1))
	w.ok(w.s.Release(w.ctx, l))
}

func expiryCases() []testCase {
	return []testCase{
		{"there until the time has passed", 0, func(w *world) {
			w.full(thread(1), 1)
			before := w.read(thread(1))
			w.clock.Advance(w.keep - time.Microsecond)
			w.expireAll(10)
			w.same("thread", w.read(thread(1)), before)
			w.same("open questions", len(w.open(thread(1))), 1)
			_, _, err := w.s.Image(w.ctx, thread(1), 1)
			w.ok(err)
			set, err := w.s.Settings(w.ctx, thread(1).Scope())
			w.ok(err)
			w.same("max tokens", *set.MaxTokens, 700)
		}},
		{"missing when it has passed", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep)
			w.gone(thread(1))
			w.expireAll(10)
			w.gone(thread(1))
		}},
		{"a thread without a turn counts from its first question", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.clock.Advance(w.keep / 2)
			w.admit(ask(thread(1), 2))
			w.clock.Advance(w.keep / 2)
			w.gone(thread(1))
		}},
		{"a turn refreshes all of it", 0, func(w *world) {
			w.full(thread(1), 1)
			// Far beyond what any part was first stored for.
			for i := range 6 {
				w.clock.Advance(w.keep - time.Hour)
				w.expireAll(20)
				w.answer(thread(1), 10+i)
			}
			th := w.read(thread(1))
			w.same("turns", len(th.Turns), 14)
			w.same("first text", th.Turns[1].Text, "answered 1")
			w.same("images", len(th.Images), 1)
			w.same("expiry", th.ExpireAt, w.now().Add(w.keep))
			w.same("open questions", len(w.open(thread(1))), 1)
			w.image(thread(1), record(1, 2), "pixels", "more")
			w.same("verdicts", len(th.Verdicts), 1)
			set, err := w.s.Settings(w.ctx, thread(1).Scope())
			w.ok(err)
			w.same("max tokens", *set.MaxTokens, 700)
		}},
		{"settings of a channel stay", 0, func(w *world) {
			w.tokens(thread(1).ChannelScope(), 100)
			w.clock.Advance(20 * w.keep)
			w.expireAll(10)
			set, err := w.s.Settings(w.ctx, thread(1).ChannelScope())
			w.ok(err)
			w.same("max tokens", *set.MaxTokens, 100)
		}},
		{"nothing is written to an expired thread", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep)
			l := w.lease(thread(1), "a")
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 2).Key, turns(1)), store.ErrNotFound)
			w.is(w.s.Place(w.ctx, l, ask(thread(1), 2).Key, "5.000001"), store.ErrNotFound)
			w.is(w.s.PutImage(w.ctx, l, record(1, 1), pixels("x")), store.ErrNotFound)
			w.gone(thread(1))
		}},
		{"asked again before Expire, it starts anew", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep)
			w.anew(thread(1))
			w.expireAll(10)
			w.same("turns", len(w.read(thread(1)).Turns), 2)
		}},
		{"asked again after Expire, it starts anew", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep)
			w.expireAll(10)
			w.anew(thread(1))
		}},
		{"set again, it starts anew", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep)
			before, _, err := w.s.SetSettings(w.ctx, thread(1).Scope(), func(store.Settings) store.Settings {
				return store.Settings{Temperature: new(0.5)}
			})
			w.ok(err)
			w.same("before", before, store.Settings{})
			th := w.read(thread(1))
			w.same("turns and images", []int{len(th.Turns), len(th.Images)}, []int{0, 0})
			w.asked(thread(1), false)
		}},
		{"a key stays seen longer than a short retention", time.Hour, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(time.Hour)
			w.expireAll(10)
			w.gone(thread(1))
			for second := 1; second <= 2; second++ {
				first, err := w.s.Admit(w.ctx, ask(thread(1), second))
				w.ok(err)
				w.same("first", first, false)
			}
			w.gone(thread(1))
		}},
	}
}

// anew asks in a thread whose former life must not show.
func (w *world) anew(t store.ThreadKey) {
	w.Helper()
	q := ask(t, 50)
	w.admit(q)
	open := w.open(t)
	w.same("open questions", len(open), 1)
	w.same("key", open[0].Key, q.Key)
	th := w.read(t)
	w.same("turns, images and verdicts", []int{len(th.Turns), len(th.Images), len(th.Verdicts)}, []int{0, 0, 0})
	set, err := w.s.Settings(w.ctx, t.Scope())
	w.ok(err)
	w.same("settings", set, store.Settings{})
	l := w.lease(t, "b")
	w.is(w.s.PutImage(w.ctx, l, record(2, 1), pixels("x")), store.ErrInvalidKey)
	w.put(l, 1, "new pixels")
	ts := turns(50)
	ts[0].Messages[0].TS = "77.000001"
	w.ok(w.s.Finish(w.ctx, l, q.Key, ts))
	th = w.read(t)
	w.same("first seq", th.Turns[0].Seq, 1)
	w.same("text that was erased from the former life", th.Turns[0].Messages[0].Text, "asked 50")
	w.image(t, record(1, 1), "new pixels")
}

func expireCases() []testCase {
	return []testCase{
		{"nothing to do", 0, func(w *world) {
			w.full(thread(1), 1)
			n, err := w.s.Expire(w.ctx, 10)
			w.ok(err)
			w.same("deleted", n, 0)
		}},
		{"bounded, resumable, and complete", 0, func(w *world) {
			for i := range 5 {
				w.answer(thread(i), i)
			}
			w.clock.Advance(w.keep)
			w.admit(ask(thread(9), 9))
			total := 0
			for range 100 {
				n, err := w.s.Expire(w.ctx, 2)
				w.ok(err)
				if n > 2 {
					w.Fatalf("Expire deleted %d, limit 2", n)
				}
				if n == 0 {
					break
				}
				total += n
			}
			if total < 10 { // 5 threads, 5 seen keys
				w.Fatalf("deleted %d, want at least 10", total)
			}
			n, err := w.replica().Expire(w.ctx, 100)
			w.ok(err)
			w.same("left", n, 0)
			w.same("open questions", len(w.open(thread(9))), 1)
		}},
		{"spares the living", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep / 2)
			w.full(thread(2), 11)
			w.clock.Advance(w.keep / 2)
			w.expireAll(10)
			w.gone(thread(1))
			w.same("turns", len(w.read(thread(2)).Turns), 2)
			w.same("open questions", len(w.open(thread(2))), 1)
		}},
		{"takes refused keys too", 0, func(w *world) {
			r := ask(thread(1), 1)
			r.Kind = store.KindRefused
			w.admit(r)
			w.clock.Advance(2 * store.SeenFor)
			n, err := w.s.Expire(w.ctx, 10)
			w.ok(err)
			w.same("deleted", n, 1)
		}},
		{"no limit is nothing", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep)
			for _, limit := range []int{0, -1} {
				n, err := w.s.Expire(w.ctx, limit)
				w.ok(err)
				w.same("deleted", n, 0)
			}
		}},
	}
}
