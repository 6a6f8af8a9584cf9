package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// The tests named TestRow... hold the promises of "No question lost, none
// answered twice" against the program as a process: it is killed, stopped and
// paused by signals, and judged by what stands in Slack alone. Each has a short
// form; -full makes it the figure that is promised.
var full = flag.Bool("full", false, "run the TestRow tests at full length, up to some minutes each")

// shortForm lets a row's short form run beside others: it judges no time closely.
// The full forms run one by one.
func shortForm(t *testing.T) {
	if !*full {
		t.Parallel()
	}
}

// rowWorld is a hospital: a local Slack with people and channels, a local model,
// and the environment of the processes that serve them.
type rowWorld struct {
	t        *testing.T
	sim      *slacksim.Sim
	model    *modelsim.Server
	env      map[string]string
	channels []string
	people   []string
	scan     []byte
	asked    []asked
	dice     *rand.Rand
}

// asked is a question that Slack has taken.
type asked struct {
	channel, root, ts string
	token             string // stands in its text and nowhere else
	mention           bool
	act               string // of a button under the message ts, by which it was asked; "" for a message
	pressed           string // when; "" for a message
	maybe             bool   // the press has no ack: it may have been recorded or not
	stopped           bool   // somebody pressed Stop under its answer
}

func (q asked) key(team string) string {
	key := team + "-" + q.channel + "-" + q.ts
	if q.act != "" {
		key += "-" + q.act + "." + q.pressed
	}
	return key
}

// button names what was pressed.
func (q asked) button() string { return q.channel + q.ts + q.act }

// rowScale says how large a world is.
type rowScale struct {
	slack    slacksim.Config
	model    modelsim.Config
	people   int
	channels int
	env      []string // pairs of name and value
	keep     bool     // the model's requests can be looked at
}

// The words of every question; no log may hold them.
const rowWords = "which precautions matter after a lumbar puncture?"

func openRow(t *testing.T, scale rowScale) *rowWorld {
	t.Helper()
	scale.slack.Scopes, scale.slack.Commands = bot.Scopes(), bot.Commands()
	sim := startSlack(t, scale.slack)
	if scale.model.Mode == modelsim.Any {
		scale.model.Mode = modelsim.OpenAI
	}
	scale.model.Forget = !scale.keep // the pictures of hundreds of requests
	scale.model.Token = testAPIKey
	model, err := modelsim.Start(scale.model)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, problem := range model.Problems() {
			t.Errorf("model: %s", problem)
		}
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &rowWorld{t: t, sim: sim, model: model, scan: testPNG(t), dice: rand.New(rand.NewPCG(scale.slack.Seed, 4))}
	w.env = environment(t, sim, model.URL()+"/v1", append([]string{"ALLOW_TEXT_ONLY", "true"}, scale.env...)...)
	for i := range scale.people {
		w.people = append(w.people, sim.AddUser(slacksim.User{Name: fmt.Sprintf("Nurse Testa %d", i)}))
	}
	for i := range scale.channels {
		w.channels = append(w.channels, sim.AddChannel(slacksim.Channel{Name: fmt.Sprintf("ward-%d", i)}))
	}
	return w
}

// with is the environment with some variables changed.
func (w *rowWorld) with(set ...string) map[string]string {
	env := maps.Clone(w.env)
	for i := 0; i < len(set); i += 2 {
		env[set[i]] = set[i+1]
	}
	return env
}

// ask begins a thread with a question; withScan posts a picture with it.
func (w *rowWorld) ask(channel, person string, withScan bool) asked {
	w.t.Helper()
	return w.post(asked{channel: channel, mention: true}, person, withScan)
}

// followUp asks in the thread of an earlier question.
func (w *rowWorld) followUp(first asked, person string, mention bool) asked {
	w.t.Helper()
	return w.post(asked{channel: first.channel, root: first.root, mention: mention}, person, false)
}

func (w *rowWorld) post(q asked, person string, withScan bool) asked {
	w.t.Helper()
	q.token = fmt.Sprintf("q%06d", len(w.asked)+1)
	m := slacksim.Message{Channel: q.channel, User: person, ThreadTS: q.root, Text: q.token + ", " + rowWords}
	if q.mention {
		m.Text = "@MedBuddy " + m.Text
	}
	if withScan {
		m.Files = []slacksim.File{{Name: "doe_jane_1954.png", Data: w.scan}}
	}
	ts, err := w.sim.Post(m)
	if err != nil {
		w.t.Fatal(err)
	}
	if q.ts = ts; q.root == "" {
		q.root = ts
	}
	w.asked = append(w.asked, q)
	return q
}

// any asks as people do: mostly in new threads, some with a scan, and some in
// threads that are there, with and without a mention.
func (w *rowWorld) any() asked {
	w.t.Helper()
	person := w.people[len(w.asked)%len(w.people)]
	if n := len(w.asked); n > 0 && w.dice.IntN(3) == 0 {
		return w.followUp(w.asked[w.dice.IntN(n)], person, w.dice.IntN(2) == 0)
	}
	return w.ask(w.channels[w.dice.IntN(len(w.channels))], person, w.dice.IntN(4) == 0)
}

// until waits for cond, which it asks after changes in Slack, but so seldom that
// asking takes a small part of the time only.
func (w *rowWorld) until(within time.Duration, cond func() bool) (took time.Duration, ok bool) {
	w.t.Helper()
	changes, cancel := w.sim.Watch()
	defer cancel()
	start := time.Now()
	end := time.NewTimer(within)
	defer end.Stop()
	for {
		asked := time.Now()
		if cond() {
			return time.Since(start), true
		}
		rest := time.NewTimer(max(10*time.Millisecond, 8*time.Since(asked)))
		select {
		case <-rest.C:
		case <-end.C:
			return time.Since(start), false
		}
		// What is waited for may also happen in a process, which Slack does not see.
		rest.Reset(200 * time.Millisecond)
		select {
		case <-changes:
		case <-rest.C:
		case <-end.C:
			return time.Since(start), false
		}
		rest.Stop()
	}
}

// must is until for what has to come before a row can go on.
func (w *rowWorld) must(within time.Duration, what string, cond func() bool) time.Duration {
	w.t.Helper()
	took, ok := w.until(within, cond)
	if !ok {
		w.t.Fatalf("waited %v in vain for %s; %+v, without an ack %.10v", within, what, w.sim.Stats(), w.sim.Unacked())
	}
	return took
}

// pause lets time pass until a moment that is nobody's event: that of a kill, or
// of the next question.
func (w *rowWorld) pause(d time.Duration) {
	w.t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.t.Context().Done():
		w.t.Fatal("the test has ended")
	}
}
