package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// Each message of a long answer stands for all of it.
func TestDeletedPartOfALongAnswer(t *testing.T) {
	t.Parallel()
	for part := range 3 {
		w := newWorld(t, options{})
		w.model.Answer(modelsim.Long(9_000))
		root := w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
		w.wait("the answer", func() bool { return strings.Contains(strings.Join(w.said(root), ""), "AI draft") })
		w.closed(root)
		parts := w.ofBot(root)
		if len(parts) < 3 {
			t.Fatalf("%d messages, want an answer in several", len(parts))
		}
		must(t, w.sim.Delete(w.channel, parts[part].TS))
		w.until("the answer to be erased", func() bool {
			thread, err := w.store.Thread(w.ctx, w.threadKey(root))
			must(t, err)
			return thread.Turns[1].Text == ""
		})
	}
}
