package firestore

import (
	"context"
	"errors"
	"fmt"
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

// A fault is what befalls requests between the store and Firestore while it is on.
type fault struct {
	code    codes.Code
	reads   int  // how many reads of a call fail; -1: all
	commits int  // how many commits of a call fail; -1: all
	late    bool // the first commit takes effect; its answer is lost, and all else fails
	hang    bool // they get no answer at all, but for that of their context

	mu    sync.Mutex
	on    bool
	readN int
	commN int
}

// begin is the start of a call.
func (f *fault) begin(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on, f.readN, f.commN = on, 0, 0
}

// asked is how many requests there were since begin.
func (f *fault) asked() (reads, commits int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.readN, f.commN
}

// strikes says whether this request fails.
func (f *fault) strikes(n *int, most int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	*n++
	return f.on && (most < 0 || *n <= most)
}

func (f *fault) fail(ctx context.Context) error {
	if f.hang {
		<-ctx.Done()
		return status.FromContextError(ctx.Err()).Err()
	}
	return status.Error(f.code, "made up")
}

func (f *fault) dial() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if !f.strikes(&f.commN, f.commits) {
				return invoke(ctx, method, req, reply, cc, opts...)
			}
			if _, n := f.asked(); f.late && n == 1 {
				if err := invoke(ctx, method, req, reply, cc, opts...); err != nil {
					return err
				}
			}
			return f.fail(ctx)
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			most := f.reads
			if _, n := f.asked(); f.late && n > 0 {
				most = -1
			}
			if f.strikes(&f.readN, most) {
				return nil, f.fail(ctx)
			}
			return streamer(ctx, desc, cc, method, opts...)
		}),
	}
}

// A step is one call of the road below. It returns what the store answered.
type step struct {
	name string
	do   func(ctx context.Context, s *Store, l *store.Lease) (any, error)
}

// road is every method of the contract, so that each finds something to do. What
// they are about is made by trodden.
func road() []step {
	q, fresh := waiting(), asking(here, "1700000001.000100")
	return []step{
		{"Expire", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Expire(ctx, 10) }},
		{"Admit", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Admit(ctx, fresh) }},
		{"Admit refused", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) {
			no := asking(here, "1700000003.000100")
			no.Kind = store.KindRefused
			return s.Admit(ctx, no)
		}},
		{"Asked", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Asked(ctx, here) }},
		{"Abandoned", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Abandoned(ctx, 9) }},
		{"Lease", func(ctx context.Context, s *Store, l *store.Lease) (_ any, err error) {
			got, err := s.Lease(ctx, here, owner, time.Minute)
			if err == nil {
				*l = got
			}
			return got.Owner, err
		}},
		{"Renew", func(ctx context.Context, s *Store, l *store.Lease) (any, error) {
			got, err := s.Renew(ctx, *l, time.Hour)
			return got.Until, err
		}},
		{"Open", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Open(ctx, here) }},
		{"Place", func(ctx context.Context, s *Store, l *store.Lease) (any, error) {
			return nil, s.Place(ctx, *l, q.Key, "1700000009.000001")
		}},
		{"PutImage", func(ctx context.Context, s *Store, l *store.Lease) (any, error) {
			return nil, s.PutImage(ctx, *l, picture(1, "F1", 5), blank(5, "series"))
		}},
		{"Image", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) {
			_, data, err := s.Image(ctx, here, 1)
			return data, err
		}},
		{"SetSettings of a thread", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) {
			_, after, err := s.SetSettings(ctx, here.Scope(), func(store.Settings) store.Settings { return store.Settings{MaxTokens: new(70)} })
			return after, err
		}},
		{"SetSettings of a channel", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) {
			_, after, err := s.SetSettings(ctx, here.ChannelScope(), func(store.Settings) store.Settings { return store.Settings{MaxTokens: new(80)} })
			return after, err
		}},
		{"Settings of a thread", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Settings(ctx, here.Scope()) }},
		{"Settings of a channel", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) {
			return s.Settings(ctx, here.ChannelScope())
		}},
		{"Finish", func(ctx context.Context, s *Store, l *store.Lease) (any, error) {
			return nil, s.Finish(ctx, *l, q.Key, answering("done"))
		}},
		{"Thread", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Thread(ctx, here) }},
		{"Release", func(ctx context.Context, s *Store, l *store.Lease) (any, error) { return nil, s.Release(ctx, *l) }},
		{"SetMark", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) {
			return nil, s.SetMark(ctx, "T1", "1700000009.000100")
		}},
		{"Mark", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Mark(ctx, "T1") }},
		{"Served", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return s.Served(ctx, "T1", 9) }},
		{"Forget", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) {
			_, err := s.Forget(ctx, there)
			return nil, err
		}},
		{"Ping", func(ctx context.Context, s *Store, _ *store.Lease) (any, error) { return nil, s.Ping(ctx) }},
	}
}

// waiting is the question that is open before the road begins.
func waiting() store.Question { return asking(here, "1700000000.000100") }

// trodden is a store on the way to which f lies in wait: with a thread that has
// expired, and two where a question is open.
func trodden(t *testing.T, f *fault) *Store {
	t.Helper()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now, f.dial()...)
	t.Cleanup(func() { _ = s.Close() })
	s.commitBytes, s.pause = 3*sliceBytes, time.Millisecond
	_, err1 := s.Admit(t.Context(), asking(store.ThreadKey{Team: "T1", Channel: "C1", TS: "1600000000.000001"}, "1600000000.000001"))
	clock.Advance(retention + time.Hour)
	_, err2 := s.Admit(t.Context(), asking(there, "1700000002.000100"))
	_, err3 := s.Admit(t.Context(), waiting())
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Second)
	return s
}

// atOnce runs subtests side by side, however few may be parallel: they only wait.
func atOnce(t *testing.T, tests map[string]func(t *testing.T)) {
	t.Helper()
	var wg sync.WaitGroup
	for name, test := range tests {
		wg.Go(func() { t.Run(name, test) })
	}
	wg.Wait()
}

// walk goes the road and returns what each step answered and what can be read
// afterwards. When again is set each step is taken a second time, without the fault,
// and it is the second answer that counts.
func walk(t *testing.T, f *fault, again bool) (answers, after []any) {
	t.Helper()
	s := trodden(t, f)
	var l store.Lease
	for _, step := range road() {
		f.begin(true)
		got, err := step.do(t.Context(), s, &l)
		_, commits := f.asked()
		f.begin(false)
		switch {
		case again && commits > 0 && !errors.Is(err, store.ErrUnavailable):
			t.Errorf("%s said %v, and knew no more than that it had no answer", step.name, err)
		case again:
			// Finish says that the question is not open: it has been finished.
			if _, err = step.do(t.Context(), s, &l); err != nil && !(step.name == "Finish" && errors.Is(err, store.ErrNotFound)) {
				t.Errorf("%s again: %v", step.name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", step.name, err)
		}
		answers = append(answers, fmt.Sprint(step.name), got)
	}
	return answers, state(t, s)
}

// Trouble that passes shows in no answer and in nothing that is stored.
func TestTroubleThatPasses(t *testing.T) {
	t.Parallel()
	want, wantState := walk(t, &fault{}, false)
	tests := map[string]func(t *testing.T){
		// Firestore goes away between a write and its answer, in every call. The
		// caller calls again, and all is as if once had been enough.
		"gone with the answer": func(t *testing.T) {
			_, after := walk(t, &fault{code: codes.Unavailable, commits: -1, late: true}, true)
			if d := cmp.Diff(wantState, after, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("state (-want +got):\n%s", d)
			}
		},
	}
	for name, f := range map[string]*fault{
		"aborted five times": {code: codes.Aborted, commits: 5},
		"unavailable":        {code: codes.Unavailable, reads: 1, commits: 1},
		"over its quota":     {code: codes.ResourceExhausted, reads: 2, commits: 1},
		"internal":           {code: codes.Internal, reads: 1, commits: 2},
	} {
		tests[name] = func(t *testing.T) {
			got, after := walk(t, f, false)
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("answers (-want +got):\n%s", d)
			}
			if d := cmp.Diff(wantState, after, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("state (-want +got):\n%s", d)
			}
		}
	}
	atOnce(t, tests)
}
