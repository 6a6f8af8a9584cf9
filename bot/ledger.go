package bot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/store"
)

// The ledger of a thread's images: what each label stands for, for life.

// ledger is what the ledger is made of.
type ledger struct {
	thread store.Thread
	link   func(ts string) string // URL of a message of the thread, or ""; may be nil
}

// maxNoteRunes bounds what is said at once about a whole thread: some three messages.
const maxNoteRunes = 9000

// textLedger lists in mrkdwn the images of a thread and the files that are none. It
// has at most maxNoteRunes; where that is too little the lines are short.
func textLedger(l ledger) string {
	if len(l.thread.Images) == 0 && len(unreadIn(l.thread)) == 0 {
		return textNoLedger
	}
	for _, full := range []bool{true, false} {
		var lines []string
		for _, r := range l.thread.Images {
			lines = append(lines, "• "+l.image(r, full))
		}
		if len(lines) > 0 {
			lines = append([]string{textLedgerHead}, lines...)
		}
		text := strings.Join(append(lines, l.unread()...), "\n")
		if utf8.RuneCountInString(text) <= maxNoteRunes {
			return text
		}
	}
	return labelList(liveLabels(l.thread.Images)) + ". " + textLedgerLong
}

// image is the line of an image.
func (l ledger) image(r store.ImageRecord, full bool) string {
	label := "*" + imageLabel(r.Label) + "*"
	if r.Gone {
		return label + ": " + textImageGone
	}
	if l.link != nil {
		label = "*" + hyperlink(l.link(r.MessageTS), imageLabel(r.Label)) + "*"
	}
	line := label + " by " + mention(r.User)
	if at := tsTime(r.MessageTS); !at.IsZero() {
		line += " " + slackTime(at)
	}
	if !full {
		return line
	}
	about := append(describe(r, len(r.Slices)), sizes(r))
	about = append(about, noteTexts(r.Notes)...)
	line += ": " + inert(strings.Join(about, ", "))
	if len(r.Slices) > 0 {
		line += ", `" + shortHash(r.Slices[0].SHA256) + "`"
		if len(r.Slices) > 1 {
			line += " and on"
		}
	}
	return line
}

// sizes are the size of an image as posted and as the model gets it.
func sizes(r store.ImageRecord) string {
	return fmt.Sprintf("%d×%d, seen at %d×%d", r.Width, r.Height, r.Side, r.Side)
}

// shortHash is the beginning of a SHA-256, enough to tell pictures apart.
func shortHash(hex string) string { return inert(hex[:min(len(hex), 8)]) }

// maxUnreadLines is how many messages with unread files are listed.
const maxUnreadLines = 15

// unread lists the messages with files that are no image.
func (l ledger) unread() (lines []string) {
	all := unreadIn(l.thread)
	for _, m := range all[:min(len(all), maxUnreadLines)] {
		line := "• Not read, of " + mention(m.User)
		if at := tsTime(m.TS); !at.IsZero() {
			when := slackTime(at)
			if l.link != nil {
				if to := l.link(m.TS); to != "" {
					when += " (" + hyperlink(to, "message") + ")"
				}
			}
			line += " " + when
		}
		lines = append(lines, line+": "+countReasons(m.Unread))
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("• and files of %d more messages", more))
	}
	return lines
}

// unreadIn are the messages of a thread with files that are no image.
func unreadIn(t store.Thread) (out []store.Message) {
	for _, turn := range t.Turns {
		for _, m := range turn.Messages {
			if len(m.Unread) > 0 && !m.Gone {
				out = append(out, m)
			}
		}
	}
	return out
}

// countReasons says why files were not read, each reason once: "2 files came as a web
// page, 1 file is a PDF".
func countReasons(unread []store.UnreadFile) string {
	var order []string
	count := map[string]int{}
	for _, f := range unread {
		words := fileWords(f.Reason)
		if count[words] == 0 {
			order = append(order, words)
		}
		count[words]++
	}
	var parts []string
	for _, words := range order[:min(len(order), 6)] {
		files := "files"
		if count[words] == 1 {
			files = "file"
		}
		parts = append(parts, fmt.Sprintf("%d %s (%s)", count[words], files, words))
	}
	if more := len(order) - len(parts); more > 0 {
		parts = append(parts, "and others")
	}
	return strings.Join(parts, ", ")
}
