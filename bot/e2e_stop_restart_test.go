package bot_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// An answer is stopped after a restart, before there is a new word of it. What was
// shown of it stays, labelled; and nobody is told that there was no answer who has
// read a part of one.
func TestStopAfterARestart(t *testing.T) {
	t.Parallel()
	const part = "The heart is large."
	for name, c := range map[string]struct {
		killed bool // the thread could not be told of the restart
		pieces int  // of the answer that were shown before
		stop   func(w *world, root string)
		has    []string
	}{
		"killed": {true, 1, func(w *world, root string) { w.press(w.ben, root, "stop") },
			[]string{part, "this answer is incomplete", "AI draft"}},
		"restarted": {false, 1, func(w *world, root string) { w.post(w.ben, w.channel, root, "Stop!") },
			[]string{part, "this answer is incomplete", "AI draft"}},
		"killed before a word": {true, 0, func(w *world, root string) { w.press(w.ben, root, "stop") },
			[]string{"before there was a whole answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
			gate, never := make(chan struct{}), make(chan struct{})
			defer close(never)
			text := part + strings.Repeat(" There is no effusion here.", 5) + " The lungs are clear."
			w.model.Answer(modelsim.Text(text, modelsim.Chunks(130), modelsim.Gate(gate)), modelsim.Text("Never to be said.", modelsim.Gate(never)))
			root := w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
			must(t, w.model.WaitHeld(w.ctx, 1))
			for range c.pieces {
				gate <- struct{}{}
				w.wait("growing text", func() bool { return strings.Contains(strings.Join(w.said(root), ""), part) })
			}
			heal := func() {}
			if c.killed {
				heal = w.sim.Fail("chat.update", slacksim.Fault{HTTPStatus: http.StatusServiceUnavailable, Times: -1})
			}
			must(t, w.stop())
			heal()
			w.start()
			w.until("the model to be asked again", func() bool { return len(w.model.Requests()) == 2 })
			c.stop(w, root)
			got := w.answer(root, 1)
			hasAll(t, "the stopped answer", got, append(c.has, "Stopped by <@"+w.ben+">", "Try again")...)
			for _, bad := range []string{"before there was an answer", "being restarted", "still writing", "Looked at", "lungs"} {
				if strings.Contains(got, bad) {
					t.Errorf("it says %q: %q", bad, got)
				}
			}
			w.model.Answer(modelsim.Text("It is a PA view."))
			w.closed(root)
			w.press(w.ann, root, "again")
			hasAll(t, "the second try", w.answer(root, 2), "It is a PA view.", "Looked at: Image 1")
		})
	}
}
