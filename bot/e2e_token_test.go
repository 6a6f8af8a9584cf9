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
	t.Parallel()
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

// So it does when the first call that meets it is about a dialog or the Home tab, or
// tells a person what became of a press.
func TestRevokedTokenAtADialog(t *testing.T) {
	t.Parallel()
	calls := map[string]struct {
		method string
		do     func(w *world, root string) error
	}{
		"form":   {"views.update", openers["settings"].open},
		"home":   {"views.publish", func(w *world, _ string) error { return w.sim.OpenHome(w.ctx, w.ben) }},
		"thanks": {"chat.postEphemeral", func(w *world, root string) error { return w.tryPress(w.ben, root, "good") }},
	}
	for name, o := range openers {
		calls[name] = struct {
			method string
			do     func(w *world, root string) error
		}{"views.open", o.open}
	}
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root := w.lookedAt("It is a PA view.")
			clear := w.sim.Fail(c.method, slacksim.Fault{Error: "token_revoked", Times: -1})
			_ = c.do(w, root) // acked or not, the process ends
			if err := w.ended(); err == nil || !strings.Contains(err.Error(), "revoked") {
				t.Errorf("Run = %v", err)
			}
			clear()
			w.wait("the sockets to close", func() bool { return len(w.sim.Sockets()) == 0 })
			w.start()
			w.press(w.ben, root, "settings")
			w.dialog(w.ben, "number_input")
		})
	}
}
