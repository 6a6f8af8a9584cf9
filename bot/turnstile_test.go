package bot

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Forty calls that meet a 429: none passes before Retry-After, and then they come
// one by one, at Slack's pace.
func TestTurnstile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newTurnstile("chat.update")
		if err := gate.pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		if gate.busy() {
			t.Error("busy before anything happened")
		}
		start := time.Now()
		gate.shut(5 * time.Second)
		if !gate.busy() {
			t.Error("not busy after a 429")
		}
		gate.shut(time.Second) // a shorter one does not open it earlier
		var mu sync.Mutex
		var passed []time.Duration
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if err := gate.pass(t.Context()); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				passed = append(passed, time.Since(start))
			})
		}
		all.Wait()
		for i, at := range passed {
			if at < 5*time.Second {
				t.Errorf("call %d passed after %v", i, at)
			}
			if i > 0 && at-passed[i-1] < time.Second {
				t.Errorf("calls %d and %d are %v apart, want 50 a minute", i-1, i, at-passed[i-1])
			}
		}
		if err := sleep(t.Context(), slowFor); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		for range 10 {
			if err := gate.pass(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(before); d > 0 {
			t.Errorf("a minute later it still slows: %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		gate.shut(time.Hour)
		if gate.pass(ctx) == nil {
			t.Error("passed a closed gate")
		}
	})
}
