package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
)

// expiring is a store of which only Expire may be called.
type expiring struct {
	store.Store
	answers []any // an int or an error for each call
	calls   int
}

func (s *expiring) Expire(_ context.Context, limit int) (int, error) {
	if limit < 1 || s.calls == len(s.answers) {
		return 0, errors.New("a call that nobody expects")
	}
	s.calls++
	if err, ok := s.answers[s.calls-1].(error); ok {
		return 0, err
	}
	return s.answers[s.calls-1].(int), nil
}

// At the start and at every tick all that has expired is deleted; an error ends
// one round, not the rounds.
func TestExpireDeletesUntilNothingIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &expiring{answers: []any{200, 200, 7, 0, errors.New("busy"), 3, 0}}
		ctx, cancel := context.WithCancel(t.Context())
		ticks := make(chan time.Time)
		done := make(chan struct{})
		go func() {
			defer close(done)
			expire(ctx, s, ticks, slog.New(slog.DiscardHandler))
		}()
		var rounds []int
		for range 3 {
			synctest.Wait()
			rounds = append(rounds, s.calls)
			if len(rounds) < 3 {
				ticks <- time.Time{}
			}
		}
		if diff := cmp.Diff([]int{4, 5, 7}, rounds); diff != "" {
			t.Errorf("calls after each round (-want +got)\n%s", diff)
		}
		cancel()
		<-done
	})
}
