package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// The lease of a thread, and how often threads that nobody works on are looked
// for. A process that dies is replaced within leaseFor plus adoptEvery.
const (
	leaseFor   = 15 * time.Second
	leaseRenew = 5 * time.Second
	adoptEvery = 15 * time.Second
	heldRetry  = time.Second
)

// work queues the thread's open questions to be answered. person is who asked
// last, "" when that is not known.
func (b *Bot) work(ctx context.Context, t store.ThreadKey, person string) {
	b.threads.do(t.String(), person, func() { b.drain(ctx, t) })
}

// drain takes the thread's lease and answers its open questions in the order in
// which they were asked. When another process has the lease it looks again
// later: that process may have listed the open questions just before this one
// was admitted.
//
// A question that is still open after its answer was tried ends the drain: the
// ones behind it wait until adopt comes by and begins with it again.
func (b *Bot) drain(ctx context.Context, t store.ThreadKey) {
	b.polled.take(t.String())
	if ctx.Err() != nil || b.stopping.Load() {
		return // the questions stay open for the next process
	}
	until := time.Now().Add(leaseFor)
	open, err := b.cfg.Store.Open(ctx, t)
	if err == nil && len(open) == 0 {
		return
	}
	var lease store.Lease
	if err == nil {
		lease, err = b.cfg.Store.Lease(ctx, t, b.owner, leaseFor)
	}
	switch {
	case errors.Is(err, store.ErrLeaseHeld):
		b.later(ctx, t)
		return
	case err != nil:
		// The questions stay open; adopt comes by again.
		b.lg.Error("a thread could not be taken up", "thread", t.String(), "error", err)
		return
	}
	held, release := b.hold(ctx, lease, until)
	defer release()
	var last store.QuestionKey
	for !b.stopping.Load() {
		open, err := b.cfg.Store.Open(held, t)
		if err != nil {
			if held.Err() == nil {
				b.lg.Error("the open questions of a thread could not be read", "thread", t.String(), "error", err)
			}
			return
		}
		if len(open) == 0 || open[0].Key == last || held.Err() != nil {
			return
		}
		last = open[0].Key
		b.answerSafely(held, lease, open[0])
	}
}

// later looks at the thread again after a moment; once, however many ask for it.
func (b *Bot) later(ctx context.Context, t store.ThreadKey) {
	if !b.polled.add(t.String()) {
		return
	}
	time.AfterFunc(heldRetry, func() { b.work(ctx, t, "") })
}

// hold renews the lease until release is called. The context it returns ends
// when the lease is lost or until, its end, has passed without a renewal, so that
// nobody goes on working on another's thread.
func (b *Bot) hold(ctx context.Context, l store.Lease, until time.Time) (held context.Context, release func()) {
	held, cancel := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		for sleep(held, leaseRenew) == nil {
			start := time.Now() // the store counts from later: this side gives up first
			limited, stop := context.WithDeadline(held, until)
			_, err := b.cfg.Store.Renew(limited, l, leaseFor)
			stop()
			switch {
			case err == nil:
				until = start.Add(leaseFor)
			case errors.Is(err, store.ErrLeaseLost), !time.Now().Before(until):
				cancel(store.ErrLeaseLost)
				return
			}
		}
	})
	return held, func() {
		cancel(nil)
		renewing.Wait()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if err := b.cfg.Store.Release(ctx, l); err != nil {
			b.lg.Warn("a lease was not released; it passes by itself", "thread", l.Thread.String(), "error", err)
		}
	}
}

// answerSafely keeps a defect in one answer from taking the others down.
func (b *Bot) answerSafely(ctx context.Context, l store.Lease, q store.Question) {
	j := &job{question: q, lease: l, ref: randomID(3), began: time.Now(), fresh: b.fresh.take(q.Key.String())}
	j.lg = b.lg.With("question", q.Key.String(), "ref", j.ref)
	defer func() {
		if r := recover(); r != nil {
			j.lg.Error("a panic ended an answer")
			b.recovered(r)
			b.finish(ctx, j, outcome{name: "panic", text: textFailed(j.ref)})
		}
	}()
	b.answer(ctx, j)
}

// adopt takes up threads with open questions that nobody works on: after a
// crash, a deploy, or a store that was away. It runs until ctx ends.
func (b *Bot) adopt(ctx, work context.Context) {
	for {
		threads, err := b.cfg.Store.Abandoned(ctx, 100)
		if err != nil && ctx.Err() == nil {
			b.lg.Error("abandoned threads could not be listed", "error", err)
		}
		for _, t := range threads {
			b.work(work, t, "")
		}
		if sleep(ctx, adoptEvery) != nil {
			return
		}
	}
}

// tryCounter counts how often this process has put a question to the model.
type tryCounter struct {
	mu sync.Mutex
	n  map[store.QuestionKey]int
}

func (c *tryCounter) add(q store.QuestionKey) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[store.QuestionKey]int{}
	}
	c.n[q]++
	return c.n[q]
}

func (c *tryCounter) done(q store.QuestionKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.n, q)
}

// keySet is a set of short keys.
type keySet struct {
	mu sync.Mutex
	in map[string]bool
}

// add puts the key in, and says whether it is new.
func (s *keySet) add(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in[key] {
		return false
	}
	if s.in == nil {
		s.in = map[string]bool{}
	}
	s.in[key] = true
	return true
}

// take removes the key, and says whether it was in.
func (s *keySet) take(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.in[key]
	delete(s.in, key)
	return was
}
