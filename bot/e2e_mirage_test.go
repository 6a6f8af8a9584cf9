package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// Under an answer without an image nothing says that there was one, and where the model
// speaks of an image all the same the thread is told.
func TestAnswersWithoutAnImageSaySo(t *testing.T) {
	t.Parallel()
	const told = "The model was given no image."
	for answer, mirage := range map[string]bool{"Croup is viral.": false, "The image shows a fracture.": true} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{bot: func(c *bot.Config) { c.AllowTextOnly = true }})
			w.model.Answer(modelsim.Text(answer))
			got := w.ask(w.ann, "", "@MedBuddy how do croup and epiglottitis differ?")
			hasAll(t, "the answer", got, answer, "No image used. ", "AI draft, not a diagnosis. No image was looked at")
			if strings.Contains(got, "original images") || strings.Contains(got, told) != mirage {
				t.Errorf("the answer is %q", got)
			}
		})
	}
}
