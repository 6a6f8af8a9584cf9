package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// Everything that is steered by words, said once.
func TestConversationWords(t *testing.T) {
	shortForm(t)
	const line = "Time-critical? Call 2222 first."
	w := openTalk(t, rowScale{env: []string{"URGENT_TEXT", line}})

	// A thread of four films, asked about once.
	var root string
	for n := range 4 {
		if ts := w.say(w.ben, root, "a film of bed 4", filmOf(t, n+1)); root == "" {
			root = ts
		}
	}
	answers := 0
	ask := func(question string) (text string, sent modelsim.Request) {
		t.Helper()
		w.say(w.ann, root, question)
		answers++
		text = w.answer(root, answers).Text
		return text, w.last()
	}
	_, all := ask("@MedBuddy which views are these?")

	t.Run("which images", func(t *testing.T) {
		for question, want := range map[string][]string{
			"compare Image 1 with Image 3": {"Image 1", "Image 3"},
			"only Image 2: what is it?":    {"Image 2"},
			"what else is there?":          {"Image 1", "Image 2", "Image 3", "Image 4"},
		} {
			text, sent := ask(question)
			if !slices.Equal(labels(sent), want) {
				t.Errorf("%q sent %v, want %v", question, labels(sent), want)
			}
			for _, img := range sent.Images() {
				i := slices.Index(labels(all), img.Label)
				if i < 0 || all.Images()[i].SHA256 != img.SHA256 {
					t.Errorf("%q: %s is another picture than before", question, img.Label)
				}
			}
			if strings.Contains(text, "Not looked at this time") != (len(want) < 4) {
				t.Errorf("%q: the thread is told %q", question, text)
			}
		}
	})
	t.Run("images", func(t *testing.T) {
		w.say(w.ann, root, "@MedBuddy images")
		w.must(10*time.Second, "the ledger", func() bool { return strings.Contains(w.newest(root).Text, "Images of this thread") })
		w.shows(w.newest(root).Text, "Image 1", "Image 4", "300×240", "<@"+w.ben+">")
	})
	t.Run("deleted in Slack", func(t *testing.T) {
		thread := w.sim.Thread(w.channel, root)
		if err := w.sim.Delete(w.channel, thread[2].TS); err != nil { // with Image 3
			t.Fatal(err)
		}
		if err := w.sim.DeleteFile(thread[3].Files[0].ID); err != nil { // Image 4
			t.Fatal(err)
		}
		w.must(10*time.Second, "both to be erased", func() bool {
			return w.p.log.count("a deleted message was erased") == 1 && w.p.log.count("images of a deleted file were erased") == 1
		})
		_, sent := ask("what is left?")
		if got := labels(sent); !slices.Equal(got, []string{"Image 1", "Image 2"}) {
			t.Errorf("after the deletion the model got %v", got)
		}
		text, _ := ask("only Image 4, please")
		w.shows(text, "Image 4 was deleted in Slack")
	})
	t.Run("export", func(t *testing.T) {
		w.say(w.ann, root, "@MedBuddy export")
		var file slacksim.File
		w.must(10*time.Second, "the file", func() bool {
			thread := w.sim.Thread(w.channel, root)
			last := thread[len(thread)-1]
			if len(last.Files) == 1 && last.User == w.sim.BotUserID() {
				file, _ = w.sim.File(last.Files[0].ID)
			}
			return file.ID != ""
		})
		w.shows(string(file.Data), "compare Image 1 with Image 3", "which views are these?", "AI draft, not a diagnosis")
	})
	t.Run("forget", func(t *testing.T) {
		w.say(w.ben, root, "@MedBuddy forget")
		w.must(10*time.Second, "the receipt", func() bool { return strings.Contains(w.newest(root).Text, "had me forget this thread") })
		w.say(w.ann, root, "@MedBuddy summary")
		w.whispered(w.ann, "I hold nothing of this thread")
	})
	t.Run("pause and resume", func(t *testing.T) {
		root, _ := w.begun("It is a PA view.")
		for _, text := range []string{"pause", "resume"} {
			reply, err := w.sim.Slash(t.Context(), slacksim.SlashCommand{Channel: w.channel, User: w.ben, Command: "/medbuddy", Text: text})
			if err != nil || !strings.HasPrefix(reply.Text, "Done.") {
				t.Errorf("%s: %q, %v", text, reply.Text, err)
			}
			// While it is paused only the one with the mention is heard.
			w.say(w.ann, root, "a word among us")
			w.say(w.ann, root, "@MedBuddy and the heart?")
			want := map[string]int{"pause": 2, "resume": 4}[text]
			w.answer(root, want)
		}
		if n := len(w.ofBot(root)); n != 4 {
			t.Errorf("%d answers, want 4: one follow-up while it was paused, two after", n)
		}
	})
	t.Run("urgent", func(t *testing.T) {
		w.model.Answer(modelsim.Text("No pneumothorax."))
		root := w.say(w.ann, "", "@MedBuddy could this be a tension pneumothorax? He is crashing", filmOf(t, 1))
		w.shows(w.answer(root, 1).Text, line, "No pneumothorax.")
		if first := w.ofBot(root)[0].Edits[0]; !strings.Contains(first, line) {
			t.Errorf("the placeholder is %q", first)
		}
		calm := w.say(w.ann, "", "@MedBuddy no sign of tension pneumothorax, which view is it?", filmOf(t, 1))
		if text := w.answer(calm, 1).Text; strings.Contains(text, line) {
			t.Errorf("a calm question has the line, too: %q", text)
		}
	})
	w.p.stop(11 * time.Second)
}

// newest is MedBuddy's last message of a thread.
func (w *talk) newest(root string) (m slacksim.Message) {
	if said := w.ofBot(root); len(said) > 0 {
		m = said[len(said)-1]
	}
	return m
}
