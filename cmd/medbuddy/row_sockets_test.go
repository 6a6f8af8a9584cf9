package main

import (
	"slices"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Sockets break, are recycled and fall silent, one by one and all at once, while
// people ask: nothing is lost, and no more sockets are open than were configured.
func TestRowSockets(t *testing.T) {
	shortForm(t)
	blows, silent := 10, 0 // a silent socket is noticed after 28 s only
	if *full {
		blows, silent = 190, 10
	}
	const sockets = 2
	w := openRow(t, rowScale{people: 60, channels: 10, slack: slacksim.Config{
		// As with Slack, the last try comes long after a silent socket was noticed.
		Seed: 3, AckTimeout: time.Second, RetryAfter: []time.Duration{0, 10 * time.Second, time.Minute},
		CloseAfter: time.Second,
	}, env: []string{"SLACK_SOCKETS", "2"}})
	p := w.startOpen()
	w.must(20*time.Second, "both sockets", func() bool { return len(w.sim.Sockets()) == sockets })

	for blow := 0; blow < blows || silent > 0; blow++ {
		apart := 300
		if blow >= blows { // only silent ones are left to come
			apart = 6000
		}
		w.any()
		w.pause(time.Duration(w.dice.IntN(apart)) * time.Millisecond)
		// One silent socket at a time: with two nobody could hear anything.
		if silent > 0 && w.dice.IntN(10) == 0 && w.silence() {
			silent--
			continue
		}
		w.blow()
	}
	// What met a silent socket with each of its deliveries is found by catching up,
	// which spares Slack's rates: with so many threads that takes minutes.
	w.settle(6 * time.Minute)
	gaps := w.sim.Gaps()
	slices.Sort(gaps)
	t.Logf("%d sockets opened, at most %d at once; %d gaps, p50 %v, p99 %v, longest %v",
		w.sim.Opened(), w.sim.MostSockets(), len(gaps), share(gaps, .5), share(gaps, .99), share(gaps, 1))
	if most := w.sim.MostSockets(); most > sockets {
		t.Errorf("%d sockets were open at once", most)
	}
	if p99 := share(gaps, .99); p99 >= time.Second {
		t.Errorf("for %v nobody heard", p99)
	}
	p.stop(11 * time.Second)
}

// blow does to a random socket, or to all, what Slack and networks do.
func (w *rowWorld) blow() {
	open := w.sim.Sockets()
	if len(open) == 0 {
		return
	}
	one := open[w.dice.IntN(len(open))].ID
	switch w.dice.IntN(6) {
	case 0, 1:
		w.sim.DropSocket(one)
	case 2:
		w.sim.DropSockets()
	case 3:
		w.sim.DisconnectSocket(one, "refresh_requested")
	case 4:
		w.sim.Disconnect("refresh_requested")
	case 5:
		w.sim.DisconnectSocket(one, "warning")
	}
}

// silence makes a socket half open, unless one is.
func (w *rowWorld) silence() bool {
	open := w.sim.Sockets()
	silent := func(s slacksim.Socket) bool { return s.HalfOpen && !s.Closed }
	if len(open) == 0 || slices.ContainsFunc(open, silent) {
		return false
	}
	return w.sim.HalfOpenSocket(open[w.dice.IntN(len(open))].ID)
}

// share is the value below which this share of a sorted list lies.
func share(sorted []time.Duration, of float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(of*float64(len(sorted))))].Round(100 * time.Microsecond)
}
