package firestore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

func TestContract(t *testing.T) { storetest.Run(t, fresh) }

func TestContend(t *testing.T) {
	t.Parallel()
	storetest.Contend(t, fresh, 8)
}

// One after the other they would take the emulator a quarter of a minute.
func TestManyVerdicts(t *testing.T) {
	t.Parallel()
	const n = store.MaxVerdicts - 10
	storetest.ManyVerdicts(t, fresh, func(s store.Store, k store.ThreadKey) int {
		err := s.(*Store).change(t.Context(), k, nil, func(c *change) error {
			for i := range n {
				c.d.Verdicts = append(c.d.Verdicts, verdictDoc{AnswerTS: "5.000001", User: fmt.Sprintf("U%03d", i), Feedback: "good", At: c.now})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	})
}

// fresh is a storetest.Opener.
func fresh(t *testing.T, c storetest.Config) func() store.Store {
	p, w := project(), &wire{T: t}
	return func() store.Store {
		s := open(t, p, c.Retention, c.Clock.Now, grpc.WithChainUnaryInterceptor(w.unary), grpc.WithChainStreamInterceptor(w.stream))
		s.commitBytes = 256 << 10 // the emulator is slow with more
		return s
	}
}

func open(tb testing.TB, project string, retention time.Duration, now func() time.Time, dial ...grpc.DialOption) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), Options{Project: project, Retention: retention, Now: now, ClientOptions: dialled(tb, dial...)})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestOpenNeedsARetention(t *testing.T) {
	if _, err := Open(t.Context(), Options{Project: "p"}); err == nil {
		t.Error("none was taken")
	}
}

// What Firestore reports becomes one of the store's errors, the context's, or
// neither; its text goes along only where it cannot hold anything stored.
func TestWrap(t *testing.T) {
	const text = "server's own text"
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want error
		text bool
	}{
		{t.Context(), status.Error(codes.Unavailable, text), store.ErrUnavailable, false},
		{t.Context(), status.Error(codes.ResourceExhausted, text), store.ErrUnavailable, false},
		{t.Context(), status.Error(codes.DeadlineExceeded, text), store.ErrUnavailable, false},
		{t.Context(), status.Error(codes.Aborted, text), store.ErrUnavailable, false},
		{t.Context(), status.Error(codes.Internal, text), store.ErrUnavailable, false},
		{t.Context(), context.DeadlineExceeded, store.ErrUnavailable, false},
		{ended, status.Error(codes.Canceled, text), context.Canceled, false},
		{ended, status.Error(codes.Unavailable, text), context.Canceled, false},
		{late, status.Error(codes.DeadlineExceeded, text), context.DeadlineExceeded, false},
		{late, context.DeadlineExceeded, context.DeadlineExceeded, false},
		{ended, store.ErrNotFound, store.ErrNotFound, false},
		{t.Context(), store.ErrLeaseLost, store.ErrLeaseLost, false},
		{t.Context(), status.Error(codes.InvalidArgument, text), nil, false},
		// The database is missing, not a thread.
		{t.Context(), status.Error(codes.NotFound, text), nil, true},
		{t.Context(), status.Error(codes.PermissionDenied, text), nil, true},
	} {
		got := wrap(c.ctx, "test", c.err)
		for _, is := range []error{store.ErrUnavailable, store.ErrNotFound, store.ErrLeaseLost, context.Canceled, context.DeadlineExceeded} {
			if errors.Is(got, is) != (is == c.want) {
				t.Errorf("%v became %v, want %v", c.err, got, c.want)
			}
		}
		if has := got.Error() == fmt.Sprintf("store test: %s: %s", status.Code(c.err), text); has != c.text {
			t.Errorf("%v became %q; with the server's text: %v, want %v", c.err, got, has, c.text)
		}
	}
}

// While Firestore is away, calls end with their context, and with its error.
func TestAway(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	s := open(t, project(), retention, nil, grpc.WithChainUnaryInterceptor(
		func(context.Context, string, any, any, *grpc.ClientConn, grpc.UnaryInvoker, ...grpc.CallOption) error {
			if calls++; calls == 2 {
				cancel()
			}
			return status.Error(codes.Unavailable, "away")
		}))
	defer s.Close()
	if _, err := s.Admit(ctx, asking(here, "1.000001")); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if calls < 2 {
		t.Error("not tried again")
	}
}

func BenchmarkAdmit(b *testing.B) {
	var n atomic.Int64
	admit := func(s *Store) {
		i := n.Add(1)
		k := store.ThreadKey{Team: "T1", Channel: "C1", TS: fmt.Sprintf("1700000000.%06d", i)}
		if first, err := s.Admit(b.Context(), asking(k, k.TS)); !first || err != nil {
			b.Errorf("%v, %v", first, err)
		}
	}
	b.Run("serial", func(b *testing.B) {
		s := open(b, project(), retention, nil)
		defer s.Close()
		for b.Loop() {
			admit(s)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		s := open(b, project(), retention, nil)
		defer s.Close()
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				admit(s)
			}
		})
	})
}
