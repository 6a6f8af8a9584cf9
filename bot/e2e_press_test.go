package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// press presses a button of the newest message of MedBuddy's in the thread that has it.
func (w *world) press(user, root, action string) {
	w.t.Helper()
	must(w.t, w.tryPress(user, root, action))
}

func (w *world) tryPress(user, root, action string) error {
	w.t.Helper()
	said := w.ofBot(root)
	for i := len(said) - 1; i >= 0; i-- {
		if strings.Contains(string(said[i].Blocks), `"action_id":"`+action+`"`) {
			return w.tryPressAt(user, said[i].TS, action)
		}
	}
	w.t.Fatalf("no message in the thread has the button %q", action)
	return nil
}

// pressAt presses a button of one message.
func (w *world) pressAt(user, ts, action string) {
	w.t.Helper()
	must(w.t, w.tryPressAt(user, ts, action))
}

func (w *world) tryPressAt(user, ts, action string) error {
	return w.sim.Click(w.ctx, slacksim.Click{Channel: w.channel, TS: ts, User: user, ActionID: action})
}

// ofBot lists MedBuddy's messages in the thread, without the pictures.
func (w *world) ofBot(root string) (out []slacksim.Message) {
	for _, m := range w.sim.Thread(w.channel, root) {
		if m.User == w.sim.BotUserID() && len(m.Files) == 0 {
			out = append(out, m)
		}
	}
	return out
}

func (w *world) threadKey(root string) store.ThreadKey {
	return store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root}
}

// Stop, by button or by word, ends the answer: what was said stays, marked.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(w *world, root string){
		"button": func(w *world, root string) { w.press(w.ben, root, "stop") },
		"word":   func(w *world, root string) { w.post(w.ben, w.channel, root, "Stop!") },
		"words":  func(w *world, root string) { w.post(w.ben, w.channel, root, "stop, wrong patient") },
		"words with a mention": func(w *world, root string) {
			w.post(w.ben, w.channel, root, "<@"+w.sim.BotUserID()+"> cancel that, sorry")
		},
		"mention": func(w *world, root string) {
			w.post(w.ben, w.channel, root, "<@"+w.sim.BotUserID()+"> please stop")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			step := w.stepModel("The heart is large. "+strings.Repeat("There is no effusion here. ", 5)+"The lungs are clear.", 130)
			root := w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
			step()
			w.wait("growing text", func() bool {
				said := w.said(root)
				return len(said) == 1 && strings.Contains(said[0], "The heart is large.")
			})
			stop(w, root)
			text := w.answer(root, 1)
			for _, want := range []string{"The heart is large.", "Stopped by <@" + w.ben + ">", "incomplete", "Looked at: Image 1", ", model medgemma-1.5-4b-it.", "AI draft"} {
				if !strings.Contains(text, want) {
					t.Errorf("the stopped answer lacks %q: %q", want, text)
				}
			}
			if strings.Contains(text, "lungs") {
				t.Errorf("it went on after Stop: %q", text)
			}
			// The thread goes on as always.
			w.model.Answer(modelsim.Text("It is a PA view."))
			if again := w.ask(w.ann, root, "which view is it?"); !strings.Contains(again, "PA view") {
				t.Errorf("the next answer is %q", again)
			}
		})
	}
}

// Where nothing runs, whoever says stop is told so, once: a mention comes as two events.
func TestStopOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.answer(root, 1)
	w.closed(root) // until then there is something to stop
	w.post(w.ben, w.channel, root, "@MedBuddy stop")
	w.wait("the sentence", func() bool { return len(w.sim.Ephemerals(w.channel)) > 0 })
	w.ask(w.ann, root, "and the heart?")
	if told := w.sim.Ephemerals(w.channel); len(told) != 1 || !strings.Contains(told[0].Text, "nothing to stop") {
		t.Errorf("told %v", told)
	}
}

// Words that hold a stop and more are a question where nothing runs.
func TestHaltOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.model.Answer(modelsim.Text("I see one patient."))
	hasAll(t, "the answer", w.ask(w.ben, root, "stop, wrong patient"), "I see one patient.")
	if told := w.sim.Ephemerals(w.channel); len(told) > 0 {
		t.Errorf("told %v", told)
	}
}

// A question that waits is stopped before the model is asked.
func TestStopWhileInLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.Concurrency = 1 }})
	release := w.holdModel()
	first := w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
	must(t, w.model.WaitHeld(w.ctx, 1))
	w.model.Answer(modelsim.Text("Never to be said."))
	second := w.post(w.ben, w.channel, "", "@MedBuddy describe this other film", film(t, 2))
	third := w.post(w.ben, w.channel, "", "@MedBuddy describe this third film", film(t, 3))
	w.wait("placeholders", func() bool { return len(w.said(second)) == 1 && len(w.said(third)) == 1 })
	w.press(w.ben, third, "stop")
	if text := w.answer(third, 1); !strings.Contains(text, "before there was an answer") {
		t.Errorf("a stopped question ended with %q", text)
	}
	release()
	w.answer(first, 1)
	w.answer(second, 1)
	if n := len(w.model.Requests()); n != 2 {
		t.Errorf("%d model calls, want 2", n)
	}
}

// Try again puts the same question once more, with the settings of now and without
// the first answer; the newest answer is the one that is remembered.
func TestTryAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("First try.")
	w.model.Answer(modelsim.Text("Second try."))
	w.press(w.ben, root, "again")
	text := w.answer(root, 2)
	first := strings.Replace(w.ofBot(root)[0].TS, ".", "", 1)
	if !strings.Contains(text, "Second try.") || !strings.Contains(text, "Looked at: Image 1") ||
		!strings.HasPrefix(text, "Another try at <") || !strings.Contains(text, "/p"+first+"?") {
		t.Errorf("the second try is %q", text)
	}
	if a, b := w.asked(0), w.asked(1); a != b {
		t.Errorf("the second try was asked otherwise:\n%s\n%s", a, b)
	}
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.ask(w.ann, root, "and the heart?")
	if n := len(w.model.Requests()); n != 3 {
		t.Errorf("%d model calls, want 3", n)
	}
	if last := w.asked(2); strings.Contains(last, "First try.") || !strings.Contains(last, "Second try.") {
		t.Errorf("the history is not that of the second try: %s", last)
	}
}

// asked is the body of the nth request to the model.
func (w *world) asked(n int) string {
	w.t.Helper()
	requests := w.model.Requests()
	if n >= len(requests) {
		w.t.Fatalf("the model got %d requests, no number %d", len(requests), n+1)
	}
	return string(requests[n].Body)
}

// Continue goes on where max tokens cut an answer off, and the history has it in one
// piece.
func TestContinue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Text("The heart is", modelsim.Finish("length")))
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
	if text := w.answer(root, 1); !strings.Contains(text, "Cut off at max tokens") {
		t.Fatalf("the answer is %q", text)
	}
	w.model.Answer(modelsim.Text("not enlarged."))
	w.press(w.ann, root, "continue")
	text, first := w.answer(root, 2), strings.Replace(w.ofBot(root)[0].TS, ".", "", 1)
	if lead, rest, _ := strings.Cut(text, "\n\n"); !strings.HasPrefix(lead, "Going on from <") || !strings.Contains(lead, "/p"+first+"?") ||
		!strings.HasPrefix(rest, "not enlarged.") || !strings.Contains(rest, "AI draft") {
		t.Errorf("the rest is %q", text)
	}
	if last := w.asked(1); !strings.Contains(last, "cut off") || !strings.Contains(last, `"The heart is"`) {
		t.Errorf("the model was not asked to go on: %.600s", last)
	}
	w.model.Answer(modelsim.Text("Yes."))
	w.ask(w.ann, root, "is that sure?")
	if last := w.asked(2); !strings.Contains(last, "The heart is not enlarged.") {
		t.Errorf("the history has the answer in pieces")
	}
	for _, m := range w.ofBot(root)[1:] {
		if strings.Contains(string(m.Blocks), `"action_id":"continue"`) {
			t.Errorf("an answer that is whole can be continued")
		}
	}
}

// What failed can be tried again when the trouble is over; what came to nothing
// before anybody looked is asked as if for the first time.
func TestTryAgainAfterTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?")
	if text := w.answer(root, 1); !strings.Contains(text, "no image") {
		t.Fatalf("the answer is %q", text)
	}
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.press(w.ann, root, "again")
	if text := w.answer(root, 2); !strings.Contains(text, "no image") {
		t.Errorf("still without an image it says %q", text)
	}
}

// Everybody sees who has reviewed an answer; pressing twice changes nothing, also
// when two do so at once and over a restart.
func TestReviewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.press(w.ben, root, "reviewed")
	reviewed := func(users ...string) func() bool {
		return func() bool {
			blocks := string(w.ofBot(root)[0].Blocks)
			for _, u := range users {
				if strings.Count(blocks, "@"+u) != 1 {
					return false
				}
			}
			return strings.Count(blocks, "Reviewed by ") == 2 // the button is called "Reviewed by me"
		}
	}
	w.wait("the review", reviewed(w.ben))
	w.press(w.ben, root, "reviewed")
	w.press(w.ann, root, "reviewed")
	w.wait("both", reviewed(w.ben, w.ann))
	m := w.ofBot(root)[0]
	if !strings.Contains(m.Text, "It is a PA view.") || !strings.Contains(string(m.Blocks), `"action_id":"again"`) {
		t.Errorf("the answer has lost something: %q", m.Text)
	}
}

// A review whose showing was cut short by the end of the process is shown later.
func TestReviewSurvivesARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	heal := w.sim.Fail("chat.update", slacksim.Fault{HTTPStatus: 503, Times: -1})
	w.press(w.ben, root, "reviewed")
	must(t, w.stop())
	heal()
	w.start()
	w.wait("the review", func() bool { return strings.Contains(string(w.ofBot(root)[0].Blocks), "@"+w.ben) })
}

// Who may not ask may not press.
func TestPressIsForThoseWhoMayAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	guest := w.sim.AddUser(slacksim.User{Name: "Gus Guest", Guest: true})
	root := w.lookedAt("It is a PA view.")
	for _, action := range []string{"again", "second", "reviewed", "good", "settings"} {
		w.press(guest, root, action)
	}
	w.wait("refusals", func() bool { return len(w.sim.Ephemerals(w.channel)) >= 5 })
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls, want 1", n)
	}
	thread, err := w.store.Thread(w.ctx, w.threadKey(root))
	must(t, err)
	if len(thread.Verdicts) > 0 {
		t.Errorf("a guest's word is kept: %v", thread.Verdicts)
	}
}
