package bot_test

import (
	"fmt"
	"strings"
	"testing"
)

// The longest question that the dialog of the shortcut takes is asked, and the answer
// grows below it as any other: also when Slack writes each of its characters as five.
func TestShortcutWithALongQuestion(t *testing.T) {
	t.Parallel()
	for name, question := range map[string]string{
		"words":    "Is there an effusion? " + strings.Repeat("The patient is short of breath. ", 92),
		"entities": "Is there an effusion? " + strings.Repeat("&", 2900),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root := w.post(w.ann, w.channel, "", "last night's film", film(t, 1))
			var answer strings.Builder
			for i := range 240 {
				fmt.Fprintf(&answer, "Finding %03d is of no note. ", i)
			}
			step := w.stepModel(answer.String(), answer.Len()/3)
			w.askAbout(w.ben, root, question)
			w.wait("the placeholder", func() bool { return len(w.said(root)) == 1 })
			hasAll(t, "the placeholder", w.said(root)[0], "<@"+w.ben+"> asks: Is there an effusion?")
			step()
			step()
			w.wait("growing text", func() bool {
				text := w.said(root)[0]
				return strings.Contains(text, "is of no note") && strings.Contains(text, "still writing")
			})
			hasAll(t, "the growing answer", w.said(root)[0], "<@"+w.ben+"> asks: Is there an effusion?")
			step()
			w.wait("the answer", func() bool { said := w.said(root); return strings.Contains(said[len(said)-1], "AI draft") })
			w.closed(root)
			all := strings.Join(w.said(root), " ")
			if asked, said := strings.Count(all, "effusion?"), strings.Count(all, "Finding "); asked != 1 || said != 240 {
				t.Errorf("the thread has the question %d times and %d findings, want 1 and 240", asked, said)
			}
		})
	}
}
