package firestore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// PutImage implements store.Store.
func (s *Store) PutImage(ctx context.Context, l store.Lease, r store.ImageRecord, data []byte) error {
	if err := l.Thread.Validate(); err != nil {
		return err
	}
	r, data, err := store.PrepareImage(r, data)
	if err != nil {
		return err
	}
	return s.call(ctx, "put image", func(ctx context.Context) error {
		return s.change(ctx, l.Thread, nil, func(c *change) error {
			if err := c.d.holds(l, c.now); err != nil {
				return err
			}
			if !c.d.live(c.now) {
				return store.ErrNotFound
			}
			if r.Label > c.d.Images+1 {
				return store.ErrInvalidKey
			}
			c.d.Images = max(c.d.Images, r.Label)
			c.batch.Set(image(c.ref, c.d.Gen, r.Label), imageDoc{
				Gen: c.d.Gen, Record: recordDoc(r), Data: data, ExpireAt: c.d.ChildrenUntil})
			return nil
		})
	})
}

// Image implements store.Store.
func (s *Store) Image(ctx context.Context, k store.ThreadKey, label int) (r store.ImageRecord, data []byte, err error) {
	if err := k.Validate(); err != nil {
		return store.ImageRecord{}, nil, err
	}
	if label < 1 {
		return store.ImageRecord{}, nil, store.ErrInvalidKey
	}
	err = s.call(ctx, "image", func(ctx context.Context) error {
		return s.settle(ctx, k, func(d *threadDoc) (bool, error) {
			if label > d.Images {
				return false, store.ErrNotFound
			}
			return getAll(ctx, s, []*firestore.DocumentRef{image(s.thread(k), d.Gen, label)}, func(i imageDoc) {
				r, data = store.ImageRecord(i.Record), i.Data
			})
		})
	})
	if err != nil {
		return store.ImageRecord{}, nil, err
	}
	return r, data, nil
}

// records reads the records of a thread's images, without the bytes; fewer than
// d.Images when the thread was forgotten meanwhile.
func (s *Store) records(ctx context.Context, k store.ThreadKey, d *threadDoc) (records []store.ImageRecord, err error) {
	if d.Images == 0 {
		return nil, nil
	}
	docs, err := s.thread(k).Collection("images").Where("gen", "==", d.Gen).Select("record").Documents(ctx).GetAll()
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		var i imageDoc
		if err := doc.DataTo(&i); err != nil {
			return nil, fmt.Errorf("decoding an image: %T", err)
		}
		// One may have been added since the thread was read.
		if i.Record.Label <= d.Images {
			records = append(records, store.ImageRecord(i.Record))
		}
	}
	slices.SortFunc(records, func(a, b store.ImageRecord) int { return cmp.Compare(a.Label, b.Label) })
	return records, nil
}
