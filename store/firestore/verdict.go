package firestore

import (
	"context"
	"errors"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// verdictDoc is one of the verdicts of a thread's document.
type verdictDoc struct {
	AnswerTS string    `firestore:"answer_ts"`
	User     string    `firestore:"user"`
	Feedback string    `firestore:"feedback"`
	Reviewed time.Time `firestore:"reviewed"`
	At       time.Time `firestore:"at"`
}

// verdicts are the thread's, in the contract's order as they were written.
func (d *threadDoc) verdicts() (all []store.Verdict) {
	for _, v := range d.Verdicts {
		v.Reviewed, v.At = v.Reviewed.UTC(), v.At.UTC()
		all = append(all, store.Verdict(v))
	}
	return all
}

// SetVerdict implements store.Store.
func (s *Store) SetVerdict(ctx context.Context, k store.ThreadKey, answerTS, user string, change0 func(store.Verdict) store.Verdict) (all []store.Verdict, err error) {
	if err := errors.Join(k.Validate(), store.ValidateTS(answerTS), store.ValidateID(user)); err != nil {
		return nil, err
	}
	err = s.call(ctx, "set verdict", func(ctx context.Context) error {
		return s.change(ctx, k, nil, func(c *change) error {
			if !c.d.live(c.now) {
				return store.ErrNotFound
			}
			before := c.d.verdicts()
			v, err := store.PrepareVerdict(change0(store.FindVerdict(before, answerTS, user)), answerTS, user)
			if err != nil {
				return err
			}
			v.At = c.now
			if all, err = store.ReplaceVerdict(before, v); err != nil {
				return err
			}
			if v.Empty() && len(all) == len(before) {
				return errUnchanged
			}
			c.d.Verdicts = nil
			for _, v := range all {
				c.d.Verdicts = append(c.d.Verdicts, verdictDoc(v))
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
