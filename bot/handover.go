package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store"
)

// The hand-off note of a thread. It is put together from what is stored, never by the
// model: who takes over must be able to rely on who said what.

// handover is what the note is made of.
type handover struct {
	thread store.Thread
	open   []store.Question       // that have no answer yet
	set    settings               // that hold now
	self   string                 // MedBuddy's user id, whose mentions are dropped
	link   func(ts string) string // URL of a message of the thread, or ""; may be nil
}

// finishStopped is the FinishedBy of an answer that somebody stopped. Stored value:
// never change it.
const finishStopped = "stopped"

// exchange is an answer of the model with what it answers.
type exchange struct {
	answer   store.Turn
	question store.Message
}

// exchanges pairs the answers of a thread with their questions, in order. Answers of
// older versions do not name theirs: it is the last message before them.
func exchanges(t store.Thread) (out []exchange) {
	asked := map[string]store.Message{}
	var last store.Message
	for _, turn := range t.Turns {
		for _, m := range turn.Messages {
			asked[m.TS], last = m, m
		}
		if turn.Role != store.RoleModel {
			continue
		}
		e := exchange{answer: turn, question: last}
		if m, ok := asked[turn.Of]; ok {
			e.question = m
		}
		out = append(out, e)
	}
	return out
}

// textSummary is the hand-off note in mrkdwn, of at most maxNoteRunes. Where that is
// too little the oldest entries are shortened, then left out, and it says so.
func textSummary(h handover) string {
	head := []string{textHandoverHead, h.images()}
	var tail []string
	if open := h.openQuestions(); open != "" {
		tail = append(tail, open)
	}
	if gone := h.gone(); gone != "" {
		tail = append(tail, gone)
	}
	tail = append(tail, "*Settings now:* "+h.set.String()+".")
	all := exchanges(h.thread)
	room := maxNoteRunes - utf8.RuneCountInString(strings.Join(slices.Concat(head, tail), "\n\n")) - 300
	entries, note := h.fitted(all, room)
	if len(all) == 0 {
		entries = []string{textNothingAsked}
	}
	body := "*Questions and answers*\n"
	if note != "" {
		body += "_" + note + "_\n"
	}
	return strings.Join(slices.Concat(head, []string{body + strings.Join(entries, "\n")}, tail), "\n\n")
}

// newestWhole is how many of the newest entries stand whole as long as older ones can
// go instead.
const newestWhole = 4

// fitted writes the entries so that they have at most room characters together, and
// says what was shortened or left out for it.
func (h handover) fitted(all []exchange, room int) (entries []string, note string) {
	size := 0
	for _, e := range all {
		entries = append(entries, h.entry(e, 200, 400))
		size += utf8.RuneCountInString(entries[len(entries)-1]) + 1
	}
	short, left := 0, 0
	for _, end := range []int{len(all) - newestWhole, len(all)} {
		for ; short < end && size > room; short++ {
			whole := utf8.RuneCountInString(entries[short])
			entries[short] = h.entry(all[short], 80, 120)
			size += utf8.RuneCountInString(entries[short]) - whole
		}
		for ; left < end && size > room; left++ {
			size -= utf8.RuneCountInString(entries[left]) + 1
		}
	}
	switch {
	case left > 0 && short > left:
		note = fmt.Sprintf("The oldest %s left out, the next %s shortened. ", isAre(left), isAre(short-left)) + textHandoverMore
	case left > 0:
		note = fmt.Sprintf("The oldest %s left out. ", isAre(left)) + textHandoverMore
	case short > 0:
		note = fmt.Sprintf("The oldest %s shortened. ", isAre(short)) + textHandoverMore
	}
	return entries[left:], note
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return fmt.Sprintf("%d are", n)
}

// entry is a question with its answer, at most so many characters of each.
func (h handover) entry(e exchange, question, answer int) string {
	text := flat(plainText(clip(e.question.Text, 10*question), h.self, nobody), question)
	switch {
	case e.question.Gone:
		text = "_deleted in Slack_"
	case text == "":
		text = "_without words_"
	default:
		text = "“" + text + "”"
	}
	lines := []string{"• " + mention(e.question.User) + when(e.question.TS) + ": " + text}
	said := flat(concluded(e.answer.Text), answer)
	if said == "" {
		said = "_no text_"
	}
	lines = append(lines, "> "+said)
	lines = append(lines, "    "+strings.Join(h.circumstances(e.answer), " · "))
	return strings.Join(append(lines, h.verdicts(e.answer.AnswerTS)...), "\n")
}

// circumstances are how an answer came about.
func (h handover) circumstances(t store.Turn) []string {
	about := []string{"no image looked at"}
	if len(t.Images) > 0 {
		about[0] = lookedList(t.Images, h.thread.Images)
	} else if !told(t) {
		about = nil
	}
	if t.MaxTokens > 0 {
		about = append(about, settings{t.Temperature, t.MaxTokens}.String())
	}
	if t.Model != "" {
		about = append(about, "model "+clipInert(t.Model, 80))
	}
	if how := cameBy(t); how != "" {
		about = append(about, how+" by "+mention(t.User))
	}
	if ended := endedBy(t.FinishedBy); ended != "" {
		about = append(about, ended)
	}
	return about
}

// told says whether a turn of the model says what it was made of. Those of older
// versions do not, nor those that were found in the thread after a crash.
func told(t store.Turn) bool { return t.AnswerTS != "" && t.MaxTokens > 0 }

// cameBy says by which press an answer came; "" for one to a message.
func cameBy(t store.Turn) string {
	switch t.Kind {
	case store.KindAgain:
		return "tried again"
	case store.KindContinue:
		return "continued"
	case store.KindSecond:
		return "second look"
	}
	return ""
}

// endedBy says why an answer is not whole; "" when it is.
func endedBy(finish string) string {
	switch {
	case finish == "length":
		return "cut off at max tokens"
	case finish == finishStopped:
		return "stopped by a person"
	case finish == medgemma.FinishRepetition:
		return "stopped when it repeated itself"
	case finish == "content_filter":
		return "ended by the safety filter"
	case !slices.Contains(wholeFinishes, finish):
		return "ended early"
	}
	return ""
}

// maxNamed is how many people are named for one thing.
const maxNamed = 8

// verdicts are the lines of what people say of an answer.
func (h handover) verdicts(answerTS string) (lines []string) {
	var good, bad []string
	for _, v := range h.thread.Verdicts {
		switch {
		case v.AnswerTS != answerTS || answerTS == "":
		case v.Feedback == feedbackGood:
			good = append(good, mention(v.User))
		case v.Feedback != "":
			who := mention(v.User)
			if why := reasonSaid(v.Feedback); why != "" {
				who += " (" + why + ")"
			}
			bad = append(bad, who)
		}
	}
	if len(bad) > 0 {
		lines = append(lines, "    *Disagreed:* "+few(bad, maxNamed))
	}
	if len(good) > 0 {
		lines = append(lines, "    Good: "+few(good, maxNamed))
	}
	if answerTS == "" {
		return lines
	}
	if reviewed := reviewLine(h.thread.Verdicts, answerTS); reviewed != "" {
		lines = append(lines, "    "+reviewed)
	}
	return lines
}

// few names at most n of a list.
func few(list []string, n int) string {
	if more := len(list) - n; more > 0 {
		return strings.Join(list[:n], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(list, ", ")
}

// when is the time of a message, led by a space.
func when(ts string) string {
	at := tsTime(ts)
	if at.IsZero() {
		return ""
	}
	return " " + slackTime(at)
}

var (
	concludingRE = regexp.MustCompile(`(?im)^[\s>#•*_\-\d.)]*(?:impression|conclusion|final answer|answer|summary)\b[^:\n]{0,24}:[\s*_]*`)
	nextHeadRE   = regexp.MustCompile(`(?m)^(?:[\s>#•*_\-\d.)]*[A-Z][A-Za-z ,/']{2,48}:|\s*#)`)
	marksRE      = regexp.MustCompile("[*_`~#]+|(?m:^[\\s>•-]+)")
	spaceRE      = regexp.MustCompile(`\s+`)
)

// concluded is what an answer concludes, where it says so, else all of it.
func concluded(answer string) string {
	at := lastIndex(concludingRE, answer)
	if at == nil {
		return answer
	}
	rest := answer[at[1]:]
	if next := nextHeadRE.FindStringIndex(rest); next != nil && strings.TrimSpace(rest[:next[0]]) != "" {
		rest = rest[:next[0]]
	}
	if strings.TrimSpace(rest) == "" {
		return answer
	}
	return rest
}

// flat is text as one inert line without marks, of at most n characters with Slack's
// entities.
func flat(text string, n int) string {
	text = marksRE.ReplaceAllString(visible(clip(text, 10*n)), "")
	text = strings.TrimSpace(spaceRE.ReplaceAllString(text, " "))
	return clipInert(text, n)
}

// clipInert makes a run of characters harmless, and shortens it to at most n characters
// with Slack's entities, none of which it cuts.
func clipInert(s string, n int) string {
	out := inert(clip(s, n))
	for k := n; utf8.RuneCountInString(out) > n; {
		k = min(k-1, k*n/utf8.RuneCountInString(out))
		out = inert(clip(s, k))
	}
	return out
}
