package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/medbuddy/medbuddy/store"
)

const selectVerdicts = `SELECT body FROM verdicts WHERE thread = ?`

// verdicts decodes a thread's, with their stored form; none and "" without a row.
func verdicts(row interface{ Scan(...any) error }) (all []store.Verdict, body string, err error) {
	err = row.Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	err = json.Unmarshal([]byte(body), &all)
	return all, body, err
}

// SetVerdict implements store.Store. As in SetSettings, change runs in the caller's
// goroutine.
func (s *Store) SetVerdict(ctx context.Context, k store.ThreadKey, answerTS, user string, change func(store.Verdict) store.Verdict) ([]store.Verdict, error) {
	if err := errors.Join(k.Validate(), store.ValidateTS(answerTS), store.ValidateID(user)); err != nil {
		return nil, err
	}
	for {
		var all []store.Verdict
		var body string
		err := s.read(ctx, "set verdict", func(tx *sql.Tx) error {
			var live bool
			err := tx.QueryRowContext(ctx, selectLive, k.String(), s.now()).Scan(&live)
			if err == nil && !live {
				err = store.ErrNotFound
			}
			if err != nil {
				return err
			}
			all, body, err = verdicts(tx.QueryRowContext(ctx, selectVerdicts, k.String()))
			return err
		})
		if err != nil {
			return nil, err
		}
		v, err := store.PrepareVerdict(change(store.FindVerdict(all, answerTS, user)), answerTS, user)
		if err != nil {
			return nil, err
		}
		next, err := s.swapVerdict(ctx, k.String(), body, v)
		if !errors.Is(err, errChanged) {
			return next, err
		}
	}
}

// swapVerdict puts v among the thread's verdicts, or returns errChanged when their
// stored form is not old any more.
func (s *Store) swapVerdict(ctx context.Context, thread, old string, v store.Verdict) ([]store.Verdict, error) {
	result := make(chan []store.Verdict, 1)
	err := s.write(ctx, "set verdict", func(tx *tx) error {
		now := s.now()
		live, err := tx.live(thread, now)
		if err != nil {
			return err
		}
		if !live {
			return store.ErrNotFound
		}
		row, err := tx.row(selectVerdicts, thread)
		if err != nil {
			return err
		}
		all, have, err := verdicts(row)
		if err != nil {
			return err
		}
		if have != old {
			return errChanged
		}
		v := v
		v.At = at(now)
		next, err := store.ReplaceVerdict(all, v)
		if err != nil {
			return err
		}
		if len(next) == 0 {
			result <- nil
			_, err := tx.exec(`DELETE FROM verdicts WHERE thread = ?`, thread)
			return err
		}
		body, err := json.Marshal(next)
		if err != nil {
			return err
		}
		result <- next
		_, err = tx.exec(`REPLACE INTO verdicts (thread, body) VALUES (?, ?)`, thread, string(body))
		return err
	})
	if err != nil {
		return nil, err
	}
	return <-result, nil
}
