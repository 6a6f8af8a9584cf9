package bot_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// faultStore is a store in which things go wrong, and the end of a process: one
// that is dead reaches nothing any more.
type faultStore struct {
	store.Store

	mu      sync.Mutex
	down    bool
	slow    time.Duration
	refuse  map[string]int // calls that fail unserved, by operation
	lose    map[string]int // calls that are served and fail all the same
	panics  map[string]int // calls that end in a panic, as over a defect
	refused int
	served  map[string]int // calls that were, by operation
	changed chan struct{}
}

func newFaultStore(s store.Store) *faultStore {
	return &faultStore{Store: s, refuse: map[string]int{}, lose: map[string]int{}, panics: map[string]int{}, served: map[string]int{}, changed: make(chan struct{})}
}

// set changes what goes wrong.
func (s *faultStore) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.change()
}

func (s *faultStore) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// wait returns when cond is true; it asks again after every call.
func (s *faultStore) wait(t *testing.T, ctx context.Context, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := within(ctx)
	defer cancel()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waiting for %s: %v", what, ctx.Err())
		}
	}
}

// meet says whether a call is served and whether it fails.
func (s *faultStore) meet(ctx context.Context, op string) (served bool, err error) {
	s.mu.Lock()
	slow := s.slow
	s.mu.Unlock()
	if slow > 0 {
		timer := time.NewTimer(slow)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.panics[op] > 0:
		s.panics[op]--
		panic("a defect")
	case s.down, s.refuse[op] > 0:
		s.refuse[op]--
		s.refused++
		s.change()
		return false, store.ErrUnavailable
	case s.lose[op] > 0:
		s.lose[op]--
		return true, store.ErrUnavailable
	}
	return true, nil
}

// through makes a call as far as the faults allow.
func through[T any](ctx context.Context, s *faultStore, op string, call func() (T, error)) (T, error) {
	var none T
	served, fault := s.meet(ctx, op)
	if !served {
		return none, fault
	}
	got, err := call()
	s.set(func() { s.served[op]++ })
	if fault != nil {
		return none, fault
	}
	return got, err
}

func through0(ctx context.Context, s *faultStore, op string, call func() error) error {
	_, err := through(ctx, s, op, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

func (s *faultStore) Admit(ctx context.Context, q store.Question) (bool, error) {
	return through(ctx, s, "admit", func() (bool, error) { return s.Store.Admit(ctx, q) })
}

func (s *faultStore) Asked(ctx context.Context, t store.ThreadKey) (bool, error) {
	return through(ctx, s, "asked", func() (bool, error) { return s.Store.Asked(ctx, t) })
}

func (s *faultStore) Lease(ctx context.Context, t store.ThreadKey, owner string, ttl time.Duration) (store.Lease, error) {
	return through(ctx, s, "lease", func() (store.Lease, error) { return s.Store.Lease(ctx, t, owner, ttl) })
}

func (s *faultStore) Renew(ctx context.Context, l store.Lease, ttl time.Duration) (store.Lease, error) {
	return through(ctx, s, "renew", func() (store.Lease, error) { return s.Store.Renew(ctx, l, ttl) })
}

func (s *faultStore) Release(ctx context.Context, l store.Lease) error {
	return through0(ctx, s, "release", func() error { return s.Store.Release(ctx, l) })
}

func (s *faultStore) Open(ctx context.Context, t store.ThreadKey) ([]store.Question, error) {
	return through(ctx, s, "open", func() ([]store.Question, error) { return s.Store.Open(ctx, t) })
}

func (s *faultStore) Place(ctx context.Context, l store.Lease, q store.QuestionKey, ts string) error {
	return through0(ctx, s, "place", func() error { return s.Store.Place(ctx, l, q, ts) })
}

func (s *faultStore) PutImage(ctx context.Context, l store.Lease, r store.ImageRecord, data [][]byte) error {
	return through0(ctx, s, "put", func() error { return s.Store.PutImage(ctx, l, r, data) })
}

func (s *faultStore) Finish(ctx context.Context, l store.Lease, q store.QuestionKey, turns []store.Turn) error {
	return through0(ctx, s, "finish", func() error { return s.Store.Finish(ctx, l, q, turns) })
}

func (s *faultStore) Thread(ctx context.Context, t store.ThreadKey) (store.Thread, error) {
	return through(ctx, s, "thread", func() (store.Thread, error) { return s.Store.Thread(ctx, t) })
}

func (s *faultStore) Settings(ctx context.Context, scope store.Scope) (store.Settings, error) {
	return through(ctx, s, "settings", func() (store.Settings, error) { return s.Store.Settings(ctx, scope) })
}

func (s *faultStore) SetSettings(ctx context.Context, scope store.Scope, change func(store.Settings) store.Settings) (before, after store.Settings, err error) {
	err = through0(ctx, s, "set", func() (err error) {
		before, after, err = s.Store.SetSettings(ctx, scope, change)
		return err
	})
	return before, after, err
}

func (s *faultStore) Mark(ctx context.Context, team string) (string, error) {
	return through(ctx, s, "mark", func() (string, error) { return s.Store.Mark(ctx, team) })
}

func (s *faultStore) Abandoned(ctx context.Context, limit int) ([]store.ThreadKey, error) {
	return through(ctx, s, "abandoned", func() ([]store.ThreadKey, error) { return s.Store.Abandoned(ctx, limit) })
}

func (s *faultStore) EraseMessage(ctx context.Context, t store.ThreadKey, ts string) (store.Deleted, error) {
	return through(ctx, s, "erase", func() (store.Deleted, error) { return s.Store.EraseMessage(ctx, t, ts) })
}

func (s *faultStore) EraseFile(ctx context.Context, team, fileID string) ([]store.ThreadKey, error) {
	return through(ctx, s, "erase", func() ([]store.ThreadKey, error) { return s.Store.EraseFile(ctx, team, fileID) })
}

func (s *faultStore) Ping(ctx context.Context) error {
	return through0(ctx, s, "ping", func() error { return s.Store.Ping(ctx) })
}

// count is how many calls of an operation were served.
func (s *faultStore) count(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.served[op]
}
