package firestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// keyOf takes a thread's id apart; none of its parts can hold a hyphen.
func keyOf(id string) (store.ThreadKey, bool) {
	p := strings.Split(id, "-")
	if len(p) != 3 {
		return store.ThreadKey{}, false
	}
	k := store.ThreadKey{Team: p[0], Channel: p[1], TS: p[2]}
	return k, k.Validate() == nil
}

// Lease implements store.Store.
func (s *Store) Lease(ctx context.Context, k store.ThreadKey, owner string, ttl time.Duration) (l store.Lease, err error) {
	if err := k.Validate(); err != nil {
		return store.Lease{}, err
	}
	if owner == "" || ttl <= 0 {
		return store.Lease{}, fmt.Errorf("%w: lease", store.ErrInvalidKey)
	}
	err = s.call(ctx, "lease", func(ctx context.Context) error {
		return s.change(ctx, k, nil, func(c *change) error {
			if c.d.Owner != "" && c.d.Owner != owner && c.d.Until.After(c.now) {
				return store.ErrLeaseHeld
			}
			// At least the time, so that a fence is not used again even when
			// the document has been deleted meanwhile.
			c.d.Owner, c.d.Fence = owner, max(c.d.Fence+1, c.now.UnixMicro())
			c.d.Until = c.now.Add(ttl).Truncate(time.Microsecond)
			l = store.Lease{Thread: k, Owner: owner, Fence: c.d.Fence, Until: c.d.Until}
			return nil
		})
	})
	if err != nil {
		return store.Lease{}, err
	}
	return l, nil
}

// Renew implements store.Store.
func (s *Store) Renew(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	if err := l.Thread.Validate(); err != nil {
		return store.Lease{}, err
	}
	if ttl <= 0 {
		return store.Lease{}, fmt.Errorf("%w: lease", store.ErrInvalidKey)
	}
	err := s.call(ctx, "renew", func(ctx context.Context) error {
		return s.change(ctx, l.Thread, nil, func(c *change) error {
			if err := c.d.holds(l, c.now); err != nil {
				return err
			}
			c.d.Until = c.now.Add(ttl).Truncate(time.Microsecond)
			l.Until = c.d.Until
			return nil
		})
	})
	if err != nil {
		return store.Lease{}, err
	}
	return l, nil
}

// Release implements store.Store.
func (s *Store) Release(ctx context.Context, l store.Lease) error {
	if err := l.Thread.Validate(); err != nil {
		return err
	}
	return s.call(ctx, "release", func(ctx context.Context) error {
		return s.change(ctx, l.Thread, nil, func(c *change) error {
			if c.d.holds(l, c.now) != nil {
				return errUnchanged
			}
			// The fence stays, for the next one to be higher.
			c.d.Owner, c.d.Until = "", c.now
			return nil
		})
	})
}

// Place implements store.Store.
func (s *Store) Place(ctx context.Context, l store.Lease, q store.QuestionKey, answerTS string) error {
	if err := errors.Join(l.Thread.Validate(), q.Validate()); err != nil {
		return err
	}
	return s.call(ctx, "place", func(ctx context.Context) error {
		return s.change(ctx, l.Thread, nil, func(c *change) error {
			if err := c.d.holds(l, c.now); err != nil {
				return err
			}
			if err := c.d.isOpen(q, c.now); err != nil {
				return err
			}
			// No precondition of its own: the thread's document says that it is there.
			c.batch.Update(question(c.ref, c.d.Gen, q.String()), []firestore.Update{{Path: "answer_ts", Value: answerTS}})
			return nil
		})
	})
}

// Stop implements store.Store.
func (s *Store) Stop(ctx context.Context, k store.ThreadKey, q store.QuestionKey, user string) error {
	if err := errors.Join(k.Validate(), q.Validate(), store.ValidateID(user)); err != nil {
		return err
	}
	return s.call(ctx, "stop", func(ctx context.Context) error {
		return s.change(ctx, k, nil, func(c *change) error {
			if err := c.d.isOpen(q, c.now); err != nil {
				return err
			}
			o := &c.d.Open[slices.IndexFunc(c.d.Open, func(o openDoc) bool { return o.ID == q.String() })]
			if o.StoppedBy != "" {
				return errUnchanged
			}
			o.StoppedBy = user
			return nil
		})
	})
}
