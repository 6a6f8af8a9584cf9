package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

const forgotten = "had me forget this thread"

// forget has a thread forgotten and returns the receipt.
func (w *world) forget(root string) string {
	w.t.Helper()
	w.command(w.ben, root, "forget")
	var receipt string
	w.wait("the receipt", func() bool {
		receipt = strings.Join(w.said(root), "\n")
		return strings.Contains(receipt, forgotten)
	})
	return receipt
}

// empty fails when the store holds anything of a thread.
func (w *world) empty(root string) {
	w.t.Helper()
	key := w.threadKey(root)
	if thread, err := w.store.Thread(w.ctx, key); !errors.Is(err, store.ErrNotFound) {
		w.t.Errorf("it holds %+v, %v", thread, err)
	}
	if _, data, err := w.store.Image(w.ctx, key, 1); !errors.Is(err, store.ErrNotFound) || data != nil {
		w.t.Errorf("it holds an image: %v", err)
	}
	if set, err := w.store.Settings(w.ctx, key.Scope()); err != nil || set != (store.Settings{}) {
		w.t.Errorf("it holds settings: %+v, %v", set, err)
	}
	if asked, err := w.store.Asked(w.ctx, key); err != nil || asked {
		w.t.Errorf("it says that it was asked: %v, %v", asked, err)
	}
	if open, err := w.store.Open(w.ctx, key); err != nil || len(open) > 0 {
		w.t.Errorf("it holds questions: %+v, %v", open, err)
	}
}

// A forgotten thread leaves a receipt with counts and nothing in the store. A reply
// without a mention is left alone then, and a mention begins anew.
func TestForget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.discussed()
	hasAll(t, "the receipt", w.forget(root), "<@"+w.ben+"> "+forgotten, "4 entries of the conversation and 2 images", "Mention me to begin anew")
	w.empty(root)
	w.command(w.ann, root, "export")
	w.whispered(w.ann, "I hold nothing of this thread")
	if files := w.shown(root); len(files) > 0 {
		t.Errorf("what was forgotten is handed on: %q", files[0].Text)
	}
	w.closed(root)
	w.post(w.ann, w.channel, root, "and what of the heart?")
	w.model.Answer(modelsim.Text("Not enlarged."))
	n := len(w.said(root))
	w.command(w.ann, root, "is the heart enlarged?")
	hasAll(t, "the answer", w.answer(root, n+1), "Not enlarged.", "Looked at: Image 1 ", "Image 2 ")
	if n := len(w.model.Requests()); n != 3 {
		t.Errorf("%d model calls: the unmentioned reply was answered", n)
	}
	if r := w.asked(2); strings.Contains(r, "left pleural") {
		t.Errorf("the model is told what was forgotten: %.900s", r)
	}
}

// What is asked while the receipt is still on its way is a new beginning, and answered.
func TestAskedBehindTheReceipt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	gate := make(chan struct{})
	w.sim.Fail("chat.update", slacksim.Fault{Gate: gate})
	w.command(w.ben, root, "forget")
	w.wait("the receipt to be under way", func() bool {
		calls := w.sim.Calls("chat.update")
		return len(calls) > 0 && !calls[len(calls)-1].Done
	})
	w.model.Answer(modelsim.Text("Not enlarged."))
	w.command(w.ann, root, "is the heart enlarged?")
	w.waitOpen(root, 1)
	close(gate)
	hasAll(t, "the answer", w.answer(root, 3), "Not enlarged.", "Looked at: Image 1 ")
}

// A thread that another process has forgotten is left alone here, too.
func TestForgottenElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.ask(w.ann, root, "and the heart?") // known to be served
	w.closed(root)
	_, err := w.store.Forget(w.ctx, w.threadKey(root))
	must(t, err)
	ts := w.post(w.ann, w.channel, root, "and the lungs?")
	w.wait("the ack", func() bool { return len(w.sim.Unacked()) == 0 })
	w.command(w.ann, root, "which view is it?")
	w.answer(root, 3)
	if n := len(w.model.Requests()); n != 3 {
		t.Errorf("%d model calls: the reply %s was answered", n, ts)
	}
}

// Settings alone are something to forget, too.
func TestForgetSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "good morning")
	w.command(w.ann, root, "temperature 0.7")
	w.whispered(w.ann, "temperature 0.7")
	w.closed(root)
	hasAll(t, "the receipt", w.forget(root), "its settings")
	w.empty(root)
}

// A question that waits behind the forgetting is told that there will be no answer.
func TestForgetWhileAQuestionWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	release := w.holdModel()
	w.post(w.ann, w.channel, root, "describe it in full")
	must(t, w.model.WaitHeld(w.ctx, 1))
	w.command(w.ben, root, "forget")
	w.post(w.ann, w.channel, root, "and the heart?")
	w.waitOpen(root, 3)
	release()
	if told := w.whispered(w.ann, "forgotten before I came to your question"); told.ThreadTS != root {
		t.Errorf("told in %q", told.ThreadTS)
	}
	w.wait("the receipt", func() bool { said := w.said(root); return strings.Contains(said[len(said)-1], forgotten) })
	w.empty(root)
	if n := len(w.model.Requests()); n != 2 {
		t.Errorf("%d model calls, want 2", n)
	}
}

// Commands that wait behind the forgetting do not vanish without a word: a second forget
// hears that nothing is held, another one that it was not carried out.
func TestForgetWhileCommandsWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	release := w.holdModel()
	w.post(w.ann, w.channel, root, "describe it in full")
	must(t, w.model.WaitHeld(w.ctx, 1))
	w.command(w.ben, root, "forget")
	w.command(w.ann, root, "forget")
	w.command(w.ann, root, "summary")
	w.waitOpen(root, 4)
	release()
	w.whispered(w.ann, "I hold nothing of this thread")
	w.whispered(w.ann, "This thread was forgotten before I came to your command")
	w.wait("the receipt", func() bool { return strings.Contains(strings.Join(w.said(root), "\n"), forgotten) })
	w.empty(root)
	for _, m := range w.sim.Ephemerals(w.channel) {
		if m.User == w.ben {
			t.Errorf("who had it forgotten is told %q", m.Text)
		}
	}
}

// So is the thread when a question came in the very moment of the forgetting.
func TestForgetAtTheMomentOfAQuestion(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	root := w.lookedAt("It is a PA view.")
	ask := func() {
		key := store.QuestionKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root, Act: "ask.V1"}
		_, err := w.store.Admit(w.ctx, store.Question{Key: key, Thread: w.threadKey(root), Kind: store.KindAsk, User: w.ann, Text: "and the heart?", AskedTS: root})
		if err != nil {
			t.Error(err)
		}
	}
	s.first.Store(&ask)
	w.forget(root)
	w.wait("the thread to be told", func() bool {
		said := w.said(root)
		return len(said) == 3 && strings.Contains(said[2], "before I came to your question")
	})
	w.empty(root)
}

// The receipt is one message: over the lost reply of its post, and over the end of the
// process before the thread was forgotten.
func TestForgetOnce(t *testing.T) {
	t.Parallel()
	t.Run("over a lost reply", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{})
		root := w.lookedAt("It is a PA view.")
		w.sim.Fail("chat.postMessage", slacksim.Fault{DropReply: true})
		w.forget(root)
		w.empty(root)
		if said := w.said(root); len(said) != 2 {
			t.Errorf("the thread says %q", said)
		}
	})
	t.Run("over a restart", func(t *testing.T) {
		t.Parallel()
		s, o := moody()
		change := o.bot
		o.bot = func(c *bot.Config) { change(c); c.DrainTimeout = time.Millisecond }
		w := newWorld(t, o)
		root := w.lookedAt("It is a PA view.")
		s.keeps.Store(true)
		w.command(w.ben, root, "forget")
		w.wait("the beginning", func() bool {
			said := w.said(root)
			return len(said) == 2 && strings.Contains(said[1], "I am forgetting this thread")
		})
		must(t, w.stop())
		s.keeps.Store(false)
		w.start()
		w.wait("the receipt", func() bool { return strings.Contains(w.said(root)[1], forgotten) })
		w.empty(root)
		if said := w.said(root); len(said) != 2 {
			t.Errorf("the thread says %q", said)
		}
	})
}
