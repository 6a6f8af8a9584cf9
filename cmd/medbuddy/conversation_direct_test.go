package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// In a direct message an answer grows in Slack's own stream, or by chat.update where
// there is none or it ends too soon; in the end there is one message in any case.
func TestConversationDirect(t *testing.T) {
	shortForm(t)
	for name, c := range map[string]struct {
		slack  slacksim.Config
		ends   bool // Slack closes the stream in the middle
		begun  int  // calls of chat.startStream
		stream bool // text came through the stream
		grown  bool // text came by chat.update
	}{
		"streamed":  {begun: 1, stream: true},
		"refused":   {slack: slacksim.Config{NoStreams: true}, begun: 1, grown: true},
		"cut short": {ends: true, begun: 1, stream: true, grown: true},
	} {
		t.Run(name, func(t *testing.T) {
			shortForm(t)
			w := openTalk(t, rowScale{slack: c.slack})
			w.channel = w.sim.DM(w.ann)
			gate := make(chan struct{}, 3)
			parts := []string{"The heart is large", "There is no effusion", "The lungs are clear"}
			var text string // in pieces of 100 characters
			for _, part := range parts {
				text += (part + strings.Repeat(", as far as can be seen", 4))[:98] + ". "
			}
			w.model.Answer(modelsim.Text(text, modelsim.Chunks(100), modelsim.Gate(gate)))
			root := w.say(w.ann, "", "which view is this?", filmOf(t, 1))
			// A piece each, until it is seen.
			for _, part := range parts[:2] {
				gate <- struct{}{}
				w.must(10*time.Second, part, func() bool {
					return slices.ContainsFunc(w.ofBot(root), func(m slacksim.Message) bool { return strings.Contains(m.Text, part) })
				})
				if c.ends {
					w.sim.EndStreams()
				}
			}
			close(gate)
			final := w.answer(root, 1)
			w.must(4*time.Second, "the one message", func() bool { return len(w.ofBot(root)) == 1 })
			w.shows(final.Text, strings.TrimSpace(text), "Looked at: Image 1", "AI draft")

			for method, want := range map[string]bool{"chat.appendStream": c.stream, "chat.stopStream": c.stream, "chat.delete": c.stream} {
				if n := w.sim.Count(method); n > 0 != want {
					t.Errorf("%d calls of %s", n, method)
				}
			}
			if n := w.sim.Count("chat.startStream"); n != c.begun {
				t.Errorf("%d calls of chat.startStream, want %d", n, c.begun)
			}
			grown := false
			for _, text := range final.Edits {
				grown = grown || strings.Contains(text, "still writing")
			}
			if grown != c.grown {
				t.Errorf("it grew by chat.update: %t, want %t: %q", grown, c.grown, final.Edits)
			}

			// The thread goes on without a mention, and stop is a word here, too.
			hold := make(chan struct{})
			defer close(hold)
			w.model.Answer(modelsim.Text("Never to be said.", modelsim.Gate(hold)))
			w.say(w.ann, root, "and the heart?")
			w.must(4*time.Second, "the model", func() bool { return len(w.model.Requests()) == 2 })
			w.say(w.ann, root, "stop")
			w.shows(w.answer(root, 2).Text, "Stopped by <@"+w.ann+"> before there was an answer")
			w.p.stop(11 * time.Second)
		})
	}
}
