package firestore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// EditMessage implements store.Store. It is one commit, as EraseMessage is.
func (s *Store) EditMessage(ctx context.Context, k store.ThreadKey, ts, text string) error {
	if err := errors.Join(k.Validate(), store.ValidateTS(ts)); err != nil {
		return err
	}
	text, err := store.PrepareText(text)
	if err != nil {
		return err
	}
	return s.call(ctx, "edit message", func(ctx context.Context) error {
		return s.change(ctx, k, nil, func(c *change) error {
			if !c.d.live(c.now) {
				return errUnchanged
			}
			edited := c.editQuestion(store.QuestionKey{Team: k.Team, Channel: k.Channel, TS: ts}, text)
			var tooLarge error
			err := c.changeTurns(ctx, func(t store.Turn) (store.Turn, bool) {
				t, changed := t.Reworded(ts, text)
				edited = edited || changed
				tooLarge = errors.Join(tooLarge, t.Fits())
				return t, changed
			})
			switch {
			case err != nil || tooLarge != nil:
				return errors.Join(err, tooLarge)
			case !edited:
				return errUnchanged
			}
			return nil
		})
	})
}

// editQuestion replaces the words of a question that is open, and notes it, so that
// Finish does not bring the former ones back.
func (c *change) editQuestion(q store.QuestionKey, text string) bool {
	i := slices.IndexFunc(c.d.Open, func(o openDoc) bool { return o.ID == q.String() })
	if i < 0 {
		return false
	}
	c.d.Open[i].Edited = true
	c.batch.Update(question(c.ref, c.d.Gen, q.String()), []firestore.Update{{Path: "text", Value: text}})
	return true
}

// asEdited returns turns with the words that an open question has by now.
func (c *change) asEdited(ctx context.Context, q store.QuestionKey, turns []store.Turn) ([]store.Turn, error) {
	if !slices.ContainsFunc(c.d.Open, func(o openDoc) bool { return o.ID == q.String() && o.Edited }) {
		return turns, nil
	}
	var text string
	if found, err := getAll(ctx, c.s, []*firestore.DocumentRef{question(c.ref, c.d.Gen, q.String())}, func(d questionDoc) { text = d.Text }); err != nil {
		return nil, err
	} else if !found {
		return nil, fmt.Errorf("%w: question", store.ErrNotFound)
	}
	return store.RewordAll(turns, q.TS, text)
}
