package main

import (
	"slices"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Two hundred people write 500 events a second, of which three in ten come twice:
// each is acked long before Slack sends it again, and answered once in the end.
func TestRowEventsPerSecond(t *testing.T) {
	shortForm(t)
	const twice = 0.3
	length, perSecond := time.Second, 500.
	switch {
	case *full:
		length = 20 * time.Second
	case raceDetector:
		perSecond = 100
	}
	w := openRow(t, rowScale{
		// A share of 0.43 sent again is 0.3 of all that is sent. app_mention would be
		// a second copy of each question, on top of that.
		people: 200, channels: 50, slack: slacksim.Config{Duplicates: twice / (1 - twice)},
	})
	w.sim.Withhold("app_mention", true)
	p := w.startOpen()
	start := time.Now()
	for time.Since(start) < length {
		for due := int(time.Since(start).Seconds() * perSecond * (1 - twice)); len(w.asked) < due; {
			w.ask(w.channels[len(w.asked)%len(w.channels)], w.people[len(w.asked)%len(w.people)], false)
		}
		w.pause(5 * time.Millisecond)
	}
	took := time.Since(start)
	w.must(2*time.Minute, "every ack", func() bool { return w.sim.Stats().Unacked == 0 })
	acks := w.acks()
	t.Logf("%d questions in %v; %d acks: p50 %v, p99 %v, longest %v", len(w.asked), took.Round(time.Millisecond),
		len(acks), share(acks, .5), share(acks, .99), share(acks, 1))
	limit := atRest(2500 * time.Millisecond) // the tests of other packages run beside the short form
	if *full {
		limit = atRest(250 * time.Millisecond)
	}
	if share(acks, .99) > limit {
		t.Errorf("p99 of the acks is %v, want at most %v", share(acks, .99), limit)
	}
	w.settle(10 * time.Minute)
	p.stop(11 * time.Second)
}

// A whole hospital writes at once.
func TestRowAllAtOnce(t *testing.T) {
	shortForm(t)
	events := 600
	switch {
	case *full:
		events = 10_000
	case raceDetector:
		events = 100
	}
	w := openRow(t, rowScale{people: 500, channels: 50})
	p := w.startOpen()
	idle := p.figures()
	stop := p.watchHeap()
	start := time.Now()
	for len(w.asked) < events/2 { // message and app_mention
		w.ask(w.channels[len(w.asked)%len(w.channels)], w.people[len(w.asked)%len(w.people)], false)
	}
	posted := time.Since(start)
	w.must(2*time.Minute, "every ack", func() bool { return w.sim.Stats().Unacked == 0 })
	took := time.Since(start)
	acks := w.acks()
	w.settle(10 * time.Minute)
	heap, rss := stop()
	t.Logf("%d events posted within %v; all %d acked after %v; p50 %v, p99 %v, longest %v; heap at most %.1f MB (idle %.1f), resident %.1f MB (idle %.1f)",
		events, posted.Round(time.Millisecond), len(acks), took.Round(time.Millisecond), share(acks, .5), share(acks, .99), share(acks, 1),
		heap/mb, idle["go_memstats_heap_inuse_bytes"]/mb, rss/mb, idle["process_resident_memory_bytes"]/mb)
	if limit := atRest(2500 * time.Millisecond); share(acks, 1) > limit {
		t.Errorf("an ack took %v, want at most %v", share(acks, 1), limit)
	}
	if heap > 128*mb {
		t.Errorf("the heap grew to %.1f MB, want at most 128", heap/mb)
	}
	p.stop(11 * time.Second)
}

const mb = 1 << 20

// atRest is a limit for a program at its own speed; the race detector makes it
// many times slower.
func atRest(limit time.Duration) time.Duration {
	if raceDetector {
		return 20 * limit
	}
	return limit
}

// acks are the times from the sending of an envelope to its ack, sorted.
func (w *rowWorld) acks() []time.Duration {
	var after []time.Duration
	for _, a := range w.sim.Acks() {
		after = append(after, a.After)
	}
	slices.Sort(after)
	return after
}

// watchHeap looks at the process's memory ten times a second; stop returns the
// most that was seen.
func (p *running) watchHeap() (stop func() (heap, resident float64)) {
	quit, done := make(chan struct{}), make(chan struct{})
	var heap, resident float64
	p.log.addr(p.w)
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			if f, err := p.scrape(p.w.t.Context()); err == nil { // a busy process may not answer in time
				heap, resident = max(heap, f["go_memstats_heap_inuse_bytes"]), max(resident, f["process_resident_memory_bytes"])
			}
			select {
			case <-tick.C:
			case <-quit:
				return
			}
		}
	}()
	return func() (float64, float64) {
		close(quit)
		<-done
		return heap, resident
	}
}
