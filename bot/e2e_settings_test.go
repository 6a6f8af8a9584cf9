package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

func (w *world) slash(command, text string) string {
	w.t.Helper()
	reply, err := w.sim.Slash(w.ctx, slacksim.SlashCommand{Channel: w.channel, User: w.ann, Command: command, Text: text})
	must(w.t, err)
	if reply.InChannel {
		w.t.Errorf("%s %s was answered to everybody", command, text)
	}
	return reply.Text
}

func TestSlashCommandsSetTheChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	if got := w.slash("/medbuddy-temperature", "0"); !strings.Contains(got, "temperature 0,") {
		t.Errorf("reply %q", got)
	}
	if got := w.slash("/medbuddy", "max-tokens 800"); !strings.Contains(got, "max tokens 800") {
		t.Errorf("reply %q", got)
	}
	w.ask(w.ann, "", "@MedBuddy which view is this?", film(t, 1))
	req := w.request(0)
	if !strings.Contains(string(req.raw), `"temperature":0,`) && !strings.Contains(string(req.raw), `"temperature":0}`) || *req.MaxTokens != 800 {
		t.Errorf("temperature %v, max tokens %v", req.Temperature, *req.MaxTokens)
	}
	var told []string
	for _, m := range w.sim.Messages(w.channel) {
		if m.User == w.sim.BotUserID() {
			told = append(told, m.Text)
		}
	}
	if len(told) != 2 || !strings.Contains(told[0], "temperature from 0.1 to 0") || !strings.Contains(told[1], "max tokens from 500 to 800") || !strings.Contains(told[0], "<@"+w.ann+">") {
		t.Errorf("the channel was told %q", told)
	}
	if got := w.slash("/medbuddy", "reset"); !strings.Contains(got, "temperature 0.1, max tokens 500") {
		t.Errorf("reply %q", got)
	}
}

func TestBadValuesChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	for _, v := range []string{"abc", "NaN", "-1", "1.01", "0,3", "Inf", "1e-1", "０.５"} {
		if got := w.slash("/medbuddy-temperature", v); !strings.Contains(got, "from 0 to 1") {
			t.Errorf("temperature %s: %q", v, got)
		}
	}
	for _, v := range []string{"63", "8193", "abc", "500.5", "-64", "NaN"} {
		if got := w.slash("/medbuddy-max-tokens", v); !strings.Contains(got, "from 64 to 8192") {
			t.Errorf("max-tokens %s: %q", v, got)
		}
	}
	if got := w.slash("/medbuddy", "frobnicate"); !strings.Contains(got, "do not know that command") {
		t.Errorf("reply %q", got)
	}
	if got := w.slash("/medbuddy", ""); !strings.Contains(got, "temperature 0.1, max tokens 500") || !strings.Contains(got, "not a diagnosis") {
		t.Errorf("help %q", got)
	}
	if n := len(w.sim.Messages(w.channel)); n != 0 {
		t.Errorf("the channel was told %d things", n)
	}
}

// A thread's settings go over the channel's, the channel's over the default.
func TestThreadSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this?", film(t, 1))
	w.answer(root, 1)
	w.slash("/medbuddy", "temperature 0.4")
	w.post(w.ann, w.channel, root, "@MedBuddy temperature 0.7")
	w.wait("the private answer", func() bool { return len(w.sim.Ephemerals(w.channel)) == 2 }) // the slash command's and this one
	e := w.sim.Ephemerals(w.channel)[1]
	if !strings.Contains(e.Text, "In this thread: temperature 0.7") || e.ThreadTS != root {
		t.Errorf("private answer %+v", e)
	}
	w.post(w.ann, w.channel, root, "@MedBuddy max-tokens 63")
	w.wait("the refusal", func() bool { return len(w.sim.Ephemerals(w.channel)) == 3 })
	w.ask(w.ann, root, "and the heart?")
	if req := w.request(1); *req.Temperature != 0.7 || *req.MaxTokens != 500 || strings.Contains(req.prefix(), "temperature 0.7") {
		t.Errorf("in the thread: temperature %v, max tokens %v; or the command is part of the conversation", *req.Temperature, *req.MaxTokens)
	}
	w.ask(w.ann, "", "@MedBuddy and this one?", film(t, 2))
	if req := w.request(2); *req.Temperature != 0.4 {
		t.Errorf("in another thread: temperature %v", *req.Temperature)
	}
	w.post(w.ann, w.channel, root, "@MedBuddy reset")
	w.wait("the reset", func() bool { return len(w.sim.Ephemerals(w.channel)) == 4 })
	w.ask(w.ann, root, "and the lungs?")
	if req := w.request(3); *req.Temperature != 0.4 {
		t.Errorf("after reset: temperature %v, want the channel's", *req.Temperature)
	}
}

func TestAccess(t *testing.T) {
	t.Parallel()
	type place struct{ shared, outside, allowExternal bool }
	for name, c := range map[string]struct {
		user slacksim.User
		place
		refused string // "" means answered
	}{
		"member":                           {slacksim.User{Name: "Member M"}, place{}, ""},
		"guest":                            {slacksim.User{Name: "Guest G", Guest: true}, place{}, "members of this workspace"},
		"single-channel guest":             {slacksim.User{Name: "Guest S", SingleGuest: true}, place{}, "members of this workspace"},
		"stranger":                         {slacksim.User{Name: "Stranger S", Stranger: true, TeamID: "TOTHER"}, place{shared: true}, "members of this workspace"},
		"member in a shared channel":       {slacksim.User{Name: "Member M"}, place{shared: true}, "members of this workspace"},
		"guest, allowed":                   {slacksim.User{Name: "Guest G", Guest: true}, place{allowExternal: true}, ""},
		"shared, allowed":                  {slacksim.User{Name: "Member M"}, place{shared: true, allowExternal: true}, ""},
		"channel not allowed":              {slacksim.User{Name: "Member M"}, place{outside: true}, "not set up for this channel"},
		"channel not allowed, all allowed": {slacksim.User{Name: "Member M"}, place{outside: true, allowExternal: true}, "not set up for this channel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{bot: func(b *bot.Config) {
				b.AllowExternal = c.allowExternal
				if c.outside {
					b.AllowedChannels = []string{"CELSEWHERE"}
				}
			}})
			w.sim.SetChannel(w.channel, func(ch *slacksim.Channel) { ch.ExtShared = c.shared })
			user := w.sim.AddUser(c.user)
			root := w.post(user, w.channel, "", "@MedBuddy my private question about this", film(t, 1))
			if c.refused == "" {
				w.answer(root, 1)
				return
			}
			w.wait("the refusal", func() bool { return len(w.sim.Ephemerals(w.channel)) == 1 })
			w.wait("all acks", func() bool { return len(w.sim.Unacked()) == 0 })
			e := w.sim.Ephemerals(w.channel)
			if len(e) != 1 || !strings.Contains(e[0].Text, c.refused) || strings.Contains(e[0].Text, "private question") {
				t.Errorf("refusals %+v", e)
			}
			if len(w.said(root)) != 0 || len(w.model.Requests()) != 0 {
				t.Error("something was answered")
			}
		})
	}
}

func TestCommandsOfGuestsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	guest := w.sim.AddUser(slacksim.User{Name: "Guest G", Guest: true})
	reply, err := w.sim.Slash(w.ctx, slacksim.SlashCommand{Channel: w.channel, User: guest, Command: "/medbuddy", Text: "temperature 0.9"})
	must(t, err)
	if !strings.Contains(reply.Text, "members of this workspace") {
		t.Errorf("reply %q", reply.Text)
	}
	if got := w.slash("/medbuddy", "temperature"); !strings.Contains(got, "temperature 0.1") {
		t.Errorf("the guest's value was taken: %q", got)
	}
}

// The ack does not wait for a Slack that takes no message for a while; the channel is
// told all the same.
func TestSlashCommandIsToldLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.sim.Fail("chat.postMessage", slacksim.Fault{RetryAfter: 4 * time.Second})
	if got := w.slash("/medbuddy", "temperature 0.4"); !strings.Contains(got, "0.4") {
		t.Errorf("answered with %q", got)
	}
	if told := w.toldInChannel(); len(told) > 0 {
		t.Errorf("acked when the channel was told %q", told)
	}
	w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 1 })
	hasAll(t, "what the channel is told", w.toldInChannel()[0], "set temperature from 0.1 to 0.4")
}
