package medgemma

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// retries decides whether and when a call is tried again.
type retries struct {
	t      Timing
	jitter func() float64
	began  time.Time

	busySince time.Time // zero while the endpoint is not busy
	busy      int       // tries since then
}

// wake is how long to wait for the next look at an endpoint that is starting.
// One that was busy and has gone to sleep starts afresh.
func (r *retries) wake() time.Duration {
	r.busySince, r.busy = time.Time{}, 0
	return r.t.WakePoll + time.Duration(r.jitter()*float64(2*r.t.WakePoll))
}

// next returns how long to wait before the next try, and false when e is final.
// Whatever the plan, it is never sooner than the server's Retry-After.
func (r *retries) next(e *Error, now time.Time) (Wait, bool) {
	w := Wait{Elapsed: now.Sub(r.began)}
	if e.permanent {
		return w, false
	}
	switch {
	case e.Kind == KindBusy, e.Kind == KindUnreachable, e.Kind == KindCut, e.Status == http.StatusBadGateway:
	default:
		return w, false
	}
	if r.busySince.IsZero() {
		r.busySince = now
	}
	r.busy++
	// Full jitter: many callers that were refused at once come back spread out.
	bound := float64(r.t.Backoff) * math.Pow(3, float64(r.busy-1))
	w.Next = time.Duration(r.jitter() * min(bound, float64(time.Minute)))
	if e.retryAfter > 0 {
		w.Next = e.retryAfter + time.Duration(r.jitter()*float64(r.t.Backoff))
	}
	return w, r.busy < r.t.BusyTries && now.Add(w.Next).Sub(r.busySince) <= r.t.BusyFor
}

// Of how many tries again a Client may make in all, so that an endpoint that is
// down is not asked several times as much as one that is up.
//
// Source for the share: Google, "Site Reliability Engineering", chapter 22,
// whose clients retry up to 10% of their requests.
const (
	retryShare = 0.1              // of the calls
	retryBurst = 32               // saved up: 8 calls at once may each make their 4
	retryEvery = 30 * time.Second // and one more: who asks alone gets his retries back
)

// budget is what is left of the tries again. It starts full.
type budget struct {
	mu    sync.Mutex
	spent float64 // 0 to retryBurst
	at    time.Time
}

// called is told of each call.
func (b *budget) called() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent-retryShare)
}

// take says whether a call may be tried again, and counts it.
func (b *budget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if passed := now.Sub(b.at); !b.at.IsZero() && passed > 0 {
		b.spent = max(0, b.spent-float64(passed)/float64(retryEvery))
	}
	b.at = now
	if b.spent+1 > retryBurst {
		return false
	}
	b.spent++
	return true
}

// retryAfter reads the header: seconds or a date. 0 when there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 {
		return time.Duration(min(s, 24*3600) * float64(time.Second))
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}
