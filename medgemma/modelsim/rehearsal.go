package modelsim

import (
	"fmt"
	"strings"
	"time"
)

// rehearsalPause is how long a person sees each piece appear; a real endpoint
// makes some thirty tokens in a second.
const rehearsalPause = 40 * time.Millisecond

// Rehearsal is the model of the sandbox. It reads no scan and never pretends
// to: it says what MedGemma would have been sent, in plain Markdown, and stops
// at max_tokens as MedGemma would. Pause(0) makes it answer at once.
func Rehearsal(opts ...Option) Script {
	return Compose(rehearse, Chunks(24), Pause(rehearsalPause), Obey()).with(opts)
}

func rehearse(r Request) string {
	var b strings.Builder
	b.WriteString("**This is a rehearsal model. It is not MedGemma and has read no scan.** It reports what MedGemma would have been sent.\n\n")
	images := r.Images()
	switch len(images) {
	case 0:
		b.WriteString("**Images:** none\n")
	default:
		fmt.Fprintf(&b, "**Images:** %d\n", len(images))
	}
	for i, img := range images {
		label := img.Label
		if label == "" {
			label = fmt.Sprintf("(without a label, number %d)", i+1)
		}
		if img.Slice > 0 {
			label += fmt.Sprintf(", slice %d", img.Slice)
		}
		fmt.Fprintf(&b, "- %s: %s, %d x %d pixels, %d bytes, sha256 %s\n",
			label, strings.ToUpper(img.Format), img.Width, img.Height, len(img.Data), img.SHA256[:8])
	}
	turns := len(r.Messages)
	system := r.System()
	if system != "" {
		turns--
	}
	fmt.Fprintf(&b, "\n**Settings:** temperature %v, max tokens %d\n", r.Temperature, r.MaxTokens)
	fmt.Fprintf(&b, "**Turns:** %d\n", turns)
	fmt.Fprintf(&b, "**System instruction:** %d characters\n", len([]rune(system)))
	b.WriteString("\n**Question:**\n")
	for line := range strings.Lines(r.Question()) {
		b.WriteString("> " + strings.TrimRight(line, "\r\n") + "\n")
	}
	return b.String()
}
