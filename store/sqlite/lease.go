package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// Lease implements store.Store.
func (s *Store) Lease(ctx context.Context, k store.ThreadKey, owner string, ttl time.Duration) (store.Lease, error) {
	if err := k.Validate(); err != nil {
		return store.Lease{}, err
	}
	if owner == "" || ttl <= 0 {
		return store.Lease{}, fmt.Errorf("%w: lease", store.ErrInvalidKey)
	}
	result := make(chan store.Lease, 1)
	err := s.write(ctx, "lease", func(tx *tx) error {
		now := s.now()
		// A lease that has passed is as good as none, whoever had it.
		var holder string
		err := tx.get(`SELECT owner FROM leases WHERE thread = ? AND until > ?`, []any{k.String(), now}, &holder)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil && holder != owner {
			return store.ErrLeaseHeld
		}
		l := store.Lease{Thread: k, Owner: owner, Until: at(now + ttl.Microseconds())}
		err = tx.get(`UPDATE counters SET value = value + 1 WHERE name = 'fence' RETURNING value`, nil, &l.Fence)
		if err != nil {
			return err
		}
		_, err = tx.exec(`REPLACE INTO leases (thread, owner, fence, until) VALUES (?, ?, ?, ?)`,
			k.String(), owner, l.Fence, l.Until.UnixMicro())
		result <- l
		return err
	})
	if err != nil {
		return store.Lease{}, err
	}
	return <-result, nil
}

// holds returns ErrLeaseLost unless l is live.
func (t *tx) holds(l store.Lease, now int64) error {
	var live bool
	err := t.get(`SELECT EXISTS (SELECT 1 FROM leases WHERE thread = ? AND owner = ? AND fence = ? AND until > ?)`,
		[]any{l.Thread.String(), l.Owner, l.Fence, now}, &live)
	if err == nil && !live {
		err = store.ErrLeaseLost
	}
	return err
}

// Renew implements store.Store.
func (s *Store) Renew(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	if err := l.Thread.Validate(); err != nil {
		return store.Lease{}, err
	}
	if ttl <= 0 {
		return store.Lease{}, fmt.Errorf("%w: lease", store.ErrInvalidKey)
	}
	result := make(chan store.Lease, 1)
	err := s.write(ctx, "renew", func(tx *tx) error {
		now := s.now()
		if err := tx.holds(l, now); err != nil {
			return err
		}
		renewed := l
		renewed.Until = at(now + ttl.Microseconds())
		_, err := tx.exec(`UPDATE leases SET until = ? WHERE thread = ?`, renewed.Until.UnixMicro(), l.Thread.String())
		result <- renewed
		return err
	})
	if err != nil {
		return store.Lease{}, err
	}
	return <-result, nil
}

// Release implements store.Store.
func (s *Store) Release(ctx context.Context, l store.Lease) error {
	if err := l.Thread.Validate(); err != nil {
		return err
	}
	// With the fence: a zombie must not give up what its successor holds.
	return s.write(ctx, "release", func(tx *tx) error {
		_, err := tx.exec(`DELETE FROM leases WHERE thread = ? AND owner = ? AND fence = ?`, l.Thread.String(), l.Owner, l.Fence)
		return err
	})
}

// Place implements store.Store.
func (s *Store) Place(ctx context.Context, l store.Lease, q store.QuestionKey, answerTS string) error {
	if err := errors.Join(l.Thread.Validate(), q.Validate()); err != nil {
		return err
	}
	return s.write(ctx, "place", func(tx *tx) error {
		now := s.now()
		if err := tx.holds(l, now); err != nil {
			return err
		}
		if err := tx.isOpen(l.Thread, q, now); err != nil {
			return err
		}
		_, err := tx.exec(`UPDATE questions SET answer_ts = ? WHERE key = ?`, answerTS, q.String())
		return err
	})
}

// Stop implements store.Store.
func (s *Store) Stop(ctx context.Context, k store.ThreadKey, q store.QuestionKey, user string) error {
	if err := errors.Join(k.Validate(), q.Validate(), store.ValidateID(user)); err != nil {
		return err
	}
	return s.write(ctx, "stop", func(tx *tx) error {
		if err := tx.isOpen(k, q, s.now()); err != nil {
			return err
		}
		var body string
		if err := tx.get(`SELECT body FROM questions WHERE key = ?`, []any{q.String()}, &body); err != nil {
			return err
		}
		var b questionBody
		if err := json.Unmarshal([]byte(body), &b); err != nil {
			return err
		}
		if b.StoppedBy != "" {
			return nil
		}
		b.StoppedBy = user
		stopped, err := json.Marshal(b)
		if err != nil {
			return err
		}
		_, err = tx.exec(`UPDATE questions SET body = ? WHERE key = ?`, string(stopped), q.String())
		return err
	})
}

// isOpen returns ErrNotFound unless q is an open question of the thread.
func (t *tx) isOpen(k store.ThreadKey, q store.QuestionKey, now int64) error {
	var open bool
	err := t.get(`SELECT EXISTS (SELECT 1 FROM questions q JOIN threads t ON t.key = q.thread
		WHERE q.key = ? AND q.thread = ? AND q.open = 1 AND t.expire_at > ?)`, []any{q.String(), k.String(), now}, &open)
	if err == nil && !open {
		err = store.ErrNotFound
	}
	return err
}
