package main

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// A teaching round: many ask at once, the model is slow and answers four at a time.
// Everybody sees at once that they were heard, a thread's questions are answered in
// their order, and Slack's limits, which hold here, are kept.
func TestRowFiftyAtOnce(t *testing.T) {
	shortForm(t)
	for name, channels := range map[string]int{"ten channels": 10, "one channel": 1} {
		t.Run(name, func(t *testing.T) {
			threads, twos, slow := 4, 1, 100*time.Millisecond
			if *full {
				threads, twos, slow = 45, 5, 2*time.Second
			}
			w := openRow(t, rowScale{
				people: threads, channels: channels, env: []string{"MODEL_CONCURRENCY", "4"},
				slack: slacksim.Config{RateLimits: true}, model: modelsim.Config{Delay: slow},
			})
			p := w.startOpen()
			for i := range threads {
				w.ask(w.channels[i%channels], w.people[i], false)
			}
			for i := range twos {
				w.followUp(w.asked[i], w.people[i], true)
			}
			w.settle(5 * time.Minute)

			if most := w.model.Busiest(); most > 4 {
				t.Errorf("%d model calls at once, want at most 4", most)
			}
			if longest := w.longestSilence(); longest > atRest(2*time.Second) {
				t.Errorf("for %v somebody saw nothing", longest)
			}
			w.inOrder()
			w.withinBudgets()
			p.stop(11 * time.Second)
		})
	}
}

// longestSilence is the longest time from a question that began a thread to the
// first sign of life in it: a message, or a status.
func (w *rowWorld) longestSilence() (longest time.Duration) {
	w.t.Helper()
	first := map[string]time.Time{}
	for _, method := range []string{"chat.postMessage", "assistant.threads.setStatus"} {
		for _, c := range w.sim.Calls(method) {
			at := c.Args["channel"] + c.Args["channel_id"] + c.Args["thread_ts"]
			if c.Error == "" && c.Status == 200 && (first[at].IsZero() || c.At.Before(first[at])) {
				first[at] = c.At
			}
		}
	}
	for _, q := range w.asked {
		if q.root == q.ts {
			longest = max(longest, first[q.channel+q.root].Sub(tsTime(w.t, q.ts)))
		}
	}
	w.t.Logf("longest wait for a sign of life: %v", longest.Round(time.Millisecond))
	return longest
}

// inOrder checks that the questions of each thread were answered in their order.
func (w *rowWorld) inOrder() {
	w.t.Helper()
	last := map[string]asked{}
	final := w.finals()
	for _, q := range w.asked {
		thread := q.channel + q.root
		if before, ok := last[thread]; ok && final[q.token].Before(final[before.token]) {
			w.t.Errorf("%s was answered before %s, which was asked earlier", q.token, before.token)
		}
		last[thread] = q
	}
}

// finals are the times at which the answers stood in Slack, by token.
func (w *rowWorld) finals() map[string]time.Time {
	at := map[string]time.Time{}
	for _, method := range []string{"chat.update", "chat.postMessage"} {
		for _, c := range w.sim.Calls(method) {
			text := c.Args["text"]
			if _, rest, ok := strings.Cut(text, "q0"); ok && len(rest) >= 5 && c.Error == "" && strings.Contains(text, "AI draft") {
				at["q0"+rest[:5]] = c.At
			}
		}
	}
	return at
}

// withinBudgets checks the rate of chat.update, which answers share and growing
// texts must leave to them (docs.slack.dev/apis/web-api/rate-limits: Tier 3).
// What else Slack refused as too much is told.
func (w *rowWorld) withinBudgets() {
	w.t.Helper()
	refused := map[string]int{}
	for _, c := range w.sim.Calls("") {
		if c.Error == "ratelimited" {
			refused[c.Method]++
		}
	}
	updates := w.sim.Busiest("chat.update", time.Minute)
	w.t.Logf("at most %d chat.update within a minute, %d chat.postMessage within five seconds in one channel; refused: %v",
		updates, w.sim.BusiestChannel("chat.postMessage", 5*time.Second), refused)
	if updates > 50 || refused["chat.update"] > 0 {
		w.t.Errorf("%d calls of chat.update within a minute, %d were refused", updates, refused["chat.update"])
	}
}

// tsTime is when a message was posted.
func tsTime(t *testing.T, ts string) time.Time {
	t.Helper()
	us, err := time.ParseDuration(strings.Replace(ts, ".", "s", 1) + "us")
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMicro(us.Microseconds())
}
