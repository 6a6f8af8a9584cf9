package main

import (
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store/firestore/emulator"
)

// Three processes share one Firestore and each hears every event. One of them is
// stopped in the middle of its answers until others have taken its threads over,
// and goes on as if nothing had been: nothing it has to say is seen.
func TestRowReplicas(t *testing.T) {
	shortForm(t)
	// The short stop is not past the lease of 15 s; what it shows is three processes
	// on every event.
	threads, stopped, sockets := 4, 500*time.Millisecond, 1
	if *full {
		threads, stopped, sockets = 30, 40*time.Second, 2
	}
	gate := make(chan struct{})
	w := openRow(t, rowScale{
		people: threads, channels: 5, slack: slacksim.Config{EverySocket: true},
		model: modelsim.Config{Handler: modelsim.Echo(modelsim.Gate(gate))},
		env: []string{"STORE", "firestore", "GCP_PROJECT_ID", emulator.Project(), emulator.Variable, emulator.Start(t),
			"MODEL_CONCURRENCY", "100", "SLACK_SOCKETS", strconv.Itoa(sockets)},
	})
	three := []*running{w.start(), w.start(), w.start()}
	w.must(30*time.Second, "a socket of each", func() bool { return len(w.sim.Sockets()) == 3*sockets })
	for i := range threads {
		w.ask(w.channels[i%len(w.channels)], w.people[i], i%3 == 0)
	}
	w.must(30*time.Second, "every answer to run", func() bool { return w.model.Waiting() == threads })

	zombie := slices.MaxFunc(three, func(a, b *running) int { return a.log.count("question") - b.log.count("question") })
	zombie.signal(syscall.SIGSTOP)
	close(gate)
	w.pause(stopped / 2)
	for i := range threads {
		w.followUp(w.asked[i], w.people[i], i%2 == 0)
	}
	w.pause(stopped / 2)
	zombie.signal(syscall.SIGCONT)
	for i := range threads {
		w.followUp(w.asked[i], w.people[i], true)
	}
	w.settle(90 * time.Second)
	if *full {
		w.must(30*time.Second, "the stopped process to see that its leases are lost", func() bool {
			return zombie.log.count(lostLease) > 0
		})
	}
	for _, p := range three {
		p.stop(11 * time.Second)
	}
	for _, channel := range w.channels {
		for _, m := range w.sim.All(channel) {
			finals := 0
			for _, text := range m.Edits {
				if strings.Contains(text, "AI draft") {
					finals++
				}
			}
			if m.User == w.sim.BotUserID() && (finals != 1 || !labelled(m)) {
				t.Errorf("an answer was shown %d times: %.200q", finals, m.Edits)
			}
		}
	}
	t.Logf("leases lost: %d, %d, %d", three[0].log.count(lostLease), three[1].log.count(lostLease), three[2].log.count(lostLease))
}

// lostLease is what a process logs that comes too late.
const lostLease = "a lease was lost; another process goes on"
