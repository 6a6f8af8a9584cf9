package bot

import (
	"context"
	"slices"
	"sync"
	"time"
)

// ask is how a Web API call is made.
type ask struct {
	method     string
	channel    string // of chat.postMessage
	idempotent bool   // may be made again when nobody knows whether it was served
	turn       turn
	waits      func() // is called while the call waits for its turn; may be nil
}

// gates are the turnstiles of all methods. Slack counts the calls of a method for
// the whole workspace, those of chat.postMessage for each channel
// (docs.slack.dev/apis/web-api/rate-limits).
type gates struct {
	methods map[string]*turnstile

	mu    sync.Mutex
	posts map[string]*turnstile // by channel
}

// maxPostGates is with how many channels that were posted to those are forgotten
// of which nothing matters any more. The others stay, however many.
const maxPostGates = 1000

func newGates() *gates {
	g := &gates{methods: map[string]*turnstile{download: newTurnstile(download), upload: newTurnstile(upload)}, posts: map[string]*turnstile{}}
	for method := range methods {
		g.methods[method] = newTurnstile(method)
	}
	return g
}

// of is the turnstile for a method; channel counts for chat.postMessage alone.
func (g *gates) of(method, channel string) *turnstile {
	if method != chatPost {
		return g.methods[method]
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if gate, ok := g.posts[channel]; ok {
		return gate
	}
	if len(g.posts) >= maxPostGates {
		for channel, gate := range g.posts {
			if gate.idle() {
				delete(g.posts, channel)
			}
		}
	}
	gate := newTurnstile(chatPost)
	g.posts[channel] = gate
	return gate
}

// hasSpare says whether a call that can wait may be made without taking from what
// must be said: less than four fifths of the method's documented rate were used
// within the last minute, and nobody waits. It counts nothing; the call itself
// does.
func (w *web) hasSpare(method string) bool {
	gate := w.gates.of(method, "")
	gate.mu.Lock()
	defer gate.mu.Unlock()
	return gate.roomy(time.Now()) && len(gate.calls) < gate.perMinute*4/5
}

// awaitSpare waits until a call of the method can be spared, but not for ever: what
// can wait must come in the end.
func (w *web) awaitSpare(ctx context.Context, method string) error {
	until := time.Now().Add(spareMost)
	for !w.hasSpare(method) && time.Now().Before(until) {
		if err := sleep(ctx, spareEvery); err != nil {
			return err
		}
	}
	return ctx.Err()
}

const (
	spareMost  = 2 * time.Minute
	spareEvery = time.Second
)

// idle says that the turnstile remembers nothing that matters.
func (t *turnstile) idle() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.forget(now)
	return len(t.calls) == 0 && t.length() == 0 && now.After(t.slow)
}

// expected counts keys that were added within the last minute and not removed.
type expected struct {
	order []expectation // the oldest first
	in    map[string]time.Time
}

type expectation struct {
	key string
	at  time.Time
}

func (e *expected) add(key string, now time.Time) {
	if e.in == nil {
		e.in = map[string]time.Time{}
	}
	e.count(now) // so that neither grows for ever
	e.in[key] = now
	e.order = append(e.order, expectation{key, now})
}

// remove also clears away what was removed before, once that is the most of it:
// nobody may count for hours.
func (e *expected) remove(key string) {
	delete(e.in, key)
	if len(e.order) > 2*len(e.in)+expectedSlack {
		e.order = slices.Clip(slices.DeleteFunc(e.order, func(x expectation) bool { return !e.in[x.key].Equal(x.at) }))
	}
}

const expectedSlack = 32

func (e *expected) count(now time.Time) int {
	for len(e.order) > 0 && now.Sub(e.order[0].at) >= window {
		if old := e.order[0]; e.in[old.key].Equal(old.at) {
			delete(e.in, old.key)
		}
		e.order = e.order[1:]
	}
	return len(e.in)
}
