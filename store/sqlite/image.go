package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/medbuddy/medbuddy/store"
)

// PutImage implements store.Store.
func (s *Store) PutImage(ctx context.Context, l store.Lease, r store.ImageRecord, data [][]byte) error {
	if err := l.Thread.Validate(); err != nil {
		return err
	}
	r, data, err := store.PrepareImage(r, data)
	if err != nil {
		return err
	}
	record, err := json.Marshal(r)
	if err != nil {
		return err
	}
	need := int64(2 * len(record)) // in the log and in the database
	for _, d := range data {
		need += int64(2 * len(d))
	}
	files, err := json.Marshal(r.Files)
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
		// Labels have no gap, so their number is the last of them.
		var have int
		if err := tx.get(`SELECT count(*) FROM images WHERE thread = ?`, []any{thread}, &have); err != nil {
			return err
		}
		if r.Label > have+1 {
			return store.ErrInvalidKey
		}
		var gone bool
		err = tx.get(`SELECT EXISTS (SELECT 1 FROM erased WHERE scope = ? AND id = ?
			OR scope = ? AND id IN (SELECT value FROM json_each(?)))`,
			[]any{thread, r.MessageTS, l.Thread.Team, string(files)}, &gone)
		if err != nil {
			return err
		}
		if gone {
			return tx.putGone(thread, r)
		}
		if err := s.room(s.minFree/2, need); err != nil {
			return err
		}
		if r.Label <= have {
			if err := tx.dropParts(thread, r.Label); err != nil {
				return err
			}
			tx.erased = max(tx.erased, soon)
		}
		_, err = tx.exec(`INSERT OR IGNORE INTO files SELECT ?, ?, value FROM json_each(?)`, thread, r.Label, string(files))
		if err != nil {
			return err
		}
		for i, d := range data {
			_, err := tx.exec(`INSERT INTO slices (thread, label, number, data) VALUES (?, ?, ?, ?)`, thread, r.Label, i+1, d)
			if err != nil {
				return err
			}
		}
		_, err = tx.exec(`REPLACE INTO images (thread, label, record) VALUES (?, ?, ?)`, thread, r.Label, string(record))
		return err
	})
}

// Image implements store.Store.
func (s *Store) Image(ctx context.Context, k store.ThreadKey, label int) (store.ImageRecord, [][]byte, error) {
	if err := k.Validate(); err != nil {
		return store.ImageRecord{}, nil, err
	}
	if label < 1 {
		return store.ImageRecord{}, nil, store.ErrInvalidKey
	}
	var r store.ImageRecord
	var data [][]byte
	err := s.read(ctx, "image", func(tx *sql.Tx) error {
		var record string
		err := tx.QueryRowContext(ctx, `SELECT i.record FROM images i JOIN threads t ON t.key = i.thread
			WHERE i.thread = ? AND i.label = ? AND t.expire_at > ?`, k.String(), label, s.now()).Scan(&record)
		if err != nil {
			return notFound(err)
		}
		if err := json.Unmarshal([]byte(record), &r); err != nil {
			return err
		}
		if r.Gone {
			return store.ErrNotFound
		}
		rows, err := tx.QueryContext(ctx, `SELECT data FROM slices WHERE thread = ? AND label = ? ORDER BY number`, k.String(), label)
		return each(rows, err, func() error {
			var d []byte
			err := rows.Scan(&d)
			data = append(data, d)
			return err
		})
	})
	if err != nil {
		return store.ImageRecord{}, nil, err
	}
	return r, data, nil
}
