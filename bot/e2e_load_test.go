package bot_test

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

var full = flag.Bool("full", false, "run the tests of load at full length, up to some minutes each")

// signWithin is how soon a person sees that the question has arrived.
const signWithin = 2 * time.Second

// late says whether a sign of life came too late; with the race detector nobody can say.
func late(d time.Duration) bool { return d > signWithin && !raceDetector }

// Fifty questions at once, in ten channels, with Slack's rates in force: everybody
// sees a sign of life at once, Slack refuses nothing, no minute has more than fifty
// updates, and the follow-ups of a thread come in order.
func TestFiftyAtOnce(t *testing.T) {
	delay := 200 * time.Millisecond
	if *full {
		delay = 2 * time.Second
	}
	var channels []string
	w := newWorld(t, options{
		slack: slacksim.Config{RateLimits: true},
		model: modelsim.Config{Handler: modelsim.Echo(modelsim.Delay(delay))},
		bot:   func(c *bot.Config) { c.Concurrency, c.Sockets = 4, 1 },
		before: func(w *world) {
			for i := range 10 {
				channels = append(channels, w.sim.AddChannel(slacksim.Channel{Name: fmt.Sprintf("ward-%d", i)}))
			}
		},
	})
	// What a new socket makes the bot read comes out of the same rates.
	w.wait("the end of catching up", func() bool {
		calls := w.sim.Calls("conversations.history")
		return len(calls) > len(channels) && !slices.ContainsFunc(calls, func(c slacksim.Call) bool { return !c.Done })
	})
	scan := film(t, 1) // made once: the questions are to come at once
	type asked struct{ channel, root string }
	var threads []asked
	start := time.Now()
	for i, channel := range channels {
		for k := range 4 {
			root := w.post(w.ann, channel, "", fmt.Sprintf("@MedBuddy question 1 of thread %d/%d", i, k), scan)
			threads = append(threads, asked{channel, root})
		}
		w.post(w.ben, channel, threads[len(threads)-1].root, fmt.Sprintf("@MedBuddy question 2 of thread %d", i))
	}
	said := func(a asked) []slacksim.Message {
		return slices.DeleteFunc(w.sim.Thread(a.channel, a.root), func(m slacksim.Message) bool { return m.User != w.sim.BotUserID() })
	}
	w.wait("50 answers", func() bool {
		n := 0
		for _, a := range threads {
			for _, m := range said(a) {
				if strings.Contains(m.Text, "AI draft") {
					n++
				}
			}
		}
		return n == 50
	})
	t.Logf("50 answers within %v, at most %d updates a minute", time.Since(start).Round(10*time.Millisecond), w.sim.Busiest("chat.update", time.Minute))
	for i, a := range threads {
		messages := said(a)
		if d := since(t, a.root, messages[0].TS); late(d) {
			t.Errorf("thread %d: the first sign of life came after %v", i, d)
		}
		for k, m := range messages {
			if want := fmt.Sprintf("question %d of", k+1); !strings.Contains(m.Text, want) {
				t.Errorf("thread %d, answer %d: %q is not about %q", i, k+1, m.Text, want)
			}
		}
	}
	if raceDetector {
		return // they come so slowly then that the first ones grow before the last are known of
	}
	if n := w.sim.Busiest("chat.update", time.Minute); n > 50 {
		t.Errorf("%d updates within a minute", n)
	}
	for _, c := range w.sim.Calls("") {
		if c.Error == "ratelimited" {
			t.Errorf("%s was too much for Slack", c.Method)
		}
	}
}

// since is the time between two messages.
func since(t *testing.T, from, to string) time.Duration {
	t.Helper()
	return slackTime(t, to).Sub(slackTime(t, from))
}

func slackTime(t *testing.T, ts string) time.Time {
	t.Helper()
	us, err := strconv.ParseInt(strings.Replace(ts, ".", "", 1), 10, 64)
	must(t, err)
	return time.UnixMicro(us)
}

// Fifty questions at once in one channel, of which Slack takes five messages and
// then one a second: the threads whose placeholder must wait show a status at
// once, and no question is lost. In full, they are all answered.
func TestFiftyInOneChannel(t *testing.T) {
	w := newWorld(t, options{
		slack: slacksim.Config{RateLimits: true},
		bot:   func(c *bot.Config) { c.DrainTimeout = 3 * time.Second },
	})
	var roots []string
	for i := range 50 {
		roots = append(roots, w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy question %d of the ward", i), film(t, i)))
	}
	signs := func() map[string]time.Time {
		first := map[string]time.Time{}
		for _, c := range append(w.sim.Calls("assistant.threads.setStatus"), w.sim.Calls("chat.postMessage")...) {
			root := c.Args["thread_ts"]
			if at, ok := first[root]; c.Done && c.Error == "" && (!ok || c.At.Before(at)) {
				first[root] = c.At
			}
		}
		return first
	}
	w.wait("50 signs of life", func() bool { return len(signs()) == 50 })
	for i, root := range roots {
		if d := signs()[root].Sub(slackTime(t, root)); late(d) {
			t.Errorf("question %d: the first sign of life came after %v", i, d)
		}
	}
	if *full {
		w.wait("50 answers", func() bool {
			return !slices.ContainsFunc(roots, func(root string) bool { return len(w.said(root)) == 0 || !w.settled(root) })
		})
		if n := w.sim.Busiest("chat.update", time.Minute); n > 50 {
			t.Errorf("%d updates within a minute", n)
		}
	}
	must(t, w.stop())
	for i, root := range roots {
		thread := store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root}
		open, err := w.store.Open(w.ctx, thread)
		must(t, err)
		if done := len(w.said(root)) == 1 && strings.Contains(w.said(root)[0], "AI draft"); !done && len(open) != 1 {
			t.Errorf("question %d is neither answered nor open: %q", i, w.said(root))
		}
	}
}

// Who waits for the model sees the place in the line from the first moment, and
// what is done when the turn has come; who asks too much is told so once, in
// private, and gets every answer.
func TestLineIsTold(t *testing.T) {
	gate := make(chan struct{})
	w := newWorld(t, options{
		model: modelsim.Config{Handler: modelsim.Echo(modelsim.Gate(gate))},
		bot:   func(c *bot.Config) { c.Concurrency = 1 },
	})
	var roots []string
	for i := range 14 {
		roots = append(roots, w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy question %d of the ward", i), film(t, i)))
		w.wait("the placeholder", func() bool { return len(w.said(roots[i])) == 1 })
	}
	for i, want := range map[int]string{1: "Reading 1 file…", 2: "Your question is next in line.", 3: "1 before it", 13: "11 before it"} {
		if got := w.said(roots[i])[0]; !strings.Contains(got, want) {
			t.Errorf("question %d: %q, want %q", i, got, want)
		}
	}
	theirs := w.post(w.ben, w.channel, "", "@MedBuddy what is this film of?", film(t, 20))
	w.wait("the placeholder", func() bool { return len(w.said(theirs)) == 1 })
	if got := w.said(theirs)[0]; !strings.Contains(got, "1 before it") {
		t.Errorf("somebody else is told %q", got)
	}
	w.wait("the notice", func() bool { return len(w.sim.Ephemerals(w.channel)) > 0 })
	close(gate)
	w.wait("15 answers", func() bool {
		return !slices.ContainsFunc(append(roots, theirs), func(root string) bool { return !strings.Contains(w.said(root)[0], "AI draft") })
	})
	private := w.sim.Ephemerals(w.channel)
	if len(private) != 1 || private[0].User != w.ann || !strings.Contains(private[0].Text, "more than 10 questions") {
		t.Errorf("told in private: %+v", private)
	}
	requests := w.model.Requests()
	if at := slices.IndexFunc(requests, func(r modelsim.Request) bool { return strings.Contains(asked(r), "what is this film of?") }); at > 7 { // of 15; without turns it would be the last
		t.Errorf("somebody else's question came as number %d to the model", at)
	}
}

// asked is the last question of a request.
func asked(r modelsim.Request) string {
	var b strings.Builder
	for _, part := range r.Messages[len(r.Messages)-1].Parts {
		b.WriteString(part.Text)
	}
	return b.String()
}

// Slack refuses or breaks three calls of ten for a while: no question is lost, none
// is answered twice, and no call is made before Slack takes calls again.
func TestRetryStorm(t *testing.T) {
	w := newWorld(t, options{slack: slacksim.Config{Seed: 7}})
	const wait = time.Second
	questions, times := 2, 1
	if *full {
		questions, times = 12, 10
	}
	var clear []func()
	for _, method := range []string{"chat.postMessage", "chat.update", "conversations.replies", "users.info"} {
		clear = append(clear,
			w.sim.Fail(method, slacksim.Fault{RetryAfter: wait, Times: times, Share: 0.5}),
			w.sim.Fail(method, slacksim.Fault{HTTPStatus: 503, Times: -1, Share: 0.15}))
	}
	var channels, roots []string
	for i := range questions {
		channels = append(channels, w.sim.AddChannel(slacksim.Channel{Name: fmt.Sprintf("ward-%d", i)}))
		roots = append(roots, w.post(w.ann, channels[i], "", fmt.Sprintf("@MedBuddy question %d of the ward", i), film(t, i)))
	}
	said := func(i int) (drafts, all int) {
		for _, m := range w.sim.Thread(channels[i], roots[i]) {
			if m.User == w.sim.BotUserID() {
				all++
				drafts += strings.Count(m.Text, "AI draft")
			}
		}
		return drafts, all
	}
	w.wait("the answers", func() bool {
		for i := range roots {
			if n, _ := said(i); n == 0 {
				return false
			}
		}
		return true
	})
	for _, f := range clear {
		f()
	}
	for i := range roots {
		if drafts, all := said(i); drafts != 1 || all != 1 {
			t.Errorf("question %d has %d answers in %d messages", i, drafts, all)
		}
	}
	refused := 0
	// underWay is for calls that were made before Slack's answer had come back.
	const underWay = 100 * time.Millisecond
	calls := w.sim.Calls("")
	for _, no := range calls {
		if no.Error != "ratelimited" {
			continue
		}
		refused++
		for _, c := range calls {
			d := c.At.Sub(no.At)
			if c.Method == no.Method && c.Args["channel"] == no.Args["channel"] && d > underWay && d < wait-underWay {
				t.Errorf("%s was called %v after a 429 with Retry-After %v", c.Method, d, wait)
			}
		}
	}
	if refused < 3 {
		t.Errorf("Slack refused %d calls only: the test shows nothing", refused)
	}
}
