package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// A bot token that is revoked while MedBuddy runs ends it with a sentence, whatever
// call meets it first, and the question is answered by the process that is started
// with a new one.
func TestRevokedTokenLosesNoQuestion(t *testing.T) {
	for _, method := range []string{"users.info", "chat.postMessage", "chat.update", "conversations.replies"} {
		t.Run(method, func(t *testing.T) {
			w := newWorld(t, options{})
			clear := w.sim.Fail(method, slacksim.Fault{Error: "token_revoked", Times: -1})
			if method == "conversations.replies" { // and so it is for what would be said of it
				clear2 := w.sim.Fail("chat.update", slacksim.Fault{Error: "token_revoked", Times: -1})
				one := clear
				clear = func() { one(); clear2() }
			}
			root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
			if err := w.ended(); err == nil || !strings.Contains(err.Error(), "revoked") {
				t.Fatalf("Run = %v", err)
			}
			clear()
			w.start()
			w.sim.RetryUnacked()
			if got := w.answer(root, 1); !strings.Contains(got, "AI draft") {
				t.Errorf("the thread says %q", got)
			}
			if n := len(w.said(root)); n != 1 {
				t.Errorf("%d messages for one question", n)
			}
		})
	}
}
