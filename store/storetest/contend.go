package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/medbuddy/medbuddy/store"
)

// Contend has three processes answer the questions of so many threads, with nothing
// between them but leases, while a fourth sleeps on a lease that passes. No two may hold
// a thread at once, and each question is answered once and in order.
func Contend(t *testing.T, open Opener, threads int) {
	const questions = 2 // of each thread
	w := newWorld(t, open, 0)
	for n := range threads {
		for q := range questions {
			w.admit(ask(thread(n), 10*n+q))
		}
	}
	sleeper := w.replica()
	zombie, err := sleeper.Lease(w.ctx, thread(0), "sleeper", ttl)
	w.ok(err)

	c := &contest{world: w, threads: threads, holder: map[store.ThreadKey]string{}, fences: map[store.ThreadKey][]int64{}}
	for _, owner := range []string{"a", "b", "c"} {
		c.owners = append(c.owners, contestant{owner, w.replica()})
	}
	c.round(1) // all but the sleeper's
	w.same("open questions of the sleeper's thread", len(w.open(thread(0))), questions)
	w.clock.Advance(ttl)
	c.round(0)

	first := ask(thread(0), 0).Key
	_, err = sleeper.Renew(w.ctx, zombie, ttl)
	w.is(err, store.ErrLeaseLost)
	w.is(sleeper.Place(w.ctx, zombie, first, "66.000001"), store.ErrLeaseLost)
	w.is(sleeper.PutImage(w.ctx, zombie, record(1, 1), pixels("pixels")), store.ErrLeaseLost)
	w.is(sleeper.Finish(w.ctx, zombie, first, turns(66)), store.ErrLeaseLost)
	for n := range threads {
		th := w.read(thread(n))
		var got, want []string
		for _, turn := range th.Turns {
			got = append(got, turn.Text)
		}
		for q := range questions {
			want = append(want, "answered "+ask(thread(n), 10*n+q).Key.TS)
		}
		w.same(fmt.Sprint("answers in thread ", n), got, want)
		w.same("images", len(th.Images), 0)
		for i, f := range c.fences[thread(n)] {
			if i > 0 && f <= c.fences[thread(n)][i-1] {
				t.Errorf("fence %d after %d", f, c.fences[thread(n)][i-1])
			}
		}
	}
	t.Logf("%d leases, %d refused", c.won, c.held)
}

// A contest is who holds what, seen from outside.
type contest struct {
	*world
	owners  []contestant
	threads int

	mu        sync.Mutex
	holder    map[store.ThreadKey]string
	fences    map[store.ThreadKey][]int64 // in the order in which they were held
	won, held int
}

type contestant struct {
	name string
	s    store.Store
}

// round ends when no thread from the given one on has open questions.
func (c *contest) round(from int) {
	c.Helper()
	var wg sync.WaitGroup
	for i, o := range c.owners {
		wg.Go(func() {
			order := rand.New(rand.NewPCG(1, uint64(i))).Perm(c.threads)
			for left := len(order); left > 0 && !c.Failed(); {
				left = 0
				for _, n := range order {
					if n < from {
						continue
					}
					done, err := c.serve(o, thread(n))
					if err != nil {
						c.Errorf("thread %d: %v", n, err)
					}
					if !done {
						left++
					}
				}
			}
		})
	}
	wg.Wait()
	if c.Failed() {
		c.FailNow()
	}
}

// serve answers what is open in a thread, unless another holds it, and says whether
// nothing was open.
func (c *contest) serve(o contestant, k store.ThreadKey) (done bool, err error) {
	if qs, err := o.s.Open(c.ctx, k); len(qs) == 0 || err != nil {
		return err == nil, err
	}
	l, err := o.s.Lease(c.ctx, k, o.name, ttl)
	if errors.Is(err, store.ErrLeaseHeld) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.held++
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c.mu.Lock()
	if other := c.holder[k]; other != "" {
		c.Errorf("%s and %s hold a thread at once", other, o.name)
	}
	c.won++
	c.holder[k], c.fences[k] = o.name, append(c.fences[k], l.Fence)
	c.mu.Unlock()
	qs, err := o.s.Open(c.ctx, k)
	for _, q := range qs {
		if err == nil {
			err = o.s.Place(c.ctx, l, q.Key, "5.000001")
		}
		if err == nil {
			err = o.s.Finish(c.ctx, l, q.Key, []store.Turn{{Role: store.RoleModel, Text: "answered " + q.Key.TS}})
		}
	}
	c.mu.Lock()
	c.holder[k] = "" // before the release, after which another may have it
	c.mu.Unlock()
	return false, errors.Join(err, o.s.Release(c.ctx, l))
}
