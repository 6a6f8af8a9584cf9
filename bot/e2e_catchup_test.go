package bot_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Whoever asked while MedBuddy was away is answered, once; or told, once, that the
// question is too old by now.
func TestMissedQuestions(t *testing.T) {
	t.Parallel()
	many := 40
	if *full {
		many = 100
	}
	for _, c := range []struct {
		away time.Duration
		want string
	}{{0, "AI draft"}, {2 * time.Minute, "AI draft"}, {10 * time.Minute, "AI draft"}, {time.Hour, "more than 15 minutes old"}} {
		t.Run(fmt.Sprint("away for ", c.away), func(t *testing.T) {
			t.Parallel()
			w, clock := deaf(t, options{})
			first := w.post(w.ann, w.channel, "", "@MedBuddy what is a lateral view?")
			w.answer(first, 1)
			w.waitMark(first)
			must(t, w.stop())
			var roots []string
			for i := range many {
				roots = append(roots, w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy question %d while it is away", i)))
			}
			clock.forward(c.away)
			w.start()
			w.wait("the answers", func() bool {
				return !slices.ContainsFunc(roots, func(root string) bool { return !w.settledIn(w.channel, root, c.want) })
			})
			w.waitMark(roots[many-1])

			// Another process finds nothing more to answer, nor does a late delivery.
			must(t, w.stop())
			asked := len(w.model.Requests())
			w.start()
			w.catchUpOnce()
			w.sim.RetryUnacked()
			w.ask(w.ann, "", "@MedBuddy one more question")
			for _, root := range roots {
				if n := len(w.said(root)); n != 1 {
					t.Fatalf("%d messages for one question", n)
				}
			}
			if n := len(w.model.Requests()) - asked; n != 1 {
				t.Errorf("%d model calls for one new question", n)
			}
		})
	}
}

// What is asked while Slack cannot be reached is answered when it can, wherever it
// was asked: in a channel, a private one, a direct message, and as a follow-up
// without a mention; also when it was edited meanwhile.
func TestMissedEverywhere(t *testing.T) {
	t.Parallel()
	w, _ := deaf(t, options{})
	private := w.sim.AddChannel(slacksim.Channel{Name: "ward-7", Kind: slacksim.Private})
	direct := w.sim.DM(w.ben)
	served := w.post(w.ann, w.channel, "", "@MedBuddy what is a lateral view?")
	w.answer(served, 1)
	w.sim.Offline(true)
	followUp := w.post(w.ann, w.channel, served, "and an oblique one?")
	inPrivate := w.post(w.ben, private, "", "@MedBuddy what is a decubitus view?")
	inDirect := w.post(w.ben, direct, "", "what is a lordotic view?")
	edited := w.post(w.ben, w.channel, "", "@MedBuddy what is an AP viwe?")
	must(t, w.sim.Edit(w.channel, edited, "@MedBuddy what is an AP view?"))
	w.sim.Offline(false)
	w.wait("the answers", func() bool {
		return len(w.said(served)) == 2 && w.settled(served) && w.settledIn(private, inPrivate, "AI draft") &&
			w.settledIn(direct, inDirect, "AI draft") && w.settledIn(w.channel, edited, "AI draft")
	})
	w.waitMark(max(followUp, edited))
}

// Slack may deliver late what catch-up has found already.
func TestFoundAndDelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.AllowTextOnly = true }, slack: slacksim.Config{RetryAfter: []time.Duration{time.Hour}}})
	w.ask(w.ann, "", "@MedBuddy what is a lateral view?")
	w.sim.Offline(true)
	root := w.post(w.ann, w.channel, "", "@MedBuddy what is an oblique view?")
	w.sim.Offline(false)
	w.answer(root, 1)
	w.sim.RetryUnacked()
	w.wait("the acks", func() bool {
		return !slices.ContainsFunc(w.sim.Unacked(), func(e slacksim.Envelope) bool { return !e.GaveUp })
	})
	w.ask(w.ann, root, "and the next one?")
	if n := len(w.said(root)); n != 2 {
		t.Errorf("%d messages for two questions", n)
	}
}

// A remark from before the first question is none, though the thread is a served
// one by the time it is read.
func TestRemarkBeforeTheFirstQuestion(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"all is missed", "the question is heard"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			w, _ := deaf(t, options{})
			w.ask(w.ann, "", "@MedBuddy what is a lateral view?")
			w.sim.Offline(true)
			root := w.post(w.ann, w.channel, "", "the film of this morning", film(t, 1))
			w.post(w.ben, w.channel, root, "looks odd to me")
			if when == "the question is heard" {
				w.sim.Offline(false)
				w.wait("sockets", func() bool { return len(w.sim.Sockets()) == 2 })
			}
			w.post(w.ann, w.channel, root, "@MedBuddy which view is this?")
			w.sim.Offline(false)
			w.answer(root, 1)
			w.sim.Offline(true)
			w.post(w.ann, w.channel, root, "and the heart?")
			w.sim.Offline(false)
			w.answer(root, 2)
			w.ask(w.ann, root, "and the lungs?")
			if n := len(w.said(root)); n != 3 {
				t.Errorf("%d answers for three questions: %q", n, w.said(root))
			}
		})
	}
}

// What cannot be read for good, because a scope is missing or MedBuddy was put out
// of a channel, does not keep the rest from being read; it is logged once.
func TestUnreadableChannelsAreLeftOut(t *testing.T) {
	t.Parallel()
	w, _ := deaf(t, options{before: func(w *world) {
		w.sim.Fail("users.conversations", slacksim.Fault{Error: "missing_scope", Times: -1, Match: func(c slacksim.Call) bool { return c.Args["types"] == "im" }})
		gone := w.sim.AddChannel(slacksim.Channel{Name: "elsewhere"})
		w.sim.Fail("conversations.history", slacksim.Fault{Error: "not_in_channel", Times: -1, Match: func(c slacksim.Call) bool { return c.Args["channel"] == gone }})
	}})
	w.ask(w.ann, "", "@MedBuddy what is a lateral view?")
	for i := range 2 {
		w.sim.Offline(true)
		root := w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy question %d", i))
		w.sim.Offline(false)
		w.answer(root, 1)
		w.waitMark(root)
	}
	if n := strings.Count(w.log.String(), "cannot be read"); n != 2 {
		t.Errorf("%d lines about two things that cannot be read", n)
	}
}

// Found questions pass the same gate: where another organisation listens there is
// no answer, and channels that are not allowed are not even read.
func TestFoundQuestionsPassTheGate(t *testing.T) {
	t.Parallel()
	w, _ := deaf(t, options{})
	shared := w.sim.AddChannel(slacksim.Channel{Name: "with-others", ExtShared: true})
	w.ask(w.ann, "", "@MedBuddy what is a lateral view?")
	w.sim.Offline(true)
	refused := w.post(w.ann, shared, "", "@MedBuddy what is an oblique view?")
	taken := w.post(w.ann, w.channel, "", "@MedBuddy what is an oblique view?")
	w.sim.Offline(false)
	w.answer(taken, 1)
	w.wait("the refusal", func() bool { return len(w.sim.Ephemerals(shared)) == 1 })
	if n := len(w.saidIn(shared, refused)); n != 0 {
		t.Errorf("%d messages in a channel that another organisation reads", n)
	}
}

func TestOnlyAllowedChannelsAreRead(t *testing.T) {
	t.Parallel()
	w, _ := deaf(t, options{before: func(w *world) {
		w.sim.AddChannel(slacksim.Channel{Name: "canteen"})
		w.cfg.AllowedChannels = []string{w.channel}
	}})
	w.ask(w.ann, "", "@MedBuddy what is a lateral view?")
	w.sim.Offline(true)
	root := w.post(w.ann, w.channel, "", "@MedBuddy what is an oblique view?")
	w.sim.Offline(false)
	w.answer(root, 1)
	for _, c := range w.sim.Calls("conversations.history") {
		if c.Args["channel"] != w.channel {
			t.Error("a channel was read that is not allowed")
		}
	}
}

// Catching up that breaks off, since Slack or the store does not answer, is tried
// again, and the mark stays where it is.
func TestCatchingUpIsTriedAgain(t *testing.T) {
	t.Parallel()
	broken := &brokenStore{}
	w, _ := deaf(t, options{bot: func(c *bot.Config) { broken.Store = c.Store; c.Store = broken }})
	first := w.post(w.ann, w.channel, "", "@MedBuddy what is a lateral view?")
	w.answer(first, 1)
	w.waitMark(first)
	for name, trouble := range map[string]func() (over func()){
		"Slack": func() func() {
			return w.sim.Fail("conversations.history", slacksim.Fault{HTTPStatus: http.StatusForbidden, Times: -1}) // of a proxy, say
		},
		"the store": func() func() {
			broken.down.Store(true)
			return func() { broken.down.Store(false) }
		},
	} {
		w.sim.Offline(true)
		root := w.post(w.ann, w.channel, "", "@MedBuddy what is an oblique view? "+name)
		tries := strings.Count(w.log.String(), "catching up broke off")
		over := trouble()
		w.sim.Offline(false)
		w.wait("tries", func() bool { return strings.Count(w.log.String(), "catching up broke off") >= tries+2 })
		if mark := w.mark(); mark >= root {
			t.Errorf("%s: the mark has passed a message that was not recorded", name)
		}
		over()
		w.answer(root, 1)
		w.waitMark(root)
	}
}

// While a message could not be recorded the mark does not pass it, though later
// ones were; and it is found, should Slack never deliver it again.
func TestMarkWaitsForWhatWasNotRecorded(t *testing.T) {
	t.Parallel()
	broken := &brokenStore{}
	w, _ := deaf(t, options{
		slack: slacksim.Config{RetryAfter: []time.Duration{}},
		bot:   func(c *bot.Config) { broken.Store = c.Store; c.Store = broken },
	})
	broken.down.Store(true)
	root := w.post(w.ann, w.channel, "", "@MedBuddy what is a lateral view?")
	w.wait("the refusal", func() bool { return broken.refused.Load() >= 1 })
	if mark := w.mark(); mark >= root {
		t.Error("the mark has passed a message that was not recorded")
	}
	broken.down.Store(false)
	w.answer(root, 1)
	w.waitMark(root)
}

// What was written without a mention during a pause stays left alone after it, also
// when catch-up finds it then. The model reads it with the next question.
func TestPausedStaysLeft(t *testing.T) {
	t.Parallel()
	w, _ := deaf(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy what is a lateral view?")
	w.answer(root, 1)
	w.slash("/medbuddy", "pause")
	w.post(w.ben, w.channel, root, "I shall look at the oblique one.")
	w.ask(w.ann, root, "@MedBuddy and an axial view?")
	w.slash("/medbuddy", "resume")
	w.catchUpOnce()
	w.ask(w.ann, root, "and a tangential one?")
	w.ask(w.ann, root, "and a coronal one?")
	if !strings.Contains(w.asked(1), "I shall look at the oblique one.") {
		t.Error("the next question does not hold what was said during the pause")
	}
	if !strings.Contains(w.asked(2), "tangential") || !strings.Contains(w.asked(3), "coronal") {
		t.Error("what was left alone during the pause was answered after it")
	}
}

// What Slack delivers an hour late gets the sentence as well, whether it is found or not.
func TestDeliveredTooLate(t *testing.T) {
	t.Parallel()
	clock := &shift{}
	w := newWorld(t, options{now: clock.now, slack: slacksim.Config{Now: clock.now}, bot: func(c *bot.Config) { c.AllowTextOnly = true }})
	w.sim.Fail("conversations.history", slacksim.Fault{Error: "missing_scope", Times: -1})
	must(t, w.stop())
	root := w.post(w.ann, w.channel, "", "@MedBuddy what is an oblique view?")
	clock.forward(time.Hour)
	w.start()
	w.until("a socket that has said hello", func() bool { return w.bot.Ready(w.ctx) == nil })
	w.sim.RetryUnacked()
	if got := w.answer(root, 1); !strings.Contains(got, "more than 15 minutes old") {
		t.Errorf("an hour later it is answered with %q", got)
	}
}
