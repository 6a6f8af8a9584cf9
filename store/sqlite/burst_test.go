package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// All events that come at once, as after an outage, are recorded within the time
// that Slack waits for their acks, while threads are read and answers stored. The
// short form has a twentieth of them, for machines that do other things; the full one is
// not meant for the race detector.
func TestBurst(t *testing.T) {
	t.Parallel()
	s := openAt(t, file(t), nil)
	_, err := s.Admit(t.Context(), asking(0, "x"))
	l, err2 := s.Lease(t.Context(), key(0), "a", time.Hour)
	must(t, err, err2)
	ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
	defer cancel()
	var others, callers sync.WaitGroup
	busy, stop := context.WithCancel(t.Context())
	others.Go(func() {
		for n := 0; busy.Err() == nil; n++ {
			q := asking(1_000_000+n, "x")
			q.Thread = key(0)
			_, err1 := s.Admit(t.Context(), q)
			err2 := s.Finish(t.Context(), l, q.Key, []store.Turn{{Role: store.RoleModel, Text: "answered"}})
			_, err3 := s.Thread(t.Context(), key(0))
			if err1 != nil || err2 != nil || err3 != nil {
				t.Error(err1, err2, err3)
				return
			}
		}
	})
	began := time.Now()
	var failed atomic.Int64
	events := rounds(10_000)
	if !*full {
		events /= 4
	}
	for n := range events {
		callers.Go(func() {
			if first, err := s.Admit(ctx, asking(n+1, "Is there a fracture?")); !first || err != nil {
				failed.Add(1)
			}
		})
	}
	callers.Wait()
	took := time.Since(began)
	stop()
	others.Wait()
	if n := failed.Load(); n > 0 {
		t.Errorf("%d of %d were not recorded in time", n, events)
	}
	t.Logf("%d events in %v", events, took)
}
