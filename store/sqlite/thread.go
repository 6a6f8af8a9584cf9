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
		// The key stays, so that a redelivery is known; what it held goes.
		_, err := tx.exec(`UPDATE questions SET open = 0, body = NULL, answer_ts = '', thread = '' WHERE key = ?`, q.String())
		if err != nil {
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
		for i, t := range turns {
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
		th.Images, err = decode[store.ImageRecord](rows, err)
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

// PutImage implements store.Store.
func (s *Store) PutImage(ctx context.Context, l store.Lease, r store.ImageRecord, data []byte) error {
	if err := l.Thread.Validate(); err != nil {
		return err
	}
	r, data, err := store.PrepareImage(r, data)
	if err != nil {
		return err
	}
	if data == nil {
		data = []byte{} // NULL otherwise
	}
	record, err := json.Marshal(r)
	if err != nil {
		return err
	}
	thread := l.Thread.String()
	return s.write(ctx, "put image", func(tx *tx) error {
		now := s.now()
		if err := tx.holds(l, now); err != nil {
			return err
		}
		live, err := tx.live(thread, now)
		if err != nil {
			return err
		}
		if !live {
			return store.ErrNotFound
		}
		var have int
		if err := tx.get(`SELECT count(*) FROM images WHERE thread = ?`, []any{thread}, &have); err != nil {
			return err
		}
		if r.Label > have+1 {
			return store.ErrInvalidKey
		}
		// Labels have no gap, so their number is the last of them.
		if r.Label <= have {
			tx.erased = max(tx.erased, soon)
		}
		_, err = tx.exec(`REPLACE INTO images (thread, label, record, data) VALUES (?, ?, ?, ?)`, thread, r.Label, string(record), data)
		return err
	})
}

// Image implements store.Store.
func (s *Store) Image(ctx context.Context, k store.ThreadKey, label int) (store.ImageRecord, []byte, error) {
	if err := k.Validate(); err != nil {
		return store.ImageRecord{}, nil, err
	}
	if label < 1 {
		return store.ImageRecord{}, nil, store.ErrInvalidKey
	}
	var r store.ImageRecord
	var data []byte
	err := s.read(ctx, "image", func(tx *sql.Tx) error {
		var record string
		err := tx.QueryRowContext(ctx, `SELECT i.record, i.data FROM images i JOIN threads t ON t.key = i.thread
			WHERE i.thread = ? AND i.label = ? AND t.expire_at > ?`, k.String(), label, s.now()).Scan(&record, &data)
		if err != nil {
			return notFound(err)
		}
		return json.Unmarshal([]byte(record), &r)
	})
	if err != nil {
		return store.ImageRecord{}, nil, err
	}
	return r, data, nil
}
