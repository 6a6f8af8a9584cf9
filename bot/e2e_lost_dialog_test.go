package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// openers are the ways to a dialog, with what is in the dialog in the end.
var openers = map[string]struct {
	shows string
	open  func(w *world, root string) error
}{
	"settings": {"number_input", func(w *world, root string) error { return w.tryPress(w.ben, root, "settings") }},
	"feedback": {"What is wrong", func(w *world, root string) error { return w.tryPress(w.ben, root, "bad") }},
	"shortcut": {"Your question", func(w *world, root string) error { return w.shortcut(w.ben, root) }},
	"slash": {"number_input", func(w *world, _ string) error {
		_, err := w.sim.Slash(w.ctx, slacksim.SlashCommand{Channel: w.channel, User: w.ben, Command: "/medbuddy", Text: "settings"})
		return err
	}},
}

// A dialog whose opening was not answered is there once, whether Slack has opened it or
// not, and nobody is told that it failed.
func TestDialogWhoseOpeningWasNotAnswered(t *testing.T) {
	t.Parallel()
	for lost, fault := range map[string]slacksim.Fault{"opened": {DropReply: true}, "not opened": {HTTPStatus: 503}} {
		for name, o := range openers {
			t.Run(name+" "+lost, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, options{})
				root := w.lookedAt("It is a PA view.")
				w.sim.Fail("views.open", fault)
				must(t, o.open(w, root)) // acked
				w.dialog(w.ben, o.shows)
				w.closed(root)
				if n, told := len(w.sim.Views()), w.sim.Ephemerals(w.channel); n != 1 || len(told) > 0 {
					t.Errorf("%d dialogs; told %v", n, told)
				}
			})
		}
	}
}

// As long as Slack does not say whether it has opened the settings the press counts as
// failed, and they are looked for. They become the form, or the person is told.
func TestSettingsAreLookedFor(t *testing.T) {
	t.Parallel()
	for lost, fault := range map[string]slacksim.Fault{"opened": {DropReply: true}, "not opened": {HTTPStatus: 503}} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{slack: slacksim.Config{AckTimeout: 500 * time.Millisecond}})
			root := w.lookedAt("It is a PA view.")
			w.sim.Fail("views.open", fault)
			heal := w.sim.Fail("views.update", slacksim.Fault{HTTPStatus: 503, Times: -1})
			if err := w.tryPress(w.ben, root, "settings"); err == nil {
				t.Error("acked, and nobody knew what had become of it")
			}
			// Looked for four times before the time for the ack was over.
			w.wait("the looking to go on", func() bool { return len(w.sim.Calls("views.update")) > 4 })
			heal()
			if lost == "opened" {
				w.dialog(w.ben, "number_input")
				if told := w.sim.Ephemerals(w.channel); len(told) > 0 {
					t.Errorf("told %v", told)
				}
				return
			}
			if told := w.whispered(w.ben, "not carried out"); told.ThreadTS != root {
				t.Errorf("told in %q, want the thread", told.ThreadTS)
			}
			w.noDialog(w.ben)
		})
	}
}

// A store that does not answer at all leaves nobody before a dialog that is empty.
func TestSettingsOfAStoreThatHangs(t *testing.T) {
	t.Parallel()
	s, o := moody()
	o.form = 50 * time.Millisecond
	w := newWorld(t, o)
	root := w.lookedAt("It is a PA view.")
	release := s.block()
	defer release()
	w.press(w.ben, root, "settings")
	seen := w.dialog(w.ben, "I could not read the settings just now")
	if strings.Contains(string(seen.JSON), "number_input") {
		t.Errorf("it is a form: %s", seen.JSON)
	}
}
