package bot

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// turnstile lets calls of one Web API method pass. It is open until Slack says
// that it was too much (429): then nobody passes before Retry-After, and for a
// while after it they pass one by one at the pace that Slack documents, so that
// many waiting threads do not all come back at once.
type turnstile struct {
	pace *rate.Limiter

	mu     sync.Mutex
	closed time.Time // until then nobody passes
	slow   time.Time // until then one by one
}

// slowFor is how long the pace is kept after a 429: Slack counts per minute.
const slowFor = time.Minute

// paces are Slack's documented rates in calls a minute, for the methods that have
// a low one (docs.slack.dev/apis/web-api/rate-limits: Tier 3, and one message a
// second); the others get Tier 4's.
var paces = map[string]int{chatUpdate: 50, "conversations.replies": 50, "conversations.info": 50, "chat.postMessage": 60}

func newTurnstile(method string) *turnstile {
	perMinute, ok := paces[method]
	if !ok {
		perMinute = 100
	}
	return &turnstile{pace: rate.NewLimiter(rate.Limit(perMinute)/60, 1)}
}

// pass waits for one's turn, or returns the context's error.
func (t *turnstile) pass(ctx context.Context) error {
	for {
		t.mu.Lock()
		now := time.Now()
		wait, slow := t.closed.Sub(now), now.Before(t.slow)
		t.mu.Unlock()
		switch {
		case wait > 0:
			if err := sleep(ctx, wait); err != nil {
				return err
			}
		case slow:
			return t.pace.Wait(ctx)
		default:
			return nil
		}
	}
}

// busy says that not everybody passes at once.
func (t *turnstile) busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Now().Before(t.slow)
}

// shut keeps everybody out for d, because Slack said so.
func (t *turnstile) shut(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if until := now.Add(d); until.After(t.closed) {
		t.closed = until
	}
	t.slow = t.closed.Add(slowFor)
}
