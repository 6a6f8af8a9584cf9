package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ward is a line with a model behind it that takes a second for each question.
type ward struct {
	l     *line
	model chan struct{}
	all   sync.WaitGroup

	mu   sync.Mutex
	done map[string][]string        // questions by person, in the order of their answers
	took map[string][]time.Duration // likewise
}

func newWard(concurrency int) *ward {
	return &ward{l: newLine(pastLine * concurrency), model: make(chan struct{}, concurrency), done: map[string][]string{}, took: map[string][]time.Duration{}}
}

func (w *ward) ask(t *testing.T, person, question string) {
	start := time.Now()
	s := enter(w.l, person)
	w.all.Go(func() {
		defer s.leave()
		if err := s.wait(t.Context(), func(int) {}); err != nil {
			t.Error(err)
			return
		}
		w.model <- struct{}{}
		_ = sleep(t.Context(), time.Second)
		<-w.model
		w.mu.Lock()
		defer w.mu.Unlock()
		w.done[person] = append(w.done[person], question)
		w.took[person] = append(w.took[person], time.Since(start))
	})
	synctest.Wait()
}

// slowest is how long the slowest of the others' answers took.
func (w *ward) slowest() (d time.Duration) {
	for person, took := range w.took {
		if person != "flooder" {
			d = max(d, slices.Max(took))
		}
	}
	return d
}

// One person with 500 questions makes nobody wait more than twice as long as
// without them, whenever the others ask; all are answered, in order.
func TestLineIsFair(t *testing.T) {
	for _, later := range []time.Duration{0, 500 * time.Millisecond, 20 * time.Second} {
		t.Run(later.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run := func(flood int) *ward {
					w := newWard(4)
					for i := range flood {
						w.ask(t, "flooder", fmt.Sprint(i))
					}
					_ = sleep(t.Context(), later)
					for i := range 20 {
						w.ask(t, fmt.Sprint("person ", i), "one")
					}
					w.all.Wait()
					return w
				}
				alone, flooded := run(0).slowest(), run(500)
				if d := flooded.slowest(); d > 2*alone {
					t.Errorf("the others waited up to %v, and %v alone", d, alone)
				} else {
					t.Logf("the others waited up to %v, and %v alone", d, alone)
				}
				got := flooded.done["flooder"]
				if len(got) != 500 {
					t.Errorf("%d of 500 answered", len(got))
				}
				for i, q := range got {
					// With four calls at once, neighbours may end in another order.
					if n := 0; func() bool { _, _ = fmt.Sscan(q, &n); return n < i-4 || n > i+4 }() {
						t.Errorf("question %s was answered as number %d", q, i)
					}
				}
			})
		})
	}
}

// People who keep within the rate go first, also when they come later; who is
// over it goes on as soon as a minute has passed, before others over it.
func TestLineRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		first := enter(l, "somebody")
		pastNow(t, first)
		var order []string
		var mu sync.Mutex
		var all sync.WaitGroup
		ask := func(person, name string) {
			s := enter(l, person)
			all.Go(func() {
				defer s.leave()
				_ = s.wait(t.Context(), func(int) {})
				mu.Lock()
				defer mu.Unlock()
				order = append(order, name)
			})
			synctest.Wait()
		}
		for i := range ratePerMinute + 5 {
			ask("flooder", fmt.Sprint("flood ", i))
		}
		for i := range 3 {
			ask("late", fmt.Sprint("late ", i))
		}
		first.leave()
		all.Wait()
		for i, name := range []string{"late 0", "late 1", "late 2"} {
			if at, want := slices.Index(order, name), 2*i+1; at != want {
				t.Errorf("%s went past as number %d, want %d: %q", name, at, want, order)
			}
		}
		if l.credit("flooder", time.Now()) != 0 {
			t.Error("a flooder within the rate")
		}
		_ = sleep(t.Context(), rateWindow)
		if l.credit("flooder", time.Now()) != ratePerMinute {
			t.Error("a flooder over the rate a minute later")
		}
	})
}

func pastNow(t *testing.T, s *spot) {
	t.Helper()
	if err := s.wait(t.Context(), func(int) { t.Error("must wait") }); err != nil {
		t.Fatal(err)
	}
}

// The position counts down to "next", and never up for somebody within the rate
// because of what one person asks behind.
func TestLineTellsThePosition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(2)
		var inside []*spot
		for i := range 2 {
			s := enter(l, fmt.Sprint("inside ", i))
			if n := s.ahead(); n >= 0 {
				t.Errorf("number %d must wait for %d", i, n)
			}
			pastNow(t, s)
			inside = append(inside, s)
		}
		var queued []*spot
		for i := range 5 {
			s := enter(l, fmt.Sprint("queued ", i))
			if n := s.ahead(); n != i {
				t.Errorf("number %d in line has %d before it", i, n)
			}
			queued = append(queued, s)
		}
		var told []int
		last := queued[4]
		done := make(chan error)
		go func() { done <- last.wait(t.Context(), func(n int) { told = append(told, n) }) }()
		for i := range 100 {
			s := enter(l, "flooder")
			if want := 5 + i; i >= ratePerMinute && s.ahead() < want {
				t.Errorf("number %d of a flooder has %d before it, want %d", i, s.ahead(), want)
			}
			defer s.leave()
		}
		for _, s := range queued[:4] {
			_ = sleep(t.Context(), 2*movedEvery)
			s.leave()
		}
		_ = sleep(t.Context(), 2*movedEvery)
		inside[0].leave()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		last.leave()
		last.leave() // twice is once
		inside[1].leave()
		if want := []int{4, 3, 2, 1, 0}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
		if l.inside != 0 {
			t.Errorf("%d inside at the end", l.inside)
		}
	})
}

// Who gives up while waiting leaves nothing behind and holds nobody up; who has a
// place and does not wait yet neither.
func TestLineCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		inside, unready := enter(l, "a"), enter(l, "b")
		pastNow(t, inside)
		ctx, cancel := context.WithCancelCause(t.Context())
		gone, next := enter(l, "c"), enter(l, "d")
		left := make(chan error, 2)
		go func() { left <- gone.wait(ctx, func(int) {}); gone.leave() }()
		synctest.Wait()
		go func() { left <- next.wait(t.Context(), func(int) {}) }()
		synctest.Wait()
		cancel(errStopping)
		if err := <-left; !errors.Is(err, errStopping) {
			t.Errorf("wait = %v, want the cause", err)
		}
		inside.leave()
		if err := <-left; err != nil {
			t.Error(err)
		}
		next.leave()
		pastNow(t, unready)
		unready.leave()
		if l.queued() != 0 || l.inside != 0 || len(l.queue.ring) != 0 {
			t.Errorf("left behind: %d queued, %d inside", l.queued(), l.inside)
		}
	})
}

// One notice for one person in ten minutes, and none for who keeps within the rate.
func TestLineNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(1)
		flood := func() (notices int) {
			for range 50 {
				s := enter(l, "flooder")
				if s.flooding() {
					notices++
				}
				s.leave()
			}
			return notices
		}
		for range 20 { // ten a minute
			s := enter(l, "steady")
			if s.flooding() {
				t.Error("a notice within the rate")
			}
			s.leave()
			_ = sleep(t.Context(), rateWindow/ratePerMinute)
		}
		if n := flood() + flood(); n != 1 {
			t.Errorf("%d notices, want 1", n)
		}
		_ = sleep(t.Context(), rateNotices)
		if n := flood(); n != 1 {
			t.Errorf("%d notices ten minutes later, want 1", n)
		}
		for i := range 5 * linePeople {
			enter(l, fmt.Sprint(i)).leave()
			_ = sleep(t.Context(), time.Second)
		}
		if n := len(l.people); n > 2*linePeople {
			t.Errorf("%d people remembered", n)
		}
	})
}
