package medgemma

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// waker lets one call at a time look whether an endpoint that was scaled to
// zero has started. The others wait for what it finds, new ones too: their
// requests would be dropped, and many of them do not start it any sooner.
// The zero waker takes the endpoint to be awake.
type waker struct {
	mu      sync.Mutex
	asleep  bool
	next    time.Time     // nobody looks before
	looker  *generation   // the call that looks right now, or nil
	changed chan struct{} // closed when a look has ended
}

// enter says whether g may ask now. When it may not, it says for how long at
// least, 0 while another call looks, and returns what ends the wait sooner.
func (w *waker) enter(g *generation, now time.Time) (ok bool, wait time.Duration, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	switch {
	case !w.asleep:
		return true, 0, nil
	case w.looker != nil:
		return false, 0, w.changed
	case now.Before(w.next):
		return false, w.next.Sub(now), w.changed
	}
	w.looker = g
	return true, 0, nil
}

// woke is told when the endpoint has answered.
func (w *waker) woke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asleep {
		w.asleep = false
		w.end()
	}
}

// slept is told when the endpoint answered g that it is starting. The next look
// comes when g wants it, if g was the one to look; and never before notBefore.
func (w *waker) slept(g *generation, next, notBefore time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.asleep || w.looker == g {
		w.asleep, w.next = true, next
	}
	if w.next.Before(notBefore) {
		w.next = notBefore
	}
	if w.looker == g {
		w.end()
	}
}

// left is told when g has learned nothing about the endpoint's sleep: it was
// ended from outside. Another may look at once.
func (w *waker) left(g *generation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.looker == g {
		w.end()
	}
}

// end ends a look and calls those who wait for it. w.mu is held.
func (w *waker) end() {
	w.looker = nil
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// turn waits until g may ask, and tells the reader of each wait.
func (g *generation) turn(ctx context.Context) error {
	for {
		now := g.c.now()
		ok, wait, changed := g.c.waker.enter(g, now)
		if ok {
			return nil
		}
		elapsed := now.Sub(g.retries.began)
		left := g.c.cfg.Timing.WakeFor - elapsed
		if left <= 0 || wait > left {
			return &Error{Kind: KindWaking, Status: http.StatusTooManyRequests, Err: errors.New("starting from zero")}
		}
		if err := g.emit(Chunk{Wait: &Wait{Waking: true, Elapsed: elapsed, Next: wait}}); err != nil {
			return err
		}
		if wait == 0 {
			wait = left
		}
		if err := g.c.sleep(ctx, wait, changed); err != nil {
			return err
		}
	}
}

// ask takes one turn at the endpoint, and lets the others know what it found.
func (g *generation) ask(ctx context.Context) error {
	defer g.c.waker.left(g)
	err := g.try(ctx)
	var e *Error
	switch {
	case g.stopped || ctx.Err() != nil:
	case errors.As(err, &e) && e.Kind == KindWaking:
		now := g.c.now()
		notBefore := now
		if e.retryAfter > 0 {
			notBefore = now.Add(e.retryAfter)
		}
		g.c.waker.slept(g, now.Add(g.retries.wake()), notBefore)
	default:
		// Whatever else went wrong, it was not sleep.
		g.c.waker.woke()
	}
	return err
}
