package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/medbuddy/medbuddy/store"
)

// questionBody is what a question holds beside its keys and times.
type questionBody struct {
	Key    store.QuestionKey
	Thread store.ThreadKey
	Kind   store.Kind
	User   string   `json:",omitempty"`
	Text   string   `json:",omitempty"`
	Files  []string `json:",omitempty"`

	Of        string `json:",omitempty"`
	AskedTS   string `json:",omitempty"`
	StoppedBy string `json:",omitempty"`
	Edited    bool   `json:",omitempty"` // Text is not what it was admitted with
}

// Admit implements store.Store.
func (s *Store) Admit(ctx context.Context, q store.Question) (bool, error) {
	q, err := store.PrepareQuestion(q)
	if err != nil {
		return false, err
	}
	body, err := json.Marshal(questionBody{Key: q.Key, Thread: q.Thread, Kind: q.Kind, User: q.User, Text: q.Text, Files: q.Files,
		Of: q.Of, AskedTS: q.AskedTS})
	if err != nil {
		return false, err
	}
	// A channel, not a variable: the write may go on after its caller gave up.
	result := make(chan bool, 1)
	err = s.write(ctx, "admit", func(tx *tx) error {
		first, err := s.admit(tx, q, string(body))
		result <- first
		return err
	})
	if err != nil {
		return false, err
	}
	return <-result, nil
}

// admit is the whole of Admit inside the transaction. The clock is asked here and
// not by the caller, who may have waited in line.
func (s *Store) admit(tx *tx, q store.Question, body string) (first bool, err error) {
	now := s.now()
	key, thread := q.Key.String(), q.Thread.String()
	seen, err := tx.seen(key, now)
	if err != nil || seen {
		return false, err
	}
	if gone, err := tx.wasErased(thread, q.Key.TS, now); gone || err != nil {
		return false, err
	}
	if err := s.room(s.minFree, 0); err != nil {
		return false, err
	}
	const insert = `INSERT INTO questions (key, thread, open, body, admitted_at, seen_until) VALUES (?, ?, ?, ?, ?, ?)`
	until := now + store.SeenFor.Microseconds()
	if q.Kind == store.KindRefused {
		_, err := tx.exec(insert, key, "", 0, nil, now, until)
		return err == nil, err
	}
	if err := s.begin(tx, thread, q.Kind == store.KindAsk, now); err != nil {
		return false, err
	}
	_, err = tx.exec(insert, key, thread, 1, body, now, until)
	return err == nil, err
}

// seen says whether a message's key is remembered, and deletes a record of it
// whose time has passed.
func (t *tx) seen(key string, now int64) (bool, error) {
	var thread string
	var open bool
	var until int64
	err := t.get(`SELECT thread, open, seen_until FROM questions WHERE key = ?`, []any{key}, &thread, &open, &until)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case until > now:
		return true, nil
	}
	// An open question is remembered for as long as its thread, or a late
	// redelivery would ask it twice.
	if open {
		live, err := t.live(thread, now)
		if live || err != nil {
			return live, err
		}
	}
	t.erased = max(t.erased, soon)
	_, err = t.exec(`DELETE FROM questions WHERE key = ?`, key)
	return false, err
}

// begin makes sure that the thread exists, and that it was asked if asked is set. One
// that has expired is wiped first: its former life must not show in the new one.
func (s *Store) begin(tx *tx, thread string, asked bool, now int64) error {
	var was bool
	var expire int64
	err := tx.get(`SELECT asked, expire_at FROM threads WHERE key = ?`, []any{thread}, &was, &expire)
	switch {
	case errors.Is(err, sql.ErrNoRows): // the usual case; nothing can lie beneath it
	case err != nil:
		return err
	case expire > now && (was || !asked):
		return nil
	case expire > now:
		_, err := tx.exec(`UPDATE threads SET asked = 1 WHERE key = ?`, thread)
		return err
	default:
		if _, err := tx.wipe(thread); err != nil {
			return err
		}
	}
	_, err = tx.exec(`INSERT INTO threads (key, asked, updated_at, expire_at) VALUES (?, ?, ?, ?)`,
		thread, asked, now, now+s.retention.Microseconds())
	return err
}

// live says whether the thread exists and has not expired.
func (t *tx) live(thread string, now int64) (bool, error) {
	var live bool
	err := t.get(selectLive, []any{thread, now}, &live)
	return live, err
}

const selectLive = `SELECT EXISTS (SELECT 1 FROM threads WHERE key = ? AND expire_at > ?)`

// Asked implements store.Store.
func (s *Store) Asked(ctx context.Context, k store.ThreadKey) (asked bool, err error) {
	if err := k.Validate(); err != nil {
		return false, err
	}
	err = s.read(ctx, "asked", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM threads WHERE key = ? AND expire_at > ? AND asked = 1)`,
			k.String(), s.now()).Scan(&asked)
	})
	return asked, err
}

// Open implements store.Store.
func (s *Store) Open(ctx context.Context, k store.ThreadKey) (qs []store.Question, err error) {
	if err := k.Validate(); err != nil {
		return nil, err
	}
	err = s.read(ctx, "open", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT q.body, q.answer_ts, q.admitted_at
			FROM questions q JOIN threads t ON t.key = q.thread
			WHERE q.thread = ? AND q.open = 1 AND t.expire_at > ?`, k.String(), s.now())
		return each(rows, err, func() error {
			var body, answer string
			var admitted int64
			if err := rows.Scan(&body, &answer, &admitted); err != nil {
				return err
			}
			var b questionBody
			if err := json.Unmarshal([]byte(body), &b); err != nil {
				return err
			}
			qs = append(qs, store.Question{Key: b.Key, Thread: b.Thread, Kind: b.Kind, User: b.User, Text: b.Text,
				Files: b.Files, Of: b.Of, AskedTS: b.AskedTS, AdmittedAt: at(admitted), AnswerTS: answer, StoppedBy: b.StoppedBy})
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	// Here and not in SQL, which would order ts as text.
	slices.SortFunc(qs, func(a, b store.Question) int {
		return cmp.Or(store.CompareTS(a.Key.TS, b.Key.TS), cmp.Compare(a.Key.Act, b.Key.Act))
	})
	return qs, nil
}

// Abandoned implements store.Store.
func (s *Store) Abandoned(ctx context.Context, limit int) (keys []store.ThreadKey, err error) {
	err = s.read(ctx, "abandoned", func(tx *sql.Tx) error {
		now := s.now()
		// Any body of the thread will do: each holds the thread's key.
		rows, err := tx.QueryContext(ctx, `SELECT max(q.body), min(q.admitted_at) AS oldest
			FROM questions q JOIN threads t ON t.key = q.thread LEFT JOIN leases l ON l.thread = q.thread
			WHERE q.open = 1 AND t.expire_at > ? AND coalesce(l.until, 0) <= ?
			GROUP BY q.thread ORDER BY oldest, q.thread LIMIT ?`, now, now, max(limit, 0))
		return each(rows, err, func() error {
			var body string
			var oldest int64
			if err := rows.Scan(&body, &oldest); err != nil {
				return err
			}
			var b questionBody
			if err := json.Unmarshal([]byte(body), &b); err != nil {
				return err
			}
			keys = append(keys, b.Thread)
			return nil
		})
	})
	return keys, err
}

// each calls f for every row and closes the rows.
func each(rows *sql.Rows, err error, f func() error) error {
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := f(); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
