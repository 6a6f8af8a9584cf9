package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

const urgentLine = "*If this is time-critical, do not wait for me"

// The line stands above the placeholder at once, and above the answer; not again in
// the thread soon after, and not for a question that sounds harmless.
func TestUrgentWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	release := w.holdModel()
	root := w.post(w.ann, w.channel, "", "@MedBuddy tension pneumothorax?", film(t, 1))
	w.wait("the placeholder", func() bool { return len(w.said(root)) == 1 })
	first := w.ofBot(root)[0].Edits[0]
	if !strings.HasPrefix(first, urgentLine) {
		t.Errorf("it was posted as %q", first)
	}
	release()
	text := w.answer(root, 1)
	if !strings.HasPrefix(text, urgentLine) || strings.Count(text, urgentLine) != 1 {
		t.Errorf("the answer is %q", text)
	}
	hasAll(t, "the answer", text, "It was slow.", "AI draft")
	for i, question := range []string{"is it a tension pneumothorax on the left?", "which view is it?"} {
		w.model.Answer(modelsim.Text("Not here."))
		w.post(w.ann, w.channel, root, question)
		if text := w.answer(root, i+2); strings.Contains(text, urgentLine) {
			t.Errorf("%s: said again: %q", question, text)
		}
	}
	if history := w.asked(2); strings.Contains(history, "time-critical") {
		t.Error("the line is part of the conversation")
	}
	other := w.post(w.ann, w.channel, "", "@MedBuddy tension pneumothorax?", film(t, 2))
	if text := w.answer(other, 1); !strings.HasPrefix(text, urgentLine) {
		t.Errorf("in another thread: %q", text)
	}
}

func TestUrgentTextIsConfigured(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.UrgentText = "Call 2222." }})
	root := w.post(w.ann, w.channel, "", "@MedBuddy cardiac arrest, what do you see?", film(t, 1))
	w.wait("the answer", func() bool { said := w.said(root); return len(said) == 1 && strings.Contains(said[0], "AI draft") })
	if text := w.said(root)[0]; !strings.HasPrefix(text, "*Call 2222.*\n\n") {
		t.Errorf("the answer is %q", text)
	}
}

// The next process keeps the line of a question that it goes on with, and takes no
// line for a part of the model's answer.
func TestUrgentLineSurvivesARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	release := w.holdModel()
	root := w.post(w.ann, w.channel, "", "@MedBuddy tension pneumothorax?", film(t, 1))
	must(t, w.model.WaitHeld(w.ctx, 1))
	must(t, w.stop())
	if text := w.said(root)[0]; !strings.HasPrefix(text, urgentLine) {
		t.Errorf("the interrupted answer says %q", text)
	}
	release()
	w.start()
	w.wait("the answer", func() bool { return strings.Contains(w.said(root)[0], "AI draft") })
	if text := w.said(root)[0]; !strings.HasPrefix(text, urgentLine) || strings.Count(text, urgentLine) != 1 {
		t.Errorf("after the restart it says %q", text)
	}
}

// What stood above an answer that the process did not live to remember is not taken
// for the model's words, and nothing is said of the answer that nobody knows.
func TestLeadIsNoAnswer(t *testing.T) {
	t.Parallel()
	broken, o := breaking()
	w := newWorld(t, o)
	broken.finishes.Store(1 << 30)
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	w.model.Answer(modelsim.Text("It is on the left."))
	w.askAbout(w.ben, root, "Is it a tension pneumothorax,\nand on which side?")
	w.wait("the label", func() bool { return strings.Contains(strings.Join(w.said(root), ""), "AI draft") })
	must(t, w.stop())
	broken.finishes.Store(0)
	w.start()
	w.closed(root)
	thread, err := w.store.Thread(w.ctx, w.threadKey(root))
	must(t, err)
	if n := len(thread.Turns); n != 2 || thread.Turns[1].Text != "It is on the left." {
		t.Errorf("the history is %+v", thread.Turns)
	}
	w.command(w.ann, root, "summary")
	w.wait("the summary", func() bool { said := w.said(root); return len(said) == 2 && strings.Contains(said[1], "Hand-off note") })
	if note := w.said(root)[1]; strings.Contains(note, "no image looked at") || strings.Contains(note, "max tokens 0") {
		t.Errorf("the summary says of it: %q", note)
	}
}
