package bot_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// longAnswer is more than the model client holds back at first.
const longAnswer = "The heart is large. " + "There is no effusion on either side, as far as this film shows. " + "The lungs are clear throughout."

// direct asks in a direct message and gives the channel and the thread.
func (w *world) direct(text string, files ...slacksim.File) (dm, root string) {
	w.t.Helper()
	dm = w.sim.DM(w.ann)
	return dm, w.post(w.ann, dm, "", text, files...)
}

// inDirect lists MedBuddy's messages in the thread of a direct message.
func (w *world) inDirect(dm, root string) (out []slacksim.Message) {
	for _, m := range w.sim.Thread(dm, root) {
		if m.User == w.sim.BotUserID() {
			out = append(out, m)
		}
	}
	return out
}

func streaming(m slacksim.Message) bool { return m.Streaming }

// settledDirect waits for the one message of the final answer.
func (w *world) settledDirect(dm, root string) slacksim.Message {
	w.t.Helper()
	w.wait("the final answer alone", func() bool {
		all := w.inDirect(dm, root)
		return len(all) == 1 && strings.Contains(all[0].Text, "AI draft")
	})
	return w.inDirect(dm, root)[0]
}

// In a direct message the answer is streamed below the placeholder, which keeps the
// Stop button, and the final text is one message, found again by its metadata.
func TestDirectMessagesStream(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	step := w.stepModel(longAnswer+" "+longAnswer+" "+longAnswer, 150)
	dm, root := w.direct("describe this film in full", film(t, 1))
	step()
	w.wait("a stream", func() bool { return slices.ContainsFunc(w.inDirect(dm, root), streaming) })
	all := w.inDirect(dm, root)
	if len(all) != 2 || !strings.Contains(string(all[0].Blocks), `"action_id":"stop"`) || !strings.Contains(all[1].Plain, "The heart is large.") {
		t.Errorf("while it streams the thread shows %q", plains(all))
	}
	step()
	w.wait("more of it", func() bool { return w.sim.Count("chat.appendStream") > 0 })
	step()
	m := w.settledDirect(dm, root)
	if !strings.HasPrefix(m.Text, longAnswer) || m.Streaming || len(m.Metadata) == 0 {
		t.Errorf("the final message is %+v", m)
	}
	if n := w.sim.Count("chat.startStream"); n != 1 {
		t.Errorf("%d streams were begun, want 1", n)
	}
	if w.sim.Count("chat.appendStream") == 0 || w.sim.Count("chat.stopStream") != 1 {
		t.Errorf("%d appends and %d stops", w.sim.Count("chat.appendStream"), w.sim.Count("chat.stopStream"))
	}
	// Follow-ups go on in the same way.
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.post(w.ann, dm, root, "which view is it?")
	w.wait("the follow-up", func() bool {
		all := w.inDirect(dm, root)
		return len(all) == 2 && strings.Contains(all[1].Text, "PA view") && strings.Contains(all[1].Text, "AI draft")
	})
}

func plains(all []slacksim.Message) (out []string) {
	for _, m := range all {
		out = append(out, m.Plain)
	}
	return out
}

// Where Slack begins no stream, or ends it, chat.update goes on.
func TestStreamsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		slack  slacksim.Config
		during func(*world)
	}{
		"refused":      {slacksim.Config{NoStreams: true}, func(*world) {}},
		"ended":        {slacksim.Config{}, func(w *world) { w.sim.EndStreams() }},
		"append fails": {slacksim.Config{}, func(w *world) { w.sim.Fail("chat.appendStream", slacksim.Fault{HTTPStatus: 503, Times: -1}) }},
		"stays": {slacksim.Config{}, func(w *world) {
			w.sim.Fail("chat.delete", slacksim.Fault{Error: "cant_delete_message", Times: -1})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{slack: c.slack})
			step := w.stepModel(longAnswer+" "+longAnswer+" "+longAnswer, 150)
			dm, root := w.direct("describe this film in full", film(t, 1))
			step()
			w.wait("growing text", func() bool {
				return strings.Contains(strings.Join(plains(w.inDirect(dm, root)), " "), "The heart is large.")
			})
			c.during(w)
			step()
			if name != "stays" {
				w.wait("growing text in the placeholder", func() bool {
					return strings.Contains(w.inDirect(dm, root)[0].Plain, "The heart is large.")
				})
			}
			step()
			w.wait("the final answer", func() bool {
				all := w.inDirect(dm, root)
				last := all[len(all)-1]
				return strings.Contains(all[0].Text, "AI draft") && (len(all) == 1 || name == "stays" && strings.Contains(last.Plain, "The answer stands above."))
			})
			if m := w.inDirect(dm, root)[0]; strings.Count(m.Text, longAnswer) != 3 {
				t.Errorf("the final message is %q", m.Text)
			}
		})
	}
}

// A stream that a process has left is taken away by the next one.
func TestStreamOfADeadProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	step := w.stepModel(longAnswer+" "+longAnswer, 150)
	dm, root := w.direct("describe this film in full", film(t, 1))
	step()
	w.wait("a stream", func() bool { return slices.ContainsFunc(w.inDirect(dm, root), streaming) })
	// Nothing more reaches Slack from this process, as if it had been killed.
	heal := w.sim.Fail("*", slacksim.Fault{HTTPStatus: http.StatusServiceUnavailable, Times: -1})
	must(t, w.stop())
	heal()
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.start()
	m := w.settledDirect(dm, root)
	if !strings.Contains(m.Text, "PA view") {
		t.Errorf("the answer is %q", m.Text)
	}
}

// A stream of which Slack did not say that it has begun is taken away with the answer.
func TestStreamWhoseBeginningWasNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.sim.Fail("chat.startStream", slacksim.Fault{DropReply: true})
	step := w.stepModel(longAnswer+" "+longAnswer+" "+longAnswer, 150)
	dm, root := w.direct("describe this film in full", film(t, 1))
	step()
	w.wait("growing text in the placeholder", func() bool {
		all := w.inDirect(dm, root)
		return len(all) == 2 && strings.Contains(all[0].Plain, "The heart is large.")
	})
	step()
	step()
	w.settledDirect(dm, root)
}

// What MedBuddy has said beside its answers is no stream that was left.
func TestStreamOfADeadProcessAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	w.model.Answer(modelsim.Text("First try."))
	dm, root := w.direct("which view is it?", film(t, 1))
	first := w.settledDirect(dm, root)
	press := func(action string) {
		must(t, w.sim.Click(w.ctx, slacksim.Click{Channel: dm, TS: first.TS, User: w.ann, ActionID: action}))
	}
	press("settings")
	w.accepted(w.dialog(w.ann, "number_input"), entered("0.4", "", "thread"))
	w.wait("the thread to be told", func() bool { return len(w.inDirect(dm, root)) == 2 })
	release := w.holdModel()
	press("again")
	must(t, w.model.WaitHeld(w.ctx, 1))
	must(t, w.stop())
	release()
	w.start()
	w.wait("the second try", func() bool {
		all := w.inDirect(dm, root)
		return strings.Contains(all[len(all)-1].Text, "AI draft") && !strings.Contains(all[len(all)-1].Text, "First try.")
	})
	if all := w.inDirect(dm, root); len(all) != 3 || !strings.Contains(all[1].Text, "set temperature from 0.1 to 0.4") {
		t.Errorf("the thread shows %q", plains(all))
	}
}
