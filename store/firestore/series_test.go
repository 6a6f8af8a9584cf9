package firestore

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// sliceDocs lists the expiry of each slice of a thread, read past the store.
func sliceDocs(t *testing.T, s *Store) (expire []time.Time) {
	t.Helper()
	docs, err := s.thread(here).Collection("slices").Documents(t.Context()).GetAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		var d sliceDoc
		if err := doc.DataTo(&d); err != nil {
			t.Fatal(err)
		}
		expire = append(expire, d.ExpireAt)
	}
	return expire
}

func hasImage(t *testing.T, s *Store, r store.ImageRecord, want [][]byte) {
	t.Helper()
	got, data, err := s.Image(t.Context(), here, r.Label)
	if d := cmp.Diff(r, got); d != "" || err != nil {
		t.Errorf("record (-want +got): %v\n%s", err, d)
	}
	if d := cmp.Diff(want, data); d != "" {
		t.Errorf("bytes (-want +got):\n%s", d)
	}
}

// broken is a store in whose thread a PutImage of 5 slices in 2 commits broke off
// after the first. Image 1, one slice, is there as before.
func broken(t *testing.T, label int) (*Store, store.Lease, *storetest.Clock) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	clock, f := storetest.NewClock(), &thief{take: 1, code: codes.Canceled, then: cancel}
	s := open(t, project(), retention, clock.Now, grpc.WithChainUnaryInterceptor(f.intercept))
	t.Cleanup(func() { _ = s.Close() })
	l := scene(t, s, clock)
	f.start()
	if err := s.PutImage(ctx, l, picture(label, "F9", 5), blank(5, "late")); !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want context.Canceled", err)
	}
	if n := len(sliceDocs(t, s)); n != 4 {
		t.Fatalf("%d slices: not broken off in the middle", n)
	}
	return s, l, clock
}

// Slices without a record are no image, and are deleted by what comes next.
func TestPutImageThatBrokeOff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		left int // slices afterwards
		do   func(s *Store, l store.Lease, clock *storetest.Clock) error
	}{
		{"stored again", 6, func(s *Store, l store.Lease, _ *storetest.Clock) error {
			return s.PutImage(t.Context(), l, picture(2, "F2", 5), blank(5, "again"))
		}},
		{"another stored under another lease", 2, func(s *Store, l store.Lease, _ *storetest.Clock) error {
			l, err := s.Lease(t.Context(), here, l.Owner, time.Minute)
			if err != nil {
				return err
			}
			return s.PutImage(t.Context(), l, picture(1, "F2", 2), blank(2, "other"))
		}},
		{"forgotten", 0, func(s *Store, _ store.Lease, _ *storetest.Clock) error {
			gone, err := s.Forget(t.Context(), here)
			if gone.Images != 1 {
				t.Errorf("%d images forgotten, want 1", gone.Images)
			}
			return err
		}},
		{"expired", 0, func(s *Store, _ store.Lease, clock *storetest.Clock) error {
			clock.Advance(retention)
			_, err := s.Expire(t.Context(), 10)
			return err
		}},
		{"with its expiry moved", 4, func(s *Store, _ store.Lease, _ *storetest.Clock) error {
			return s.restamp(t.Context(), here)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, l, clock := broken(t, 2)
			if th, err := s.Thread(t.Context(), here); err != nil || len(th.Images) != 1 {
				t.Errorf("%d images, %v", len(th.Images), err)
			}
			if _, _, err := s.Image(t.Context(), here, 2); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("half an image: %v", err)
			}
			if err := c.do(s, l, clock); err != nil {
				t.Fatal(err)
			}
			if n := len(sliceDocs(t, s)); n != c.left {
				t.Errorf("%d slices are left, want %d", n, c.left)
			}
		})
	}
}

func TestReplacingThatBrokeOffLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	s, _, _ := broken(t, 1)
	hasImage(t, s, picture(1, "F1", 1), blank(1, "pixels"))
}

// between runs f between the two commits of a PutImage of five slices.
func between(t *testing.T, f func(s *Store, l store.Lease, clock *storetest.Clock)) (*Store, error) {
	t.Helper()
	clock, th := storetest.NewClock(), &thief{take: 1, code: codes.OK}
	s := open(t, project(), retention, clock.Now, grpc.WithChainUnaryInterceptor(th.intercept))
	t.Cleanup(func() { _ = s.Close() })
	l := scene(t, s, clock)
	th.then = func() { f(s, l, clock) }
	th.start()
	return s, s.PutImage(t.Context(), l, picture(1, "F2", 5), blank(5, "new"))
}

func TestExpiryMovesWhileAnImageIsWritten(t *testing.T) {
	t.Parallel()
	s, err := between(t, func(s *Store, _ store.Lease, clock *storetest.Clock) {
		clock.Advance(retention / 2)
		if err := s.restamp(t.Context(), here); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	hasImage(t, s, picture(1, "F2", 5), blank(5, "new"))
	d, err := s.readThread(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	expire := sliceDocs(t, s)
	if len(expire) != 5 || len(d.Sets) != 1 {
		t.Errorf("%d slices, %d sets", len(expire), len(d.Sets))
	}
	for _, e := range expire {
		if !e.Equal(d.ChildrenUntil) {
			t.Errorf("a slice expires %v, the others %v", e, d.ChildrenUntil)
		}
	}
}

func TestAThreadBeginsAnewWhileAnImageIsWritten(t *testing.T) {
	t.Parallel()
	s, err := between(t, func(s *Store, _ store.Lease, clock *storetest.Clock) {
		clock.Advance(retention)
		if _, err := s.Admit(t.Context(), asking(here, "1700000009.000100")); err != nil {
			t.Error(err)
		}
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error is %v, want ErrNotFound", err)
	}
	if _, _, err := s.Image(t.Context(), here, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the new thread has an image: %v", err)
	}
	if _, err := s.Expire(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if n := len(sliceDocs(t, s)); n != 0 {
		t.Errorf("%d slices are left", n)
	}
}

func TestTheLeaseIsLostWhileAnImageIsWritten(t *testing.T) {
	t.Parallel()
	s, err := between(t, func(s *Store, l store.Lease, _ *storetest.Clock) {
		if _, err := s.Lease(t.Context(), here, l.Owner, time.Minute); err != nil {
			t.Error(err)
		}
	})
	if !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("error is %v, want ErrLeaseLost", err)
	}
	hasImage(t, s, picture(1, "F1", 1), blank(1, "pixels"))
}

func TestTheSameLabelTwiceAtOnce(t *testing.T) {
	t.Parallel()
	s, err := between(t, func(s *Store, l store.Lease, _ *storetest.Clock) {
		if err := s.PutImage(t.Context(), l, picture(1, "F3", 2), blank(2, "quick")); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	hasImage(t, s, picture(1, "F3", 2), blank(2, "quick"))
	if n := len(sliceDocs(t, s)); n != 2 {
		t.Errorf("%d slices", n)
	}
}

// The commits of a whole CT stay under the limits, which wire knows: together
// they are over the 10 MiB of one.
func TestALargeSeries(t *testing.T) {
	t.Parallel()
	w := &wire{T: t}
	s := open(t, project(), retention, storetest.NewClock().Now, grpc.WithChainUnaryInterceptor(w.unary), grpc.WithChainStreamInterceptor(w.stream))
	defer s.Close()
	_, err1 := s.Admit(t.Context(), asking(here, "1700000001.000100"))
	l, err2 := s.Lease(t.Context(), here, owner, time.Hour)
	data := blank(85, "slice")
	for i := range data {
		data[i] = append(data[i], make([]byte, 125<<10)...)
	}
	data[84] = append(data[84], make([]byte, store.MaxImageBytes-len(data[84]))...)
	if err := errors.Join(err1, err2, s.PutImage(t.Context(), l, picture(1, "F1", 85), data)); err != nil {
		t.Fatal(err)
	}
	r, got, err := s.Image(t.Context(), here, 1)
	if err != nil || len(r.Slices) != 85 || !slices.EqualFunc(got, data, bytes.Equal) {
		t.Errorf("%d slices, %d data, %v; or other bytes", len(r.Slices), len(got), err)
	}
}

// An image of a version that knew no slices: one document with the bytes inside.
func TestAnImageFromBeforeThereWereSlices(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now)
	defer s.Close()
	l := scene(t, s, clock)
	th, err := s.readThread(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	// As it was written then: no files, set nor slices.
	ref := image(s.thread(here), th.Gen, 2)
	_, err1 := ref.Create(t.Context(), map[string]any{
		"gen": th.Gen, "data": []byte("old pixels"), "expire_at": th.ChildrenUntil,
		"record": map[string]any{"label": 2, "file_id": "F7", "message_ts": "1.000001", "user": "U1", "mime": "image/jpeg",
			"sha256": "abcd", "width": 3, "height": 2, "side": 896, "notes": []string{"padded"}},
	})
	_, err2 := s.thread(here).Update(t.Context(), []firestore.Update{{Path: "images", Value: 2}})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	want := store.ImageRecord{Label: 2, Files: []string{"F7"}, MessageTS: "1.000001", User: "U1", Width: 3, Height: 2, Side: 896,
		Slices: []store.SliceRecord{{Number: 1, MIME: "image/jpeg", SHA256: "abcd"}}, Of: 1, Notes: []string{"padded"}}
	hasImage(t, s, want, [][]byte{[]byte("old pixels")})
	all, err := s.Thread(t.Context(), here)
	if err != nil || len(all.Images) != 2 {
		t.Fatalf("%d images, %v", len(all.Images), err)
	}
	if d := cmp.Diff(want, all.Images[1]); d != "" {
		t.Errorf("record in the thread (-want +got):\n%s", d)
	}
	if err := errors.Join(s.restamp(t.Context(), here),
		s.PutImage(t.Context(), l, picture(2, "F8", 2), blank(2, "new"))); err != nil {
		t.Fatal(err)
	}
	hasImage(t, s, picture(2, "F8", 2), blank(2, "new"))
	if gone, err := s.Forget(t.Context(), here); err != nil || gone.Images != 2 {
		t.Errorf("Forget: %+v, %v", gone, err)
	}
	if n, _ := beneath(t, s, here); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}
