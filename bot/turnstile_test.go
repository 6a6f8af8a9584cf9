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
)

// Forty calls that meet a 429: none passes before Retry-After, and then they come
// one by one, at Slack's pace.
func TestTurnstile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newTurnstile(chatUpdate)
		start := time.Now()
		passAll(t, gate, 60)
		if d := time.Since(start); d > 0 {
			t.Errorf("slowed before Slack said anything: %v", d)
		}
		if err := sleep(t.Context(), window); err != nil {
			t.Fatal(err)
		}
		start = time.Now()
		gate.shut(5 * time.Second)
		gate.shut(time.Second) // a shorter one does not open it earlier
		var mu sync.Mutex
		var passed []time.Duration
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if err := gate.pass(t.Context(), turn{urgency: usual}, nil); err != nil {
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
			if i > 0 && at-passed[i-1] < 1200*time.Millisecond {
				t.Errorf("calls %d and %d are %v apart, want 50 a minute", i-1, i, at-passed[i-1])
			}
		}
		if err := sleep(t.Context(), window+5*time.Second); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		passAll(t, gate, 10)
		if d := time.Since(before); d > 0 {
			t.Errorf("a minute later it still slows: %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		gate.shut(time.Hour)
		if gate.pass(ctx, turn{urgency: usual}, nil) == nil {
			t.Error("passed a closed gate")
		}
		if gate.length() != 0 {
			t.Error("who gave up still waits")
		}
	})
}

func passAll(t *testing.T, gate *turnstile, n int) {
	t.Helper()
	for range n {
		if err := gate.pass(t.Context(), turn{urgency: usual}, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// Where calls must wait, final texts pass first, people take turns, and never more
// than Slack's rate passes within a minute, however many wait and for how long.
func TestTurnstileOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newTurnstile(chatUpdate)
		passAll(t, gate, 50)
		gate.shut(30 * time.Second)
		var mu sync.Mutex
		var order []string
		var times []time.Time
		var all sync.WaitGroup
		enter := func(name string, as turn) {
			all.Go(func() {
				if err := gate.pass(t.Context(), as, nil); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				order, times = append(order, name), append(times, time.Now())
			})
			synctest.Wait()
		}
		for i := range 100 {
			enter(fmt.Sprint("flood ", i), turn{usual, "flooder"})
		}
		enter("one", turn{usual, "one"})
		for i := range 3 {
			enter(fmt.Sprint("final ", i), turn{urgent, "final"})
		}
		all.Wait()
		want := []string{"final 0", "final 1", "final 2", "flood 0", "one", "flood 1"}
		if got := order[:len(want)]; !slices.Equal(got, want) {
			t.Errorf("passed in the order %q, want %q", got, want)
		}
		for i := 50; i < len(times); i++ {
			if d := times[i].Sub(times[i-50]); d < window {
				t.Errorf("51 calls within %v", d)
			}
		}
	})
}

// Who must wait is told at once and again, and not afterwards; who need not is not
// told.
func TestTurnstileTellsWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newTurnstile(chatPost)
		var told atomic.Int32
		pass := func() {
			if err := gate.pass(t.Context(), turn{urgency: usual}, func() { told.Add(1) }); err != nil {
				t.Error(err)
			}
		}
		pass()
		if told.Load() != 0 {
			t.Error("told without a wait")
		}
		gate.shut(2 * sayEvery)
		go pass()
		synctest.Wait()
		if n := told.Load(); n != 1 {
			t.Errorf("told %d times at once", n)
		}
		if err := sleep(t.Context(), 3*sayEvery); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := told.Load(); n < 2 || n > 3 {
			t.Errorf("told %d times", n)
		}
	})
}

// A question that was taken in keeps room for its final text before anybody has
// begun with it, and no longer than a minute.
func TestTurnstileExpects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newTurnstile(chatUpdate)
		for i := range 47 {
			gate.expect(fmt.Sprint(i))
			gate.expect(fmt.Sprint(i)) // twice is once
		}
		if gate.takeSpare() {
			t.Error("something to spare beside 47 questions")
		}
		for i := range 40 {
			gate.promise(fmt.Sprint(i))()
		}
		if !gate.takeSpare() {
			t.Error("nothing to spare beside 7 questions")
		}
		if err := sleep(t.Context(), window); err != nil {
			t.Fatal(err)
		}
		if n := gate.expected.count(time.Now()); n != 0 || len(gate.expected.order) != 0 {
			t.Errorf("%d still expected", n)
		}
	})
}

// What can wait takes what is left: beside fifty answers that stand nothing, beside
// one nearly everything, and never so much that a final text would not fit.
func TestTurnstileSpare(t *testing.T) {
	for _, answers := range []int{1, 10, 30, 50} {
		synctest.Test(t, func(t *testing.T) {
			gate := newTurnstile(chatUpdate)
			var keep []func()
			for i := range answers {
				keep = append(keep, gate.promise(fmt.Sprint(i)))
			}
			grown := 0
			for gate.takeSpare() {
				grown++
			}
			if want := max(0, 50-margin-answers); grown != want {
				t.Errorf("%d answers: %d growing texts, want %d", answers, grown, want)
			}
			for _, done := range keep {
				passAll(t, gate, 1)
				done()
				done() // twice is once
			}
			if n := len(gate.calls); n > 50 {
				t.Errorf("%d answers: %d calls within a minute", answers, n)
			}
			if err := sleep(t.Context(), window); err != nil {
				t.Fatal(err)
			}
			if !gate.takeSpare() {
				t.Errorf("%d answers: nothing to spare a minute later", answers)
			}
			gate.shut(time.Second)
			if err := sleep(t.Context(), 10*time.Second); err != nil {
				t.Fatal(err)
			}
			if gate.takeSpare() {
				t.Error("something to spare right after a 429")
			}
		})
	}
}

// However many calls were made within a minute, nearly nothing of them is kept once
// nobody makes any.
func TestTurnstileKeepsLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := newTurnstile(chatUpdate)
		for i := range 20_000 {
			key := fmt.Sprint(i)
			gate.expect(key)
			keep := gate.promise(key)
			passAll(t, gate, 1)
			keep()
		}
		if kept := cap(gate.calls) + cap(gate.expected.order) + len(gate.expected.in); kept > 1000 {
			t.Errorf("%d entries are kept of calls that nobody asks for any more", kept)
		}
		if wait := time.Until(gate.opens(time.Now())); wait != window {
			t.Errorf("after more calls than Slack allows the next one waits %v, want %v", wait, window)
		}
	})
}
