package bot_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// This file holds the steps with which things go wrong.

// slack plans trouble with calls to Slack, for one call or for so many; xever is
// until the end:
//
//	slack chat.update 503 x3                  Slack answers with an error of HTTP
//	slack chat.postMessage 429 1s             a rate limit, with Retry-After
//	slack chat.update says internal_error     a refusal in Slack's words
//	slack conversations.replies page          a web page where JSON should be
//	slack chat.postMessage accepted           it is served, but the answer is lost
//	slack chat.update held                    it waits for "slack go"
func (s *scenario) slack(words []string) {
	s.t.Helper()
	times := 1
	if last := words[len(words)-1]; last == "xever" {
		times, words = -1, words[:len(words)-1]
	} else if n, ok := strings.CutPrefix(last, "x"); ok {
		times, words = s.number(n), words[:len(words)-1]
	}
	if words[0] == "go" {
		close(s.slackGate)
		return
	}
	fault := slacksim.Fault{Times: times}
	switch how := words[1]; how {
	case "429":
		fault.RetryAfter = s.duration(words[2])
	case "says":
		if fault.Error = words[2]; fault.Error == "invalid_blocks" {
			fault.Match = func(c slacksim.Call) bool { return c.Args["blocks"] != "" }
		}
	case "page":
		fault.Body = "<!DOCTYPE html><html><body>We are working on it</body></html>"
	case "accepted":
		fault.DropReply = true
	case "held":
		s.slackGate = make(chan struct{})
		fault.Gate = s.slackGate
	default:
		if fault.HTTPStatus = s.number(how); http.StatusText(fault.HTTPStatus) == "" {
			s.t.Fatalf("no trouble of Slack's: %q", how)
		}
	}
	s.w.sim.Fail(words[0], fault)
}

// model scripts the next answers of the model. Lines that stand together are one
// script, for one request after the other; a later line replaces what is left of it:
//
//	model text "It is a PA view."     says this; also "length" and "safety": stopped for that reason
//	model held "It is a PA view."     says this after "model go"
//	model cut 9 "It is a PA view."    says 9 bytes, then the connection breaks
//	model loop "So: " "clear. "       says the first once and then the second without end
//	model long 9000                   numbered lines of so many bytes
//	model empty | thinks "Hm."        no text at all, or none but of thinking
//	model busy 2 | waking 2 | down 2  refuses so many requests: 429, scaled to zero, 503
//	model 403 "no"                    an error of HTTP
//	model 400 nested|flat "..."       the two shapes of a refusal
//	model overflow 4096               the refusal of an endpoint with this context
//	model page | nonsense             HTML, or JSON that ends too early
func (s *scenario) model(words []string) {
	s.t.Helper()
	arg := append(words[1:], "", "")
	var next modelsim.Script
	switch how := words[0]; how {
	case "go":
		close(s.modelGate)
		return
	case "text":
		next = modelsim.Text(arg[0])
	case "length", "safety":
		next = modelsim.Text(arg[0], modelsim.Finish(map[string]string{"length": "length", "safety": "content_filter"}[how]))
	case "held":
		s.modelGate = make(chan struct{})
		next = modelsim.Text(arg[0], modelsim.Gate(s.modelGate))
	case "cut":
		next = modelsim.Cut(arg[1], s.number(arg[0]))
	case "loop":
		next = modelsim.Loop(arg[0], arg[1], 0)
	case "long":
		next = modelsim.Long(s.number(arg[0]))
	case "empty":
		next = modelsim.Empty()
	case "thinks":
		next = modelsim.Unclosed(arg[0])
	case "busy":
		next = modelsim.Busy(s.number(arg[0]))
	case "waking":
		next = modelsim.Waking(s.number(arg[0]))
	case "down":
		next = modelsim.Unavailable(s.number(arg[0]))
	case "400":
		next = map[string]func(string) modelsim.Script{"nested": modelsim.Nested400, "flat": modelsim.Flat400}[arg[0]](arg[1])
	case "overflow":
		next = modelsim.Overflow(s.number(arg[0]))
	case "page":
		next = modelsim.HTML(http.StatusOK)
	case "nonsense":
		next = modelsim.InvalidJSON()
	default:
		next = modelsim.Status(s.number(how), arg[0])
	}
	s.scripts = append(s.scripts, next)
	s.w.model.Answer(s.scripts...)
}

// storeTrouble plans trouble with the store:
//
//	store down | up            every call fails, or none any more
//	store refuses finish 2     so many calls of an operation fail
//	store loses finish 2       so many are served, but fail all the same
//	store panics finish 2      so many end in a panic
//	store slow 200ms           every call takes so long
func (s *scenario) storeTrouble(words []string) {
	s.t.Helper()
	s.store.set(func() {
		switch words[0] {
		case "down", "up":
			s.store.down = words[0] == "down"
		case "refuses":
			s.store.refuse[words[1]] = s.number(words[2])
		case "loses":
			s.store.lose[words[1]] = s.number(words[2])
		case "panics":
			s.store.panics[words[1]] = s.number(words[2])
		case "slow":
			s.store.slow = s.duration(words[1])
		default:
			s.t.Errorf("no trouble of the store's: %q", words)
		}
	})
}

// socket is trouble with the connections that are open:
//
//	socket drops | falls silent | is recycled | is warned
//
// "offline" and "online" take all of Slack away and bring it back.
func (s *scenario) socket(what string) {
	s.t.Helper()
	switch what {
	case "drops":
		s.w.sim.DropSockets()
	case "falls silent":
		s.w.sim.HalfOpen()
	case "is recycled":
		s.w.sim.Disconnect("refresh_requested")
	case "is warned":
		s.w.sim.Disconnect("warning")
	default:
		s.t.Fatalf("no trouble of a socket: %q", what)
	}
}

// redeliver lets Slack send again what has no ack, when it has noticed which
// connections are dead and a live one is open.
func (s *scenario) redeliver() {
	s.t.Helper()
	for _, k := range s.w.sim.Sockets() {
		if k.HalfOpen {
			s.w.sim.DropSocket(k.ID)
		}
	}
	s.until("a socket", s.heard)
	s.w.sim.RetryUnacked()
}

// heard says that a socket is open on which both sides hear each other.
func (s *scenario) heard() bool {
	for _, k := range s.w.sim.Sockets() {
		if !k.HalfOpen && !k.Leaving {
			return true
		}
	}
	return false
}

// kill ends the bot as kill -9 does, as far as a test in one process can: from
// now on nothing that it tries reaches Slack or the store.
func (s *scenario) kill() {
	s.t.Helper()
	if s.w.cfg.DrainTimeout != time.Millisecond {
		s.t.Fatal("kill needs \"drain none\" in the world")
	}
	s.store.set(func() { s.store.down = true })
	alive := s.w.sim.Fail("*", slacksim.Fault{HTTPStatus: http.StatusServiceUnavailable, Times: -1})
	s.w.sim.DropSockets()
	must(s.t, s.w.stop())
	alive()
	s.store = newFaultStore(s.w.store)
	s.w.cfg.Store = s.store
}

// start runs a new bot after kill or stop.
func (s *scenario) start() {
	s.t.Helper()
	s.w.start()
	s.opened = s.w.sim.Opened()
}

func (s *faultStore) refusals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}
