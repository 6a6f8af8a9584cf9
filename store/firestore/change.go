package firestore

//lint:file-ignore SA1019 WriteBatch is deprecated in favour of RunTransaction, which stalls under rivals, and of BulkWriter, which is not atomic.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// batch is the writes of one commit.
type batch = firestore.WriteBatch

// maxAcks is how many tokens a document remembers. A token is looked for within
// a second or so of its write; 32 other writes to one thread do not fit in there.
const maxAcks = 32

// errUnchanged ends a change that finds nothing to write.
var errUnchanged = errors.New("store: nothing to change")

func newToken() string { return rand.Text()[:16] } // 80 bits

func (s *Store) commit(ctx context.Context, writes func(b *batch)) error {
	b := s.client.Batch()
	writes(b)
	_, err := b.Commit(ctx)
	return err
}

// swap reads refs, lets try add writes that are based on what was read, and
// commits them with preconditions; and again when a rival was quicker. It
// returns nil exactly when one of the commits took effect, or when try returned
// errUnchanged.
//
// try must write refs[0], with token among its acks, unless what it reads there
// tells as well that it has been written.
func (s *Store) swap(ctx context.Context, refs []*firestore.DocumentRef, try func(docs []*firestore.DocumentSnapshot, token string, b *batch) error) error {
	token := newToken()
	unknowns := 0
	for attempt := 0; ; attempt++ {
		docs, err := s.get(ctx, refs...)
		if err != nil {
			return err
		}
		if attempt > 0 && slices.Contains(acksOf(docs[0]), token) {
			return nil // the commit before took effect
		}
		b := s.client.Batch()
		if err := try(docs, token, b); err != nil {
			if errors.Is(err, errUnchanged) {
				return nil
			}
			return err
		}
		_, err = b.Commit(ctx)
		if err == nil {
			return nil
		}
		switch fateOf(err) {
		case refused:
			return err
		case unknown:
			// Reading back settles it, unless Firestore is really away.
			if unknowns++; unknowns > 2 {
				return err
			}
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// pause waits a random time that grows with the attempts, up to 200 ms, so that
// rivals do not meet again and again.
func pause(ctx context.Context, attempt int) error {
	most := min(2*time.Millisecond<<min(attempt, 10), 200*time.Millisecond)
	t := time.NewTimer(mathrand.N(most))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func acksOf(doc *firestore.DocumentSnapshot) []string {
	var d struct {
		Acks []string `firestore:"acks"`
	}
	if !doc.Exists() || doc.DataTo(&d) != nil {
		return nil
	}
	return d.Acks
}

func addAck(acks []string, token string) []string {
	acks = append(slices.Clone(acks), token)
	return acks[max(0, len(acks)-maxAcks):]
}

// A change is one attempt to change a thread's document.
type change struct {
	s     *Store
	k     store.ThreadKey
	ref   *firestore.DocumentRef
	d     *threadDoc
	isNew bool
	now   time.Time
	more  []*firestore.DocumentSnapshot // the other documents asked for
	token string
	batch *batch // for writes of the same commit
}

// change lets f change the thread's document, and other documents along with
// it, in one atomic step. f may be called several times.
func (s *Store) change(ctx context.Context, k store.ThreadKey, more []*firestore.DocumentRef, f func(c *change) error) error {
	ref := s.thread(k)
	refs := append([]*firestore.DocumentRef{ref}, more...)
	return s.swap(ctx, refs, func(docs []*firestore.DocumentSnapshot, token string, b *batch) error {
		d, err := decodeThread(docs[0])
		if err != nil {
			return err
		}
		c := &change{s: s, k: k, ref: ref, d: d, isNew: !docs[0].Exists(), now: s.now(), more: docs[1:], token: token, batch: b}
		if err := f(c); err != nil {
			return err
		}
		d.Acks = addAck(d.Acks, token)
		write(b, docs[0], d.fields(k.Team))
		return nil
	})
}

// write replaces the listed fields of a document as it was read, or creates it.
func write(b *batch, doc *firestore.DocumentSnapshot, fields []firestore.Update) {
	if doc.Exists() {
		b.Update(doc.Ref, fields, firestore.LastUpdateTime(doc.UpdateTime))
		return
	}
	data := map[string]any{}
	for _, f := range fields {
		data[f.Path] = f.Value
	}
	b.Create(doc.Ref, data)
}

func decodeThread(doc *firestore.DocumentSnapshot) (*threadDoc, error) {
	d := &threadDoc{}
	if !doc.Exists() {
		return d, nil
	}
	if err := doc.DataTo(d); err != nil {
		// The client's text may hold the value.
		return nil, fmt.Errorf("decoding a thread: %T", err)
	}
	return d, nil
}

// readThread returns the thread's document, with an empty gen when the thread
// does not exist or has expired.
func (s *Store) readThread(ctx context.Context, k store.ThreadKey) (*threadDoc, error) {
	docs, err := s.get(ctx, s.thread(k))
	if err != nil {
		return nil, err
	}
	d, err := decodeThread(docs[0])
	if err != nil {
		return nil, err
	}
	if !d.live(s.now()) {
		return &threadDoc{}, nil
	}
	return d, nil
}

// settle calls f with the thread's document until the documents beneath it are
// all there: f says false when some were deleted since the thread was read.
func (s *Store) settle(ctx context.Context, k store.ThreadKey, f func(d *threadDoc) (bool, error)) error {
	for attempt := 0; ; attempt++ {
		d, err := s.readThread(ctx, k)
		if err != nil {
			return err
		}
		if done, err := f(d); done || err != nil {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}
