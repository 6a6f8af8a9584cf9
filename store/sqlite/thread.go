package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/medbuddy/medbuddy/store"
)

// Finish implements store.Store.
func (s *Store) Finish(ctx context.Context, l store.Lease, q store.QuestionKey, turns []store.Turn) error {
	if err := errors.Join(l.Thread.Validate(), q.Validate()); err != nil {
		return err
	}
	turns, err := store.PrepareTurns(turns)
	if err != nil {
		return err
	}
	thread := l.Thread.String()
	return s.write(ctx, "finish", func(tx *tx) error {
		now := s.now()
		if err := tx.holds(l, now); err != nil {
			return err
		}
		if err := tx.isOpen(l.Thread, q, now); err != nil {
			return err
		}
		turns, err := tx.asEdited(q, turns)
		if err != nil {
			return err
		}
		if err := tx.closeQuestion(q.String()); err != nil {
			return err
		}
		tx.erased = max(tx.erased, soon)
		if len(turns) == 0 {
			return nil
		}
		// Only this writer appends, so there can be no gap and no race.
		var last int
		if err := tx.get(`SELECT coalesce(max(seq), 0) FROM turns WHERE thread = ?`, []any{thread}, &last); err != nil {
			return err
		}
		gone, err := tx.erasedMessages(thread)
		if err != nil {
			return err
		}
		for i, t := range turns {
			t, _ = t.Without(gone)
			t.Seq, t.At = last+1+i, at(now)
			body, err := json.Marshal(t)
			if err != nil {
				return err
			}
			if _, err := tx.exec(`INSERT INTO turns (thread, seq, body) VALUES (?, ?, ?)`, thread, t.Seq, string(body)); err != nil {
				return err
			}
		}
		_, err = tx.exec(`UPDATE threads SET updated_at = ?, expire_at = ? WHERE key = ?`, now, now+s.retention.Microseconds(), thread)
		return err
	})
}

// closeQuestion keeps a question's key, so that a redelivery is known; what it held
// goes.
func (t *tx) closeQuestion(key string) error {
	_, err := t.exec(`UPDATE questions SET open = 0, body = NULL, answer_ts = '', thread = '' WHERE key = ?`, key)
	return err
}

// Thread implements store.Store.
func (s *Store) Thread(ctx context.Context, k store.ThreadKey) (store.Thread, error) {
	if err := k.Validate(); err != nil {
		return store.Thread{}, err
	}
	th := store.Thread{Key: k}
	err := s.read(ctx, "thread", func(tx *sql.Tx) error {
		var updated, expire int64
		err := tx.QueryRowContext(ctx, `SELECT asked, updated_at, expire_at FROM threads WHERE key = ? AND expire_at > ?`,
			k.String(), s.now()).Scan(&th.Asked, &updated, &expire)
		if err != nil {
			return notFound(err)
		}
		th.UpdatedAt, th.ExpireAt = at(updated), at(expire)
		rows, err := tx.QueryContext(ctx, `SELECT body FROM turns WHERE thread = ? ORDER BY seq`, k.String())
		if th.Turns, err = decode[store.Turn](rows, err); err != nil {
			return err
		}
		rows, err = tx.QueryContext(ctx, `SELECT record FROM images WHERE thread = ? ORDER BY label`, k.String())
		if th.Images, err = decode[store.ImageRecord](rows, err); err != nil {
			return err
		}
		th.Verdicts, _, err = verdicts(tx.QueryRowContext(ctx, selectVerdicts, k.String()))
		return err
	})
	if err != nil {
		return store.Thread{}, err
	}
	return th, nil
}

// decode reads rows of one column of JSON.
func decode[T any](rows *sql.Rows, err error) (out []T, _ error) {
	err = each(rows, err, func() error {
		// RawBytes spares a copy of each text.
		var body sql.RawBytes
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var v T
		if err := json.Unmarshal(body, &v); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}
