package main

import (
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Slack takes a post or an update and the reply gets lost: nobody knows whether the
// message stands. There is one message for each question all the same.
func TestRowDroppedReplies(t *testing.T) {
	shortForm(t)
	questions := 60
	if *full {
		questions = 1000
	}
	w := openRow(t, rowScale{people: 100, channels: 20, slack: slacksim.Config{Seed: 2}})
	for _, method := range []string{"chat.postMessage", "chat.update"} {
		w.sim.Fail(method, slacksim.Fault{DropReply: true, Times: -1, Share: 0.2})
	}
	p := w.startOpen()
	for i := range questions {
		// Twenty at a time, so that no question waits for long: what is told here
		// is about lost replies, not about load.
		w.must(time.Minute, "the questions before", func() bool { return i-w.sim.Stats().Posts < 20 })
		w.any()
	}
	w.settle(3 * time.Minute)
	dropped := map[string]int{}
	for _, method := range []string{"chat.postMessage", "chat.update"} {
		for _, c := range w.sim.Calls(method) {
			if c.TS != "" && c.Status == 0 {
				dropped[method]++
			}
		}
	}
	t.Logf("dropped replies: %v", dropped)
	if dropped["chat.postMessage"] < questions/20 {
		t.Errorf("only %d replies were dropped: the row shows nothing", dropped["chat.postMessage"])
	}
	p.stop(11 * time.Second)
}
