package sqlite

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/medbuddy/medbuddy/store"
)

// EditMessage implements store.Store. The words that were there before are erased as
// those of a deleted message are.
func (s *Store) EditMessage(ctx context.Context, k store.ThreadKey, ts, text string) error {
	if err := errors.Join(k.Validate(), store.ValidateTS(ts)); err != nil {
		return err
	}
	text, err := store.PrepareText(text)
	if err != nil {
		return err
	}
	return s.write(ctx, "edit message", func(tx *tx) error {
		thread := k.String()
		if live, err := tx.live(thread, s.now()); err != nil || !live {
			return err
		}
		key := store.QuestionKey{Team: k.Team, Channel: k.Channel, TS: ts}
		if err := tx.editQuestion(thread, key.String(), text); err != nil {
			return err
		}
		_, err := tx.changeTurns(thread, ts, func(t store.Turn) (store.Turn, int, error) {
			t, changed := t.Reworded(ts, text)
			if !changed {
				return t, 0, nil
			}
			return t, 1, t.Fits()
		})
		// Also when nothing is held, for the reason given in EraseMessage.
		tx.erased = now
		return err
	})
}

// editQuestion replaces the words of a question that is open, and notes it, so that
// Finish does not bring the former ones back.
func (t *tx) editQuestion(thread, key, text string) error {
	keys, err := t.keys(`SELECT key FROM questions WHERE key = ? AND thread = ? AND open = 1`, key, thread)
	if err != nil || len(keys) == 0 {
		return err
	}
	var b questionBody
	if err := t.body(&b, `SELECT body FROM questions WHERE key = ?`, key); err != nil {
		return err
	}
	b.Text, b.Edited = text, true
	body, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE questions SET body = ? WHERE key = ?`, string(body), key)
	return err
}

// asEdited returns turns with the words that an open question has by now.
func (t *tx) asEdited(q store.QuestionKey, turns []store.Turn) ([]store.Turn, error) {
	var b questionBody
	if err := t.body(&b, `SELECT body FROM questions WHERE key = ?`, q.String()); err != nil || !b.Edited {
		return turns, err
	}
	return store.RewordAll(turns, q.TS, b.Text)
}
