package sqlite

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// hold keeps the writer busy, so that what follows waits together. It returns
// when the writer is held; release lets it go on.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	held, gate, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.write(context.Background(), "hold", func(*tx) error {
			close(held)
			<-gate
			return nil
		})
	}()
	<-held
	return sync.OnceFunc(func() {
		close(gate)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// queued waits until n writes stand in line.
func queued(t *testing.T, s *Store, n int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for len(s.w.jobs) < n {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("the writes do not come")
		}
	}
}

func TestWritesThatWaitShareATransaction(t *testing.T) {
	t.Parallel()
	s := openAt(t, file(t), nil)
	release := hold(t, s)
	defer release()
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := s.Admit(t.Context(), asking(1, "x")); err != nil {
			t.Error(err)
		}
	})
	queued(t, s, 1)
	wg.Go(func() {
		err := s.write(t.Context(), "look", func(tx *tx) error {
			inside, err := tx.live(key(1).String(), s.now())
			if err != nil {
				return err
			}
			outside, err := s.Asked(t.Context(), key(1))
			if !inside || outside {
				t.Errorf("inside %v, outside %v: not one uncommitted transaction", inside, outside)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	queued(t, s, 2)
	release()
	wg.Wait()
}

func TestAFailingWriteTakesBackOnlyItself(t *testing.T) {
	t.Parallel()
	s := openAt(t, file(t), nil)
	release := hold(t, s)
	defer release()
	boom := errors.New("boom")
	var wg sync.WaitGroup
	admit := func(n int) {
		wg.Go(func() {
			if first, err := s.Admit(t.Context(), asking(n, "x")); !first || err != nil {
				t.Errorf("Admit %d: %v, %v", n, first, err)
			}
		})
	}
	fail := func(how func() error, want error) {
		wg.Go(func() {
			err := s.write(t.Context(), "fail", func(tx *tx) error {
				if _, err := tx.exec(`DELETE FROM questions`); err != nil {
					return err
				}
				return how()
			})
			if !errors.Is(err, want) {
				t.Errorf("error is %v, want %v", err, want)
			}
		})
	}
	admit(1)
	queued(t, s, 1)
	fail(func() error { return boom }, boom)
	queued(t, s, 2)
	admit(2)
	queued(t, s, 3)
	fail(func() error { panic("x") }, errPanic)
	queued(t, s, 4)
	admit(3)
	queued(t, s, 5)
	release()
	wg.Wait()
	for n := 1; n <= 3; n++ {
		qs, err := s.Open(t.Context(), key(n))
		if err != nil || len(qs) != 1 {
			t.Errorf("question %d: %d open, %v", n, len(qs), err)
		}
	}
}

func TestACallerWhoGivesUpDoesNotWait(t *testing.T) {
	t.Parallel()
	s := openAt(t, file(t), nil)
	release := hold(t, s)
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := s.Admit(ctx, asking(1, "x"))
		done <- err
	}()
	queued(t, s, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want context.Canceled", err)
	}
	release()
	must(t, s.Ping(t.Context()))
	if asked, err := s.Asked(t.Context(), key(1)); asked || err != nil {
		t.Errorf("given up before it began, and yet: %v, %v", asked, err)
	}
}

// When the context ends while the write runs, it may still take effect; called
// again, the end is as if it had been called once.
func TestGivenUpWhileRunning(t *testing.T) {
	t.Parallel()
	open := asking(1, "").Key
	for _, c := range []struct {
		name  string
		do    func(ctx context.Context, s *Store, l store.Lease) error
		again error // what the second call reports
	}{
		{"Admit", func(ctx context.Context, s *Store, _ store.Lease) error {
			q := asking(2, "x")
			q.Thread = key(1)
			_, err := s.Admit(ctx, q)
			return err
		}, nil},
		{"Lease", func(ctx context.Context, s *Store, _ store.Lease) error {
			_, err := s.Lease(ctx, key(1), "a", time.Minute)
			return err
		}, nil},
		{"Renew", func(ctx context.Context, s *Store, l store.Lease) error {
			_, err := s.Renew(ctx, l, time.Minute)
			return err
		}, nil},
		{"Place", func(ctx context.Context, s *Store, l store.Lease) error { return s.Place(ctx, l, open, "1.0") }, nil},
		{"PutImage", func(ctx context.Context, s *Store, l store.Lease) error {
			return s.PutImage(ctx, l, store.ImageRecord{Label: 1, Slices: make([]store.SliceRecord, 1)}, [][]byte{[]byte("x")})
		}, nil},
		{"Finish", func(ctx context.Context, s *Store, l store.Lease) error {
			return s.Finish(ctx, l, open, []store.Turn{{Role: store.RoleModel, Text: "x"}})
		}, store.ErrNotFound},
		{"Forget", func(ctx context.Context, s *Store, _ store.Lease) error {
			_, err := s.Forget(ctx, key(1))
			return err
		}, nil},
		{"Expire", func(ctx context.Context, s *Store, _ store.Lease) error {
			_, err := s.Expire(ctx, 1)
			return err
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// The clock is asked inside the transaction: there the write stops.
			var mu sync.Mutex
			var stop func()
			s := openAt(t, file(t), func() time.Time {
				mu.Lock()
				f := stop
				stop = nil
				mu.Unlock()
				if f != nil {
					f()
				}
				return time.Now()
			})
			_, err := s.Admit(t.Context(), asking(1, "x"))
			l, err2 := s.Lease(t.Context(), key(1), "a", time.Minute)
			must(t, err, err2)
			ctx, cancel := context.WithCancel(t.Context())
			gate := make(chan struct{})
			mu.Lock()
			stop = func() { cancel(); <-gate }
			mu.Unlock()
			if err := c.do(ctx, s, l); !errors.Is(err, context.Canceled) {
				t.Fatalf("error is %v, want context.Canceled", err)
			}
			close(gate)
			if err := c.do(t.Context(), s, l); !errors.Is(err, c.again) {
				t.Fatalf("called again: %v, want %v", err, c.again)
			}
			th, err := s.Thread(t.Context(), key(1))
			if c.name == "Finish" && (err != nil || len(th.Turns) != 1) {
				t.Errorf("%d turns, %v", len(th.Turns), err)
			}
			if c.name == "Forget" && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after Forget: %v", err)
			}
		})
	}
}
