package bot

import (
	"context"
	"sync"
	"time"
)

// turnstile lets calls of one Web API method pass, or those of chat.postMessage to
// one channel, and counts them.
//
// What must be said passes at once until Slack says that it was too much (429).
// Then nobody passes before Retry-After, and after it one by one at the pace that
// Slack documents, until a minute has gone by and nobody waits: the urgent first,
// and among equals people take turns. What can wait lives from what is left of
// the documented rate (takeSpare).
type turnstile struct {
	perMinute int

	mu       sync.Mutex
	calls    []time.Time // of the last minute, the oldest first
	promised int         // calls that will have to be made soon
	expected expected    // calls that will have to be promised soon
	closed   time.Time   // until then nobody passes
	slow     time.Time   // until then one by one
	last     time.Time   // when the last one passed
	waiting  [urgencies]rounds[*waiter]
	timer    *time.Timer // nil until somebody has waited
}

// urgency says who passes first where calls must wait.
type urgency int

const (
	urgent urgency = iota // final texts
	usual
	urgencies
)

// turn is in whose name a call is made.
type turn struct {
	urgency urgency
	person  string
}

type waiter struct {
	turn turn
	pass chan struct{} // closed when it may
}

const (
	// window is over what time Slack counts calls.
	window = time.Minute
	// sayEvery is how often a waiter is told that it still waits: before what it
	// shows of it goes away in Slack, after two minutes.
	sayEvery = 100 * time.Second
)

// paces are Slack's documented rates in calls a minute, for the methods that have
// a low one (docs.slack.dev/apis/web-api/rate-limits: Tiers 2 and 3, and one
// message a second and channel); the others get Tier 4's.
var paces = map[string]int{
	chatUpdate: 50, chatPost: 60, chatDelete: 50, filesDelete: 50, startStream: 20, stopStream: 20,
	"conversations.history": 50, "conversations.info": 50, "conversations.replies": 50, "users.conversations": 50,
}

const otherPace = 100

func newTurnstile(method string) *turnstile {
	perMinute, ok := paces[method]
	if !ok {
		perMinute = otherPace
	}
	return &turnstile{perMinute: perMinute}
}

// pass waits for one's turn, or returns the context's error. waits, unless nil, is
// called when there is a wait, and again every sayEvery.
func (t *turnstile) pass(ctx context.Context, as turn, waits func()) error {
	w := &waiter{turn: as, pass: make(chan struct{})}
	t.mu.Lock()
	if now := time.Now(); now.After(t.slow) && t.length() == 0 {
		t.count(now)
		t.mu.Unlock()
		return nil
	}
	t.waiting[as.urgency].add(as.person, w)
	t.serve()
	t.mu.Unlock()
	for {
		select {
		case <-w.pass:
			return nil
		default:
		}
		if waits != nil {
			waits()
		}
		again := time.NewTimer(sayEvery)
		select {
		case <-w.pass:
			again.Stop()
			return nil
		case <-ctx.Done():
			again.Stop()
			t.leave(w)
			return ctx.Err()
		case <-again.C:
		}
	}
}

// leave takes a waiter out that gave up.
func (t *turnstile) leave(w *waiter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[w.turn.urgency].remove(w.turn.person, func(v *waiter) bool { return v == w })
}

// serve lets pass whoever may, and comes back when the next one may.
func (t *turnstile) serve() {
	for now := time.Now(); t.length() > 0; {
		if wait := t.opens(now).Sub(now); wait > 0 {
			if t.timer == nil {
				t.timer = time.AfterFunc(wait, func() {
					t.mu.Lock()
					defer t.mu.Unlock()
					t.serve()
				})
			} else {
				t.timer.Reset(wait)
			}
			return
		}
		for i := range t.waiting {
			if w, ok := t.waiting[i].next(nil, nil); ok {
				close(w.pass)
				break
			}
		}
		t.count(now)
	}
}

// opens is when the next call may pass.
func (t *turnstile) opens(now time.Time) time.Time {
	at := t.last.Add(window / time.Duration(t.perMinute))
	t.forget(now)
	if n := len(t.calls) - t.perMinute; n >= 0 {
		if free := t.calls[n].Add(window); free.After(at) {
			at = free
		}
	}
	if t.closed.After(at) {
		at = t.closed
	}
	return at
}

func (t *turnstile) length() (n int) {
	for i := range t.waiting {
		n += t.waiting[i].n
	}
	return n
}

func (t *turnstile) count(now time.Time) {
	t.forget(now)
	t.calls, t.last = append(t.calls, now), now
}

// forget drops calls that Slack no longer counts, and those of which there are so
// many that they change nothing: the next call waits for the one perMinute before it.
func (t *turnstile) forget(now time.Time) {
	for len(t.calls) > 0 && (now.Sub(t.calls[0]) >= window || len(t.calls) > 2*t.perMinute) {
		t.calls = t.calls[1:]
	}
}

// shut keeps everybody out for d, because Slack said so. The call to which it said
// so does not count.
func (t *turnstile) shut(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if until := now.Add(d); until.After(t.closed) {
		t.closed = until
	}
	t.slow = t.closed.Add(window)
	if n := len(t.calls); n > 0 {
		t.calls = t.calls[:n-1]
	}
}

// expect keeps one call of the documented rate free for key, until it is promised
// or a minute has passed: then somebody else sees to it, or it does not come soon.
func (t *turnstile) expect(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expected.add(key, time.Now())
}

// promise keeps one call of the documented rate free for what will have to be
// said for key, until keep is called once.
func (t *turnstile) promise(key string) (keep func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expected.remove(key)
	t.promised++
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.promised--
	})
}

// margin is how many calls of the documented rate what can wait leaves alone:
// Slack's minute and ours do not begin at the same moment.
const margin = 3

// takeSpare counts a call that can wait, and says whether it may be made now: when
// nobody waits and the documented rate has room for it beside what was made
// within the last minute and what is promised.
func (t *turnstile) takeSpare() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if !t.roomy(now) {
		return false
	}
	t.count(now)
	return true
}

func (t *turnstile) roomy(now time.Time) bool {
	t.forget(now)
	return now.After(t.slow) && t.length() == 0 && len(t.calls)+t.promised+t.expected.count(now) < t.perMinute-margin
}

// spacing is how far apart calls that can wait must be for each of those that have
// promised one, so that all get the same of what is left.
func (t *turnstile) spacing() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	left := t.perMinute - margin - t.promised
	if left <= 0 {
		return window
	}
	return min(window, window*time.Duration(t.promised)/time.Duration(left))
}
