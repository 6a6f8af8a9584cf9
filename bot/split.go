package bot

import (
	"strings"
	"unicode/utf8"
)

// partRunes is the most characters of answer text in one Slack message. Slack
// refuses a chat.update whose text is over 4,000 (msg_too_long), and the label
// stands in the same text; facts: chat.update reference, metabase#79908.
const partRunes = 3300

// sectionRunes is the most text of one section block (Slack: 3,000).
const sectionRunes = 2900

// split cuts mrkdwn into parts of at most limit characters: between paragraphs
// if it can, else between lines, words, or anywhere. A code block that is cut is
// closed and opened again. Nothing but the white space at a cut is lost.
func split(s string, limit int) []string {
	const fence = "```"
	var parts []string
	for utf8.RuneCountInString(s) > limit {
		head := cutAt(s, limit-2*len(fence)-2)
		part, rest := strings.TrimRight(s[:head], " \n"), strings.TrimLeft(s[head:], "\n")
		if strings.Count(part, fence)%2 == 1 {
			part += "\n" + fence
			rest = fence + "\n" + rest
		} else {
			rest = strings.TrimLeft(rest, " ")
		}
		parts = append(parts, part)
		s = rest
	}
	if strings.TrimSpace(s) != "" || len(parts) == 0 {
		parts = append(parts, s)
	}
	return parts
}

// cutAt returns the byte offset of the best place to cut s after at most limit
// characters; it is never 0 and never inside a character or an entity.
func cutAt(s string, limit int) int {
	end := 0
	for range limit {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	for _, sep := range []string{"\n\n", "\n", " "} {
		if i := strings.LastIndex(s[:end], sep); i > end/2 {
			return i + len(sep)
		}
	}
	if i := strings.LastIndexByte(s[:end], '&'); i > 0 && i > end-len("&amp;") && !strings.Contains(s[i:end], ";") {
		return i
	}
	return end
}
