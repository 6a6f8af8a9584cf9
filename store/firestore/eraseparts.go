package firestore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// isGone says whether a message was erased.
func (d *threadDoc) isGone(ts string) bool { return slices.Contains(d.Gone, ts) }

// EraseMessage implements store.Store.
//
// It is one commit: a message is in one turn, or in two, each of at most
// store.MaxTurnBytes. The slices of its images are then nobody's, and are deleted
// right after, as those of a forgotten thread.
func (s *Store) EraseMessage(ctx context.Context, k store.ThreadKey, ts string) (gone store.Deleted, err error) {
	if err := errors.Join(k.Validate(), store.ValidateTS(ts)); err != nil {
		return store.Deleted{}, err
	}
	err = s.call(ctx, "erase message", func(ctx context.Context) error {
		var dead []deadDoc
		err := s.change(ctx, k, nil, func(c *change) (err error) {
			gone, dead = store.Deleted{}, nil
			if !c.d.live(c.now) {
				return errUnchanged
			}
			gone.Questions = c.eraseQuestions(ts)
			if gone.Messages, err = c.eraseTurns(ctx, ts); err != nil {
				return err
			}
			gone.Images, err = c.eraseImages(ctx, func(all []store.ImageRecord) func(store.ImageRecord) bool { return store.CameWith(all, ts) })
			if err != nil {
				return err
			}
			dead = slices.Clone(c.d.Dead)
			if gone == (store.Deleted{}) && c.d.isGone(ts) {
				return errUnchanged
			}
			c.d.Gone = append(slices.DeleteFunc(c.d.Gone, func(other string) bool { return other == ts }), ts)
			c.d.Gone = c.d.Gone[max(0, len(c.d.Gone)-store.MaxErased):]
			return nil
		})
		if err != nil {
			return err
		}
		return s.deleteDead(ctx, k, dead)
	})
	if err != nil {
		return store.Deleted{}, err
	}
	return gone, nil
}

// eraseQuestions closes the open questions that are a message, or about it.
func (c *change) eraseQuestions(ts string) (n int) {
	c.d.Open = slices.DeleteFunc(c.d.Open, func(o openDoc) bool {
		// The id is that of store.QuestionKey.String.
		if p := strings.Split(o.ID, "-"); o.Of != ts && (len(p) < 3 || p[2] != ts) {
			return false
		}
		c.batch.Delete(question(c.ref, c.d.Gen, o.ID))
		n++
		return true
	})
	return n
}

// eraseTurns empties what turns hold of a message.
func (c *change) eraseTurns(ctx context.Context, ts string) (n int, err error) {
	err = c.changeTurns(ctx, func(t store.Turn) (store.Turn, bool) {
		t, emptied := t.Without(func(other string) bool { return other == ts })
		n += emptied
		return t, emptied > 0
	})
	return n, err
}

// changeTurns rewrites the turns that change says it has changed. They change nowhere
// else, and the thread's document, on which the commit is conditional, is changed along.
func (c *change) changeTurns(ctx context.Context, change func(store.Turn) (store.Turn, bool)) error {
	if c.d.Turns == 0 {
		return nil
	}
	refs := make([]*firestore.DocumentRef, c.d.Turns)
	for i := range refs {
		refs[i] = turn(c.ref, c.d.Gen, i+1)
	}
	i := 0
	_, err := getAll(ctx, c.s, refs, func(d turnDoc) {
		if t, changed := change(decodeTurn(d)); changed {
			next := encodeTurn(t)
			c.batch.Update(refs[i], []firestore.Update{{Path: "messages", Value: next.Messages}, {Path: "text", Value: next.Text}})
		}
		i++
	})
	return err
}

// eraseImages makes images Gone that which names among all, and says how many there
// were.
func (c *change) eraseImages(ctx context.Context, which func(all []store.ImageRecord) func(store.ImageRecord) bool) (n int, err error) {
	records, err := c.s.records(ctx, c.k, c.d)
	named := which(records)
	for _, r := range records {
		if !r.Gone && named(r) {
			// One that is being written in its place is its PutImage's to judge.
			c.putGone(r, func(set setDoc) bool { return set.Fence == 0 })
			n++
		}
	}
	return n, err
}

// putGone leaves nothing of an image but that it was there. Those of its sets that
// drop names are dead.
func (c *change) putGone(r store.ImageRecord, drop func(setDoc) bool) {
	c.d.Images = max(c.d.Images, r.Label)
	c.batch.Set(image(c.ref, c.d.Gen, r.Label), imageDoc{
		Gen: c.d.Gen, Record: encodeRecord(r.Emptied()), ExpireAt: c.d.ChildrenUntil})
	dead := deadDoc{Gen: c.d.Gen}
	c.d.Sets = slices.DeleteFunc(c.d.Sets, func(set setDoc) bool {
		if set.Label != r.Label || !drop(set) {
			return false
		}
		dead.Sets = append(dead.Sets, set)
		return true
	})
	if len(dead.Sets) > 0 {
		c.d.Dead, c.d.DeadUntil = append(c.d.Dead, dead), c.now.Add(graveTime)
	}
}

// eraseImages makes images of a thread Gone.
func (s *Store) eraseImages(ctx context.Context, k store.ThreadKey, which func(store.ImageRecord) bool) (n int, err error) {
	var dead []deadDoc
	err = s.change(ctx, k, nil, func(c *change) error {
		n, dead = 0, nil
		if !c.d.live(c.now) {
			return errUnchanged
		}
		var err error
		if n, err = c.eraseImages(ctx, func([]store.ImageRecord) func(store.ImageRecord) bool { return which }); err != nil {
			return err
		}
		dead = slices.Clone(c.d.Dead)
		if n == 0 {
			return errUnchanged
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, s.deleteDead(ctx, k, dead)
}
