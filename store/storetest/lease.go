package storetest

import (
	"errors"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func leaseCases() []testCase {
	return []testCase{
		{"held", 0, func(w *world) {
			l := w.lease(thread(1), "a")
			w.same("lease", l, store.Lease{Thread: thread(1), Owner: "a", Fence: l.Fence, Until: w.now().Add(ttl)})
			for _, s := range []store.Store{w.s, w.replica()} {
				_, err := s.Lease(w.ctx, thread(1), "b", ttl)
				w.is(err, store.ErrLeaseHeld)
			}
			w.lease(thread(2), "b")
		}},
		{"one winner of 8 in two processes", 0, func(w *world) {
			replicas := []store.Store{w.s, w.replica()}
			var mu sync.Mutex
			var wg sync.WaitGroup
			wins := 0
			for i := range 8 {
				wg.Go(func() {
					_, err := replicas[i%2].Lease(w.ctx, thread(1), string(rune('a'+i)), ttl)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						wins++
					} else if !errors.Is(err, store.ErrLeaseHeld) {
						w.Errorf("Lease: %v", err)
					}
				})
			}
			wg.Wait()
			w.same("winners", wins, 1)
		}},
		{"alone it makes no thread", 0, func(w *world) {
			w.lease(thread(1), "a")
			w.gone(thread(1))
		}},
		{"the next one may have it when the time has passed", 0, func(w *world) {
			a := w.lease(thread(1), "a")
			w.clock.Advance(ttl - time.Millisecond)
			_, err := w.s.Lease(w.ctx, thread(1), "b", ttl)
			w.is(err, store.ErrLeaseHeld)
			w.clock.Advance(time.Millisecond)
			b := w.lease(thread(1), "b")
			if b.Fence <= a.Fence {
				w.Fatalf("fence %d after %d", b.Fence, a.Fence)
			}
		}},
		{"renewed", 0, func(w *world) {
			a := w.lease(thread(1), "a")
			w.clock.Advance(10 * time.Second)
			r, err := w.s.Renew(w.ctx, a, ttl)
			w.ok(err)
			w.same("lease", r, store.Lease{Thread: a.Thread, Owner: "a", Fence: a.Fence, Until: w.now().Add(ttl)})
			w.clock.Advance(10 * time.Second)
			_, err = w.s.Lease(w.ctx, thread(1), "b", ttl)
			w.is(err, store.ErrLeaseHeld)
			_, err = w.s.Renew(w.ctx, a, ttl)
			w.ok(err) // the former value names the same lease
		}},
		{"passed, everything is refused", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			a := w.lease(thread(1), "a")
			w.clock.Advance(ttl)
			w.refused(a)
		}},
		{"taken by another, everything is refused", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			a := w.lease(thread(1), "a")
			w.clock.Advance(ttl)
			b := w.lease(thread(1), "b")
			w.refused(a)
			w.ok(w.s.Release(w.ctx, a))
			_, err := w.s.Renew(w.ctx, b, ttl)
			w.ok(err) // the zombie's Release changed nothing
			w.ok(w.s.Finish(w.ctx, b, ask(thread(1), 1).Key, turns(1)))
		}},
		{"taken by another process, which the former cannot disturb", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			zombie, heir := w.s, w.replica()
			a := w.lease(thread(1), "a")
			w.clock.Advance(ttl)
			b, err := heir.Lease(w.ctx, thread(1), "b", ttl)
			w.ok(err)
			w.refused(a)
			w.ok(heir.Place(w.ctx, b, ask(thread(1), 1).Key, "5.000001"))
			w.is(zombie.Place(w.ctx, a, ask(thread(1), 1).Key, "66.000001"), store.ErrLeaseLost)
			w.ok(zombie.Release(w.ctx, a))
			_, err = zombie.Lease(w.ctx, thread(1), "a", ttl)
			w.is(err, store.ErrLeaseHeld)
			b, err = heir.Renew(w.ctx, b, ttl)
			w.ok(err)
			w.same("answer", w.open(thread(1))[0].AnswerTS, "5.000001")
			w.ok(heir.PutImage(w.ctx, b, record(1, 1), pixels("its own")))
			w.ok(heir.Finish(w.ctx, b, ask(thread(1), 1).Key, turns(1)))
			w.ok(heir.Release(w.ctx, b))

			// Also when nobody holds it any more, and the question is answered.
			_, err = zombie.Renew(w.ctx, a, ttl)
			w.is(err, store.ErrLeaseLost)
			w.is(zombie.Finish(w.ctx, a, ask(thread(1), 1).Key, turns(66)), store.ErrLeaseLost)
			w.is(zombie.PutImage(w.ctx, a, record(1, 1), pixels("the former's")), store.ErrLeaseLost)
			w.same("turns", len(w.read(thread(1)).Turns), 2)
			w.image(thread(1), record(1, 1), "its own")
		}},
		{"taken again by its owner, the former is lost", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			a := w.lease(thread(1), "a")
			again := w.lease(thread(1), "a")
			if again.Fence <= a.Fence {
				w.Fatalf("fence %d after %d", again.Fence, a.Fence)
			}
			w.refused(a)
			w.ok(w.s.Place(w.ctx, again, ask(thread(1), 1).Key, "5.000001"))
		}},
		{"released, another may have it at once", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			a := w.lease(thread(1), "a")
			w.ok(w.s.Release(w.ctx, a))
			w.refused(a)
			w.ok(w.s.Release(w.ctx, a))
			b := w.lease(thread(1), "b")
			if b.Fence <= a.Fence {
				w.Fatalf("fence %d after %d", b.Fence, a.Fence)
			}
		}},
		{"a made-up lease is refused", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := store.Lease{Thread: thread(1), Owner: "a", Fence: 1, Until: w.now().Add(time.Hour)}
			w.refused(l)
			w.refused(store.Lease{Thread: thread(1)})
			real := w.lease(thread(1), "a")
			real.Owner = "b"
			w.refused(real)
		}},
		{"a fence is never used again", 0, func(w *world) {
			last := int64(0)
			next := func() {
				l := w.lease(thread(1), "a")
				if l.Fence <= last {
					w.Fatalf("fence %d after %d", l.Fence, last)
				}
				last = l.Fence
				w.ok(w.s.Release(w.ctx, l))
			}
			next()
			w.admit(ask(thread(1), 1))
			next()
			_, err := w.s.Forget(w.ctx, thread(1))
			w.ok(err)
			next()
			w.clock.Advance(2 * w.keep)
			w.expireAll(10)
			next()
		}},
		{"no owner or no time is refused", 0, func(w *world) {
			_, err := w.s.Lease(w.ctx, thread(1), "", ttl)
			w.is(err, store.ErrInvalidKey)
			_, err = w.s.Lease(w.ctx, thread(1), "a", 0)
			w.is(err, store.ErrInvalidKey)
			l := w.lease(thread(1), "a")
			_, err = w.s.Renew(w.ctx, l, -1)
			w.is(err, store.ErrInvalidKey)
		}},
		{"kept over closing", 0, func(w *world) {
			a := w.lease(thread(1), "a")
			w.ok(w.s.Close())
			w.s = w.replica()
			_, err := w.s.Lease(w.ctx, thread(1), "b", ttl)
			w.is(err, store.ErrLeaseHeld)
			_, err = w.s.Renew(w.ctx, a, ttl)
			w.ok(err)
		}},
	}
}

// refused fails unless l, of a thread where question 1 is open, is refused by
// everything that needs a lease, and nothing was written.
func (w *world) refused(l store.Lease) {
	w.Helper()
	q := ask(l.Thread, 1).Key
	_, err := w.s.Renew(w.ctx, l, ttl)
	w.is(err, store.ErrLeaseLost)
	w.is(w.s.Place(w.ctx, l, q, "66.000001"), store.ErrLeaseLost)
	w.is(w.s.PutImage(w.ctx, l, record(1, 1), pixels("pixels")), store.ErrLeaseLost)
	w.is(w.s.Finish(w.ctx, l, q, turns(66)), store.ErrLeaseLost)
	th := w.read(l.Thread)
	w.same("turns", len(th.Turns), 0)
	w.same("images", len(th.Images), 0)
	open := w.open(l.Thread)
	w.same("open questions", len(open), 1)
	w.same("answer", open[0].AnswerTS, "")
}
