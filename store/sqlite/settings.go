package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/medbuddy/medbuddy/store"
)

func scopeKey(sc store.Scope) string {
	if sc.Thread == "" {
		return sc.Team + "-" + sc.Channel
	}
	return sc.Team + "-" + sc.Channel + "-" + sc.Thread
}

// A channel's row counts always, a thread's only while the thread lives.
const selectSettings = `SELECT body FROM settings WHERE scope = ?1
	AND (?2 OR EXISTS (SELECT 1 FROM threads WHERE key = ?1 AND expire_at > ?3))`

// Settings implements store.Store.
func (s *Store) Settings(ctx context.Context, sc store.Scope) (store.Settings, error) {
	set, _, err := s.settings(ctx, "settings", sc)
	return set, err
}

// settings returns the settings with their stored form, "" when there are none.
func (s *Store) settings(ctx context.Context, op string, sc store.Scope) (set store.Settings, body string, err error) {
	if err := sc.Validate(); err != nil {
		return store.Settings{}, "", err
	}
	err = s.read(ctx, op, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, selectSettings, scopeKey(sc), sc.Thread == "", s.now()).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), &set)
	})
	return set, body, err
}

var errChanged = errors.New("store: settings changed meanwhile")

// SetSettings implements store.Store. change runs in the caller's goroutine,
// never in the writer's: there it would hold up every other write.
func (s *Store) SetSettings(ctx context.Context, sc store.Scope, change func(store.Settings) store.Settings) (before, after store.Settings, err error) {
	for {
		before, body, err := s.settings(ctx, "set settings", sc)
		if err != nil {
			return store.Settings{}, store.Settings{}, err
		}
		mine, err := store.PrepareSettings(before)
		if err != nil {
			return store.Settings{}, store.Settings{}, err
		}
		mine.At = before.At
		after, err := store.PrepareSettings(change(mine))
		if err != nil {
			return store.Settings{}, store.Settings{}, err
		}
		after, err = s.swap(ctx, sc, body, after)
		if errors.Is(err, errChanged) {
			continue
		}
		if err != nil {
			return store.Settings{}, store.Settings{}, err
		}
		return before, after, nil
	}
}

// swap replaces the stored form old, or returns errChanged when it is another
// one by now.
func (s *Store) swap(ctx context.Context, sc store.Scope, old string, set store.Settings) (store.Settings, error) {
	result := make(chan store.Settings, 1)
	zero := set == store.Settings{}
	err := s.write(ctx, "set settings", func(tx *tx) error {
		now := s.now()
		var have string
		err := tx.get(selectSettings, []any{scopeKey(sc), sc.Thread == "", now}, &have)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// The stored form has the time of the change in it. Should two changes in
		// one microsecond store the same, nothing is lost by taking one for the other.
		if have != old {
			return errChanged
		}
		if zero {
			result <- set
			_, err := tx.exec(`DELETE FROM settings WHERE scope = ?`, scopeKey(sc))
			return err
		}
		if sc.Thread != "" {
			if err := s.begin(tx, scopeKey(sc), false, now); err != nil {
				return err
			}
		}
		set := set
		set.At = at(now)
		body, err := json.Marshal(set)
		if err != nil {
			return err
		}
		result <- set
		_, err = tx.exec(`REPLACE INTO settings (scope, body) VALUES (?, ?)`, scopeKey(sc), string(body))
		return err
	})
	if err != nil {
		return store.Settings{}, err
	}
	return <-result, nil
}
