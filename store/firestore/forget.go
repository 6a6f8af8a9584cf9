package firestore

import (
	"context"
	"slices"
	"time"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, k store.ThreadKey) (gone store.Deleted, err error) {
	if err := k.Validate(); err != nil {
		return store.Deleted{}, err
	}
	err = s.call(ctx, "forget", func(ctx context.Context) error {
		var dead []deadDoc
		err := s.change(ctx, k, nil, func(c *change) error {
			c.d.bury(c.now, c.now.Add(graveTime))
			dead = slices.Clone(c.d.Dead)
			// From this write on nothing can be read, and no lease holds; what
			// follows is cleaning up, which may be repeated.
			if c.isNew || len(dead) == 0 && c.d.Owner == "" {
				return errUnchanged
			}
			c.d.Owner, c.d.Until = "", c.now
			return nil
		})
		if err != nil {
			return err
		}
		for _, d := range dead {
			if !d.Expired {
				gone.Questions += len(d.Open)
				gone.Turns += d.Turns
				gone.Images += d.Images
			}
		}
		return s.deleteDead(ctx, k, dead)
	})
	if err != nil {
		return store.Deleted{}, err
	}
	return gone, nil
}

// deleteDead deletes the documents of former lives, then the note of them.
func (s *Store) deleteDead(ctx context.Context, k store.ThreadKey, dead []deadDoc) error {
	if len(dead) == 0 {
		return nil
	}
	for _, d := range dead {
		// Without a precondition: it does not matter who deletes them, nor how often.
		err := s.each(ctx, s.children(k, d), func(b *batch, ref *firestore.DocumentRef) { b.Delete(ref) })
		if err != nil {
			return err
		}
	}
	return s.change(ctx, k, nil, func(c *change) error {
		before := len(c.d.Dead)
		c.d.Dead = slices.DeleteFunc(c.d.Dead, func(d deadDoc) bool {
			return slices.ContainsFunc(dead, func(o deadDoc) bool { return o.Gen == d.Gen && slices.Equal(o.Sets, d.Sets) })
		})
		if len(c.d.Dead) == before {
			return errUnchanged
		}
		if len(c.d.Dead) == 0 {
			c.d.DeadUntil = time.Time{}
		}
		return nil
	})
}

// Expire implements store.Store. A thread counts as one, however many documents
// it has; so does what a forgotten thread leaves for a day, to keep its fences.
func (s *Store) Expire(ctx context.Context, limit int) (n int, err error) {
	err = s.call(ctx, "expire", func(ctx context.Context) error {
		if limit <= 0 {
			return nil
		}
		docs, err := s.query(ctx, s.client.Collection("threads").Where("sweep_at", "<=", s.now()).
			OrderBy("sweep_at", firestore.Asc).Limit(limit))
		if err != nil {
			return err
		}
		for _, doc := range docs {
			k, ok := keyOf(doc.Ref.ID)
			if !ok {
				continue
			}
			if err := s.sweep(ctx, k); err != nil {
				return err
			}
			n++
		}
		if n == limit {
			return nil
		}
		docs, err = s.query(ctx, s.client.Collection("seen").Where("expire_at", "<=", s.now()).
			OrderBy("expire_at", firestore.Asc).Limit(limit-n))
		if err != nil {
			return err
		}
		for part := range slices.Chunk(docs, perCommit) {
			gone, err := s.drop(ctx, part)
			n += gone
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// sweep does what is due at a thread.
func (s *Store) sweep(ctx context.Context, k store.ThreadKey) error {
	var dead []deadDoc
	err := s.change(ctx, k, nil, func(c *change) error {
		old := len(c.d.Dead)
		if !c.d.live(c.now) {
			c.d.bury(c.now, c.now)
		}
		dead = slices.Clone(c.d.Dead)
		if len(dead) == old {
			return errUnchanged
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.deleteDead(ctx, k, dead); err != nil {
		return err
	}
	docs, err := s.get(ctx, s.thread(k))
	if err != nil || !docs[0].Exists() {
		return err
	}
	d, err := decodeThread(docs[0])
	if err != nil || !d.bare(s.now()) {
		return err
	}
	_, err = s.drop(ctx, docs)
	return err
}

// drop deletes documents as they were read, at most perCommit, and says how many
// of them are gone. One that has changed meanwhile stays, and may keep others of
// the same commit until the next time.
func (s *Store) drop(ctx context.Context, docs []*firestore.DocumentSnapshot) (int, error) {
	if len(docs) == 0 {
		return 0, nil
	}
	var err error
	for attempt := 0; ; attempt++ {
		err = s.commit(ctx, func(b *batch) {
			for _, doc := range docs {
				b.Delete(doc.Ref, firestore.LastUpdateTime(doc.UpdateTime))
			}
		})
		if err == nil {
			return len(docs), nil
		}
		if !mayRepeat(err) {
			break
		}
		if err := pause(ctx, attempt); err != nil {
			return 0, err
		}
	}
	if fateOf(err) != rival {
		return 0, err
	}
	// A silent repeat, or a rival: what is gone is gone, whoever did it.
	refs := make([]*firestore.DocumentRef, len(docs))
	for i, doc := range docs {
		refs[i] = doc.Ref
	}
	left, err := s.get(ctx, refs...)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, doc := range left {
		if !doc.Exists() {
			n++
		}
	}
	return n, nil
}
