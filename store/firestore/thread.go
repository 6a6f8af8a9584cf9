package firestore

import (
	"context"
	"errors"
	"slices"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// errStale says that the documents beneath a thread would expire before it.
var errStale = errors.New("store: expiry of the documents beneath must be moved")

// Finish implements store.Store.
func (s *Store) Finish(ctx context.Context, l store.Lease, q store.QuestionKey, turns []store.Turn) error {
	if err := errors.Join(l.Thread.Validate(), q.Validate()); err != nil {
		return err
	}
	turns, err := store.PrepareTurns(turns)
	if err != nil {
		return err
	}
	return s.call(ctx, "finish", func(ctx context.Context) error {
		for {
			err := s.finish(ctx, l, q, turns)
			if !errors.Is(err, errStale) {
				return err
			}
			if err := s.restamp(ctx, l.Thread); err != nil {
				return err
			}
		}
	})
}

func (s *Store) finish(ctx context.Context, l store.Lease, q store.QuestionKey, turns []store.Turn) error {
	return s.change(ctx, l.Thread, nil, func(c *change) error {
		if err := c.d.holds(l, c.now); err != nil {
			return err
		}
		if err := c.d.isOpen(q, c.now); err != nil {
			return err
		}
		if len(turns) > 0 {
			c.d.UpdatedAt, c.d.EndsAt = c.now, c.now.Add(s.retention)
			if c.d.EndsAt.After(c.d.ChildrenUntil) {
				return errStale
			}
		}
		// Numbers follow from the document that the commit is conditional on: no
		// other Finish can have given them.
		turns, err := c.asEdited(ctx, q, turns)
		if err != nil {
			return err
		}
		for _, t := range turns {
			t, _ = t.Without(c.d.isGone)
			c.d.Turns++
			doc := encodeTurn(t)
			doc.Gen, doc.Seq, doc.At, doc.ExpireAt = c.d.Gen, c.d.Turns, c.now, c.d.ChildrenUntil
			c.batch.Create(turn(c.ref, c.d.Gen, c.d.Turns), doc)
		}
		c.d.Open = slices.DeleteFunc(c.d.Open, func(o openDoc) bool { return o.ID == q.String() })
		c.batch.Delete(question(c.ref, c.d.Gen, q.String()))
		return nil
	})
}

// restamp moves expire_at of all documents beneath a thread to two retention
// times from now, then notes that in the thread.
func (s *Store) restamp(ctx context.Context, k store.ThreadKey) error {
	for attempt := 0; ; attempt++ {
		before, err := s.readThread(ctx, k)
		if err != nil || before.Gen == "" {
			return err
		}
		until := s.now().Add(2 * s.retention)
		err = s.each(ctx, s.children(k, before.whole()), func(b *batch, ref *firestore.DocumentRef) {
			b.Update(ref, []firestore.Update{{Path: "expire_at", Value: until}})
		})
		switch {
		case err == nil:
			again := false
			err := s.change(ctx, k, nil, func(c *change) error {
				d := c.d
				// What came meanwhile has the old expire_at.
				again = d.Gen == before.Gen && (d.Turns != before.Turns || d.Images != before.Images ||
					len(d.Open) != len(before.Open) || !slices.Equal(d.Sets, before.Sets))
				if again || d.Gen != before.Gen {
					return errUnchanged
				}
				d.ChildrenUntil = until
				return nil
			})
			if err != nil || !again {
				return err
			}
		case fateOf(err) != rival:
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// whole names the documents of a thread's present life, but for slices of an
// image that is not there: nobody knows which of them are.
func (d *threadDoc) whole() deadDoc {
	life := deadDoc{Gen: d.Gen, Turns: d.Turns, Images: d.Images}
	for _, set := range d.Sets {
		if set.Fence == 0 {
			life.Sets = append(life.Sets, set)
		}
	}
	for _, o := range d.Open {
		life.Open = append(life.Open, o.ID)
	}
	return life
}

// children are the documents of a life of a thread.
func (s *Store) children(k store.ThreadKey, d deadDoc) []*firestore.DocumentRef {
	t := s.thread(k)
	var refs []*firestore.DocumentRef
	for _, id := range d.Open {
		refs = append(refs, question(t, d.Gen, id))
	}
	for i := range d.Turns {
		refs = append(refs, turn(t, d.Gen, i+1))
	}
	for i := range d.Images {
		refs = append(refs, image(t, d.Gen, i+1))
	}
	for _, set := range d.Sets {
		refs = append(refs, s.parts(t, d.Gen, set)...)
	}
	return refs
}

// perCommit is how many small writes go into one commit. The limit of 500 is no
// longer documented for Firestore, but costs nothing to keep.
const perCommit = 400

// each commits a write for every ref, many at a time. It is atomic only within
// one commit. The writes must be such that twice is as good as once.
func (s *Store) each(ctx context.Context, refs []*firestore.DocumentRef, f func(b *batch, ref *firestore.DocumentRef)) error {
	for part := range slices.Chunk(refs, perCommit) {
		for attempt := 0; ; attempt++ {
			err := s.commit(ctx, func(b *batch) {
				for _, ref := range part {
					f(b, ref)
				}
			})
			if err == nil {
				break
			}
			if !mayRepeat(err) {
				return err
			}
			if err := pause(ctx, attempt); err != nil {
				return err
			}
		}
	}
	return nil
}

// Thread implements store.Store.
func (s *Store) Thread(ctx context.Context, k store.ThreadKey) (th store.Thread, err error) {
	if err := k.Validate(); err != nil {
		return store.Thread{}, err
	}
	err = s.call(ctx, "thread", func(ctx context.Context) error {
		return s.settle(ctx, k, func(d *threadDoc) (bool, error) {
			if d.Gen == "" {
				return false, store.ErrNotFound
			}
			th = store.Thread{Key: k, Asked: d.Asked, Verdicts: d.verdicts(), UpdatedAt: d.UpdatedAt.UTC(), ExpireAt: d.EndsAt.UTC()}
			var refs []*firestore.DocumentRef
			for i := range d.Turns {
				refs = append(refs, turn(s.thread(k), d.Gen, i+1))
			}
			// A turn never changes but by EraseMessage, so reading them after the thread
			// gives the thread as it was then, without what was erased since, or finds
			// one missing.
			whole, err := getAll(ctx, s, refs, func(t turnDoc) { th.Turns = append(th.Turns, decodeTurn(t)) })
			if err != nil || !whole {
				return false, err
			}
			th.Images, err = s.records(ctx, k, d)
			return len(th.Images) == d.Images, err
		})
	})
	if err != nil {
		return store.Thread{}, err
	}
	return th, nil
}

func encodeTurn(t store.Turn) turnDoc {
	d := turnDoc{Role: string(t.Role), Text: t.Text, Model: t.Model, FinishedBy: t.FinishedBy,
		Temperature: t.Temperature, MaxTokens: t.MaxTokens,
		Of: t.Of, Kind: string(t.Kind), User: t.User, AnswerTS: t.AnswerTS, Images: t.Images, Parts: t.Parts}
	for _, m := range t.Messages {
		md := messageDoc{TS: m.TS, User: m.User, Text: m.Text, Images: m.Images, Gone: m.Gone, Posted: m.Posted}
		for _, u := range m.Unread {
			md.Unread = append(md.Unread, unreadDoc(u))
		}
		d.Messages = append(d.Messages, md)
	}
	return d
}

func decodeTurn(d turnDoc) store.Turn {
	t := store.Turn{Seq: d.Seq, Role: store.Role(d.Role), At: d.At.UTC(), Text: d.Text, Model: d.Model,
		FinishedBy: d.FinishedBy, Temperature: d.Temperature, MaxTokens: d.MaxTokens,
		Of: d.Of, Kind: store.Kind(d.Kind), User: d.User, AnswerTS: d.AnswerTS, Images: d.Images, Parts: d.Parts}
	for _, m := range d.Messages {
		sm := store.Message{TS: m.TS, User: m.User, Text: m.Text, Images: m.Images, Gone: m.Gone, Posted: m.Posted}
		for _, u := range m.Unread {
			sm.Unread = append(sm.Unread, store.UnreadFile(u))
		}
		t.Messages = append(t.Messages, sm)
	}
	return t
}
