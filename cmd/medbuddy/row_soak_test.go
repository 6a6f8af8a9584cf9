package main

import (
	"math"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Twenty thousand questions later the process is as small as it was: nothing that
// one question needs stays behind.
func TestRowSoak(t *testing.T) {
	shortForm(t)
	// Idle connections are closed after a minute and a half only: the short form does not
	// wait for that, and leaves room for some more of them, each with two goroutines.
	questions, patience, more := 300, 10*time.Second, 8.
	if *full {
		questions, patience, more = 20_000, 3*time.Minute, 2
	}
	// One socket, since another one would open in the middle.
	w := openRow(t, rowScale{people: 400, channels: 50, env: []string{"SLACK_SOCKETS", "1"}, slack: slacksim.Config{ForgetCalls: true}})
	p := w.startOpen()
	w.soak(100) // what is set up once and for all: connections, caches, pages of the store
	start := w.atIdle(p)
	began := time.Now()
	w.soak(questions)
	took := time.Since(began)
	peak := p.figures()

	var end idle
	_, settled := w.until(patience, func() bool {
		end = w.atIdle(p)
		return math.Abs(end.goroutines-start.goroutines) <= more && end.heap-start.heap <= 5*mb && math.Abs(end.fds-start.fds) <= more
	})
	t.Logf("%d questions in %v; goroutines %v, %v after; live heap %.2f MB, %.2f MB after; descriptors %v, %v after; resident %.1f MB, %.1f MB after; heap in use right after %.1f MB",
		questions, took.Round(time.Millisecond), start.goroutines, end.goroutines, start.heap/mb, end.heap/mb, start.fds, end.fds,
		start.resident/mb, end.resident/mb, peak["go_memstats_heap_inuse_bytes"]/mb)
	if !settled {
		t.Errorf("at idle it is not as it was: %+v, then %+v", start, end)
	}
	w.settle(10 * time.Second)
	p.stop(11 * time.Second)
}

// soak asks so many questions, some dozens at a time, and waits for the answers.
func (w *rowWorld) soak(questions int) {
	w.t.Helper()
	last := len(w.asked) + questions
	for len(w.asked) < last {
		w.must(time.Minute, "the questions before", func() bool { return len(w.asked)-w.sim.Stats().Posts < 50 })
		for range 10 {
			w.any()
		}
	}
	w.must(time.Minute, "every answer", func() bool {
		got := w.sim.Stats()
		return got.Posts >= last && got.Unacked == 0
	})
}

// idle is what a process takes when it has nothing to do.
type idle struct{ goroutines, heap, fds, resident float64 }

// atIdle waits until two collections have run (the first one leaves what pools
// hold), and looks at the process then.
func (w *rowWorld) atIdle(p *running) idle {
	w.t.Helper()
	f := p.figures()
	for range 2 {
		for last := f["go_memstats_last_gc_time_seconds"]; f["go_memstats_last_gc_time_seconds"] == last; {
			f = p.figures() // being asked makes garbage, too
		}
	}
	// With GOGC at 100, as it is, the next collection begins when what this one has
	// found alive is there twice.
	return idle{f["go_goroutines"], f["go_memstats_next_gc_bytes"] / 2, f["process_open_fds"], f["process_resident_memory_bytes"]}
}
