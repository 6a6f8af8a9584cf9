package bot

import (
	"context"
	"slices"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// adopt lists at first adoptSome threads at once, and adoptMost at most.
const (
	adoptSome = 100
	adoptMost = 6400
)

// adopt takes up threads with open questions that nobody works on: after a
// crash, a deploy, or a store that was away. It runs until ctx ends.
func (b *Bot) adopt(ctx, work context.Context) {
	began := time.Now()
	limit, known := adoptSome, map[store.ThreadKey]bool{}
	for {
		threads, limited, err := b.abandoned(ctx, limit, known)
		if err != nil && ctx.Err() == nil {
			b.lg.Error("abandoned threads could not be listed", "error", err)
		}
		clear(known)
		for _, t := range threads {
			known[t] = true
			b.work(work, t, "")
		}
		limit = limited
		pause := adoptEvery
		if time.Since(began) < adoptFirst {
			pause = adoptSoon
		}
		if sleep(ctx, pause) != nil {
			return
		}
	}
}

// abandoned lists at most limit threads that nobody works on. The oldest come
// first, and those that are known wait here already or will not be answered: when
// a full list holds nothing else it asks for twice as many, so that they do not
// hide the others. It returns the limit for the next time.
func (b *Bot) abandoned(ctx context.Context, limit int, known map[store.ThreadKey]bool) ([]store.ThreadKey, int, error) {
	for {
		threads, err := b.cfg.Store.Abandoned(ctx, limit)
		switch {
		case err != nil:
			return nil, limit, err
		case len(threads) < limit:
			return threads, max(limit/2, adoptSome), nil
		case limit >= adoptMost, slices.ContainsFunc(threads, func(t store.ThreadKey) bool { return !known[t] }):
			return threads, limit, nil
		}
		limit = min(2*limit, adoptMost)
	}
}
