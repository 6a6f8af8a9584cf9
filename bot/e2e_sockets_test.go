package bot_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// lively is a workspace that pings often, so that silence is soon noticed.
func lively(silence time.Duration) options {
	return options{
		slack: slacksim.Config{PingInterval: silence / 5, CloseAfter: 50 * time.Millisecond},
		bot:   func(c *bot.Config) { c.SocketSilence, c.AllowTextOnly = silence, true },
	}
}

// When Slack closes one socket, or one breaks, the other goes on: there is no
// moment at which nobody listens, and never a socket too many.
func TestOneSocketIsAlwaysOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, lively(time.Second))
	w.ask(w.ann, "", "@MedBuddy a question first") // by then both have said hello
	for i, end := range []func(id int) bool{
		func(id int) bool { return w.sim.DisconnectSocket(id, "refresh_requested") },
		func(id int) bool { return w.sim.DisconnectSocket(id, "warning") },
		w.sim.DropSocket,
	} {
		old := w.sim.Sockets()[0].ID
		opened := w.sim.Opened()
		end(old)
		w.ask(w.ann, "", fmt.Sprintf("@MedBuddy question %d while a socket changes", i))
		must(t, w.bot.Ready(w.ctx))
		w.wait("the new socket", func() bool {
			s := w.sim.Sockets()
			return w.sim.Opened() > opened && len(s) == 2 && s[0].ID != old
		})
		w.ask(w.ann, "", fmt.Sprintf("@MedBuddy question %d after it", i)) // by then its hello is there
	}
	if gaps := w.sim.Gaps(); len(gaps) > 0 {
		t.Errorf("nobody listened for %v", gaps)
	}
	if n := w.sim.MostSockets(); n > 2 {
		t.Errorf("%d sockets at once", n)
	}
}

// A socket on which nothing comes any more is closed, though nobody has told
// either side, and another one is opened; until then MedBuddy is not ready.
func TestHalfOpenSocketIsReplaced(t *testing.T) {
	const silence = 400 * time.Millisecond
	o := lively(silence)
	w := newWorld(t, o)
	start := time.Now()
	w.sim.HalfOpen()
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this?")
	w.wait("new sockets", func() bool { // Slack takes the dead ones for open still
		return len(slices.DeleteFunc(w.sim.Sockets(), func(s slacksim.Socket) bool { return s.HalfOpen })) == 2
	})
	// The last ping may have come just before.
	if d := time.Since(start); d < silence/2 || d > silence*5/2 {
		t.Errorf("the dead sockets were replaced after %v", d)
	}
	w.answer(root, 1) // catch-up has found it
	must(t, w.bot.Ready(w.ctx))
	if n := w.sim.MostSockets(); n > 2 {
		t.Errorf("%d sockets at once: the dead ones were not closed", n)
	}
	if got := w.metric("medbuddy_socket_reconnects_total", "silent"); got != 2 {
		t.Errorf("%v reconnects for silence, want 2", got)
	}
}

// metric is the value of a counter or gauge of the bot, -1 when there is none; label
// is the value of its only label, if it has one.
func (w *world) metric(name, label string) float64 {
	families, err := w.metrics.Gather()
	must(w.t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() != name || len(m.GetLabel()) > 0 && m.GetLabel()[0].GetValue() != label {
				continue
			}
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return -1
}

// Without any socket MedBuddy is not ready, and says why.
func TestNotReadyWithoutASocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, lively(5*time.Second))
	must(t, w.bot.Ready(w.ctx))
	w.sim.Offline(true)
	w.wait("a refused opening", func() bool { return w.sim.Count("apps.connections.open") > 2 })
	w.until("the end of both sockets", func() bool { return w.metric("medbuddy_sockets_open", "") == 0 })
	if err := w.bot.Ready(w.ctx); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("Ready = %v without a socket", err)
	}
	if silent := w.metric("medbuddy_socket_silence_seconds", ""); silent <= 0 {
		t.Errorf("the metrics tell of a silence of %v s", silent)
	}
	w.sim.Offline(false)
	w.ask(w.ann, "", "@MedBuddy which view is this?")
	must(t, w.bot.Ready(w.ctx))
}

// Slack's Retry-After for opening holds for all sockets of the process.
func TestOpeningHonoursRetryAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, lively(time.Second))
	w.sim.Fail("apps.connections.open", slacksim.Fault{RetryAfter: time.Second})
	before := w.sim.Count("apps.connections.open")
	w.sim.DropSocket(w.sim.Sockets()[0].ID)
	w.wait("the refusal", func() bool { return w.sim.Count("apps.connections.open") > before })
	refused := time.Now()
	w.wait("two sockets", func() bool { return len(w.sim.Sockets()) == 2 })
	if d := time.Since(refused); d < 900*time.Millisecond {
		t.Errorf("opened after %v, Slack asked for a second", d)
	}
}

// Socket Mode that was switched off ends the bot, whichever socket finds out.
func TestSocketModeSwitchedOff(t *testing.T) {
	t.Parallel()
	sim, err := slacksim.Start(slacksim.Config{CloseAfter: time.Millisecond})
	must(t, err)
	defer sim.Close()
	b := newBot(t, sim, nil)
	ended := make(chan error, 1)
	go func() { ended <- b.Run(t.Context()) }()
	must(t, sim.Wait(t.Context(), func() bool { return len(sim.Sockets()) == 2 }))
	sim.Fail("apps.connections.open", slacksim.Fault{Error: "link_disabled", Times: -1})
	sim.DisconnectSocket(sim.Sockets()[1].ID, "link_disabled")
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "Socket Mode switched off") {
		t.Errorf("Run = %v, want a sentence about Socket Mode", err)
	}
	must(t, sim.Wait(t.Context(), func() bool { return len(sim.Sockets()) == 0 }))
}

// Sockets that break, are closed and go silent again and again, both at once: all
// is answered once, there is never a socket too many, and hardly ever a second
// without one.
func TestSocketTrouble(t *testing.T) {
	faults, every := 20, 80*time.Millisecond
	if *full {
		faults, every = 200, 250*time.Millisecond
	}
	o := lively(400 * time.Millisecond)
	o.slack.MaxSockets = 1000 // Slack does not see at once that a dead one was closed
	o.slack.RetryAfter = []time.Duration{100 * time.Millisecond, time.Second, 5 * time.Second}
	w := newWorld(t, o)
	rng := rand.New(rand.NewPCG(4, 4))
	tick := time.NewTicker(every)
	defer tick.Stop()
	var roots []string
	for i := range faults {
		<-tick.C
		switch rng.IntN(8) {
		case 0:
			w.sim.HalfOpen()
		case 1:
			w.sim.Disconnect("refresh_requested")
		case 2:
			w.sim.DropSockets()
		default:
			if open := w.sim.Sockets(); len(open) > 0 {
				id := open[rng.IntN(len(open))].ID
				_ = []func() bool{
					func() bool { return w.sim.DropSocket(id) },
					func() bool { return w.sim.HalfOpenSocket(id) },
					func() bool { return w.sim.DisconnectSocket(id, "refresh_requested") },
				}[rng.IntN(3)]()
			}
		}
		roots = append(roots, w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy question %d in trouble", i)))
	}
	w.wait("the answers", func() bool {
		return !slices.ContainsFunc(roots, func(root string) bool { return !w.settledIn(w.channel, root, "AI draft") })
	})
	gaps := w.sim.Gaps()
	slices.Sort(gaps)
	if n := len(gaps); n > 0 {
		t.Logf("%d gaps; p50 %v, p99 %v, longest %v", n, gaps[n/2], gaps[n*99/100], gaps[n-1])
		if p99 := gaps[n*99/100]; p99 > time.Second {
			t.Errorf("p99 of the gaps is %v", p99)
		}
	}
	if n := w.sim.MostSockets(); n > 2 {
		t.Errorf("%d sockets at once", n)
	}
	if n := len(w.model.Requests()); n != len(roots) {
		t.Errorf("%d model calls for %d questions", n, len(roots))
	}
}
