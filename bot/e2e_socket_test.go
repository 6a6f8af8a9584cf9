package bot_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store/sqlite"
)

// Whatever comes over the socket: it is acked, and the next question is answered
// over the same socket.
func TestStrangeEnvelopes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	ids := 0
	for _, frame := range []string{
		`{"envelope_id":"X%d","type":"from_the_future","payload":{}}`,
		`{"envelope_id":"X%d","type":"events_api","payload":{"type":"event_callback","event":{"type":"message","text":["a","list"]}}}`,
		`{"envelope_id":"X%d","type":"events_api","payload":{"type":"event_callback","event":{"type":"brand_new_event"}}}`,
		`{"envelope_id":"X%d","type":"events_api","payload":"a string"}`,
		`{"envelope_id":"X%d","type":"events_api","payload":null}`,
		`{"envelope_id":"X%d","type":"events_api"}`,
		`{"envelope_id":"X%d","type":"slash_commands","payload":{"command":7}}`,
		`{"envelope_id":"X%d","type":"slash_commands","payload":[]}`,
		`{"envelope_id":"X%d","type":"interactive","payload":{"type":"block_actions"}}`,
		`{"envelope_id":"X%d","type":"interactive","payload":{"type":"nobody_knows"}}`,
		`{"envelope_id":"X%d"}`,
	} {
		ids++
		must(t, w.sim.RawFrame(fmt.Sprintf(frame, ids)))
	}
	for _, frame := range []string{`not json`, `[]`, `{"type":"hello"}`, `{}`, `null`} {
		must(t, w.sim.RawFrame(frame))
	}
	w.wait("the acks", func() bool {
		n := 0
		for _, a := range w.sim.Acks() {
			if strings.HasPrefix(a.EnvelopeID, "X") {
				n++
			}
		}
		return n == ids
	})
	opened := w.sim.Opened()
	w.ask(w.ann, "", "@MedBuddy which view is this?", film(t, 1))
	if w.sim.Opened() != opened {
		t.Error("the socket was opened again")
	}
}

// A message whose blocks slack-go cannot read is still a question.
func TestQuestionInAnUnreadableEnvelope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "the film of this morning", film(t, 1))
	w.sim.Withhold("message", true)
	w.sim.Withhold("app_mention", true)
	ts := w.post(w.ben, w.channel, root, "@MedBuddy which view is this?")
	must(t, w.sim.RawFrame(fmt.Sprintf(`{"envelope_id":"X1","type":"events_api","payload":{"type":"event_callback","team_id":%q,"event":{
		"type":"app_mention","channel":%q,"user":%q,"ts":%q,"thread_ts":%q,"text":"<@%s> which view is this?","blocks":{"of":"another shape"},"attachments":3}}}`,
		w.sim.TeamID(), w.channel, w.ben, ts, root, w.sim.BotUserID())))
	w.answer(root, 1)
}

func TestReconnectsArePaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.Sockets = 1 }})
	start := time.Now()
	for range 4 {
		w.wait("a socket", func() bool { return len(w.sim.Sockets()) > 0 })
		w.sim.DropSockets()
	}
	w.wait("a socket", func() bool { return len(w.sim.Sockets()) > 0 })
	// The pauses add up to more, however long each of them lived; slack-go alone
	// opens within a millisecond.
	if d := time.Since(start); d < 300*time.Millisecond {
		t.Errorf("five sockets within %v", d)
	}
	w.ask(w.ann, "", "@MedBuddy which view is this?", film(t, 1))
}

func TestRecycledSocketLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{slack: slacksim.Config{}})
	for i := range 3 {
		opened := w.sim.Opened()
		w.sim.Disconnect("refresh_requested")
		root := w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy question %d while the socket changes", i), film(t, i))
		w.wait("a new socket", func() bool { return w.sim.Opened() > opened })
		w.sim.RetryUnacked()
		w.answer(root, 1)
	}
}

// newBot makes a bot that gets no further than to its sockets.
func newBot(t *testing.T, sim *slacksim.Sim, change func(*bot.Config)) *bot.Bot {
	t.Helper()
	st, err := sqlite.Open(filepath.Join(t.TempDir(), "medbuddy.db"), sqlite.Options{Retention: time.Hour})
	must(t, err)
	t.Cleanup(func() { _ = st.Close() }) // nothing was written
	model, err := medgemma.New(medgemma.Config{URL: "http://127.0.0.1:1/v1", Name: "m"})
	must(t, err)
	cfg := bot.Config{BotToken: sim.BotToken(), AppToken: sim.AppToken(), APIURL: sim.APIURL(), Store: st, Model: model}
	if change != nil {
		change(&cfg)
	}
	b, err := bot.New(cfg)
	must(t, err)
	b.Hurry(time.Second, time.Second)
	return b
}

func TestFatalAuthErrorEndsTheBot(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"invalid_auth": "not accepted", "token_revoked": "revoked", "account_inactive": "removed from the workspace"} {
		t.Run(word, func(t *testing.T) {
			sim, err := slacksim.Start(slacksim.Config{})
			must(t, err)
			defer sim.Close()
			sim.RefuseTokens(word)
			err = newBot(t, sim, nil).Run(context.Background())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Run = %v, want %q in it", err, want)
			}
		})
	}
}

// The bot also ends when its tokens are refused later: the app-level token alone,
// and any token while it runs.
func TestFatalAuthErrorEndsARunningBot(t *testing.T) {
	t.Parallel()
	for name, app := range map[string]string{"a bad app token": "xapp-nonsense", "revoked while running": "", "the wrong kind of token": "kind"} {
		t.Run(name, func(t *testing.T) {
			sim, err := slacksim.Start(slacksim.Config{})
			must(t, err)
			defer sim.Close()
			appToken := sim.AppToken()
			switch app {
			case "":
			case "kind":
				sim.Fail("apps.connections.open", slacksim.Fault{Error: "not_allowed_token_type", Times: -1})
			default:
				appToken = app
			}
			b := newBot(t, sim, func(c *bot.Config) { c.AppToken = appToken })
			ended := make(chan error, 1)
			go func() { ended <- b.Run(t.Context()) }()
			if app == "" {
				must(t, sim.Wait(t.Context(), func() bool { return len(sim.Sockets()) > 0 }))
				sim.RefuseTokens("token_revoked")
				sim.DropSockets()
			}
			if err := <-ended; err == nil || !strings.Contains(err.Error(), "token") {
				t.Errorf("Run = %v, want a sentence about the tokens", err)
			}
		})
	}
}
