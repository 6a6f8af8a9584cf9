package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// Slack is away for longer than one try: the final text is shown when it is back,
// and the model was asked once.
func TestFinalTextOutlastsAnOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.sim.Fail("chat.update", slacksim.Fault{HTTPStatus: 503, Times: 7})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.answer(root, 1)
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls", n)
	}
}

// The placeholder, too, is posted when Slack is back, and once.
func TestPlaceholderOutlastsAnOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.sim.Fail("chat.postMessage", slacksim.Fault{HTTPStatus: 503, Times: 3})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.answer(root, 1)
	if n := len(w.said(root)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A store that fails while an answer is being remembered does not make it a
// second answer.
func TestFinishIsRepeated(t *testing.T) {
	t.Parallel()
	broken := &brokenStore{}
	w := newWorld(t, options{bot: func(c *bot.Config) { broken.Store = c.Store; c.Store = broken }})
	broken.finishes.Store(2)
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.answer(root, 1)
	w.ask(w.ann, root, "and the next question?")
	if n := len(w.model.Requests()); n != 2 {
		t.Errorf("%d model calls for two questions", n)
	}
}

// A question that was closed without the store's saying so is not taken for one that
// was deleted, however long the store takes to say so: its answer stays.
func TestFinishedAndNotSaidSo(t *testing.T) {
	t.Parallel()
	var s *faultStore
	w := newWorld(t, options{bot: func(c *bot.Config) { s = newFaultStore(c.Store); c.Store = s }})
	s.set(func() { s.lose["finish"] = 1 << 30 })
	w.model.Answer(modelsim.Text("It is a PA view."))
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.answer(root, 1)
	w.closed(root)
	opened := s.count("open")
	s.wait(t, w.ctx, "a look for whether the answer is still wanted", func() bool { return s.count("open") > opened })
	s.set(func() { s.lose["finish"] = 0 })
	w.until("it to be done with", func() bool { return w.metric("medbuddy_answers_total", "answered") == 1 })
	if said := w.said(root); len(said) != 1 || !strings.Contains(said[0], "It is a PA view.") {
		t.Errorf("the thread says %q", said)
	}
}

// What a dead process posted of a long answer is replaced, not mixed with the
// new one.
func TestLongAnswerAfterATakeover(t *testing.T) {
	t.Parallel()
	var root string
	now := time.Now().Add(-time.Minute)
	w := newWorld(t, options{now: func() time.Time { return now }, before: func(w *world) {
		root = w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
		thread := store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root}
		q := store.Question{Key: thread.Root(), Thread: thread, Kind: store.KindAsk, User: w.ann, Text: "describe this film in full"}
		_, err := w.store.Admit(w.ctx, q)
		must(t, err)
		for part := range 4 {
			w.postPartAsBot(root, q.Key, part, fmt.Sprintf("OLD part %d", part))
		}
		now = time.Now()
		w.model.Answer(modelsim.Long(5_000))
	}})
	w.wait("the answer", func() bool {
		all := strings.Join(w.said(root), "\n")
		return strings.Contains(all, "AI draft") && !strings.Contains(all, "OLD part")
	})
	said := w.said(root)
	if len(said) != 4 || !strings.Contains(said[1], "AI draft") || !strings.Contains(said[2], "cut short") {
		t.Errorf("the thread says %q", said)
	}
}

// A text for which the estimate of tokens was too low does not make the context
// shorter for everybody.
func TestOverflowOfOneTextIsItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	for i := range 4 {
		w.model.Answer(modelsim.Overflow(32768), modelsim.Text("Fine."))
		if got := w.ask(w.ann, "", fmt.Sprintf("@MedBuddy question %d with a table", i), film(t, i)); !strings.Contains(got, "Fine.") {
			t.Fatalf("question %d: %q", i, got)
		}
	}
	w.model.Answer(modelsim.Text("Fine."))
	if got := w.ask(w.ann, "", "@MedBuddy a long one: "+strings.Repeat("lung ", 15_000), film(t, 9)); !strings.Contains(got, "AI draft") {
		t.Errorf("the context has shrunk: %q", got)
	}
}

// A command in a DM needs no mention, and is no part of the conversation.
func TestCommandInADirectMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.channel = w.sim.DM(w.ann)
	root := w.post(w.ann, w.channel, "", "which view is this film?", film(t, 1))
	w.answer(root, 1)
	w.post(w.ann, w.channel, root, "temperature 0.7")
	w.wait("the private answer", func() bool { return len(w.sim.Ephemerals(w.channel)) == 1 })
	w.ask(w.ann, root, "and the heart?")
	if req := w.request(1); *req.Temperature != 0.7 || strings.Contains(req.prefix(), "temperature 0.7") {
		t.Errorf("temperature %v; or the command is in the conversation", *req.Temperature)
	}
}

// A guest who talks in a served thread, to nobody in particular, is not nagged.
func TestGuestsRemarksAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	guest := w.sim.AddUser(slacksim.User{Name: "Guest G", Guest: true})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.answer(root, 1)
	for i := range 3 {
		w.post(guest, w.channel, root, fmt.Sprintf("a remark number %d of a guest", i))
	}
	w.wait("all acks", func() bool { return len(w.sim.Unacked()) == 0 })
	w.ask(w.ann, root, "and the heart?")
	if n := len(w.sim.Ephemerals(w.channel)); n != 0 {
		t.Errorf("%d refusals", n)
	}
}
