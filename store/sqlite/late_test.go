package sqlite

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// A lease is judged when the write is made, not when it is asked for: what stood in
// line while the lease passed is refused.
func TestWritesThatStoodInLineTooLong(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := openAt(t, file(t), clock.Now)
	q := asking(1, "x")
	_, err := s.Admit(t.Context(), q)
	l, err2 := s.Lease(t.Context(), key(1), "a", time.Minute)
	must(t, err, err2)
	release := hold(t, s)
	writes := []func(ctx context.Context) error{
		func(ctx context.Context) error { _, err := s.Renew(ctx, l, time.Hour); return err },
		func(ctx context.Context) error { return s.Place(ctx, l, q.Key, "66.000001") },
		func(ctx context.Context) error {
			return s.PutImage(ctx, l, store.ImageRecord{Label: 1, Slices: make([]store.SliceRecord, 1)}, [][]byte{[]byte("late")})
		},
		func(ctx context.Context) error {
			return s.Finish(ctx, l, q.Key, []store.Turn{{Role: store.RoleModel, Text: "late"}})
		},
	}
	errs := make(chan error, len(writes))
	for i, write := range writes {
		go func() { errs <- write(t.Context()) }()
		queued(t, s, i+1)
	}
	clock.Advance(time.Minute)
	release()
	for range writes {
		if err := <-errs; !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("error is %v, want ErrLeaseLost", err)
		}
	}
	th, err := s.Thread(t.Context(), key(1))
	qs, err2 := s.Open(t.Context(), key(1))
	must(t, err, err2)
	if len(th.Turns)+len(th.Images) != 0 || len(qs) != 1 || qs[0].AnswerTS != "" {
		t.Errorf("something was written: %d turns, %d images, %d open", len(th.Turns), len(th.Images), len(qs))
	}
}
