package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/medbuddy/medbuddy/store"
)

// Erasing a part of a thread: a message, or the images of a file. What is erased is
// remembered for a while in erased, so that a question that is being answered does
// not bring it back.

// wasErased says whether a message was erased from the living thread.
func (t *tx) wasErased(thread, ts string, now int64) (gone bool, err error) {
	err = t.get(`SELECT EXISTS (SELECT 1 FROM erased e JOIN threads t ON t.key = e.scope
		WHERE e.scope = ? AND e.id = ? AND t.expire_at > ?)`, []any{thread, ts, now}, &gone)
	return gone, err
}

// erasedMessages returns whether a message was erased from the thread.
func (t *tx) erasedMessages(thread string) (func(ts string) bool, error) {
	all, err := t.keys(`SELECT id FROM erased WHERE scope = ?`, thread)
	gone := map[string]bool{}
	for _, ts := range all {
		gone[ts] = true
	}
	return func(ts string) bool { return gone[ts] }, err
}

func (s *Store) remember(tx *tx, scope, id string, now int64) error {
	_, err := tx.exec(`REPLACE INTO erased (scope, id, until) VALUES (?, ?, ?)`, scope, id, now+store.SeenFor.Microseconds())
	return err
}

// dropParts deletes what an image has beside its record.
func (t *tx) dropParts(thread string, label int) error {
	for _, query := range []string{
		`DELETE FROM slices WHERE thread = ? AND label = ?`,
		`DELETE FROM files WHERE thread = ? AND label = ?`,
	} {
		if _, err := t.exec(query, thread, label); err != nil {
			return err
		}
	}
	return nil
}

// putGone leaves nothing of an image but that it was there.
func (t *tx) putGone(thread string, r store.ImageRecord) error {
	record, err := json.Marshal(r.Emptied())
	if err != nil {
		return err
	}
	if err := t.dropParts(thread, r.Label); err != nil {
		return err
	}
	t.erased = now
	_, err = t.exec(`REPLACE INTO images (thread, label, record) VALUES (?, ?, ?)`, thread, r.Label, string(record))
	return err
}

// EraseMessage implements store.Store.
func (s *Store) EraseMessage(ctx context.Context, k store.ThreadKey, ts string) (store.Deleted, error) {
	if err := errors.Join(k.Validate(), store.ValidateTS(ts)); err != nil {
		return store.Deleted{}, err
	}
	result := make(chan store.Deleted, 1)
	err := s.write(ctx, "erase message", func(tx *tx) error {
		thread, clock := k.String(), s.now()
		var expire int64
		err := tx.get(`SELECT expire_at FROM threads WHERE key = ?`, []any{thread}, &expire)
		if errors.Is(err, sql.ErrNoRows) {
			result <- store.Deleted{}
			return nil
		}
		if err != nil {
			return err
		}
		var d store.Deleted
		for _, part := range []struct {
			n     *int
			erase func(thread, ts string) (int, error)
		}{
			{&d.Questions, tx.eraseQuestions}, {&d.Messages, tx.eraseTurns}, {&d.Images, tx.eraseImagesOf},
		} {
			var err error
			if *part.n, err = part.erase(thread, ts); err != nil {
				return err
			}
		}
		// Also when nothing is held: what a Finish erased a moment ago may still be in the log.
		tx.erased = now
		if expire <= clock {
			d = store.Deleted{} // it had expired: as good as missing
		}
		result <- d
		return s.remember(tx, thread, ts, clock)
	})
	if err != nil {
		return store.Deleted{}, err
	}
	return <-result, nil
}

// eraseQuestions closes the thread's open questions that are a message, or about it.
func (t *tx) eraseQuestions(thread, ts string) (n int, err error) {
	keys, err := t.keys(`SELECT key FROM questions WHERE thread = ? AND open = 1`, thread)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		var b questionBody
		if err := t.body(&b, `SELECT body FROM questions WHERE key = ?`, key); err != nil {
			return 0, err
		}
		if b.Key.TS != ts && b.Of != ts {
			continue
		}
		if err := t.closeQuestion(key); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// eraseTurns empties what the thread's turns hold of a message.
func (t *tx) eraseTurns(thread, ts string) (n int, err error) {
	return t.changeTurns(thread, ts, func(turn store.Turn) (store.Turn, int, error) {
		turn, emptied := turn.Without(func(other string) bool { return other == ts })
		return turn, emptied, nil
	})
}

// changeTurns changes the thread's turns that speak of a message. It adds up what change
// says that it has changed.
func (t *tx) changeTurns(thread, ts string, change func(store.Turn) (store.Turn, int, error)) (n int, err error) {
	// Digits and a dot are in JSON as they are, so this misses no turn.
	seqs, err := t.keys(`SELECT seq FROM turns WHERE thread = ? AND instr(body, ?)`, thread, quoted(ts))
	if err != nil {
		return 0, err
	}
	for _, seq := range seqs {
		var turn store.Turn
		if err := t.body(&turn, `SELECT body FROM turns WHERE thread = ? AND seq = ?`, thread, seq); err != nil {
			return 0, err
		}
		turn, changed, err := change(turn)
		if err != nil {
			return 0, err
		}
		if changed == 0 {
			continue
		}
		n += changed
		body, err := json.Marshal(turn)
		if err != nil {
			return 0, err
		}
		if _, err := t.exec(`UPDATE turns SET body = ? WHERE thread = ? AND seq = ?`, string(body), thread, seq); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func quoted(ts string) string { return fmt.Sprintf("%q", ts) }

// eraseImagesOf makes the images Gone that came with a message, and other views of
// their files.
func (t *tx) eraseImagesOf(thread, ts string) (n int, err error) {
	labels, err := t.keys(`SELECT label FROM images WHERE thread = ?`, thread)
	if err != nil {
		return 0, err
	}
	all := make([]store.ImageRecord, len(labels))
	for i, label := range labels {
		if err := t.body(&all[i], `SELECT record FROM images WHERE thread = ? AND label = ?`, thread, label); err != nil {
			return 0, err
		}
	}
	return t.eraseImages(thread, labels, store.CameWith(all, ts))
}

// eraseImages makes those of the labelled images Gone that which names, and says how
// many there were.
func (t *tx) eraseImages(thread string, labels []string, which func(store.ImageRecord) bool) (n int, err error) {
	for _, label := range labels {
		var r store.ImageRecord
		if err := t.body(&r, `SELECT record FROM images WHERE thread = ? AND label = ?`, thread, label); err != nil {
			return 0, err
		}
		if r.Gone || !which(r) {
			continue
		}
		if err := t.putGone(thread, r); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// body decodes the only row of a query, which is JSON.
func (t *tx) body(v any, query string, args ...any) error {
	var body string
	if err := t.get(query, args, &body); err != nil {
		return err
	}
	return json.Unmarshal([]byte(body), v)
}

// EraseFile implements store.Store.
func (s *Store) EraseFile(ctx context.Context, team, fileID string) ([]store.ThreadKey, error) {
	if err := errors.Join(store.ValidateTeam(team), store.ValidateID(fileID)); err != nil {
		return nil, err
	}
	result := make(chan []store.ThreadKey, 1)
	err := s.write(ctx, "erase file", func(tx *tx) error {
		clock := s.now()
		// "." comes right after "-".
		threads, err := tx.keys(`SELECT DISTINCT thread FROM files WHERE file = ? AND thread > ? AND thread < ? ORDER BY thread`,
			fileID, team+"-", team+".")
		if err != nil {
			return err
		}
		var found []store.ThreadKey
		for _, thread := range threads {
			labels, err := tx.keys(`SELECT label FROM files WHERE file = ? AND thread = ?`, fileID, thread)
			if err != nil {
				return err
			}
			n, err := tx.eraseImages(thread, labels, func(store.ImageRecord) bool { return true })
			if err != nil {
				return err
			}
			// An expired thread is missing, but what it holds of the file goes all the same.
			live, err := tx.live(thread, clock)
			if err != nil {
				return err
			}
			if n == 0 || !live {
				continue
			}
			k, err := keyOf(thread)
			if err != nil {
				return err
			}
			found = append(found, k)
		}
		result <- found
		return s.remember(tx, team, fileID, clock)
	})
	if err != nil {
		return nil, err
	}
	return <-result, nil
}
