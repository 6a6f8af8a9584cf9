package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// shortcut takes the shortcut on a message.
func (w *world) shortcut(user, ts string) error {
	return w.sim.Shortcut(w.ctx, slacksim.Shortcut{Channel: w.channel, TS: ts, User: user, CallbackID: "ask_about_message"})
}

// askAbout asks by the shortcut and leaves the dialog closed.
func (w *world) askAbout(user, ts, question string) {
	w.t.Helper()
	must(w.t, w.shortcut(user, ts))
	w.accepted(w.dialog(user, "Your question"), typedQuestion(w.secret(question)))
	w.noDialog(user)
}

// A scan that was posted before anybody mentioned MedBuddy is asked about by the
// shortcut: the thread sees who asks what, the model gets question and picture, and
// from then on follow-ups need no mention.
func TestShortcutAsksAboutAScan(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]func(w *world) (root, ts string){
		"root": func(w *world) (string, string) {
			ts := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
			return ts, ts
		},
		"reply": func(w *world) (string, string) {
			root := w.post(w.ann, w.channel, "", "the patient of room 7")
			return root, w.post(w.ann, w.channel, root, "last night's film", film(t, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root, ts := place(w)
			release := w.holdModel()
			w.askAbout(w.ben, ts, "Is there an effusion, or <5 mm of air?")
			w.wait("the placeholder", func() bool { return len(w.said(root)) == 1 })
			hasAll(t, "the placeholder", w.said(root)[0], "<@"+w.ben+"> asks: Is there an effusion, or &lt;5 mm of air?")
			release()
			hasAll(t, "the answer", w.answer(root, 1), "<@"+w.ben+"> asks: Is there an effusion", "It was slow.", "Looked at: Image 1", "AI draft")
			if r := w.request(0); len(r.images()) != 1 || !strings.Contains(string(r.raw), "Is there an effusion, or") || !strings.Contains(string(r.raw), "last night") {
				t.Errorf("the model was asked %.800s", r.raw)
			}
			w.model.Answer(modelsim.Text("The heart is not enlarged."))
			hasAll(t, "the follow-up", w.ask(w.ann, root, "and the heart?"), "The heart is not enlarged.")
			hasAll(t, "the history", w.asked(1), "Is there an effusion, or", "It was slow.")
		})
	}
}

// Submitted twice, since nobody knows what became of the first time, a question is one
// question.
func TestShortcutSubmittedTwice(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	must(t, w.shortcut(w.ben, root))
	form := w.dialog(w.ben, "Your question")
	s.lose.Store(true)
	if faults := w.submit(form, typedQuestion("Is there an effusion?")); faults["question"] == "" {
		t.Error("taken by a store that did not say so")
	}
	s.lose.Store(false)
	w.accepted(form, nil)
	w.answer(root, 1)
	w.askAbout(w.ben, root, "And the heart?") // a new dialog is a new question
	w.answer(root, 2)
	w.closed(root)
	if n, said := len(w.model.Requests()), len(w.said(root)); n != 2 || said != 2 {
		t.Errorf("%d model calls and %d answers for two questions", n, said)
	}
}

// Of several images those of the message that was chosen are what the question is
// about, and the model is told so, unless the question names others itself.
func TestShortcutIsAboutItsMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.MaxImages = 1 }})
	root := w.post(w.ann, w.channel, "", "the old film", film(t, 1))
	w.post(w.ann, w.channel, root, "the new film", film(t, 5))
	w.model.Answer(modelsim.Text("No effusion."))
	w.askAbout(w.ben, root, "Is there an effusion?")
	hasAll(t, "the answer", w.answer(root, 1), "Looked at: Image 1 ")
	w.askAbout(w.ben, root, "Does Image 2 show an effusion?")
	hasAll(t, "the answer", w.answer(root, 2), "Looked at: Image 2 ")
	if n := strings.Count(w.asked(1), "[This is about Image 1.]"); n != 1 {
		t.Errorf("the model is told %d times, want once, of the first question", n)
	}
}

// No other image stands in for one of the chosen message that cannot be read or was
// deleted, also when it is tried again; one that the question names does.
func TestShortcutOnWhatCannotBeSeen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file  func(t *testing.T) slacksim.File
		spoil func(w *world, root string)
		says  string
	}{
		"a text file": {func(*testing.T) slacksim.File {
			return slacksim.File{Name: "doe_jane_letter.txt", Data: []byte("Dear all")}
		}, nil, "name it in your question"},
		"deleted": {func(t *testing.T) slacksim.File { f := film(t, 5); f.ID = "FGONE7"; return f }, func(w *world, root string) {
			w.ask(w.ann, root, "and the heart?")
			must(w.t, w.sim.DeleteFile("FGONE7"))
			w.erased(root, 2)
		}, "deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root := w.lookedAt("It is a PA view.")
			ts := w.post(w.ben, w.channel, root, "", c.file(t))
			if c.spoil != nil {
				c.spoil(w, root)
			}
			before, n := len(w.model.Requests()), len(w.said(root))
			w.askAbout(w.ben, ts, "Is there an effusion?")
			hasAll(t, "the answer", w.answer(root, n+1), c.says)
			w.closed(root)
			w.press(w.ann, root, "again")
			hasAll(t, "the second try", w.answer(root, n+2), "Ask it in a message")
			if calls := len(w.model.Requests()) - before; calls != 0 {
				t.Errorf("%d model calls about another image", calls)
			}
			w.askAbout(w.ben, ts, "Is there an effusion in Image 1?")
			hasAll(t, "the answer", w.answer(root, n+3), "Looked at: Image 1 ")
		})
	}
}

// Where MedBuddy is not, the person is told at the field, and nothing typed is lost.
func TestShortcutWhereMedBuddyIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	elsewhere := w.sim.AddChannel(slacksim.Channel{Name: "theatre", WithoutBot: true})
	ts, err := w.sim.Post(slacksim.Message{Channel: elsewhere, User: w.ann, Text: "a film", Files: []slacksim.File{film(t, 1)}})
	must(t, err)
	must(t, w.sim.Shortcut(w.ctx, slacksim.Shortcut{Channel: elsewhere, TS: ts, User: w.ann, CallbackID: "ask_about_message"}))
	form := w.dialog(w.ann, "Your question")
	if faults := w.submit(form, typedQuestion("Is there an effusion?")); !strings.Contains(faults["question"], "I am not in this channel") {
		t.Errorf("told %v", faults)
	}
	w.dialog(w.ann, "Your question")
}

func TestShortcutOfAGuest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	guest := w.sim.AddUser(slacksim.User{Name: "Gus Guest", Guest: true})
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	must(t, w.shortcut(guest, root))
	if form := w.dialog(guest, "members of this workspace"); strings.Contains(string(form.JSON), `"input"`) {
		t.Errorf("a guest may type: %s", form.JSON)
	}
	if n := len(w.said(root)); n != 0 {
		t.Errorf("the thread was told %q", w.said(root))
	}
}

// A question of blanks is refused at the field, also of a client that checks nothing.
func TestShortcutWithoutAQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	must(t, w.shortcut(w.ben, root))
	form := w.dialog(w.ben, "Your question")
	for text, says := range map[string]string{"  \n ": "Type a question", strings.Repeat("x", 3001): "at most 3000"} {
		faults, err := w.sim.SubmitRaw(w.ctx, form.ID, typedQuestion(text))
		must(t, err)
		if !strings.Contains(faults["question"], says) {
			t.Errorf("%d characters: %v", len(text), faults)
		}
	}
	if open, err := w.store.Open(w.ctx, w.threadKey(root)); err != nil || len(open) > 0 {
		t.Errorf("recorded %v, %v", open, err)
	}
}

// What was submitted is answered by the next process, with its words.
func TestShortcutSurvivesARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	release := w.holdModel()
	w.askAbout(w.ben, root, "Is there an effusion?")
	must(t, w.model.WaitHeld(w.ctx, 1))
	must(t, w.stop())
	release()
	w.start()
	w.wait("the answer", func() bool { said := w.said(root); return len(said) == 1 && strings.Contains(said[0], "AI draft") })
	hasAll(t, "the answer", w.said(root)[0], "<@"+w.ben+"> asks: Is there an effusion?", "Looked at: Image 1")
	if a, b := w.asked(0), w.asked(1); a != b {
		t.Errorf("asked otherwise after the restart:\n%s\n%s", a, b)
	}
}

// Without a picture in the thread there is no answer about one.
func TestShortcutOnWordsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "anybody seen the film?")
	w.askAbout(w.ben, root, "Is there an effusion?")
	hasAll(t, "the answer", w.answer(root, 1), "<@"+w.ben+"> asks: Is there an effusion?", "no image")
	if n := len(w.model.Requests()); n != 0 {
		t.Errorf("%d model calls without an image", n)
	}
}

// When the dialog cannot be opened the person is told, and Slack shows that it failed.
func TestShortcutWithoutADialog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{slack: slacksim.Config{AckTimeout: 500 * time.Millisecond}})
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	w.sim.Fail("views.open", slacksim.Fault{Error: "expired_trigger_id"})
	if err := w.shortcut(w.ben, root); !errors.Is(err, slacksim.ErrDispatchFailed) {
		t.Errorf("the shortcut gives %v", err)
	}
	w.whispered(w.ben, "not carried out")
}

// A store that is down is said at the field; the dialog stays and is taken later.
func TestShortcutWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	must(t, w.shortcut(w.ben, root))
	form := w.dialog(w.ben, "Your question")
	s.down.Store(true)
	if faults := w.submit(form, typedQuestion("Is there an effusion?")); !strings.Contains(faults["question"], "not carried out") {
		t.Errorf("told %v", faults)
	}
	s.down.Store(false)
	w.accepted(form, nil) // what was typed is still there
	hasAll(t, "the answer", w.answer(root, 1), "asks: Is there an effusion?")
}

// What was typed into the dialog goes with the answer that quotes it: no other message
// could be deleted for it.
func TestShortcutQuestionGoesWithItsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
	w.model.Answer(modelsim.Text("No effusion."))
	w.askAbout(w.ben, root, "Has JOHNDOE an effusion?")
	w.answer(root, 1)
	w.closed(root)
	must(t, w.sim.Delete(w.channel, w.ofBot(root)[0].TS))
	w.until("the words to be erased", func() bool {
		thread, err := w.store.Thread(w.ctx, w.threadKey(root))
		must(t, err)
		return !strings.Contains(fmt.Sprintf("%+v", thread), "JOHNDOE")
	})
	w.ask(w.ann, root, "@MedBuddy and the heart?")
	if last := w.asked(1); strings.Contains(last, "JOHNDOE") || !strings.Contains(last, "last night") {
		t.Errorf("asked %s", last)
	}
}
