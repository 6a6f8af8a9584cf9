package modelsim

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// How long a person sees each piece appear; a real endpoint makes some thirty
// tokens in a second. What is to come slowly leaves time to press Stop.
const (
	rehearsalPause = 40 * time.Millisecond
	slowPause      = 200 * time.Millisecond
)

// Words in a question that make the rehearsal go otherwise than well.
const (
	wordSlowly = "slowly"
	wordLong   = "a long answer"
	wordBreak  = "break off"
	wordRepeat = "repeat yourself"
)

// Rehearsal is the model of the sandbox. It reads no scan and never pretends
// to: it says what MedGemma would have been sent, in plain Markdown, and stops
// at max_tokens as MedGemma would; asked to go on there, it does. Words in the
// question make it slow, long, break off or repeat itself. Pause(0) makes it
// answer at once.
func Rehearsal(opts ...Option) Script {
	return Choose(func(r Request) Script {
		asked, rest := r, ""
		if before, ok := cutOff(r); ok {
			asked, rest = before, r.Messages[len(r.Messages)-2].Text()
		}
		pause, question := rehearsalPause, strings.ToLower(asked.Question())
		if strings.Contains(question, wordSlowly) {
			pause = slowPause
		}
		text := after(rehearse(asked), rest)
		s := Text(text, Chunks(24), Pause(pause), Obey())
		switch {
		case strings.Contains(question, wordRepeat):
			s = Loop(text+"\n", "The rehearsal model says this again and again. ", 0, Chunks(24), Pause(pause))
		case strings.Contains(question, wordBreak):
			s = Cut(text, len(text)/2, Chunks(24), Pause(pause))
		}
		return s.with(opts)
	})
}

// cutOff is the request whose answer r asks to go on with: it ends with that answer
// and the words that say so.
func cutOff(r Request) (Request, bool) {
	n := len(r.Messages)
	if n < 3 || !strings.HasPrefix(r.Question(), "[Your last answer was cut off") {
		return Request{}, false
	}
	r.Messages = r.Messages[:n-2]
	return r, true
}

// after is what of a text comes behind its beginning. White space does not count: the
// parts of an answer may have been put together with some. A text that begins
// otherwise comes whole, such as after a change of settings.
func after(text, beginning string) string {
	left := strings.Join(strings.Fields(beginning), "")
	for i, r := range text {
		switch {
		case left == "":
			return text[i:]
		case unicode.IsSpace(r):
		case strings.HasPrefix(left, string(r)):
			left = left[len(string(r)):]
		default:
			return text
		}
	}
	return "There is nothing left to say."
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
	if !strings.Contains(strings.ToLower(r.Question()), wordLong) {
		fmt.Fprintf(&b, "\nTo rehearse more, put one of these into a question: *%s*, *%s*, *%s*, *%s*.\n", wordSlowly, wordLong, wordBreak, wordRepeat)
		return b.String()
	}
	b.WriteString("\nWhat follows says nothing. It is there to be too long:\n")
	// Half as much again as max_tokens let through: one Continue comes to the end.
	for n := 1; len([]rune(b.String())) < 6*r.MaxTokens; n++ {
		fmt.Fprintf(&b, "%d. Line %d of a long answer\n", n, n)
	}
	b.WriteString("\nThat was the end of the long answer.\n")
	return b.String()
}
