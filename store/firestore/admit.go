package firestore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/iterator"

	"github.com/medbuddy/medbuddy/store"
)

// Admit implements store.Store.
func (s *Store) Admit(ctx context.Context, q store.Question) (first bool, err error) {
	q, err = store.PrepareQuestion(q)
	if err != nil {
		return false, err
	}
	err = s.call(ctx, "admit", func(ctx context.Context) (err error) {
		if q.Kind == store.KindRefused {
			first, err = s.remember(ctx, q.Key)
		} else {
			first, err = s.admit(ctx, q)
		}
		return err
	})
	return first && err == nil, err
}

// remember records a key and nothing else.
func (s *Store) remember(ctx context.Context, k store.QuestionKey) (first bool, err error) {
	// The record itself is what carries the token here: see swap.
	token := newToken()
	unknowns := 0
	for attempt := 0; ; attempt++ {
		docs, err := s.get(ctx, s.seen(k))
		if err != nil {
			return false, err
		}
		now := s.now()
		seen, err := decodeSeen(docs[0])
		if err != nil {
			return false, err
		}
		if seen.By == token {
			return true, nil
		}
		if seen.ExpireAt.After(now) {
			return false, nil
		}
		err = s.commit(ctx, func(b *batch) { writeSeen(b, docs[0], token, now) })
		if err == nil {
			return true, nil
		}
		switch fateOf(err) {
		case refused:
			return false, err
		case unknown:
			if unknowns++; unknowns > 2 {
				return false, err
			}
		}
		if err := pause(ctx, attempt); err != nil {
			return false, err
		}
	}
}

func writeSeen(b *batch, doc *firestore.DocumentSnapshot, token string, now time.Time) {
	write(b, doc, []firestore.Update{
		{Path: "by", Value: token},
		{Path: "expire_at", Value: now.Add(store.SeenFor)},
	})
}

func decodeSeen(doc *firestore.DocumentSnapshot) (d seenDoc, err error) {
	if !doc.Exists() {
		return seenDoc{}, nil
	}
	if err := doc.DataTo(&d); err != nil {
		return seenDoc{}, fmt.Errorf("decoding a seen key: %T", err)
	}
	return d, nil
}

func (s *Store) admit(ctx context.Context, q store.Question) (first bool, err error) {
	id := q.Key.String()
	err = s.change(ctx, q.Thread, []*firestore.DocumentRef{s.seen(q.Key)}, func(c *change) error {
		first = false
		seen, err := decodeSeen(c.more[0])
		if err != nil {
			return err
		}
		if seen.By == c.token {
			first = true // an attempt before took effect
			return errUnchanged
		}
		erased := c.d.live(c.now) && c.d.isGone(q.Key.TS)
		if seen.ExpireAt.After(c.now) || c.d.isOpen(q.Key, c.now) == nil || erased {
			return errUnchanged
		}
		c.d.begin(c.now, s.retention, c.token)
		if q.Kind == store.KindAsk {
			c.d.Asked = true
		}
		c.d.Open = append(c.d.Open, openDoc{ID: id, At: c.now, Of: q.Of})
		writeSeen(c.batch, c.more[0], c.token, c.now)
		c.batch.Create(question(c.ref, c.d.Gen, id), questionDoc{
			Gen: c.d.Gen, Team: q.Key.Team, Channel: q.Key.Channel, TS: q.Key.TS, Act: q.Key.Act, Kind: string(q.Kind),
			User: q.User, Text: q.Text, Files: q.Files, AskedTS: q.AskedTS, AdmittedAt: c.now, ExpireAt: c.d.ChildrenUntil,
		})
		first = true
		return nil
	})
	return first, err
}

// Asked implements store.Store.
func (s *Store) Asked(ctx context.Context, k store.ThreadKey) (asked bool, err error) {
	if err := k.Validate(); err != nil {
		return false, err
	}
	err = s.call(ctx, "asked", func(ctx context.Context) error {
		d, err := s.readThread(ctx, k)
		if err == nil {
			asked = d.Asked
		}
		return err
	})
	return asked, err
}

// Open implements store.Store.
func (s *Store) Open(ctx context.Context, k store.ThreadKey) (qs []store.Question, err error) {
	if err := k.Validate(); err != nil {
		return nil, err
	}
	err = s.call(ctx, "open", func(ctx context.Context) error {
		return s.settle(ctx, k, func(d *threadDoc) (bool, error) {
			qs = nil
			var refs []*firestore.DocumentRef
			for _, o := range d.Open {
				refs = append(refs, question(s.thread(k), d.Gen, o.ID))
			}
			return getAll(ctx, s, refs, func(q questionDoc) {
				o := d.Open[len(qs)]
				qs = append(qs, store.Question{
					Key: store.QuestionKey{Team: q.Team, Channel: q.Channel, TS: q.TS, Act: q.Act}, Thread: k, Kind: store.Kind(q.Kind),
					User: q.User, Text: q.Text, Files: q.Files, Of: o.Of, AskedTS: q.AskedTS,
					AdmittedAt: q.AdmittedAt.UTC(), AnswerTS: q.AnswerTS, StoppedBy: o.StoppedBy,
				})
			})
		})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(qs, func(a, b store.Question) int {
		return cmp.Or(store.CompareTS(a.Key.TS, b.Key.TS), cmp.Compare(a.Key.Act, b.Key.Act))
	})
	return qs, nil
}

// getAll calls f with each of the documents in order, and says false when one
// is missing.
func getAll[T any](ctx context.Context, s *Store, refs []*firestore.DocumentRef, f func(T)) (bool, error) {
	if len(refs) == 0 {
		return true, nil
	}
	docs, err := s.get(ctx, refs...)
	if err != nil {
		return false, err
	}
	for _, doc := range docs {
		if !doc.Exists() {
			return false, nil
		}
		var v T
		if err := doc.DataTo(&v); err != nil {
			return false, fmt.Errorf("decoding a document: %T", err)
		}
		f(v)
	}
	return true, nil
}

// Abandoned implements store.Store.
func (s *Store) Abandoned(ctx context.Context, limit int) (keys []store.ThreadKey, err error) {
	err = s.call(ctx, "abandoned", func(ctx context.Context) error {
		if limit <= 0 {
			return nil
		}
		// Leased threads are passed over here, not in the query: that would need
		// a composite index. The stream is left when there are enough.
		q := s.client.Collection("threads").Where("open_at", ">", time.Unix(0, 0)).
			OrderBy("open_at", firestore.Asc).Select("gen", "ends_at", "owner", "until")
		return s.again(ctx, func() (err error) {
			keys, err = s.unleased(ctx, q, limit)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

// unleased lists the first threads of a query that live and have no live lease.
func (s *Store) unleased(ctx context.Context, q firestore.Query, limit int) (keys []store.ThreadKey, err error) {
	docs := q.Documents(ctx)
	defer docs.Stop()
	now := s.now()
	for len(keys) < limit {
		doc, err := docs.Next()
		if err == iterator.Done {
			break
		}
		if err != nil {
			return nil, err
		}
		d, err := decodeThread(doc)
		if err != nil {
			return nil, err
		}
		leased := d.Owner != "" && d.Until.After(now)
		if k, ok := keyOf(doc.Ref.ID); ok && d.live(now) && !leased {
			keys = append(keys, k)
		}
	}
	return keys, nil
}
