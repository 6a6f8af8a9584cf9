package bot

import (
	"context"
	"sync"

	"github.com/medbuddy/medbuddy/store"
)

// askedCache remembers threads that are known to be served, so that a busy
// channel does not cost a read per reply. Only the yes is kept: a no may turn
// into a yes in another process at any time. A yes turns into a no when the
// thread is forgotten or expires; a question that slips through then only finds
// no image and says so.
type askedCache struct {
	mu  sync.Mutex
	yes map[store.ThreadKey]bool
}

const askedCacheSize = 10_000

func (b *Bot) isAsked(ctx context.Context, t store.ThreadKey) (bool, error) {
	b.asked.mu.Lock()
	yes := b.asked.yes[t]
	b.asked.mu.Unlock()
	if yes {
		return true, nil
	}
	asked, err := b.cfg.Store.Asked(ctx, t)
	if err == nil && asked {
		b.asked.add(t)
	}
	return asked, err
}

func (b *Bot) askedNow(q store.Question) {
	if q.Kind == store.KindAsk {
		b.asked.add(q.Thread)
	}
}

func (c *askedCache) add(t store.ThreadKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.yes == nil || len(c.yes) >= askedCacheSize {
		c.yes = map[store.ThreadKey]bool{} // rarer than any cleverness would pay for
	}
	c.yes[t] = true
}
