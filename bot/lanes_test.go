package bot

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// The work of a key is done in order and never twice at once, whatever else is
// going on, and never more than the limit runs.
func TestLanesKeepOrderAndLimit(t *testing.T) {
	defer goleak.VerifyNone(t)
	const keys, each, limit = 50, 20, 8
	l := newLanes(limit, func(v any) { t.Errorf("panic %v", v) })
	var running, most atomic.Int32
	var mu sync.Mutex
	done := map[string][]int{}
	for i := range each {
		for k := range keys {
			key := fmt.Sprint(k)
			l.do(key, fmt.Sprint(k%5), func() {
				n := running.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				mu.Lock()
				done[key] = append(done[key], i)
				mu.Unlock()
				running.Add(-1)
			})
		}
	}
	if err := l.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for k := range keys {
		if got := done[fmt.Sprint(k)]; len(got) != each || !slices.IsSorted(got) {
			t.Errorf("key %d: %v", k, got)
		}
	}
	if most.Load() > limit {
		t.Errorf("%d at once, want at most %d", most.Load(), limit)
	}
	if l.queued() != 0 || len(l.lanes)+len(l.runs)+l.serving+l.running+l.ready.n != 0 {
		t.Errorf("left behind: %d lanes, %d people, %d goroutines, %d ready", len(l.lanes), len(l.runs), l.serving, l.ready.n)
	}
	if l.do("k", "p", func() {}) {
		t.Error("took work after close")
	}
}

// Somebody with five hundred threads and people with one take turns, and the one
// with many never has all the room.
func TestLanesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLanes(8, func(v any) { t.Errorf("panic %v", v) })
		start := time.Now()
		work := func() { _ = sleep(t.Context(), time.Second) }
		for i := range 500 {
			l.do(fmt.Sprint("flood", i), "flooder", work)
		}
		synctest.Wait()
		if got := l.runs["flooder"]; got != 4 {
			t.Errorf("%d of 8 run for one person, want half", got)
		}
		var mu sync.Mutex
		var last time.Duration
		for i := range 20 {
			l.do(fmt.Sprint("other", i), fmt.Sprint("person", i), func() {
				work()
				mu.Lock()
				defer mu.Unlock()
				last = max(last, time.Since(start))
			})
		}
		if err := l.close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if last > 5*time.Second { // 20 alone, with all 8: 3 s
			t.Errorf("the last of the others was done after %v", last)
		}
	})
}

// Work of which one waiting piece is enough waits once, and runs once more when it
// is asked for while it runs.
func TestLanesOnce(t *testing.T) {
	l := newLanes(4, func(v any) { t.Errorf("panic %v", v) })
	begun, gate := make(chan struct{}), make(chan struct{})
	var runs atomic.Int32
	l.once("k", "p", func() { runs.Add(1); close(begun); <-gate })
	<-begun
	for range 100 {
		if !l.once("k", "p", func() { runs.Add(1) }) {
			t.Error("refused")
		}
	}
	if n := l.queued(); n != 1 {
		t.Errorf("%d wait", n)
	}
	close(gate)
	if err := l.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := runs.Load(); n != 2 {
		t.Errorf("ran %d times, want twice", n)
	}
}

// A panic ends the piece of work and nothing else.
func TestLanesSurvivePanics(t *testing.T) {
	var told, ran atomic.Int32
	l := newLanes(4, func(any) { told.Add(1) })
	for i := range 10 {
		l.do("k", "p", func() {
			ran.Add(1)
			if i%2 == 0 {
				panic("a defect")
			}
		})
	}
	if err := l.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told.Load() != 5 || ran.Load() != 10 {
		t.Errorf("%d ran, %d panics told", ran.Load(), told.Load())
	}
}
