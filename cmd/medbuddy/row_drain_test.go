package main

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// A deploy in the middle of twenty answers: the process ends in time and says in
// each thread that it goes on, and the next one answers them all, once.
func TestRowSIGTERM(t *testing.T) {
	shortForm(t)
	drain := "4s" // the short form: one second for answers to end, three for the rest
	if *full {
		drain = "" // the default
	}
	const questions = 20
	gate := make(chan struct{})
	w := openRow(t, rowScale{
		people: questions, channels: 5, env: []string{"MODEL_CONCURRENCY", "20", "DRAIN_TIMEOUT", drain},
		model: modelsim.Config{Handler: modelsim.Echo(modelsim.Gate(gate))},
	})
	old := w.startOpen()
	for range questions {
		w.ask(w.channels[len(w.asked)%len(w.channels)], w.people[len(w.asked)], len(w.asked)%2 == 0)
	}
	w.must(30*time.Second, "twenty answers to run", func() bool { return w.model.Waiting() == questions })

	took := old.stop(10 * time.Second)
	t.Logf("ended after %v", took.Round(time.Millisecond))
	got := w.count()
	if got.messages != questions || len(got.unfinished) != questions {
		t.Errorf("%d messages of which %d are unfinished, want %d", got.messages, len(got.unfinished), questions)
	}
	for _, text := range got.unfinished {
		if !strings.Contains(text, "I am being restarted") {
			t.Errorf("a thread was left with %q", text)
		}
	}

	// Leases were handed over, so that the next process need not wait for their end.
	close(gate)
	next := w.startOpen()
	w.settle(10 * time.Second)
	next.stop(10 * time.Second)
}
