package firestore

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc/codes"

	"github.com/medbuddy/medbuddy/store"
)

// Trouble that does not pass ends every call in time and with ErrUnavailable; it
// has not done, nor says it has, what it could not do.
func TestTroubleThatStays(t *testing.T) {
	t.Parallel()
	untouched := trodden(t, &fault{})
	leased(t, untouched)
	want := state(t, untouched)
	tests := map[string]func(t *testing.T){}
	for name, c := range map[string]struct {
		f    *fault
		late bool // the caller has a deadline, and it passes
	}{
		"unavailable":            {&fault{code: codes.Unavailable, reads: -1, commits: -1}, false},
		"over its quota":         {&fault{code: codes.ResourceExhausted, reads: -1, commits: -1}, false},
		"over its write quota":   {&fault{code: codes.ResourceExhausted, commits: -1}, false},
		"internal":               {&fault{code: codes.Internal, reads: -1, commits: -1}, false},
		"silent":                 {&fault{hang: true, reads: -1, commits: -1}, true},
		"silent when written to": {&fault{hang: true, commits: -1}, true},
		"aborted for ever":       {&fault{code: codes.Aborted, commits: -1}, true},
	} {
		tests[name] = func(t *testing.T) {
			s := trodden(t, c.f)
			l := leased(t, s)
			steps := map[string]func(t *testing.T){}
			c.f.begin(true)
			for _, step := range road() {
				steps[step.name] = func(t *testing.T) {
					ctx := t.Context()
					if c.late {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
						defer cancel()
					}
					held := l
					got, err := step.do(ctx, s, &held)
					if c.f.reads == 0 && reads(step.name) {
						if err != nil && !c.late {
							t.Errorf("only writes are in trouble, and yet: %v", err)
						}
						return
					}
					if !errors.Is(err, store.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) != c.late {
						t.Errorf("error is %v", err)
					}
					if said, ok := got.(bool); ok && said {
						t.Error("and yet it says that it is done")
					}
				}
			}
			atOnce(t, steps)
			c.f.begin(false)
			if d := cmp.Diff(want, state(t, s), cmpopts.EquateEmpty()); d != "" {
				t.Errorf("what is stored (-before +after):\n%s", d)
			}
		}
	}
	atOnce(t, tests)
}

// leased takes the lease and stores an image, for the steps that need them.
func leased(t *testing.T, s *Store) store.Lease {
	t.Helper()
	l, err1 := s.Lease(t.Context(), here, owner, time.Hour)
	err2 := s.PutImage(t.Context(), l, picture(1, "F1", 1), blank(1, "pixels"))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return l
}

// reads says of a step that it writes nothing.
func reads(step string) bool {
	switch step {
	case "Asked", "Abandoned", "Open", "Image", "Settings of a thread", "Settings of a channel", "Thread", "Mark", "Served":
		return true
	}
	return false
}

// Firestore is asked five times, not for as long as the caller has time, and a
// call ends within the time that Slack waits for an ack.
func TestTries(t *testing.T) {
	t.Parallel()
	atOnce(t, map[string]func(t *testing.T){
		"no more than five": func(t *testing.T) {
			f := &fault{code: codes.Unavailable, reads: -1}
			s := open(t, project(), retention, nil, f.dial()...)
			defer s.Close()
			f.begin(true)
			began := time.Now()
			_, err := s.Admit(t.Context(), asking(here, "1700000001.000100"))
			took := time.Since(began)
			if n, _ := f.asked(); n != tries || !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("%d requests, %v", n, err)
			}
			if took < 500*time.Millisecond || took > 2500*time.Millisecond {
				t.Errorf("it took %v", took)
			}
		},
		"the fifth may succeed": func(t *testing.T) {
			f := &fault{code: codes.Unavailable, commits: tries - 1}
			s := open(t, project(), retention, nil, f.dial()...)
			defer s.Close()
			s.pause = time.Millisecond
			f.begin(true)
			if first, err := s.Admit(t.Context(), asking(here, "1700000001.000100")); !first || err != nil {
				t.Errorf("Admit: %v, %v", first, err)
			}
		},
	})
}

// What a follow-up question costs, in commits and in documents that are billed. A
// renewal of the lease is one more of each, every few seconds.
func TestWritesOfAQuestion(t *testing.T) {
	t.Parallel()
	c := &counter{}
	s := open(t, project(), retention, nil, c.dial()...)
	defer s.Close()
	ask := func(ts string) {
		q := asking(here, ts)
		_, err1 := s.Admit(t.Context(), q)
		l, err2 := s.Lease(t.Context(), here, owner, time.Minute)
		err3 := s.Place(t.Context(), l, q.Key, "1700000009.000001")
		err4 := s.Finish(t.Context(), l, q.Key, answering("x"))
		if err := errors.Join(err1, err2, err3, err4, s.Release(t.Context(), l)); err != nil {
			t.Fatal(err)
		}
	}
	ask("1700000001.000100")
	*c = counter{}
	ask("1700000002.000100")
	if want := (counter{commits: 5, writes: 10, deletes: 1}); *c != want {
		t.Errorf("a question takes %+v, want %+v", *c, want)
	}
}
