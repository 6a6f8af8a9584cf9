package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// What was pressed is answered by the next process, once: also when the one that took
// it died before it did anything.
func TestPressSurvivesARestart(t *testing.T) {
	t.Parallel()
	t.Run("while it is answered", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
		root := w.lookedAt("First try.")
		release := w.holdModel()
		w.press(w.ben, root, "again")
		must(t, w.model.WaitHeld(w.ctx, 1))
		must(t, w.stop())
		release()
		w.model.Answer(modelsim.Text("Second try."))
		w.start()
		w.wait("the second try", func() bool { said := w.said(root); return len(said) == 2 && strings.Contains(said[1], "AI draft") })
		hasAll(t, "the second try", w.said(root)[1], "Second try.", "Looked at: Image 1")
	})
	t.Run("before anything was done", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{})
		root := w.lookedAt("First try.")
		w.end()
		m := w.ofBot(root)[0]
		key := store.QuestionKey{Team: w.sim.TeamID(), Channel: w.channel, TS: m.TS, Act: "again"}
		_, err := w.store.Admit(w.ctx, store.Question{Key: key, Thread: w.threadKey(root), Kind: store.KindAgain, User: w.ben, Of: root, AskedTS: m.TS})
		must(t, err)
		w.model.Answer(modelsim.Text("Second try."))
		w.start()
		w.wait("the second try", func() bool { said := w.said(root); return len(said) == 2 && strings.Contains(said[1], "AI draft") })
		hasAll(t, "the second try", w.said(root)[1], "Second try.", "Looked at: Image 1")
		w.closed(root)
		if n := len(w.model.Requests()); n != 2 {
			t.Errorf("%d model calls, want 2", n)
		}
	})
}

// end stops the bot and waits until Slack knows, which sends what is pressed to a
// socket once.
func (w *world) end() {
	w.t.Helper()
	must(w.t, w.stop())
	w.wait("the sockets to close", func() bool { return len(w.sim.Sockets()) == 0 })
}

// A second try that people have read stands in the history once, and so does its
// question, when the process died before it had remembered it.
func TestShownTryIsKept(t *testing.T) {
	t.Parallel()
	broken, o := breaking()
	w := newWorld(t, o)
	root := w.lookedAt("First try.")
	broken.finishes.Store(1 << 30)
	w.model.Answer(modelsim.Text("Second try."))
	w.press(w.ben, root, "again")
	hasAll(t, "the second try", w.answer(root, 2), "Second try.")
	must(t, w.stop())
	broken.finishes.Store(0)
	w.start()
	w.closed(root)
	thread, err := w.store.Thread(w.ctx, w.threadKey(root))
	must(t, err)
	if n := len(thread.Turns); n != 3 || thread.Turns[2].Text != "Second try." || thread.Turns[2].Kind != store.KindAgain {
		t.Errorf("the history is %+v", thread.Turns)
	}
}

// Pressed by several people in the same moment a button asks once.
func TestPressedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("First try.")
	m := w.ofBot(root)[0]
	release := w.holdModel()
	var all sync.WaitGroup
	for range 4 {
		for _, user := range []string{w.ann, w.ben} {
			all.Go(func() {
				if err := w.tryPressAt(user, m.TS, "again"); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	release()
	w.answer(root, 2)
	w.closed(root)
	if n, said := len(w.model.Requests()), len(w.said(root)); n != 2 || said != 2 {
		t.Errorf("%d model calls and %d answers, want 2 of each", n, said)
	}
}

// A button that was pressed before asks again, for whoever presses it, however the
// first one ended; the same press, delivered again, does not.
func TestPressedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("First try.")
	first := w.ofBot(root)[0]
	w.model.Answer(modelsim.Text(""))
	press := slacksim.Click{Channel: w.channel, TS: first.TS, User: w.ben, ActionID: "again", ActionTS: first.TS}
	must(t, w.sim.Click(w.ctx, press))
	hasAll(t, "the second try", w.answer(root, 2), "empty answer")
	w.closed(root)
	must(t, w.sim.Click(w.ctx, press))
	w.model.Answer(modelsim.Text("Third try."))
	w.pressAt(w.ann, first.TS, "again")
	hasAll(t, "the third try", w.answer(root, 3), "Third try.")
	w.closed(root)
	if n := len(w.model.Requests()); n != 3 {
		t.Errorf("%d model calls, want 3", n)
	}
}

// A press that cannot be recorded is not acked, so that Slack shows that it failed, and
// the person is told; pressed again it is carried out, once.
func TestPressWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(s *moodyStore, on bool){
		"down":                  func(s *moodyStore, on bool) { s.down.Store(on) },
		"recorded, not said so": func(s *moodyStore, on bool) { s.lose.Store(on) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o := moody()
			w := newWorld(t, o)
			root := w.lookedAt("First try.")
			w.model.Answer(modelsim.Text("Second try.")) // which may come before the second press
			broken(s, true)
			if err := w.tryPress(w.ben, root, "again"); !errors.Is(err, slacksim.ErrDispatchFailed) {
				t.Errorf("the press gives %v", err)
			}
			if told := w.whispered(w.ben, "not carried out"); told.ThreadTS != root {
				t.Errorf("told in %q, want the thread", told.ThreadTS)
			}
			broken(s, false)
			if name != "down" { // it is found lying, and answered, before the person comes back
				w.answer(root, 2)
				w.closed(root)
			}
			w.pressAt(w.ben, w.ofBot(root)[0].TS, "again")
			hasAll(t, "the second try", w.answer(root, 2), "Second try.")
			w.closed(root)
			if n, said := len(w.model.Requests()), len(w.said(root)); n != 2 || said != 2 {
				t.Errorf("%d model calls and %d answers, want 2 of each", n, said)
			}
		})
	}
}

// A press that is recorded is worked on at once, not when somebody looks for what was
// left lying.
func TestPressIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	var counted *faultStore
	w := newWorld(t, options{bot: func(c *bot.Config) { counted = newFaultStore(c.Store); c.Store = counted }})
	root := w.lookedAt("First try.")
	looked, actions := 0, []string{"again", "second", "again"}
	for i, action := range actions {
		before := counted.count("abandoned")
		w.press(w.ben, root, action)
		w.wait("a placeholder", func() bool { return len(w.said(root)) == i+2 })
		looked += counted.count("abandoned") - before
		w.answer(root, i+2)
	}
	if looked >= len(actions) {
		t.Errorf("%d presses were begun when somebody had looked %d times", len(actions), looked)
	}
}

// A press about what is gone says so, and is counted as that.
func TestPressAboutWhatIsGone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		erase         func(w *world, root, asked string)
		says, outcome string
	}{
		"forgotten": {func(w *world, root, _ string) { w.forget(root); w.empty(root) }, "I no longer hold that question", "not_held"},
		"deleted": {func(w *world, root, asked string) {
			must(w.t, w.sim.Delete(w.channel, asked))
			w.until("it to be erased", func() bool {
				thread, err := w.store.Thread(w.ctx, w.threadKey(root))
				must(w.t, err)
				return slices.ContainsFunc(thread.Turns, func(turn store.Turn) bool { return len(turn.Messages) > 0 && turn.Messages[0].Gone })
			})
		}, "The message that asked was deleted", "question_gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root := w.lookedAt("It is a PA view.")
			asked := w.post(w.ann, w.channel, root, "is there an effusion?")
			w.answer(root, 2)
			w.closed(root)
			m := w.ofBot(root)[1]
			c.erase(w, root, asked)
			n := len(w.said(root))
			w.pressAt(w.ben, m.TS, "second")
			hasAll(t, "the sentence", w.answer(root, n+1), c.says)
			w.until("it to be counted", func() bool { return w.metric("medbuddy_answers_total", c.outcome) == 1 })
		})
	}
}

// In a channel that is not served nobody presses, nor submits what was opened before.
func TestPressOutsideOfAllowedChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	root := w.lookedAt("First try.")
	w.press(w.ben, root, "settings")
	form := w.dialog(w.ben, "number_input")
	w.end()
	w.cfg.AllowedChannels = []string{"C0ELSEWHERE"}
	w.start()
	if faults := w.submit(form, entered("0.9", "", "channel")); !strings.Contains(faults["scope"], "not set up for this channel") {
		t.Errorf("told %v", faults)
	}
	w.press(w.ben, root, "again")
	w.whispered(w.ben, "not set up for this channel")
	if set, err := w.store.Settings(w.ctx, w.threadKey("").ChannelScope()); err != nil || set.Temperature != nil || len(w.model.Requests()) != 1 {
		t.Errorf("set %+v, %v, or asked", set, err)
	}
}

// What cannot be read, and buttons of other versions, are acked and do nothing.
func TestStrangePresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("First try.")
	for i, payload := range []string{
		`null`, `[]`, `{"type":"block_actions"}`, `{"type":"view_submission","user":{"id":"U1"}}`,
		`{"type":"view_submission","user":{"id":"` + w.ann + `"},"view":{"callback_id":"ask","private_metadata":"{}"}}`,
		`{"type":"view_closed","user":{"id":"` + w.ann + `"}}`,
		`{"type":"block_actions","user":{"id":"` + w.ann + `"},"channel":{"id":"` + w.channel + `"},"message":{"ts":"` + root + `"},"actions":[]}`,
		`{"type":"block_actions","user":{"id":"` + w.ann + `"},"channel":{"id":"` + w.channel + `"},"message":{"ts":"` + root + `"},"actions":[{"action_id":"later_version"}]}`,
		`{"type":"block_actions","user":{"id":"` + w.ann + `"},"channel":{"id":"` + w.channel + `"},"message":{"ts":"1"},"actions":[{"action_id":"again","value":"<x>"}]}`,
	} {
		id := fmt.Sprint("strange", i)
		must(t, w.sim.RawFrame(`{"envelope_id":"`+id+`","type":"interactive","accepts_response_payload":true,"payload":`+payload+`}`))
		w.wait("the ack of "+payload, func() bool {
			return slices.ContainsFunc(w.sim.Acks(), func(a slacksim.Ack) bool { return a.EnvelopeID == id })
		})
	}
	if n := len(w.said(root)); n != 1 {
		t.Errorf("the thread was told %q", w.said(root))
	}
}

// The thread of a message on which something was pressed may stand beside the message
// alone: what was pressed is carried out there, and not in a thread of its own.
func TestPressWhoseMessageNamesNoThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("First try.")
	m := w.ofBot(root)[0]
	pressed := func(id, action string) string {
		return fmt.Sprintf(`{"envelope_id":%q,"type":"interactive","payload":{"type":"block_actions","user":{"id":%q,"team_id":%q},"channel":{"id":%q},
			"container":{"type":"message","message_ts":%[5]q,"channel_id":%[4]q,"thread_ts":%[6]q},"message":{"ts":%[5]q},
			"actions":[{"action_id":%[7]q,"value":%[6]q,"action_ts":%[5]q}]}}`, id, w.ben, w.sim.TeamID(), w.channel, m.TS, root, action)
	}
	must(t, w.sim.RawFrame(pressed("X1", "good")))
	w.wait("the thanks", func() bool { return len(w.sim.Ephemerals(w.channel)) == 1 })
	if e := w.sim.Ephemerals(w.channel)[0]; !strings.Contains(e.Text, "a good answer") || e.ThreadTS != root {
		t.Errorf("told %q in the thread %q", e.Text, e.ThreadTS)
	}
	w.model.Answer(modelsim.Text("Second try."))
	must(t, w.sim.RawFrame(pressed("X2", "again")))
	hasAll(t, "the second try", w.answer(root, 2), "Second try.", "Looked at: Image 1")
}
