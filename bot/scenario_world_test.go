package bot_test

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// scenario is one fault while it is played.
type scenario struct {
	t     *testing.T
	w     *world
	store *faultStore
	ahead *atomic.Int64 // how far Slack's and the store's clocks are from this machine's

	people map[string]string // id by first name
	root   string            // of the thread that is talked in
	last   map[string]string // ts of a person's last message
	films  int               // posted so far
	told   []string          // by Slack, to one person
	opened int               // sockets so far, as last waited for

	waited, whispers int // answers, and private ones, that were waited for

	scripts   []modelsim.Script // of the model lines that stand together
	modelGate chan struct{}     // what holds the model
	slackGate chan struct{}     // what holds a call to Slack
}

// newScenario makes a workspace. A line of world is one of
//
//	clock 20m ago       Slack's and the store's clocks begin in the past; "later" moves them
//	drain none          a stop waits for no answer
//	silence 300ms       a socket on which nothing came for so long is dead
//	sockets 1           so many are kept open
//	ack 100ms           Slack waits so long for an ack
//	retries 0s 0s       Slack delivers again after these times
//	twice               Slack delivers everything twice
//	every socket        Slack delivers everything on each socket
//	unheard is lost     Slack never delivers what happens while no socket is open
//	without files:read  the app lacks a scope
//	max-images 3        images in one request, as configured
//	takes-images 1      images in one request, as the endpoint has it
//	context 4096        tokens that the model takes, as configured
//	calls 1             model calls at once
func newScenario(t *testing.T, text string) *scenario {
	t.Helper()
	s := &scenario{t: t, people: map[string]string{}, last: map[string]string{}, ahead: new(atomic.Int64)}
	now := func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }
	o := options{slack: slacksim.Config{Now: now, Seed: 1}, now: now}
	var change []func(*bot.Config)
	var without []string
	for _, line := range lines(text) {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "clock":
			s.ahead.Store(-int64(s.duration(strings.TrimSuffix(rest, " ago"))))
		case "drain":
			s.only(rest, "none")
			change = append(change, func(c *bot.Config) { c.DrainTimeout = time.Millisecond })
		case "silence":
			o.slack.PingInterval = s.duration(rest) / 4
			change = append(change, func(c *bot.Config) { c.SocketSilence = s.duration(rest) })
		case "sockets":
			change = append(change, func(c *bot.Config) { c.Sockets = s.number(rest) })
		case "ack":
			o.slack.AckTimeout = s.duration(rest)
		case "retries":
			for _, d := range strings.Fields(rest) {
				o.slack.RetryAfter = append(o.slack.RetryAfter, s.duration(d))
			}
		case "twice":
			o.slack.DeliverTwice = true
		case "every":
			s.only(rest, "socket")
			o.slack.EverySocket = true
		case "unheard":
			s.only(rest, "is lost")
			o.slack.LoseUnheard = true
		case "without":
			without = append(without, rest)
		case "max-images":
			change = append(change, func(c *bot.Config) { c.MaxImages = s.number(rest) })
		case "takes-images":
			o.model.MaxImages = s.number(rest)
		case "context":
			change = append(change, func(c *bot.Config) { c.ContextTokens = s.number(rest) })
		case "calls":
			change = append(change, func(c *bot.Config) { c.Concurrency = s.number(rest) })
		default:
			t.Fatalf("no line of a world: %q", line)
		}
	}
	o.bot = func(c *bot.Config) {
		s.store = newFaultStore(c.Store)
		c.Store = s.store
		for _, f := range change {
			f(c)
		}
	}
	o.before = func(w *world) {
		if len(without) > 0 {
			w.sim.SetScopes(slices.DeleteFunc(bot.Scopes(), func(scope string) bool { return slices.Contains(without, scope) })...)
		}
	}
	s.w = newWorld(t, o)
	s.opened = s.w.sim.Opened()
	s.people["ann"], s.people["ben"] = s.w.ann, s.w.ben
	return s
}

// person finds a person; those that an ordinary world does not have come in when
// they are named first.
func (s *scenario) person(name string) string {
	s.t.Helper()
	if id := s.people[name]; id != "" {
		return id
	}
	switch name {
	case "guest":
		s.people[name] = s.w.sim.AddUser(slacksim.User{Name: "Guest G", Guest: true})
	case "pacs":
		s.people[name] = s.w.sim.AddUser(slacksim.User{Name: "pacs", Bot: true})
	default:
		s.t.Fatalf("nobody is called %q", name)
	}
	return s.people[name]
}

func (s *scenario) duration(word string) time.Duration {
	s.t.Helper()
	d, err := time.ParseDuration(word)
	must(s.t, err)
	return d
}

func (s *scenario) number(word string) int {
	s.t.Helper()
	n, err := strconv.Atoi(word)
	must(s.t, err)
	return n
}

// only fails unless word is what alone is known here.
func (s *scenario) only(word, want string) {
	s.t.Helper()
	if word != want {
		s.t.Fatalf("%q where only %q is known", word, want)
	}
}
