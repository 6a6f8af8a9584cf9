package storetest

import (
	"errors"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func finishCases() []testCase {
	return []testCase{
		{"closes the question, whose key stays seen", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.admit(ask(thread(1), 2))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, turns(1)))
			open := w.open(thread(1))
			w.same("open questions", len(open), 1)
			w.same("left open", open[0].Key, ask(thread(1), 2).Key)
			first, err := w.s.Admit(w.ctx, ask(thread(1), 1))
			w.ok(err)
			w.same("first", first, false)
			w.same("open questions", len(w.open(thread(1))), 1)
			w.asked(thread(1), true)
		}},
		{"twice is refused and appends nothing", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, turns(1)))
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, turns(1)), store.ErrNotFound)
			w.same("turns", len(w.read(thread(1)).Turns), 2)
		}},
		{"needs an open question of the thread", 0, func(w *world) {
			w.answer(thread(1), 1)
			w.admit(ask(thread(2), 2))
			l := w.lease(thread(1), "a")
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 3).Key, turns(3)), store.ErrNotFound)
			w.is(w.s.Finish(w.ctx, l, ask(thread(2), 2).Key, turns(2)), store.ErrNotFound)
			w.same("turns", len(w.read(thread(1)).Turns), 2)
			w.same("open questions", len(w.open(thread(2))), 1)
		}},
		{"without turns only closes", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			before := w.read(thread(1))
			w.clock.Advance(time.Hour)
			l := w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, nil))
			w.same("open questions", len(w.open(thread(1))), 0)
			w.same("thread", w.read(thread(1)), before)
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, []store.Turn{}), store.ErrNotFound)
		}},
		{"keeps the lease", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.admit(ask(thread(1), 2))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, turns(1)))
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 2).Key, turns(2)))
			w.same("turns", len(w.read(thread(1)).Turns), 4)
		}},
		{"an unknown role is refused whole", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			ts := turns(1)
			ts[1].Role = "system"
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, ts), store.ErrInvalidKey)
			w.same("turns", len(w.read(thread(1)).Turns), 0)
			w.same("open questions", len(w.open(thread(1))), 1)
		}},
		{"once of 8 at once", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			replicas := []store.Store{w.s, w.replica()}
			var mu sync.Mutex
			var wg sync.WaitGroup
			wins := 0
			for i := range 8 {
				wg.Go(func() {
					err := replicas[i%2].Finish(w.ctx, l, ask(thread(1), 1).Key, turns(i))
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						wins++
					} else if !errors.Is(err, store.ErrNotFound) {
						w.Errorf("Finish: %v", err)
					}
				})
			}
			wg.Wait()
			w.same("winners", wins, 1)
			w.same("turns", len(w.read(thread(1)).Turns), 2)
		}},
		{"two processes take turns: no gap, nothing lost", 0, func(w *world) {
			const n = 5
			for i := range n {
				w.admit(ask(thread(1), i))
			}
			var wg sync.WaitGroup
			for _, p := range []struct {
				s     store.Store
				owner string
			}{{w.s, "a"}, {w.replica(), "b"}} {
				wg.Go(func() {
					if err := drain(w, p.s, p.owner); err != nil {
						w.Errorf("process %s: %v", p.owner, err)
					}
				})
			}
			wg.Wait()
			th := w.read(thread(1))
			w.same("turns", len(th.Turns), 2*n)
			for i, t := range th.Turns {
				w.same("seq", t.Seq, i+1)
			}
		}},
	}
}

// drain answers one question per lease until none is open.
func drain(w *world, s store.Store, owner string) error {
	for w.ctx.Err() == nil {
		l, err := s.Lease(w.ctx, thread(1), owner, ttl)
		if errors.Is(err, store.ErrLeaseHeld) {
			continue
		}
		if err != nil {
			return err
		}
		open, err := s.Open(w.ctx, thread(1))
		if err == nil && len(open) > 0 {
			err = s.Finish(w.ctx, l, open[0].Key, turns(1))
		}
		if err = errors.Join(err, s.Release(w.ctx, l)); err != nil {
			return err
		}
		if len(open) == 0 {
			return nil
		}
	}
	return w.ctx.Err()
}
