package slacksim

import (
	"slices"
	"time"
)

// SetRateLimits switches Slack's rate limits on or off and forgets what was used.
func (s *Sim) SetRateLimits(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = limiter{on: on}
}

// limiter counts calls in sliding windows: a minute for each method, and a few
// seconds for each channel that is posted to.
type limiter struct {
	on   bool
	used map[string][]time.Time
}

// postBurst is how many messages a channel takes at once before one a second
// holds; Slack says "short bursts" and gives no figure.
const postBurst = 5

// take says how long to wait, 0 when the call may pass.
func (l *limiter) take(now time.Time, t tier, c *request) time.Duration {
	limit, window, key := 0, time.Minute, c.Method
	switch t {
	case tier1:
		limit = 1
	case tier2:
		limit = 20
	case tier3:
		limit = 50
	case tier4:
		limit = 100
	case tierPost:
		limit, window, key = postBurst, postBurst*time.Second, c.Method+" "+c.arg("channel")
	}
	if !l.on || limit == 0 {
		return 0
	}
	if l.used == nil {
		l.used = map[string][]time.Time{}
	}
	recent := slices.DeleteFunc(l.used[key], func(at time.Time) bool { return now.Sub(at) >= window })
	if len(recent) >= limit {
		l.used[key] = recent
		return window - now.Sub(recent[0])
	}
	l.used[key] = append(recent, now)
	return 0
}
