package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// expireEvery is how often space is given back. Reads hide expired things at
// once, so that this is about erasing them, and an hour late does no harm.
const expireEvery = time.Hour

// expireBatch is how many records one call deletes, so that none holds the store
// for long.
const expireBatch = 200

// expire deletes what has expired, now and at every tick, until ctx ends.
func expire(ctx context.Context, s store.Store, ticks <-chan time.Time, lg *slog.Logger) {
	for {
		n, err := expireAll(ctx, s)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			lg.Warn("expired records stay until the next try", "error", err)
		case n > 0:
			lg.Info("deleted expired records", "count", n)
		}
		select {
		case <-ticks:
		case <-ctx.Done():
			return
		}
	}
}

// expireAll deletes batch by batch until nothing is left.
func expireAll(ctx context.Context, s store.Store) (total int, err error) {
	for {
		n, err := s.Expire(ctx, expireBatch)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}
