package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// While a channel is paused a follow-up without a mention is left alone, a mention is
// answered, and stop still stops. Pausing is told to the channel once, by a slash
// command as by a mention.
func TestPause(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]func(w *world, root, verb string){
		"slash":   func(w *world, _, verb string) { w.slash("/medbuddy", verb) },
		"mention": func(w *world, root, verb string) { w.command(w.ann, root, verb); w.whispered(w.ann, wordOf[verb]) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root := w.lookedAt("It is a PA view.")
			order(w, root, "pause")
			w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 1 })
			hasAll(t, "what the channel is told", w.toldInChannel()[0], "<@"+w.ann+"> paused me", "/medbuddy resume")
			if again := w.slash("/medbuddy", "pause"); !strings.Contains(again, "already") {
				t.Errorf("paused twice: %q", again)
			}
			w.post(w.ben, w.channel, root, "and the heart?")
			step := w.stepModel("Not enlarged. "+strings.Repeat("There is no effusion here. ", 8), 130)
			w.command(w.ben, root, "and the lungs?")
			step()
			w.wait("growing text", func() bool { said := w.said(root); return len(said) == 2 && strings.Contains(said[1], "Not enlarged.") })
			w.post(w.ben, w.channel, root, "stop")
			hasAll(t, "the stopped answer", w.answer(root, 2), "Stopped by <@"+w.ben+">")
			if n := len(w.model.Requests()); n != 2 {
				t.Errorf("%d model calls: an unmentioned reply was answered", n)
			}
			order(w, root, "resume")
			w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 2 })
			w.model.Answer(modelsim.Text("It is upright."))
			hasAll(t, "the answer", w.ask(w.ben, root, "how is the patient positioned?"), "It is upright.")
		})
	}
}

var wordOf = map[string]string{"pause": "only messages that mention me", "resume": "without a mention"}

// A reset of the settings leaves the pause alone, and so does the dialog.
func TestResetKeepsThePause(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.slash("/medbuddy", "pause")
	w.slash("/medbuddy", "temperature 0.5")
	w.slash("/medbuddy", "reset")
	w.slash("/medbuddy", "settings")
	w.accepted(w.dialog(w.ann, "number_input"), entered("0.3", "", ""))
	set, err := w.store.Settings(w.ctx, w.threadKey("").ChannelScope())
	must(t, err)
	if !set.Paused || set.Temperature == nil || *set.Temperature != 0.3 {
		t.Errorf("set: %+v", set)
	}
}

// A direct message cannot be paused, and says so.
func TestDirectMessagesAreNotPaused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	dm := w.sim.DM(w.ann)
	w.post(w.ann, dm, "", "pause")
	w.wait("the private sentence", func() bool { return len(w.sim.Ephemerals(dm)) == 1 })
	hasAll(t, "the answer", w.sim.Ephemerals(dm)[0].Text, "I answer every message")
	for _, m := range w.sim.Messages(dm) {
		if m.User == w.sim.BotUserID() {
			t.Errorf("told in the conversation: %q", m.Text)
		}
	}
}

// The Home tab has the channels that both are in, what is set there and where it is
// paused, and no others.
func TestHomeTab(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	bot := w.sim.BotUserID()
	theirs := w.sim.AddChannel(slacksim.Channel{Name: "canteen", WithoutBot: true})
	ours := w.sim.AddChannel(slacksim.Channel{Name: "theatre", Kind: slacksim.Private, Members: []string{w.ben, bot}})
	both := w.sim.AddChannel(slacksim.Channel{Name: "trauma", Kind: slacksim.Private, Members: []string{w.ann, bot}})
	w.slash("/medbuddy", "temperature 0.4")
	_, err := w.sim.Slash(w.ctx, slacksim.SlashCommand{Channel: both, User: w.ann, Command: "/medbuddy", Text: "pause"})
	must(t, err)
	home := string(w.home(w.ann, "#"+both).JSON)
	hasAll(t, "the Home tab", home, "#"+w.channel, "temperature 0.4, set by \\u003c@"+w.ann, "Paused: only mentions are answered", "Three ways to ask", "not a diagnosis")
	for _, id := range []string{theirs, ours} {
		if strings.Contains(home, id) {
			t.Errorf("it has a channel that one of them is not in: %s", home)
		}
	}
	w.slash("/medbuddy", "temperature 0.6")
	w.home(w.ann, "temperature 0.6") // made anew each time
}

// home opens a person's Home tab and waits until it has that text.
func (w *world) home(user, text string) (seen slacksim.View) {
	w.t.Helper()
	must(w.t, w.sim.OpenHome(w.ctx, user))
	w.wait("a Home tab with "+text, func() (ok bool) {
		seen, ok = w.sim.Home(user)
		return ok && strings.Contains(string(seen.JSON), text)
	})
	return seen
}

func TestHomeTabOfAGuest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	guest := w.sim.AddUser(slacksim.User{Name: "Gus Guest", Guest: true})
	if home := w.home(guest, "members of this workspace"); strings.Contains(string(home.JSON), w.channel) {
		t.Errorf("a guest is shown channels: %s", home.JSON)
	}
}

// Without a store, or without a word of Slack's about channels, there is still a Home
// tab, and it does not say that there are no channels.
func TestHomeTabWithoutTheStore(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	s.down.Store(true)
	w.home(w.ann, "could not read them just now")
	s.down.Store(false)
	w.home(w.ann, "#"+w.channel)
	w.sim.Fail("users.conversations", slacksim.Fault{Error: "fatal_error", Times: -1})
	w.home(w.ann, "could not read them just now")
}

// Who wants quiet in a thread gets it there alone: the running answer ends, what comes
// without a mention is left alone, everybody there is told once, and resume ends it.
func TestQuietInAThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root, other := w.lookedAt("It is a PA view."), w.lookedAt("It is upright.")
	step := w.stepModel("Not enlarged. "+strings.Repeat("There is no effusion here. ", 8), 130)
	w.post(w.ben, w.channel, root, "and the lungs?")
	step()
	w.wait("growing text", func() bool { said := w.said(root); return len(said) == 2 && strings.Contains(said[1], "Not enlarged.") })
	w.post(w.ann, w.channel, root, "stop answering")
	w.wait("the thread to be told", func() bool { return len(w.said(root)) == 3 })
	w.closed(root)
	hasAll(t, "the thread", strings.Join(w.said(root), "\n"), "Stopped by <@"+w.ann+">", "<@"+w.ann+"> paused me in this thread", "`@MedBuddy resume` in this thread ends that")
	w.post(w.ben, w.channel, root, "is the trachea deviated?")
	w.model.Answer(modelsim.Text("It is elsewhere."))
	w.ask(w.ben, other, "and in this thread?")
	w.model.Answer(modelsim.Text("It is mentioned."))
	w.command(w.ben, root, "which view is it?")
	hasAll(t, "the answer to a mention", w.answer(root, 4), "It is mentioned.")
	w.command(w.ben, root, "be quiet")
	w.whispered(w.ben, "I am paused in this thread already")
	w.command(w.ben, root, "resume")
	w.wait("the thread to be told", func() bool { return len(w.said(root)) == 5 })
	hasAll(t, "the end", w.said(root)[4], "<@"+w.ben+"> ended my pause in this thread")
	w.model.Answer(modelsim.Text("It is back."))
	hasAll(t, "the answer", w.ask(w.ben, root, "and the heart?"), "It is back.")
	if told := w.toldInChannel(); len(told) > 0 {
		t.Errorf("the channel was told %q", told)
	}
	if n := len(w.model.Requests()); n != 6 {
		t.Errorf("%d model calls, want 6: a reply without a mention was answered", n)
	}
}
