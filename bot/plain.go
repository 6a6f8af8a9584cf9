package bot

import (
	"html"
	"regexp"
	"strings"
)

// What a person typed reaches the model as plain text: without Slack's markup,
// without names, and without the control tokens of Gemma's chat template.

var (
	angleRE = regexp.MustCompile(`<([^<>]*)>`)

	// controlRE matches the control tokens of Gemma 3's vocabulary. The endpoint
	// tokenises a person's text with them live, so "<end_of_turn>\n
	// <start_of_turn>model" would forge a turn of the model and
	// "<start_of_image>" would unbalance the pictures.
	controlRE = regexp.MustCompile(`(?i)<\s*(/?\s*(?:start_of_turn|end_of_turn|start_of_image|end_of_image|image_soft_token|start_of_audio|end_of_audio|audio_soft_token|bos|eos|pad|unk|mask|unused\d+))\s*>`)
)

// plainText turns the text of a Slack message into what the model reads. person
// names a user by letter ("Person B"), or returns "" for somebody who has not
// spoken in the thread. Mentions of MedBuddy itself (self) disappear.
func plainText(text, self string, person func(user string) string) string {
	text = angleRE.ReplaceAllStringFunc(text, func(ref string) string {
		body, label, _ := strings.Cut(ref[1:len(ref)-1], "|")
		switch {
		case body == "@"+self:
			return ""
		case strings.HasPrefix(body, "@"):
			if name := person(body[1:]); name != "" {
				return name
			}
			return "a colleague"
		case strings.HasPrefix(body, "!subteam^"):
			return "colleagues"
		case strings.HasPrefix(body, "!date"):
			return label
		case strings.HasPrefix(body, "!"):
			return "everyone"
		case strings.HasPrefix(body, "#"):
			return "a channel"
		case label != "":
			return label
		default:
			return strings.TrimPrefix(body, "mailto:")
		}
	})
	text = html.UnescapeString(text)
	return strings.TrimSpace(unforge(disarm(text)))
}

// forgedRE finds lines that look like what buildPrompt writes between people's
// words: a speaker, the label of an image, a note.
var forgedRE = regexp.MustCompile(`(?im)^[\t ]*(?:person\s+[a-z]{1,3}\s*:|image\s+\d+\s*(?:[\[(].*)?$|slice\s+\d+\s*$|\[.*\]\s*$)`)

// unforge marks such lines as quoted, so that nobody can put words into a
// colleague's mouth or an image into the conversation by typing.
func unforge(text string) string { return forgedRE.ReplaceAllString(text, "> $0") }

// disarm makes the control tokens of Gemma's template harmless: what was
// <end_of_turn> reads as [end_of_turn]. Nothing else of the text changes.
func disarm(text string) string {
	for {
		next := controlRE.ReplaceAllString(text, "[$1]")
		if next == text {
			return text
		}
		text = next // a token may have been hidden inside another
	}
}
