package sqlite

import (
	"context"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// Erasing has two halves. secure_delete overwrites deleted rows with zeros, but
// in the log: the database file has the old pages until a checkpoint, and the
// log has them until it is truncated. Both happen in
// wal_checkpoint(TRUNCATE), which must wait for readers of older views.

// urgency says how soon what a write deleted must be gone from the files.
type urgency int

const (
	nothing urgency = iota
	soon            // within lazyErase
	now             // before the write is answered, if readers allow
)

// An erasure is a checkpoint that is still owed.
type erasure struct {
	timer *time.Timer
}

func (e *erasure) pending() bool { return e.timer != nil }

// due fires when the checkpoint is to be run; never when none is owed.
func (e *erasure) due() <-chan time.Time {
	if e.timer == nil {
		return nil
	}
	return e.timer.C
}

// owe notes that something was deleted and must be gone within lazyErase.
func (e *erasure) owe() {
	if e.timer == nil {
		e.timer = time.NewTimer(lazyErase)
	}
}

func (e *erasure) finished() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}

// eraseRetry is when a checkpoint is tried again that a reader held up. A try
// holds up the writes, so only the first of an erasure that somebody waits for
// is long; a reader that stays for minutes must not slow every question.
const (
	eraseRetry   = time.Second
	patientWait  = "500" // milliseconds, of SQLite's busy_timeout
	casualWait   = "20"
	ordinaryWait = "5000" // as in dsn
)

// erase moves the log into the database and empties it. When a reader stands in
// the way for longer than wait it stays owed.
func (w *writer) erase(wait string) {
	ctx := context.Background()
	var busy, pages, moved int
	_, err := w.conn.ExecContext(ctx, `PRAGMA busy_timeout = `+wait)
	if err == nil {
		err = w.conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	}
	if _, err2 := w.conn.ExecContext(ctx, `PRAGMA busy_timeout = `+ordinaryWait); err == nil {
		err = err2
	}
	w.erasure.finished()
	if err != nil || busy != 0 {
		w.erasure.timer = time.NewTimer(eraseRetry)
	}
}

// wipe deletes everything a thread holds; the keys of its messages stay, without
// content.
func (t *tx) wipe(thread string) (d store.Deleted, err error) {
	// The thread's settings and erased messages have the thread's key as their scope.
	for _, part := range []struct {
		n     *int
		query string
	}{
		{&d.Questions, `UPDATE questions SET open = 0, body = NULL, answer_ts = '', thread = '' WHERE thread = ? AND open = 1`},
		{&d.Turns, `DELETE FROM turns WHERE thread = ?`},
		{&d.Images, `DELETE FROM images WHERE thread = ?`},
		{new(int), `DELETE FROM slices WHERE thread = ?`},
		{new(int), `DELETE FROM files WHERE thread = ?`},
		{new(int), `DELETE FROM verdicts WHERE thread = ?`},
		{new(int), `DELETE FROM erased WHERE scope = ?`},
		{new(int), `DELETE FROM settings WHERE scope = ?`},
		{new(int), `DELETE FROM threads WHERE key = ?`},
	} {
		if *part.n, err = t.exec(part.query, thread); err != nil {
			return store.Deleted{}, err
		}
	}
	t.erased = now
	return d, nil
}

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, k store.ThreadKey) (store.Deleted, error) {
	if err := k.Validate(); err != nil {
		return store.Deleted{}, err
	}
	// The closure may outlive this call, so what it finds leaves by a channel.
	result := make(chan store.Deleted, 1)
	err := s.write(ctx, "forget", func(tx *tx) error {
		live, err := tx.live(k.String(), s.now())
		if err != nil {
			return err
		}
		d, err := tx.wipe(k.String())
		if err != nil {
			return err
		}
		if !live {
			d = store.Deleted{} // it had expired: as good as missing
		}
		result <- d
		_, err = tx.exec(`DELETE FROM leases WHERE thread = ?`, k.String())
		return err
	})
	if err != nil {
		return store.Deleted{}, err
	}
	return <-result, nil
}

// Expire implements store.Store. Each thread and each key is one row of the
// limit, however much a thread holds.
func (s *Store) Expire(ctx context.Context, limit int) (int, error) {
	limit = max(limit, 0)
	result := make(chan int, 1)
	err := s.write(ctx, "expire", func(tx *tx) error {
		at := s.now()
		threads, err := tx.keys(`SELECT key FROM threads WHERE expire_at <= ? ORDER BY expire_at LIMIT ?`, at, limit)
		if err != nil {
			return err
		}
		for _, k := range threads {
			if _, err := tx.wipe(k); err != nil {
				return err
			}
		}
		n := len(threads)
		for _, query := range []string{
			`DELETE FROM questions WHERE key IN (SELECT key FROM questions WHERE open = 0 AND seen_until <= ? LIMIT ?)`,
			// A lease leaves an owner's name behind, nothing else; the counter
			// keeps its fence from being used again.
			`DELETE FROM leases WHERE thread IN (SELECT thread FROM leases WHERE until <= ? LIMIT ?)`,
			`DELETE FROM erased WHERE (scope, id) IN (SELECT scope, id FROM erased WHERE until <= ? LIMIT ?)`,
		} {
			gone, err := tx.exec(query, at, limit-n)
			if err != nil {
				return err
			}
			n += gone
		}
		result <- n
		return nil
	})
	if err != nil {
		return 0, err
	}
	return <-result, nil
}
