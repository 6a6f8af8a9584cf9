package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// toldInChannel lists what MedBuddy has told the whole channel.
func (w *world) toldInChannel() (told []string) {
	for _, m := range w.sim.Messages(w.channel) {
		if m.User == w.sim.BotUserID() {
			told = append(told, m.Text)
		}
	}
	return told
}

// The dialog is there at once however slow the store is, and becomes the form.
func TestSettingsOpenWhileTheStoreIsSlow(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(w *world, root string) error{
		"button": func(w *world, root string) error { return w.tryPress(w.ben, root, "settings") },
		"slash": func(w *world, _ string) error {
			_, err := w.sim.Slash(w.ctx, slacksim.SlashCommand{Channel: w.channel, User: w.ben, Command: "/medbuddy", Text: "settings"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o := moody()
			w := newWorld(t, o)
			root := w.lookedAt("It is a PA view.")
			release := s.block()
			must(t, open(w, root)) // acked: Slack waits three seconds
			w.dialog(w.ben, "Reading the settings")
			release()
			form := w.dialog(w.ben, "number_input")
			hasAll(t, "the form", string(form.JSON), `"initial_value":"0.1"`, `"initial_value":"500"`)
		})
	}
}

// A form that cannot be filled says so in the dialog.
func TestSettingsWithoutAStore(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	root := w.lookedAt("It is a PA view.")
	s.down.Store(true)
	w.press(w.ben, root, "settings")
	w.dialog(w.ben, "I could not read the settings just now")
	s.down.Store(false)
}

// What is saved for the thread holds there alone, is told there once, and the form
// then says what holds and who set it.
func TestSettingsOfTheThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.press(w.ben, root, "settings")
	form := w.dialog(w.ben, "number_input")
	w.accepted(form, entered("0.4", "800", "thread"))
	w.noDialog(w.ben)
	told := w.answer(root, 2)
	hasAll(t, "what the thread is told", told, "<@"+w.ben+">", "temperature from 0.1 to 0.4", "max tokens from 500 to 800", "this thread")
	if told := w.toldInChannel(); len(told) > 0 {
		t.Errorf("the channel was told %q", told)
	}
	w.ask(w.ann, root, "and the heart?")
	if r := w.request(1); *r.Temperature != 0.4 || *r.MaxTokens != 800 {
		t.Errorf("asked with %v, %v", *r.Temperature, *r.MaxTokens)
	}
	w.press(w.ann, root, "settings")
	form = w.dialog(w.ann, "number_input")
	hasAll(t, "the form", string(form.JSON), `"initial_value":"0.4"`, `"initial_value":"800"`,
		"This thread: temperature 0.4, max tokens 800, set by \\u003c@"+w.ben, "The channel: nothing set")
	// The same again changes nothing and tells nobody.
	w.accepted(form, entered("0.4", "800", "thread"))
	w.ask(w.ann, root, "and the lungs?")
	if n := len(w.said(root)); n != 4 {
		t.Errorf("%d messages in the thread, want three answers and one about the settings: %q", n, w.said(root))
	}
}

// What is saved for the channel is told to the channel once and holds in new threads.
func TestSettingsOfTheChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.slash("/medbuddy", "settings")
	form := w.dialog(w.ann, "number_input")
	if strings.Contains(string(form.JSON), "This thread") {
		t.Errorf("a slash command is in no thread: %s", form.JSON)
	}
	w.accepted(form, entered("0", "", ""))
	w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 1 })
	hasAll(t, "what the channel is told", w.toldInChannel()[0], "<@"+w.ann+"> set temperature from 0.1 to 0 for this channel")
	w.ask(w.ben, "", "@MedBuddy which view is this film?", film(t, 1))
	if r := w.request(0); *r.Temperature != 0 || *r.MaxTokens != 500 {
		t.Errorf("asked with %v, %v", *r.Temperature, *r.MaxTokens)
	}
	if n := len(w.toldInChannel()); n != 1 {
		t.Errorf("the channel was told %d times", n)
	}
}

// A bad number is shown at its field, also to a client that does not check, and
// nothing changes.
func TestBadNumberIsShownAtItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.slash("/medbuddy", "settings")
	form := w.dialog(w.ann, "number_input")
	for _, c := range []struct{ temperature, tokens, field, says string }{
		{"1.5", "", "temperature", "from 0 to 1"},
		{"0,3", "", "temperature", "from 0 to 1"},
		{"", "63", "max_tokens", "from 64 to 8192"},
		{"", "1e3", "max_tokens", "from 64 to 8192"},
	} {
		faults, err := w.sim.SubmitRaw(w.ctx, form.ID, entered(c.temperature, c.tokens, "channel"))
		must(t, err)
		if len(faults) != 1 || !strings.Contains(faults[c.field], c.says) {
			t.Errorf("%+v: %v", c, faults)
		}
	}
	faults, err := w.sim.SubmitRaw(w.ctx, form.ID, entered("0.2", "", "thread"))
	must(t, err)
	if len(faults) != 1 || faults["scope"] == "" {
		t.Errorf("for a thread, where there is none: %v", faults)
	}
	if got, err := w.store.Settings(w.ctx, w.threadKey("").ChannelScope()); err != nil || got.Temperature != nil || got.MaxTokens != nil {
		t.Errorf("set %+v, %v", got, err)
	}
}

// When the store is down the dialog stays, with a sentence, and the same entry is
// taken later.
func TestSettingsAreNotLostWithTheStore(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	w.slash("/medbuddy", "settings")
	form := w.dialog(w.ann, "number_input")
	s.down.Store(true)
	faults := w.submit(form, entered("0.6", "900", ""))
	if len(faults) != 1 || !strings.Contains(faults["scope"], "not carried out") {
		t.Errorf("the person is told %v", faults)
	}
	form = w.dialog(w.ann, "number_input")
	s.down.Store(false)
	w.accepted(form, nil) // as it was typed
	w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 1 })
	hasAll(t, "what the channel is told", w.toldInChannel()[0], "to 0.6", "to 900")
}

// What was saved without the store's saying so is saved again by the person, who was
// told that it was not. The channel is told of it once, whichever way it was given.
func TestSavedAndNotSaidSo(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(w *world, form slacksim.View){
		"form":    func(w *world, form slacksim.View) { w.accepted(form, nil) },
		"command": func(w *world, _ slacksim.View) { w.slash("/medbuddy", "temperature 0.6") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o := moody()
			w := newWorld(t, o)
			w.slash("/medbuddy", "settings")
			form := w.dialog(w.ann, "number_input")
			s.lose.Store(true)
			if faults := w.submit(form, entered("0.6", "", "")); !strings.Contains(faults["scope"], "not carried out") {
				t.Errorf("the person is told %v", faults)
			}
			s.lose.Store(false)
			again(w, form)
			w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 1 })
			hasAll(t, "what the channel is told", w.toldInChannel()[0], "<@"+w.ann+"> set temperature from 0.1 to 0.6")
			w.slash("/medbuddy", "temperature 0.6")
			w.slash("/medbuddy", "temperature 0.7")
			w.wait("the channel to be told of something else", func() bool {
				told := w.toldInChannel()
				return strings.Contains(told[len(told)-1], "from 0.6 to 0.7")
			})
			if told := w.toldInChannel(); len(told) != 2 {
				t.Errorf("the channel was told %q", told)
			}
		})
	}
}

// What somebody else has set in between, and the channel was told of, is not told
// again as another's.
func TestNotSavedAndSetBySomebodyElse(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	w.slash("/medbuddy", "settings")
	form := w.dialog(w.ann, "number_input")
	s.down.Store(true)
	w.submit(form, entered("0.6", "", ""))
	s.down.Store(false)
	_, err := w.sim.Slash(w.ctx, slacksim.SlashCommand{Channel: w.channel, User: w.ben, Command: "/medbuddy", Text: "temperature 0.6"})
	must(t, err)
	w.accepted(form, nil)
	w.slash("/medbuddy", "temperature 0.7")
	w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 2 })
	hasAll(t, "what the channel is told", strings.Join(w.toldInChannel(), "\n"), "<@"+w.ben+"> set temperature from 0.1 to 0.6", "<@"+w.ann+"> set temperature from 0.6 to 0.7")
}

// Without a dialog, since Slack gives a press three seconds only, there is a sentence:
// for a slash command the settings as text.
func TestExpiredTrigger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.sim.Fail("views.open", slacksim.Fault{Error: "expired_trigger_id", Times: -1})
	hasAll(t, "the answer to the command", w.slash("/medbuddy", "settings"), "temperature 0.1, max tokens 500")
	w.press(w.ben, root, "settings")
	if told := w.whispered(w.ben, "not carried out"); told.ThreadTS != root {
		t.Errorf("told in %q, want the thread", told.ThreadTS)
	}
	w.press(w.ben, root, "bad")
	w.wait("a sentence for each", func() bool { return len(w.sim.Ephemerals(w.channel)) == 3 }) // the slash command's included
}
