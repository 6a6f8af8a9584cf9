package storetest

import (
	"errors"
	"sync"

	"github.com/medbuddy/medbuddy/store"
)

func forgetCases() []testCase {
	return []testCase{
		{"a missing thread", 0, func(w *world) {
			w.forget(thread(1), store.Deleted{})
		}},
		{"leaves nothing", 0, func(w *world) {
			w.full(thread(1), 1)
			w.full(thread(2), 11)
			w.tokens(thread(1).ChannelScope(), 100)
			w.forget(thread(1), store.Deleted{Questions: 1, Turns: 2, Images: 1})
			w.gone(thread(1))
			w.same("turns of the other", len(w.read(thread(2)).Turns), 2)
			set, err := w.s.Settings(w.ctx, thread(1).ChannelScope())
			w.ok(err)
			w.same("max tokens of the channel", *set.MaxTokens, 100)
		}},
		{"twice", 0, func(w *world) {
			w.full(thread(1), 1)
			w.forget(thread(1), store.Deleted{Questions: 1, Turns: 2, Images: 1})
			w.forget(thread(1), store.Deleted{})
		}},
		{"the keys stay seen", 0, func(w *world) {
			w.full(thread(1), 1)
			w.forget(thread(1), store.Deleted{Questions: 1, Turns: 2, Images: 1})
			for second := 1; second <= 2; second++ {
				first, err := w.s.Admit(w.ctx, ask(thread(1), second))
				w.ok(err)
				w.same("first", first, false)
			}
			w.gone(thread(1))
		}},
		{"a new question starts anew", 0, func(w *world) {
			w.full(thread(1), 1)
			w.forget(thread(1), store.Deleted{Questions: 1, Turns: 2, Images: 1})
			w.anew(thread(1))
		}},
		{"breaks the lease", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			w.forget(thread(1), store.Deleted{Questions: 1})
			_, err := w.s.Renew(w.ctx, l, ttl)
			w.is(err, store.ErrLeaseLost)
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, turns(1)), store.ErrLeaseLost)
			w.is(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, "5.000001"), store.ErrLeaseLost)
			w.is(w.s.PutImage(w.ctx, l, record(1, 1), pixels("x")), store.ErrLeaseLost)
			w.ok(w.s.Release(w.ctx, l))
			w.gone(thread(1))
			w.lease(thread(1), "b")
		}},
		{"breaks the lease of a thread that is not there", 0, func(w *world) {
			l := w.lease(thread(1), "a")
			w.forget(thread(1), store.Deleted{})
			_, err := w.s.Renew(w.ctx, l, ttl)
			w.is(err, store.ErrLeaseLost)
		}},
		{"an expired thread counts as missing", 0, func(w *world) {
			w.full(thread(1), 1)
			w.clock.Advance(w.keep)
			w.forget(thread(1), store.Deleted{})
			w.gone(thread(1))
		}},
		{"no Finish at the same time brings it back", 0, func(w *world) {
			other := w.replica()
			for i := range 4 {
				t := thread(i)
				w.admit(ask(t, i))
				l := w.lease(t, "a")
				var wg sync.WaitGroup
				wg.Go(func() {
					err := other.Finish(w.ctx, l, ask(t, i).Key, turns(i))
					if err != nil && !errors.Is(err, store.ErrLeaseLost) {
						w.Errorf("Finish: %v", err)
					}
				})
				if _, err := w.s.Forget(w.ctx, t); err != nil {
					w.Errorf("Forget: %v", err)
				}
				wg.Wait()
				w.gone(t)
			}
		}},
	}
}

func (w *world) forget(t store.ThreadKey, want store.Deleted) {
	w.Helper()
	got, err := w.s.Forget(w.ctx, t)
	w.ok(err)
	w.same("deleted", got, want)
}

func abandonedCases() []testCase {
	return []testCase{
		{"none", 0, func(w *world) { w.abandoned(10) }},
		{"open and without a lease, oldest question first", 0, func(w *world) {
			// The oldest question decides, not the thread's name.
			for _, n := range []int{3, 1, 2} {
				w.admit(ask(thread(n), n))
				w.clock.Advance(ttl)
			}
			w.answer(thread(4), 4)
			w.abandoned(10, thread(3), thread(1), thread(2))
			w.abandoned(2, thread(3), thread(1))
			w.abandoned(0)
			w.abandoned(-1)
		}},
		{"not while leased", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.clock.Advance(ttl)
			w.admit(ask(thread(2), 2))
			l := w.lease(thread(1), "a")
			w.abandoned(1, thread(2))
			w.clock.Advance(ttl)
			w.abandoned(1, thread(1))
			l2 := w.lease(thread(1), "a")
			w.ok(w.s.Release(w.ctx, l))
			w.abandoned(10, thread(2))
			w.ok(w.s.Release(w.ctx, l2))
			w.abandoned(10, thread(1), thread(2))
		}},
		{"not when finished", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.clock.Advance(ttl)
			w.admit(ask(thread(2), 2))
			w.clock.Advance(ttl)
			w.admit(ask(thread(1), 3))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, turns(1)))
			w.ok(w.s.Release(w.ctx, l))
			w.abandoned(10, thread(2), thread(1))
			l = w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 3).Key, nil))
			w.ok(w.s.Release(w.ctx, l))
			w.abandoned(10, thread(2))
		}},
		{"not when forgotten, expired or refused", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.forget(thread(1), store.Deleted{Questions: 1})
			r := ask(thread(2), 2)
			r.Kind = store.KindRefused
			w.admit(r)
			w.admit(ask(thread(3), 3))
			w.clock.Advance(w.keep)
			w.abandoned(10)
		}},
		{"commands too", 0, func(w *world) {
			c := ask(thread(1), 1)
			c.Kind = store.KindCommand
			w.admit(c)
			w.abandoned(10, thread(1))
		}},
	}
}

func (w *world) abandoned(limit int, want ...store.ThreadKey) {
	w.Helper()
	got, err := w.s.Abandoned(w.ctx, limit)
	w.ok(err)
	w.same("abandoned", got, want)
}
