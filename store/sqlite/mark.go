package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// Mark implements store.Store.
func (s *Store) Mark(ctx context.Context, team string) (ts string, err error) {
	if err := store.ValidateTeam(team); err != nil {
		return "", err
	}
	err = s.read(ctx, "mark", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT ts FROM marks WHERE team = ?`, team).Scan(&ts)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return ts, err
}

// SetMark implements store.Store.
func (s *Store) SetMark(ctx context.Context, team, ts string) error {
	if err := errors.Join(store.ValidateTeam(team), store.ValidateTS(ts)); err != nil {
		return err
	}
	return s.write(ctx, "set mark", func(tx *tx) error {
		var have string
		err := tx.get(`SELECT ts FROM marks WHERE team = ?`, []any{team}, &have)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// Compared here and not in SQL, which would order ts as text.
		if err == nil && store.CompareTS(ts, have) <= 0 {
			return nil
		}
		_, err = tx.exec(`REPLACE INTO marks (team, ts) VALUES (?, ?)`, team, ts)
		return err
	})
}

// keyOf takes a stored thread's key apart; none of its parts can hold a hyphen.
func keyOf(key string) (store.ThreadKey, error) {
	p := strings.Split(key, "-")
	if len(p) != 3 {
		return store.ThreadKey{}, fmt.Errorf("a thread's key has %d parts", len(p))
	}
	return store.ThreadKey{Team: p[0], Channel: p[1], TS: p[2]}, nil
}

// Served implements store.Store. It looks at every thread of the workspace: it is
// asked when a socket opens, too rarely for an index that each Finish would have to keep.
func (s *Store) Served(ctx context.Context, team string, limit int) (keys []store.ThreadKey, err error) {
	if err := store.ValidateTeam(team); err != nil {
		return nil, err
	}
	err = s.read(ctx, "served", func(tx *sql.Tx) error {
		// "." comes right after "-".
		rows, err := tx.QueryContext(ctx, `SELECT key FROM threads WHERE key > ? AND key < ? AND asked = 1 AND expire_at > ?
			ORDER BY updated_at DESC, key DESC LIMIT ?`, team+"-", team+".", s.now(), max(limit, 0))
		return each(rows, err, func() error {
			var key string
			if err := rows.Scan(&key); err != nil {
				return err
			}
			k, err := keyOf(key)
			keys = append(keys, k)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}
