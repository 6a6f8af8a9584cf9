package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// A direct message is no channel to the person in it.
func TestSettingsOfADirectMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	dm := w.sim.DM(w.ann)
	inDM := func(text string) string {
		reply, err := w.sim.Slash(w.ctx, slacksim.SlashCommand{Channel: dm, User: w.ann, Command: "/medbuddy", Text: text})
		must(t, err)
		if strings.Contains(reply.Text, "channel") {
			t.Errorf("/medbuddy %s speaks of a channel: %s", text, reply.Text)
		}
		return reply.Text
	}
	hasAll(t, "the help", inDM(""), "sets the temperature for this conversation")
	hasAll(t, "the change", inDM("temperature 0.4"), "Done. In this conversation: temperature 0.4")
	hasAll(t, "what holds", inDM("temperature"), "In this conversation: temperature 0.4")
	w.wait("the conversation to be told", func() bool {
		all := w.sim.Messages(dm)
		return len(all) == 1 && strings.Contains(all[0].Text, "temperature from 0.1 to 0.4 for this conversation")
	})
	_ = inDM("settings")
	form := w.dialog(w.ann, "number_input")
	hasAll(t, "the form", string(form.JSON), "This whole conversation", "This conversation: temperature 0.4")
	if strings.Contains(string(form.Blocks), "hannel:") || strings.Contains(string(form.Blocks), "whole channel") {
		t.Errorf("the form speaks of a channel: %s", form.Blocks)
	}
	w.post(w.ann, dm, "", "temperature 0.3")
	w.wait("the sentence", func() bool {
		return slices.ContainsFunc(w.sim.Ephemerals(dm), func(m slacksim.Message) bool {
			return strings.Contains(m.Text, "reply in the thread") && strings.Contains(m.Text, "for this conversation")
		})
	})
}

// What people say for the commands of a thread is carried out, and never put to the
// model, which would claim that it was.
func TestCommandsInOtherWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.discussed()
	w.command(w.ann, root, "can you summarise this thread please?")
	w.wait("the summary", func() bool { said := w.said(root); return len(said) == 3 && strings.Contains(said[2], "Hand-off note") })
	w.command(w.ann, root, "Export the conversation")
	hasAll(t, "the export", w.exported(root), "It is a PA view.")
	w.command(w.ann, root, "delete image 2")
	w.whispered(w.ann, "delete it in Slack")
	w.post(w.ben, w.channel, root, "delete this thread")
	w.whispered(w.ben, "does not mention me")
	if thread, err := w.store.Thread(w.ctx, w.threadKey(root)); err != nil || len(thread.Images) != 2 {
		t.Errorf("without a mention it was forgotten: %v, %v", thread.Images, err)
	}
	w.command(w.ann, "", "forget everything")
	w.whispered(w.ann, "as a reply in the thread")
	w.command(w.ben, root, "Please forget everything!")
	w.wait("the receipt", func() bool { return strings.Contains(strings.Join(w.said(root), "\n"), forgotten) })
	w.empty(root)
	if n := len(w.model.Requests()); n != 2 {
		t.Errorf("the model was asked %d times, want twice for the questions", n)
	}
}

// A remark that asks for nothing costs no answer: it is left alone, is read with the next
// question, and who says it to MedBuddy gets a sentence that no one else sees.
func TestRemarksAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	for _, s := range []string{"thanks!", "ok", "great, thx", ":thumbsup:", "👍", "+1", "noted", "vielen Dank"} {
		w.post(w.ben, w.channel, root, s)
	}
	w.model.Answer(modelsim.Text("There is none on the left."))
	hasAll(t, "the answer", w.ask(w.ann, root, "ok, and the left side?"), "There is none on the left.")
	hasAll(t, "what the model reads", w.asked(1), "great, thx", "ok, and the left side?")
	w.command(w.ann, root, "thank you!")
	if told := w.whispered(w.ann, "Noted."); told.ThreadTS != root {
		t.Errorf("told in %q", told.ThreadTS)
	}
	dm := w.sim.DM(w.ann)
	w.post(w.ann, dm, "", "thanks")
	w.wait("the private sentence", func() bool { return len(w.sim.Ephemerals(dm)) == 1 })
	if n := len(w.model.Requests()); n != 2 || len(w.said(root)) != 2 {
		t.Errorf("%d model calls, want 2, and the thread is told %q", n, w.said(root))
	}
}
