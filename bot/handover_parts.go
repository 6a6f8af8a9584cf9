package bot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/store"
)

// The parts of a hand-off note beside the questions and answers.

// maxImagesRunes bounds the images of the note.
const maxImagesRunes = 2500

// images lists the images of the thread, and how many files are none.
func (h handover) images() string {
	l := ledger{h.thread, h.link}
	var text string
	for _, full := range []bool{true, false} {
		var lines []string
		for _, r := range h.thread.Images {
			if !r.Gone {
				lines = append(lines, "• "+l.image(r, full))
			}
		}
		if text = strings.Join(lines, "\n"); utf8.RuneCountInString(text) <= maxImagesRunes {
			break
		}
	}
	there := liveLabels(h.thread.Images)
	switch {
	case len(there) == 0:
		text = "• none"
	case utf8.RuneCountInString(text) > maxImagesRunes:
		text = fmt.Sprintf("• %s. `@MedBuddy images` tells of each.", labelList(there))
	}
	var unread []store.UnreadFile
	for _, m := range unreadIn(h.thread) {
		unread = append(unread, m.Unread...)
	}
	if len(unread) > 0 {
		text += "\n• Not read: " + countReasons(unread)
	}
	return "*Images*\n" + text
}

// maxOpen is how many open questions are listed.
const maxOpen = 8

// openQuestions lists what has no answer yet; "" when nothing is open.
func (h handover) openQuestions() string {
	var lines []string
	for _, q := range h.open {
		if q.Kind == store.KindCommand || q.Kind == store.KindRefused {
			continue
		}
		line := "• " + mention(q.User) + when(q.Key.TS)
		switch text := flat(plainText(clip(q.Text, 2000), h.self, nobody), 200); {
		case q.Of != "":
			line = "• " + mention(q.User) + when(q.AskedTS) + ": " + cameBy(store.Turn{Kind: q.Kind})
		case text != "":
			line += ": “" + text + "”"
		default:
			line += ": _without words_"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return ""
	}
	if more := len(lines) - maxOpen; more > 0 {
		lines = append(lines[:maxOpen], fmt.Sprintf("• and %d more", more))
	}
	return "*Without an answer yet*\n" + strings.Join(lines, "\n")
}

// gone says what was deleted in Slack and is erased here; "" when nothing was.
func (h handover) gone() string {
	var labels []int
	for _, r := range h.thread.Images {
		if r.Gone {
			labels = append(labels, r.Label)
		}
	}
	messages := 0
	for _, t := range h.thread.Turns {
		for _, m := range t.Messages {
			if m.Gone {
				messages++
			}
		}
	}
	var parts []string
	if len(labels) > 0 {
		parts = append(parts, labelList(labels))
	}
	if messages == 1 {
		parts = append(parts, "1 message")
	} else if messages > 1 {
		parts = append(parts, fmt.Sprintf("%d messages", messages))
	}
	if len(parts) == 0 {
		return ""
	}
	return "*Deleted in Slack since:* " + clip(strings.Join(parts, ", "), 600) + ". Answers above may still speak of it."
}
