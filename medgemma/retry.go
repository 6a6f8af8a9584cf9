package medgemma

import (
	"math"
	"net/http"
	"strconv"
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

// next returns how long to wait before the next try, and false when e is final.
// Whatever the plan, it is never sooner than the server's Retry-After.
func (r *retries) next(e *Error, now time.Time) (Wait, bool) {
	w := Wait{Elapsed: now.Sub(r.began)}
	switch {
	case e.permanent:
		return w, false
	case e.Kind == KindWaking:
		// An endpoint that was busy and has gone to sleep starts afresh.
		r.busySince, r.busy = time.Time{}, 0
		w.Waking = true
		w.Next = r.t.WakePoll + time.Duration(r.jitter()*float64(2*r.t.WakePoll))
		w.Next = max(w.Next, e.retryAfter)
		return w, w.Elapsed+w.Next <= r.t.WakeFor
	case e.Kind == KindBusy, e.Kind == KindUnreachable, e.Kind == KindCut, e.Status == http.StatusBadGateway:
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
	return w, false
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
