package bot

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// leaseStore renews leases as renew says.
type leaseStore struct {
	store.Store
	renew func(context.Context) error
}

func (s leaseStore) Renew(ctx context.Context, l store.Lease, _ time.Duration) (store.Lease, error) {
	return l, s.renew(ctx)
}

func (s leaseStore) Release(context.Context, store.Lease) error { return nil }

// Nobody goes on working when the lease has passed, whether the store says so,
// says nothing, or cannot be reached; and a lease that is renewed is kept.
func TestHoldEndsWithTheLease(t *testing.T) {
	for name, c := range map[string]struct {
		renew func(context.Context) error
		ends  time.Duration // 0: not at all
	}{
		"renewed": {func(context.Context) error { return nil }, 0},
		"lost":    {func(context.Context) error { return store.ErrLeaseLost }, leaseRenew},
		"away":    {func(context.Context) error { return store.ErrUnavailable }, leaseFor},
		"hangs":   {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, leaseFor},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &Bot{cfg: Config{Store: leaseStore{renew: c.renew}}, lg: slog.New(slog.DiscardHandler)}
				start := time.Now()
				held, release := b.hold(t.Context(), store.Lease{}, start.Add(leaseFor))
				defer release(false)
				select {
				case <-held.Done():
					if d := time.Since(start); d != c.ends || !errors.Is(context.Cause(held), store.ErrLeaseLost) {
						t.Errorf("ended after %v with %v, want %v", d, context.Cause(held), c.ends)
					}
				case <-time.After(10 * leaseFor):
					if c.ends != 0 {
						t.Errorf("still held long after the lease has passed")
					}
				}
			})
		})
	}
}
