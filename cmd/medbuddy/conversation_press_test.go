package main

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// Every button under an answer, pressed once.
func TestConversationButtons(t *testing.T) {
	shortForm(t)
	w := openTalk(t, rowScale{})

	t.Run("stop", func(t *testing.T) {
		for name, stop := range map[string]func(root string, growing slacksim.Message){
			"button": func(_ string, growing slacksim.Message) { w.press(w.ben, growing, "stop") },
			"word":   func(root string, _ slacksim.Message) { w.say(w.ben, root, "Stop!") },
		} {
			gate := make(chan struct{}, 1)
			gate <- struct{}{}
			w.model.Answer(modelsim.Text("The heart is large. "+strings.Repeat("There is no effusion here. ", 5)+"The lungs are clear.", modelsim.Chunks(130), modelsim.Gate(gate)))
			root := w.say(w.ann, "", "@MedBuddy describe this film in full", filmOf(t, 1))
			var growing slacksim.Message
			w.must(10*time.Second, "growing text", func() bool {
				said := w.ofBot(root)
				if len(said) == 1 {
					growing = said[0]
				}
				return strings.Contains(growing.Text, "The heart is large.")
			})
			stop(root, growing)
			text := w.answer(root, 1).Text
			w.shows(text, "The heart is large.", "Stopped by <@"+w.ben+">", "incomplete", "Looked at: Image 1", "AI draft")
			if strings.Contains(text, "lungs") {
				t.Errorf("%s: it went on: %q", name, text)
			}
		}
	})
	t.Run("try again", func(t *testing.T) {
		root, first := w.begun("A first try.")
		w.model.Answer(modelsim.Text("A second try."))
		w.press(w.ben, first, "again")
		w.shows(w.answer(root, 2).Text, "A second try.", "Looked at: Image 1")
		if q := w.last().Question(); !strings.Contains(q, "which view is this film?") {
			t.Errorf("the model was asked %q", q)
		}
	})
	t.Run("continue", func(t *testing.T) {
		root, first := w.begun("The heart is", modelsim.Finish("length"))
		w.model.Answer(modelsim.Text("of normal size."))
		w.press(w.ann, first, "continue")
		if rest := w.answer(root, 2); has(rest, "continue") || !strings.Contains(rest.Text, "of normal size.") {
			t.Errorf("the rest is %q", rest.Text)
		}
		messages := w.last().Messages
		if before := messages[len(messages)-2]; before.Role != "assistant" || before.Text() != "The heart is" {
			t.Errorf("before the rest the model has %+v", before)
		}
	})
	t.Run("second look", func(t *testing.T) {
		root, first := w.begun("No pneumothorax is seen.")
		w.model.Answer(modelsim.Text("Answer: there is no pneumothorax."), modelsim.Text("I cannot see an image."))
		w.press(w.ben, first, "second")
		w.shows(w.answer(root, 2).Text, "Second look", "Both looks come to the same", "Without the image the model says that it cannot tell", "AI draft")
		all := w.model.Requests()
		if with, without := all[len(all)-2], all[len(all)-1]; len(with.Images()) != 1 || len(without.Images()) != 0 {
			t.Errorf("the looks held %d and %d images, want 1 and none", len(with.Images()), len(without.Images()))
		}
	})
	t.Run("feedback and review", func(t *testing.T) {
		root, first := w.begun("No nodule is seen.")
		w.press(w.ann, first, "good")
		w.whispered(w.ann, "a good answer")
		w.press(w.ben, first, "bad")
		if faults := w.submit(w.form(w.ben, "reason"), map[string]any{"reason": chosen("missed_finding")}); len(faults) > 0 {
			t.Errorf("the reason was refused: %v", faults)
		}
		w.press(w.ben, first, "reviewed")
		w.must(10*time.Second, "the review", func() bool {
			return strings.Contains(string(w.ofBot(root)[0].Blocks), "Reviewed by <@"+w.ben) || strings.Contains(string(w.ofBot(root)[0].Blocks), `Reviewed by \u003c@`+w.ben)
		})
		w.say(w.ann, root, "@MedBuddy summary")
		w.must(10*time.Second, "the note", func() bool {
			return len(w.ofBot(root)) == 2 && strings.Contains(w.ofBot(root)[1].Text, "Hand-off note")
		})
		w.shows(w.ofBot(root)[1].Text, "<@"+w.ben+">", "missed finding", "No nodule is seen.", "an AI draft, not a report")
	})
	t.Run("settings", func(t *testing.T) {
		root, first := w.begun("It is a PA view.")
		w.press(w.ann, first, "settings")
		view := w.form(w.ann, "temperature")
		if faults := w.submit(view, map[string]any{"temperature": typed("7")}); !strings.Contains(faults["temperature"], "0 to 1") {
			t.Errorf("at the field it says %v", faults)
		}
		if faults := w.submit(view, map[string]any{"temperature": typed("0.7"), "scope": chosen("thread")}); len(faults) > 0 {
			t.Errorf("the settings were refused: %v", faults)
		}
		if _, err := w.sim.Slash(t.Context(), slacksim.SlashCommand{Channel: w.channel, User: w.ben, Command: "/medbuddy", Text: "settings"}); err != nil {
			t.Fatal(err)
		}
		if faults := w.submit(w.form(w.ben, "max_tokens"), map[string]any{"max_tokens": typed("300")}); len(faults) > 0 {
			t.Errorf("the settings were refused: %v", faults)
		}
		w.must(10*time.Second, "the line for everybody", func() bool {
			all := w.sim.Messages(w.channel)
			return strings.Contains(all[len(all)-1].Text, "<@"+w.ben+"> set max tokens from 500 to 300 for this channel")
		})
		w.say(w.ann, root, "and the heart?")
		w.answer(root, 2)
		if r := w.last(); r.Temperature != 0.7 || r.MaxTokens != 300 {
			t.Errorf("in the thread the model got temperature %v and max tokens %d", r.Temperature, r.MaxTokens)
		}
		w.begun("It is an AP view.")
		if r := w.last(); r.Temperature != 0.1 || r.MaxTokens != 300 {
			t.Errorf("in another thread the model got temperature %v and max tokens %d", r.Temperature, r.MaxTokens)
		}
	})
	t.Run("shortcut", func(t *testing.T) {
		ts := w.say(w.ann, "", "film of bed 4", filmOf(t, 3))
		w.model.Answer(modelsim.Text("There is no effusion."))
		if err := w.sim.Shortcut(t.Context(), slacksim.Shortcut{Channel: w.channel, TS: ts, User: w.ben, CallbackID: "ask_about_message"}); err != nil {
			t.Fatal(err)
		}
		if faults := w.submit(w.form(w.ben, "question"), map[string]any{"question": typed("Is there an effusion?")}); len(faults) > 0 {
			t.Errorf("the question was refused: %v", faults)
		}
		w.shows(w.answer(ts, 1).Text, "<@"+w.ben+"> asks: Is there an effusion?", "There is no effusion.", "Looked at: Image 1")
	})
	t.Run("Home", func(t *testing.T) {
		if err := w.sim.OpenHome(t.Context(), w.ann); err != nil {
			t.Fatal(err)
		}
		w.must(10*time.Second, "the Home tab", func() bool { _, ok := w.sim.Home(w.ann); return ok })
		home, _ := w.sim.Home(w.ann)
		w.shows(string(home.Blocks), "Three ways to ask", "#"+w.channel, "max tokens 300", "not a diagnosis")
	})
	w.p.stop(11 * time.Second)
}
