package firestore

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// A stopper holds the next commit before it goes to Firestore, as a process that is
// stopped there, until meanwhile has run.
type stopper struct {
	mu        sync.Mutex
	meanwhile func()
}

func (p *stopper) arm(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meanwhile = f
}

func (p *stopper) intercept(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	p.mu.Lock()
	f := p.meanwhile
	p.meanwhile = nil
	p.mu.Unlock()
	if f != nil {
		f()
	}
	return invoke(ctx, method, req, reply, cc, opts...)
}

// A write that was on its way when its lease passed to another is refused, though
// the lease was live when the write was made up. It leaves the other's lease alone.
func TestWritesThatCameTooLate(t *testing.T) {
	t.Parallel()
	q := asking(here, "1700000001.000100").Key
	for name, write := range map[string]func(ctx context.Context, s *Store, l store.Lease) error{
		"Renew": func(ctx context.Context, s *Store, l store.Lease) error {
			_, err := s.Renew(ctx, l, time.Hour)
			return err
		},
		"Place": func(ctx context.Context, s *Store, l store.Lease) error {
			return s.Place(ctx, l, q, "66.000001")
		},
		"PutImage": func(ctx context.Context, s *Store, l store.Lease) error {
			return s.PutImage(ctx, l, picture(1, "F1", 1), blank(1, "late"))
		},
		"Finish": func(ctx context.Context, s *Store, l store.Lease) error {
			return s.Finish(ctx, l, q, answering("late"))
		},
		"Release": func(ctx context.Context, s *Store, l store.Lease) error { return s.Release(ctx, l) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, p, id := storetest.NewClock(), &stopper{}, project()
			s := open(t, id, retention, clock.Now, grpc.WithChainUnaryInterceptor(p.intercept))
			defer s.Close()
			other := open(t, id, retention, clock.Now)
			defer other.Close()
			_, err1 := s.Admit(t.Context(), asking(here, q.TS))
			l, err2 := s.Lease(t.Context(), here, "a", time.Minute)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			var heir store.Lease
			p.arm(func() {
				clock.Advance(time.Minute)
				var err error
				if heir, err = other.Lease(t.Context(), here, "b", time.Minute); err != nil {
					t.Error(err)
				}
			})
			var want error
			if name != "Release" {
				want = store.ErrLeaseLost
			}
			if err := write(t.Context(), s, l); !errors.Is(err, want) {
				t.Errorf("error is %v, want %v", err, want)
			}
			th, err1 := other.Thread(t.Context(), here)
			qs, err2 := other.Open(t.Context(), here)
			if err := errors.Join(err1, err2); err != nil || len(th.Turns)+len(th.Images) != 0 || len(qs) != 1 || qs[0].AnswerTS != "" {
				t.Errorf("something was written: %d turns, %d images, %d open, %v", len(th.Turns), len(th.Images), len(qs), err)
			}
			if err := other.Finish(t.Context(), heir, q, answering("in time")); err != nil {
				t.Errorf("the other's Finish: %v", err)
			}
		})
	}
}
