package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// A name that is taken out of a message, a question or a remark, is in nothing that
// comes afterwards, also when nobody heard of the edit.
func TestEditedMessage(t *testing.T) {
	t.Parallel()
	for name, deaf := range map[string]bool{"heard of": false, "missed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &shift{}
			w := newWorld(t, options{now: clock.now, slack: slacksim.Config{Now: clock.now, LoseUnheard: deaf}})
			root := w.post(w.ann, w.channel, "", "the film of JOHNDOE", film(t, 1))
			w.model.Answer(modelsim.Text("It is a PA view."))
			asked := w.post(w.ben, w.channel, root, "@MedBuddy JOHNDOE fell, which view is this film?")
			w.answer(root, 1)
			w.closed(root)
			if !strings.Contains(w.asked(0), "JOHNDOE") {
				t.Fatal("it is not there to begin with")
			}
			if deaf {
				must(t, w.stop())
			}
			must(t, w.sim.Edit(w.channel, root, "the film of bed 4"))
			must(t, w.sim.Edit(w.channel, asked, "@MedBuddy he fell, which view is this film?"))
			if deaf {
				clock.forward(10 * time.Minute)
				w.start()
			} else {
				w.wait("the acks", func() bool { return len(w.sim.Unacked()) == 0 })
			}
			w.ask(w.ann, root, "and the heart?")
			if last := w.asked(1); strings.Contains(last, "JOHNDOE") || !strings.Contains(last, "film of bed 4") || !strings.Contains(last, "he fell, which view") {
				t.Errorf("asked %s", last)
			}
			w.command(w.ann, root, "summary")
			if note := w.answer(root, 3); strings.Contains(note, "JOHNDOE") || !strings.Contains(note, "he fell") {
				t.Errorf("the note is %q", note)
			}
			if n := len(w.model.Requests()); n != 2 {
				t.Errorf("%d model calls, want 2: an edit is no question", n)
			}
		})
	}
}

// Who puts the mention into a message that is there already asks by it, once; an old
// message that is corrected is no question.
func TestMentionPutIn(t *testing.T) {
	t.Parallel()
	clock := &shift{}
	w := newWorld(t, options{now: clock.now, slack: slacksim.Config{Now: clock.now}, bot: func(c *bot.Config) { c.AllowTextOnly = true }})
	root := w.post(w.ann, w.channel, "", "MedBuddy which view is this film?", film(t, 1))
	old := w.post(w.ann, w.channel, "", "what is a lateral view?")
	must(t, w.sim.Edit(w.channel, root, "@MedBuddy which view is this film?"))
	hasAll(t, "the answer", w.answer(root, 1), "which view is this film?", "Looked at: Image 1")
	w.closed(root)
	must(t, w.sim.Edit(w.channel, root, "@MedBuddy which view is this?"))
	w.until("catching up to be over", w.bot.CaughtUp) // it would find the old message with its mention
	clock.forward(time.Hour)
	w.ask(w.ann, "", "@MedBuddy what is an oblique view?") // by then MedBuddy has Slack's time
	must(t, w.sim.Edit(w.channel, old, "@MedBuddy what is a lateral view?"))
	w.wait("the acks", func() bool { return len(w.sim.Unacked()) == 0 })
	w.ask(w.ann, "", "@MedBuddy what is an axial view?")
	if n := len(w.model.Requests()); n != 3 || len(w.said(root)) != 1 || len(w.said(old)) != 0 {
		t.Errorf("%d model calls, want 3; %q, %q", n, w.said(root), w.said(old))
	}
}
