package firestore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

const retention = 30 * 24 * time.Hour

// A thief lets commits through to Firestore and takes away the answer of one.
// Between start and stop it counts.
type thief struct {
	take  int        // which commit's, 1 for the first; 0 for none
	code  codes.Code // what the client gets instead
	rival bool       // see play
	then  func()     // runs between the commit and the loss of its answer

	mu      sync.Mutex
	active  bool
	commits int
}

func (f *thief) start() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active, f.commits = true, 0
}

func (f *thief) stop() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = false
	return f.commits
}

func (f *thief) intercept(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := invoke(ctx, method, req, reply, cc, opts...)
	if !strings.HasSuffix(method, "/Commit") || err != nil {
		return err
	}
	f.mu.Lock()
	f.commits++
	mine := f.active && f.commits == f.take
	if mine {
		f.active = false // the rival's commits are not counted
	}
	f.mu.Unlock()
	if !mine {
		return nil
	}
	if f.then != nil {
		f.then()
	}
	return status.Error(f.code, "answer lost")
}

// TestLostAnswer loses the answer of each commit that a write makes, one after
// the other and each time in a fresh scene, and compares what the write answers
// and what can be read then with a run that loses none.
func TestLostAnswer(t *testing.T) {
	modes := []struct {
		name  string
		code  codes.Code
		rival bool
	}{
		{"repeated by the client", codes.Unavailable, false},
		{"not repeated", codes.Internal, false},
		{"and a rival writes", codes.Unavailable, true},
	}
	for _, w := range lossyWrites() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			want, wantState, commits := play(t, w, &thief{})
			if commits == 0 {
				t.Fatal("no commit was made: the test loses nothing")
			}
			for _, m := range modes {
				for take := range commits {
					t.Run(fmt.Sprintf("commit %d %s", take+1, m.name), func(t *testing.T) {
						t.Parallel()
						got, gotState, _ := play(t, w, &thief{take: take + 1, code: m.code, rival: m.rival})
						if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
							t.Errorf("answer (-want +got):\n%s", d)
						}
						if d := cmp.Diff(wantState, gotState, cmpopts.EquateEmpty()); d != "" {
							t.Errorf("state (-want +got):\n%s", d)
						}
					})
				}
			}
		})
	}
}

// play sets the scene, writes with f between the store and Firestore, and says
// what was answered, what can be read then, and how many commits it took.
func play(t *testing.T, w lossyWrite, f *thief) (got any, after []any, commits int) {
	t.Helper()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now, grpc.WithChainUnaryInterceptor(f.intercept))
	defer s.Close()
	l := scene(t, s, clock)
	age(t, w.name, s, clock, l)
	if f.rival {
		f.then = func() {
			// It writes the documents, so that the repeat meets another version,
			// but nothing that can be read.
			for _, k := range []store.ThreadKey{here, there} {
				if err := s.change(t.Context(), k, nil, func(c *change) error {
					if c.isNew {
						return errUnchanged
					}
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		}
	}
	f.start()
	got, err := w.do(t.Context(), s, l)
	commits = f.stop()
	if err != nil {
		t.Fatal(err)
	}
	return got, state(t, s), commits
}

// TestLostForGood loses the answer and then the caller's patience: the caller
// calls again, and all is as if once had been enough.
func TestLostForGood(t *testing.T) {
	for _, w := range lossyWrites() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			play := func(lose bool) []any {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				clock, f := storetest.NewClock(), &thief{take: 1, code: codes.Canceled, then: cancel}
				s := open(t, project(), retention, clock.Now, grpc.WithChainUnaryInterceptor(f.intercept))
				defer s.Close()
				l := scene(t, s, clock)
				age(t, w.name, s, clock, l)
				if lose {
					f.start()
					if _, err := w.do(ctx, s, l); !errors.Is(err, context.Canceled) {
						t.Fatalf("error is %v, want context.Canceled", err)
					}
				}
				_, err := w.do(t.Context(), s, l)
				if lose && w.again != nil {
					if !errors.Is(err, w.again) {
						t.Fatalf("called again: %v, want %v", err, w.again)
					}
				} else if err != nil {
					t.Fatal(err)
				}
				return state(t, s)
			}
			ignore := cmpopts.IgnoreFields(store.Settings{}, "At", "MaxTokens")
			if d := cmp.Diff(play(false), play(true), cmpopts.EquateEmpty(), ignore); d != "" {
				t.Errorf("state (-once +again):\n%s", d)
			}
		})
	}
}
