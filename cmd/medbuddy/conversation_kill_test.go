package main

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// The process is killed between a press and its answer: whoever runs next answers it,
// in the message that stands, once. Slack does not send a press again.
func TestConversationKilled(t *testing.T) {
	shortForm(t)
	w := openTalk(t, rowScale{})
	kinds := []string{"again", "continue", "second", "shortcut"}
	roots, firsts := map[string]string{}, map[string]slacksim.Message{}
	for _, kind := range kinds[:3] {
		roots[kind], firsts[kind] = w.begun("No effusion is seen, and", modelsim.Finish("length"))
	}
	roots["shortcut"] = w.say(w.ann, "", "film of bed 4", filmOf(t, 2))

	gate := make(chan struct{})
	w.model.Answer(modelsim.Text("Never to be said.", modelsim.Gate(gate), modelsim.Times(len(kinds))))
	press := func(kind string) {
		click := slacksim.Click{Channel: w.channel, TS: firsts[kind].TS, User: w.ben, ActionID: kind, ActionTS: firsts[kind].TS}
		if err := w.sim.Click(t.Context(), click); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range kinds[:3] {
		press(kind)
	}
	if err := w.sim.Shortcut(t.Context(), slacksim.Shortcut{Channel: w.channel, TS: roots["shortcut"], User: w.ben, CallbackID: "ask_about_message"}); err != nil {
		t.Fatal(err)
	}
	if faults := w.submit(w.form(w.ben, "question"), map[string]any{"question": typed("Is there an effusion?")}); len(faults) > 0 {
		t.Fatalf("the question was refused: %v", faults)
	}
	w.must(10*time.Second, "every answer to run", func() bool { return w.model.Waiting() == len(kinds) })
	w.p.kill()
	close(gate)

	w.passLeases(15 * time.Second)
	w.p = w.startOpen()
	for _, kind := range kinds {
		n := 2
		if kind == "shortcut" {
			n = 1
		}
		w.must(20*time.Second, "the answer to "+kind, func() bool {
			said := w.ofBot(roots[kind])
			return len(said) == n && labelled(said[n-1])
		})
	}
	// Delivered again, it is the same press; and nothing comes late.
	for _, kind := range kinds[:3] {
		press(kind)
	}
	asked := len(w.model.Requests())
	for _, kind := range kinds {
		w.say(w.ann, roots[kind], "@MedBuddy and the heart?")
	}
	for _, kind := range kinds {
		n := 3
		if kind == "shortcut" {
			n = 2
		}
		w.answer(roots[kind], n)
		said := w.ofBot(roots[kind])
		if len(said) != n || strings.Contains(said[n-2].Text, "Never to be said") {
			t.Errorf("%s: %d messages, want %d; the answer is %q", kind, len(said), n, said[n-2].Text)
		}
	}
	if n := len(w.model.Requests()) - asked; n != len(kinds) {
		t.Errorf("%d model calls for %d questions", n, len(kinds))
	}
	w.p.stop(11 * time.Second)
}
