package bot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// A question that this process could not record is found, also when Slack has given
// it up and another process, for which all went well, has moved the mark far on.
func TestUnrecordedQuestionIsFoundBehindTheMark(t *testing.T) {
	t.Parallel()
	var fs *faultStore
	clock := &shift{}
	w := newWorld(t, options{now: clock.now, slack: slacksim.Config{Now: clock.now, RetryAfter: []time.Duration{}}, bot: func(c *bot.Config) {
		c.AllowTextOnly = true
		fs = newFaultStore(c.Store)
		c.Store = fs
	}})
	fs.set(func() { fs.down = true })
	root := w.post(w.ann, w.channel, "", "@MedBuddy what is a PA view?")
	w.wait("the refusal", func() bool { return strings.Contains(w.log.String(), "could not be recorded") })
	clock.forward(11 * time.Minute)
	must(t, w.store.SetMark(w.ctx, w.sim.TeamID(), fmt.Sprintf("%d.000000", clock.now().Unix())))
	fs.set(func() { fs.down = false })
	w.answer(root, 1)
}

// A channel that Slack never lets be read holds up none of the others.
func TestRefusedChannelDoesNotHoldTheMark(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"ekm_access_denied", "channel_not_found", "a_word_of_next_year"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			w, _ := deaf(t, options{before: func(w *world) {
				locked := w.sim.AddChannel(slacksim.Channel{Name: "locked"})
				w.sim.Fail("conversations.history", slacksim.Fault{Error: word, Times: -1, Match: func(c slacksim.Call) bool { return c.Args["channel"] == locked }})
			}})
			root := w.post(w.ann, w.channel, "", "@MedBuddy what is a PA view?")
			w.answer(root, 1)
			w.waitMark(root)
			w.catchUpOnce()
			if n := strings.Count(w.log.String(), "what was missed there cannot be read"); n != 1 {
				t.Errorf("the log says it %d times", n)
			}
		})
	}
}

// When Slack refuses the token MedBuddy ends with a sentence about it, and whoever
// asked meanwhile is neither refused nor told anything: the next process answers.
func TestRefusedTokenLeavesTheQuestionToTheNextProcess(t *testing.T) {
	t.Parallel()
	for method, word := range map[string]string{"users.info": "token_revoked", "conversations.history": "org_login_required"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{bot: func(c *bot.Config) { c.AllowTextOnly = true }})
			must(t, w.stop())
			heal := w.sim.Fail(method, slacksim.Fault{Error: word, Times: -1})
			cfg := w.cfg
			cfg.Registerer = nil
			b, err := bot.New(cfg)
			must(t, err)
			ended := make(chan error, 1)
			ctx, cancel := context.WithCancel(w.ctx)
			defer cancel()
			go func() { ended <- b.Run(ctx) }()
			root := w.post(w.ann, w.channel, "", "@MedBuddy what is a PA view?")
			select {
			case err := <-ended:
				if err == nil || !strings.Contains(err.Error(), "start MedBuddy again") && !strings.Contains(err.Error(), "install the app again") {
					t.Errorf("Run = %v, want a sentence about the token", err)
				}
			case <-w.ctx.Done():
				t.Fatal("it runs on")
			}
			heal()
			w.start()
			w.answer(root, 1)
			if n := len(w.sim.Ephemerals(w.channel)); n != 0 {
				t.Errorf("%d private messages", n)
			}
		})
	}
}
