package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// An answer that cannot go into its message any more stands in another one, once, and
// nothing is left of the first: no placeholder, and no Stop button of it.
func TestAnswerPostedAnewStandsAlone(t *testing.T) {
	t.Parallel()
	final := func(c slacksim.Call) bool { return strings.Contains(c.Args["text"], "AI draft") }
	for name, c := range map[string]struct {
		word   string
		during func(*world)
		stands int // messages in the end
	}{
		"closed for editing": {"edit_window_closed", func(*world) {}, 1},
		"not to be updated":  {"cant_update_message", func(*world) {}, 1},
		"the post's reply is lost": {"edit_window_closed", func(w *world) {
			w.sim.Fail("chat.postMessage", slacksim.Fault{DropReply: true, Match: final})
		}, 1},
		"the deletion's reply is lost": {"edit_window_closed", func(w *world) {
			w.sim.Fail("chat.delete", slacksim.Fault{DropReply: true})
		}, 1},
		"the deletion is refused": {"edit_window_closed", func(w *world) {
			w.sim.Fail("chat.delete", slacksim.Fault{Error: "cant_delete_message", Times: -1})
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			w.sim.Fail("chat.update", slacksim.Fault{Error: c.word, Times: -1})
			c.during(w)
			w.model.Answer(modelsim.Text("It is a PA view."))
			root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
			w.wait("the answer", func() bool { return strings.Contains(strings.Join(w.said(root), "\n"), "AI draft") })
			w.closed(root)
			said := w.said(root)
			if n := strings.Count(strings.Join(said, "\n"), "It is a PA view."); n != 1 || len(said) != c.stands {
				t.Errorf("the answer stands there %d times; in all %q", n, said)
			}
			thread, err := w.store.Thread(w.ctx, w.threadKey(root))
			must(t, err)
			all := w.ofBot(root)
			if last := thread.Turns[len(thread.Turns)-1]; last.AnswerTS != all[len(all)-1].TS {
				t.Errorf("the answer is remembered as the message %s, not %s", last.AnswerTS, all[len(all)-1].TS)
			}
			// The thread goes on, and its answers have the same way.
			w.post(w.ann, w.channel, root, "and the heart?")
			w.wait("the next answer", func() bool { return strings.Count(strings.Join(w.said(root), "\n"), "AI draft") == 2 })
			w.closed(root)
		})
	}
}
