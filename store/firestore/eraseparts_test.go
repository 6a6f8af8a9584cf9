package firestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// isGone fails unless nothing is left of an image but its record, in a thread with
// so many slices and documents of files.
func isGone(t *testing.T, s *Store, r store.ImageRecord, left, files int) {
	t.Helper()
	if _, _, err := s.Image(t.Context(), here, r.Label); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("image %d: %v", r.Label, err)
	}
	th, err := s.Thread(t.Context(), here)
	if err != nil || len(th.Images) < r.Label {
		t.Fatalf("%d images, %v", len(th.Images), err)
	}
	if d := cmp.Diff(r.Emptied(), th.Images[r.Label-1]); d != "" {
		t.Errorf("record (-want +got):\n%s", d)
	}
	if n := len(sliceDocs(t, s)); n != left {
		t.Errorf("%d slices are left, want %d", n, left)
	}
	if n := len(fileDocs(t, s)); n != files {
		t.Errorf("%d documents of files are left, want %d", n, files)
	}
	d, err := s.readThread(t.Context(), here)
	if err != nil || len(d.Dead) != 0 {
		t.Errorf("%d dead, %v", len(d.Dead), err)
	}
}

// What is erased between the commits of a PutImage is not kept, and leaves no slices.
func TestErasedWhileAnImageIsWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		erase       func(s *Store) error
		left, files int // of image 1, of a file F1 and the same message
	}{
		"by its message": {func(s *Store) error {
			_, err := s.EraseMessage(t.Context(), here, "1.0")
			return err
		}, 0, 0},
		"by its file": {func(s *Store) error {
			keys, err := s.EraseFile(t.Context(), "T1", "F2")
			if len(keys) != 0 {
				t.Errorf("found in %d threads before it was there", len(keys))
			}
			return err
		}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, th := storetest.NewClock(), &thief{take: 1, code: codes.OK}
			s := open(t, project(), retention, clock.Now, grpc.WithChainUnaryInterceptor(th.intercept))
			defer s.Close()
			l := scene(t, s, clock)
			th.then = func() {
				if err := c.erase(s); err != nil {
					t.Error(err)
				}
			}
			th.start()
			if err := s.PutImage(t.Context(), l, picture(2, "F2", 5), blank(5, "new")); err != nil {
				t.Fatal(err)
			}
			isGone(t, s, picture(2, "F2", 5), c.left, c.files)
		})
	}
}

// A file that is erased when PutImage has looked for its mark, and before the image can
// be found, is not kept either.
func TestAFileIsErasedWhileItsRecordIsOnTheWay(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 5} { // slices, in 1 and 2 commits
		clock, p, id := storetest.NewClock(), &stopper{}, project()
		s := open(t, id, retention, clock.Now, grpc.WithChainUnaryInterceptor(p.intercept))
		defer s.Close()
		other := open(t, id, retention, clock.Now)
		defer other.Close()
		l := scene(t, s, clock)
		erase := func() {
			if keys, err := other.EraseFile(t.Context(), "T1", "F2"); len(keys) != 0 || err != nil {
				t.Errorf("found in %d threads, %v", len(keys), err)
			}
		}
		if n == 1 {
			p.arm(erase)
		} else {
			p.arm(func() { p.arm(erase) })
		}
		if err := s.PutImage(t.Context(), l, picture(2, "F2", n), blank(n, "new")); err != nil {
			t.Fatal(err)
		}
		isGone(t, s, picture(2, "F2", n), 1, 1)
		hasImage(t, s, picture(1, "F1", 1), blank(1, "pixels"))
	}
}

// A process that ends in the middle of EraseMessage or EraseFile leaves slices that
// nobody can read. Who erases again deletes them, or Expire, or Forget.
func TestErasingThatBrokeOff(t *testing.T) {
	t.Parallel()
	erasures := map[string]func(ctx context.Context, s *Store) error{
		"EraseMessage": func(ctx context.Context, s *Store) error {
			_, err := s.EraseMessage(ctx, here, "1.0")
			return err
		},
		"EraseFile": func(ctx context.Context, s *Store) error {
			_, err := s.EraseFile(ctx, "T1", "F2")
			return err
		},
	}
	for name, erase := range erasures {
		for _, c := range []struct {
			name string
			do   func(s *Store, clock *storetest.Clock) error
		}{
			{"again", func(s *Store, _ *storetest.Clock) error { return erase(t.Context(), s) }},
			{"Expire", func(s *Store, clock *storetest.Clock) error {
				clock.Advance(graveTime)
				_, err := s.Expire(t.Context(), 10)
				return err
			}},
			{"Forget", func(s *Store, _ *storetest.Clock) error {
				gone, err := s.Forget(t.Context(), here)
				if want := (store.Deleted{Questions: 1, Turns: 2, Images: 2}); gone != want {
					t.Errorf("Forget: %+v, want %+v", gone, want)
				}
				return err
			}},
		} {
			t.Run(name+" "+c.name, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				clock, f := storetest.NewClock(), &thief{take: 1, code: codes.Canceled, then: cancel}
				if name == "EraseFile" {
					f.take = 2 // the first is the mark
				}
				s := open(t, project(), retention, clock.Now, grpc.WithChainUnaryInterceptor(f.intercept))
				defer s.Close()
				l := scene(t, s, clock)
				if err := s.PutImage(t.Context(), l, picture(2, "F2", 5), blank(5, "more")); err != nil {
					t.Fatal(err)
				}
				f.start()
				if err := erase(ctx, s); !errors.Is(err, context.Canceled) {
					t.Fatalf("error is %v, want context.Canceled", err)
				}
				if _, _, err := s.Image(t.Context(), here, 2); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("Image: %v", err)
				}
				if n := len(sliceDocs(t, s)); n != 6 {
					t.Fatalf("%d slices: not broken off in the middle", n)
				}
				if err := c.do(s, clock); err != nil {
					t.Fatal(err)
				}
				if c.name == "Forget" {
					if n, _ := beneath(t, s, here); n != 0 {
						t.Errorf("%d documents are left", n)
					}
					return
				}
				left := map[string]int{"EraseMessage": 0, "EraseFile": 1}[name] // of image 1
				isGone(t, s, picture(2, "F2", 5), left, left)
			})
		}
	}
}

// Two who erase at once: neither forgets the slices of the other, who may break off.
func TestErasingTwoThingsAtOnce(t *testing.T) {
	t.Parallel()
	for _, breaksOff := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		clock, p, f, id := storetest.NewClock(), &stopper{}, &thief{}, project()
		s := open(t, id, retention, clock.Now, grpc.WithChainUnaryInterceptor(p.intercept))
		defer s.Close()
		other := open(t, id, retention, clock.Now, grpc.WithChainUnaryInterceptor(f.intercept))
		defer other.Close()
		l := scene(t, s, clock)
		r := picture(2, "F2", 5)
		r.MessageTS = "2.0"
		if err := s.PutImage(t.Context(), l, r, blank(5, "more")); err != nil {
			t.Fatal(err)
		}
		erase := func() {
			var want error
			if breaksOff {
				f.take, f.code, f.then, want = 1, codes.Canceled, cancel, context.Canceled
			}
			f.start()
			if _, err := other.EraseMessage(ctx, here, "2.0"); !errors.Is(err, want) {
				t.Errorf("the other: %v, want %v", err, want)
			}
		}
		// After its own first commit, when it deletes the slices that it knows of.
		p.arm(func() { p.arm(erase) })
		if d, err := s.EraseMessage(t.Context(), here, "1.0"); d != (store.Deleted{Images: 1, Messages: 1}) || err != nil {
			t.Errorf("EraseMessage: %+v, %v", d, err)
		}
		if breaksOff {
			if n := len(sliceDocs(t, s)); n != 5 {
				t.Errorf("%d slices are left, want 5", n)
			}
			clock.Advance(graveTime)
			if n, err := s.Expire(t.Context(), 10); n != 1 || err != nil {
				t.Errorf("Expire: %d, %v", n, err)
			}
		}
		isGone(t, s, r, 0, 0)
		isGone(t, s, picture(1, "F1", 1), 0, 0)
	}
}

// Expiry that moves reaches the documents of files, and passes over images that are gone.
func TestExpiryMovesAroundWhatIsGone(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now)
	defer s.Close()
	l := scene(t, s, clock)
	r := picture(2, "F2", 2)
	r.MessageTS = "2.0"
	if err := s.PutImage(t.Context(), l, r, blank(2, "more")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.EraseMessage(t.Context(), here, "1.0"); err != nil {
		t.Fatal(err)
	}
	clock.Advance(retention / 2)
	if err := s.restamp(t.Context(), here); err != nil {
		t.Fatal(err)
	}
	if n, earliest := beneath(t, s, here); n != 8 || !earliest.Equal(clock.Now().Truncate(time.Microsecond).Add(2*retention)) {
		t.Errorf("%d documents, the first expires %v", n, earliest)
	}
}

// Only so many erased messages are remembered, the last ones.
func TestManyErasedMessages(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now)
	defer s.Close()
	l := scene(t, s, clock)
	var all []string
	for i := range store.MaxErased {
		all = append(all, fmt.Sprintf("%d.000001", 5000+i))
	}
	if err := s.change(t.Context(), here, nil, func(c *change) error {
		c.d.Gone = slices.Clone(all)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, ts := range []string{"7000.000001", all[1]} {
		if _, err := s.EraseMessage(t.Context(), here, ts); err != nil {
			t.Fatal(err)
		}
	}
	d, err := s.readThread(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	if want := append(all[1:], "7000.000001"); !slices.Equal(d.Gone, want) {
		t.Errorf("%d are remembered, the last is %s", len(d.Gone), d.Gone[len(d.Gone)-1])
	}
	turn := []store.Turn{{Role: store.RoleUser, Messages: []store.Message{{TS: all[0], Text: "a"}, {TS: all[1], Text: "b"}}}}
	if err := s.Finish(t.Context(), l, asking(here, "1700000002.000100").Key, turn); err != nil {
		t.Fatal(err)
	}
	th, err := s.Thread(t.Context(), here)
	if err != nil || th.Turns[2].Messages[0].Gone || !th.Turns[2].Messages[1].Gone {
		t.Errorf("%+v, %v", th.Turns[2].Messages, err)
	}
}
