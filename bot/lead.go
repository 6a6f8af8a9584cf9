package bot

import (
	"strings"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// askAct marks the key of what was asked by the shortcut; the id of its dialog follows.
const askAct = "ask."

// lead is what stands above everything that the answer's message shows: who asked what
// by the shortcut, since there is no message that says so, under which answer a button
// was pressed, and the line for questions that cannot wait.
func (b *Bot) lead(q store.Question) string {
	var lines []string
	text := plainText(q.Text, b.self.user, nobody)
	if q.Kind == store.KindAsk && b.urgent(q, text) {
		lines = append(lines, "*"+b.cfg.UrgentText+"*")
	}
	if strings.HasPrefix(q.Key.Act, askAct) {
		lines = append(lines, textAskedByShortcut(q.User, text))
	}
	switch q.Kind {
	case store.KindAgain, store.KindContinue, store.KindSecond:
		lines = append(lines, textPressedUnder(q.Kind, permalink(b.self.url, q.Thread.Channel, q.Key.TS, q.Thread.TS)))
	}
	return strings.Join(lines, "\n")
}

// withoutLead takes the lead off a text as Slack gives it back.
func withoutLead(text, lead string) string {
	for line := range strings.SplitSeq(lead, "\n") {
		quoted, ok := strings.CutPrefix(line, ">")
		if ok {
			line = "&gt;" + quoted
		}
		text = strings.TrimLeft(strings.TrimPrefix(text, line), "\n")
	}
	return text
}

// choose makes what was asked by the shortcut a question about the images of the
// message that was chosen, unless it names images itself. Where there are others the
// words say so: the model, and whoever reads them later, cannot know otherwise.
func (s *sight) choose(q store.Question) {
	if !strings.HasPrefix(q.Key.Act, askAct) || len(s.about) > 0 || s.steering.steers() {
		return
	}
	for _, r := range s.images {
		if r.MessageTS == q.Key.TS && !r.Gone {
			s.about = append(s.about, r.Label)
		}
	}
	if len(s.about) > 0 && len(s.about) < len(liveLabels(s.images)) {
		s.now[len(s.now)-1].Text += "\n" + aboutNote(s.about)
	}
}

// blindToChosen is blind for what was asked by the shortcut: no other image of the
// thread stands in for one of the chosen message that cannot be seen.
func (b *Bot) blindToChosen(j *job, t store.Thread, seen sight) string {
	q := j.question
	if !strings.HasPrefix(q.Key.Act, askAct) || len(seen.about) > 0 || seen.steering.steers() {
		return ""
	}
	var gone []int
	for _, r := range seen.images {
		if r.MessageTS == q.Key.TS && r.Gone {
			gone = append(gone, r.Label)
		}
	}
	if len(gone) > 0 {
		return textImagesGone(gone, seen.images)
	}
	chosen := seen.now
	for _, turn := range t.Turns {
		chosen = append(chosen[:len(chosen):len(chosen)], turn.Messages...)
	}
	for _, m := range chosen {
		if m.TS == q.Key.TS && len(m.Unread) > 0 {
			return unreadSentences(m.Unread, j.places) + "\n" + textAskNamed
		}
	}
	return ""
}

// urgent says whether the line for urgent questions is to stand above an answer: once
// in a thread within urgentAgain, so that it keeps being read.
func (b *Bot) urgent(q store.Question, text string) bool {
	return timeCritical(text) && b.warned.first(q, time.Now())
}

const (
	urgentAgain = 10 * time.Minute
	warnedSize  = 1000
)

// warned remembers for which question the urgent line was said last in a thread. The
// zero warned is empty.
type warned struct {
	mu sync.Mutex
	by map[store.ThreadKey]warning
}

type warning struct {
	question store.QuestionKey
	at       time.Time
}

// first says whether the line is to be said for q, which it is each time for the same
// question.
func (w *warned) first(q store.Question, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if last, ok := w.by[q.Thread]; ok && last.question != q.Key && now.Sub(last.at) < urgentAgain {
		return false
	}
	if w.by == nil || len(w.by) >= warnedSize {
		w.by = map[store.ThreadKey]warning{} // it is said once more than needed then
	}
	w.by[q.Thread] = warning{q.Key, now}
	return true
}
