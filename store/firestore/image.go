package firestore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cloud.google.com/go/firestore"
	"golang.org/x/sync/errgroup"

	"github.com/medbuddy/medbuddy/store"
)

// errReplaced says that the same owner stored the label again meanwhile, and was quicker.
var errReplaced = errors.New("store: image replaced")

// PutImage implements store.Store.
//
// The slices are written first, as many to a commit as fit one, and the record
// with the last of them. From the first commit on the thread names them all, so
// that what a process leaves that dies in between can be deleted by name.
func (s *Store) PutImage(ctx context.Context, l store.Lease, r store.ImageRecord, data [][]byte) error {
	if err := l.Thread.Validate(); err != nil {
		return err
	}
	r, data, err := store.PrepareImage(r, data)
	if err != nil {
		return err
	}
	parts := s.commits(data)
	return s.callWithin(ctx, "put image", time.Duration(len(parts))*callTimeout, func(ctx context.Context) error {
		for {
			err := s.put(ctx, l, r, parts)
			if !errors.Is(err, errStale) {
				return err
			}
		}
	})
}

// commits shares slices out to commits, in order.
func (s *Store) commits(data [][]byte) (parts [][][]byte) {
	size := 0
	for i, d := range data {
		if size += len(d); i == 0 || size > s.commitBytes {
			parts, size = append(parts, nil), len(d)
		}
		last := len(parts) - 1
		parts[last] = append(parts[last], d)
	}
	return parts
}

func (s *Store) put(ctx context.Context, l store.Lease, r store.ImageRecord, parts [][][]byte) error {
	set := setDoc{Label: r.Label, ID: newToken(), N: len(r.Slices), Fence: l.Fence}
	marks := s.fileMarks(l.Thread.Team, r.Files)
	var gen string
	var until time.Time // expire_at of the slices written so far
	written := 0
	for i, part := range parts {
		last := i == len(parts)-1
		var more []*firestore.DocumentRef
		if last {
			more = marks
		}
		var gone bool
		var dead []deadDoc
		err := s.change(ctx, l.Thread, more, func(c *change) error {
			if err := c.d.holds(l, c.now); err != nil {
				return err
			}
			if !c.d.live(c.now) {
				return store.ErrNotFound
			}
			if r.Label > c.d.Images+1 {
				return store.ErrInvalidKey
			}
			switch {
			case i == 0:
				gen, until = c.d.Gen, c.d.ChildrenUntil
				c.d.Sets = append(c.d.Sets, set)
			case gen != c.d.Gen:
				return store.ErrNotFound // that thread has expired, and another begun
			case !slices.Contains(c.d.Sets, set):
				return errReplaced
			case !until.Equal(c.d.ChildrenUntil):
				return errStale // Finish has moved the expiry of what is written
			}
			erased, err := marked(c.more, c.now)
			if err != nil {
				return err
			}
			if gone = erased || c.d.isGone(r.MessageTS); gone {
				c.putGone(r, func(setDoc) bool { return true })
				dead = slices.Clone(c.d.Dead)
				return nil
			}
			for j, d := range part {
				c.batch.Set(slice(c.ref, c.d.Gen, set, written+j+1), sliceDoc{Data: d, ExpireAt: until})
			}
			if last {
				c.completeImage(r, set)
			}
			return nil
		})
		if errors.Is(err, errReplaced) {
			return nil
		}
		if err != nil {
			return err
		}
		if gone {
			return s.deleteDead(ctx, l.Thread, dead)
		}
		written += len(part)
	}
	return s.eraseIfMarked(ctx, l.Thread, r, marks)
}

// completeImage writes the record of an image whose slices are all there or in this
// commit. It deletes those that nobody will read: of the image that it replaces,
// and of what was begun under leases that are lost, some at a time.
func (c *change) completeImage(r store.ImageRecord, set setDoc) {
	c.d.Images = max(c.d.Images, r.Label)
	c.batch.Set(image(c.ref, c.d.Gen, r.Label), imageDoc{
		Gen: c.d.Gen, Record: encodeRecord(r), Set: set.ID, ExpireAt: c.d.ChildrenUntil})
	room := perCommit - store.MaxSlices
	c.d.Sets = slices.DeleteFunc(c.d.Sets, func(other setDoc) bool {
		lost := other.Fence != 0 && other.Fence != set.Fence
		if other == set || other.Label != set.Label && (!lost || room < other.N) {
			return false
		}
		room -= other.N
		for _, ref := range c.s.parts(c.ref, c.d.Gen, other) {
			c.batch.Delete(ref)
		}
		return true
	})
	c.batch.Set(c.s.files(c.ref, c.d.Gen, set), encodeFiles(c.k.Team, r.Files, c.d.ChildrenUntil))
	whole := &c.d.Sets[slices.Index(c.d.Sets, set)]
	whole.Fence, whole.Filed = 0, true
}

// refs are the documents of the slices.
func (d setDoc) refs(t *firestore.DocumentRef, gen string) []*firestore.DocumentRef {
	refs := make([]*firestore.DocumentRef, d.N)
	for i := range refs {
		refs[i] = slice(t, gen, d, i+1)
	}
	return refs
}

// Image implements store.Store.
func (s *Store) Image(ctx context.Context, k store.ThreadKey, label int) (r store.ImageRecord, data [][]byte, err error) {
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
			var doc imageDoc
			there, err := getAll(ctx, s, []*firestore.DocumentRef{image(s.thread(k), d.Gen, label)}, func(i imageDoc) { doc = i })
			if err != nil || !there {
				return false, err
			}
			r = decodeRecord(doc.Record)
			if r.Gone {
				return false, store.ErrNotFound
			}
			if doc.Set == "" {
				data = [][]byte{doc.Data}
				return true, nil
			}
			set := setDoc{Label: label, ID: doc.Set, N: len(r.Slices)}
			data, err = s.slices(ctx, set.refs(s.thread(k), d.Gen))
			return data != nil, err
		})
	})
	if err != nil {
		return store.ImageRecord{}, nil, err
	}
	return r, data, nil
}

// How slices are read: so many to a request, and so many requests at once.
// On the emulator four at once take half the time of one.
const (
	perRead     = 8
	readsAtOnce = 4
)

// slices reads the bytes of slices, nil when one is missing: the image was
// replaced, or the thread forgotten, since its record was read.
func (s *Store) slices(ctx context.Context, refs []*firestore.DocumentRef) ([][]byte, error) {
	data := make([][]byte, len(refs))
	errMissing := errors.New("store: a slice is missing")
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readsAtOnce)
	for start := 0; start < len(refs); start += perRead {
		g.Go(func() error {
			next := start
			there, err := getAll(ctx, s, refs[start:min(start+perRead, len(refs))], func(d sliceDoc) {
				data[next] = d.Data
				next++
			})
			if err == nil && !there {
				return errMissing
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		if errors.Is(err, errMissing) {
			return nil, nil
		}
		return nil, err
	}
	return data, nil
}

// records reads the records of a thread's images, without the bytes; fewer than
// d.Images when the thread was forgotten meanwhile.
func (s *Store) records(ctx context.Context, k store.ThreadKey, d *threadDoc) (records []store.ImageRecord, err error) {
	if d.Images == 0 {
		return nil, nil
	}
	docs, err := s.query(ctx, s.thread(k).Collection("images").Where("gen", "==", d.Gen).Select("record"))
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
			records = append(records, decodeRecord(i.Record))
		}
	}
	slices.SortFunc(records, func(a, b store.ImageRecord) int { return cmp.Compare(a.Label, b.Label) })
	return records, nil
}
