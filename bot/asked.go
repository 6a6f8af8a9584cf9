package bot

import (
	"context"
	"errors"
	"sync"

	"github.com/medbuddy/medbuddy/store"
)

// askedCache remembers since which message threads are served, so that it is read
// once. Whether they are is asked each time: a thread may be forgotten in another
// process, and a reply in it is a remark between people from then on.
type askedCache struct {
	mu    sync.Mutex
	since map[store.ThreadKey]string
}

const askedCacheSize = 2000

// servedSince says whether MedBuddy serves a thread, and the ts of the question by
// which it came to: a reply from before that is a remark between people, however
// late it arrives. since is "" when that question has left no trace.
func (b *Bot) servedSince(ctx context.Context, t store.ThreadKey) (since string, served bool, err error) {
	if served, err = b.cfg.Store.Asked(ctx, t); err != nil || !served {
		b.asked.forget(t)
		return "", false, err
	}
	b.asked.mu.Lock()
	since, known := b.asked.since[t]
	b.asked.mu.Unlock()
	if known {
		return since, true, nil
	}
	// The open questions first: one that is closed in between is then found twice.
	open, err := b.cfg.Store.Open(ctx, t)
	if err != nil {
		return "", false, err
	}
	for _, q := range open {
		if q.Kind == store.KindAsk {
			since = askedTS(q)
			break
		}
	}
	thread, err := b.cfg.Store.Thread(ctx, t)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", false, err
	}
	since = earlier(since, firstAsked(thread))
	b.asked.add(t, since)
	return since, true, nil
}

// firstAsked is the ts of the question that the thread's first turn answers; "" when
// there is none.
func firstAsked(t store.Thread) string {
	for _, turn := range t.Turns {
		if n := len(turn.Messages); n > 0 {
			return turn.Messages[n-1].TS
		}
	}
	return ""
}

// earlier is the earlier one of two ts, of which the empty one is none.
func earlier(a, b string) string {
	if a == "" || b != "" && after(a, b) {
		return b
	}
	return a
}

// asked notes a question: one that comes after a later one makes replies between
// them questions.
func (c *askedCache) asked(q store.Question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if since, ok := c.since[q.Thread]; ok && q.Kind == store.KindAsk {
		c.since[q.Thread] = earlier(since, askedTS(q))
	}
}

func (c *askedCache) add(t store.ThreadKey, since string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since == nil || len(c.since) >= askedCacheSize {
		c.since = map[store.ThreadKey]string{} // rarer than any cleverness would pay for
	}
	c.since[t] = since
}

// forget notes that a thread is served no more, as far as this process knows.
func (c *askedCache) forget(t store.ThreadKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.since, t)
}
