package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// This file answers what was pressed under an answer: Try again, Continue, and Second
// look (second.go). The question is the one that was asked, with what had been said
// and posted until then; what came later has no part in it.

// answerPress is the part of the road of a press that differs from a message's:
// nothing new is gathered or looked at.
func (b *Bot) answerPress(ctx, work context.Context, j *job, thread store.Thread) {
	p, end := recall(thread, j.question.Of, j.question.Key.TS)
	kind := j.question.Kind
	switch {
	case end.name != "":
	case kind == store.KindContinue && p.newer:
		end = outcome{name: "newer_answer", text: textNewerAnswer}
	case kind != store.KindAgain && p.answer.Text == "":
		end = outcome{name: "no_answer", text: textNoAnswerToPress}
	case kind != store.KindAgain && p.gone != nil:
		end = outcome{name: "no_image", text: textGone(p.gone, p.seen.images)}
	default:
		p.attend(b.words(p.seen.now[len(p.seen.now)-1]), kind)
		if sentence := b.blind(p.seen, nil); sentence != "" {
			end = outcome{name: "no_image", text: sentence}
		}
	}
	if end.name != "" {
		b.finish(ctx, j, end)
		return
	}
	set, err := b.settingsFor(work, j.question.Thread.Scope())
	if err != nil {
		b.fail(ctx, work, j, nil, "store", textStoreFailed(j.ref), err)
		return
	}
	var out outcome
	switch kind {
	case store.KindContinue:
		out, err = b.ask(work, j, p.upToAnswer(), sight{images: p.seen.images, about: labelsOf(p.seen.now),
			only: p.seen.only, must: p.seen.must, steering: p.seen.steering, instruction: continueInstruction}, set)
	case store.KindSecond:
		out, err = b.lookTwice(work, j, p, set)
	default:
		out, err = b.ask(work, j, p.thread, p.seen, set)
	}
	j.spot.leave()
	if err != nil {
		b.fail(ctx, work, j, nil, "store", textStoreFailed(j.ref), err)
		return
	}
	out.now = nil // it is in the history already
	b.finish(ctx, j, out)
}

// isPress says whether a question is answered from the history alone. One that is
// to be tried again and of which nothing is there, since it came to nothing before
// anybody looked, is asked as if for the first time.
func isPress(q store.Question, t store.Thread) bool {
	return q.Of != "" && (q.Kind != store.KindAgain || slices.ContainsFunc(t.Turns, func(turn store.Turn) bool { return asks(turn, q.Of) }))
}

// questionTS is the ts under which a question stands in the history: that of the
// message that asked; of what was asked by the shortcut, when it was.
func questionTS(q store.Question) string {
	switch {
	case q.Of != "":
		return q.Of
	case q.Key.Act != "":
		return q.AskedTS
	}
	return q.Key.TS
}

// recalled is a question that was asked before, as it was then.
type recalled struct {
	thread   store.Thread // the history before it
	seen     sight        // what it was about; now ends with it
	question string       // as it was typed
	answer   store.Turn   // what the model had said to it in the message that was pressed; without text when it has not
	gone     []int        // labels of deleted images that the answer is about
	newer    bool         // it has said something else to it since
}

// attend confines the question to the images that it was about. What goes on from an
// answer looks at what that has looked at, and so does a question tried again that
// has chosen among the images.
func (p *recalled) attend(question string, kind store.Kind) {
	question = plainCitations(question)
	p.seen.attend(question)
	asked := wishOf(question) // what it wished to see was made when it was asked, and is in its turn
	if len(p.seen.about) == 0 && asked.empty() && comparesRE.MatchString(question) {
		p.seen.about = labelsBut(liveLabels(p.seen.images), p.seen.steering.without)
	}
	if len(asked.slices) > 0 {
		p.seen.must = map[int][]int{}
		for _, r := range p.seen.images {
			p.seen.must[r.Label] = asked.slices
		}
	}
	if p.answer.Images != nil && (kind != store.KindAgain || p.seen.steering.steers()) {
		p.seen.steering = steering{only: p.answer.Images}
	}
	p.seen.confine()
}

// recall finds the question that was asked in the message of, and its answer in the
// message answerTS. end has a name when there is no question, and says why.
func recall(t store.Thread, of, answerTS string) (p recalled, end outcome) {
	i := slices.IndexFunc(t.Turns, func(turn store.Turn) bool { return asks(turn, of) })
	if i < 0 {
		return recalled{}, outcome{name: "not_held", text: textForgotten}
	}
	asked := t.Turns[i].Messages
	if asked[len(asked)-1].Gone {
		return recalled{}, outcome{name: "question_gone", text: textPressDeleted}
	}
	p = recalled{thread: t, seen: sight{now: slices.Clone(asked)}, question: asked[len(asked)-1].Text}
	p.thread.Turns = asToldTo(t.Turns[:i])
	var posted []int
	for _, turn := range t.Turns[:i+1] {
		posted = append(posted, labelsOf(turn.Messages)...)
	}
	most := slices.Max(append(posted, 0))
	p.seen.images = t.Images[:min(most, len(t.Images))]
	p.thread.Images = p.seen.images
	until := slices.IndexFunc(t.Turns, func(turn store.Turn) bool { return turn.AnswerTS == answerTS }) + 1
	if until == 0 {
		until = len(t.Turns) // an older version did not say which one it was
	}
	for _, turn := range asToldTo(t.Turns[:until]) {
		if turn.Role == store.RoleModel && turn.Of == of {
			p.answer = turn
		}
	}
	p.gone = goneOf(p.answer, posted, goneLabels(p.seen.images))
	if p.answer.Text == "" {
		p.seen.unshown = labelsOf(asked) // no answer of the model has been about them
	}
	p.newer = slices.ContainsFunc(t.Turns[until:], func(turn store.Turn) bool { return turn.Of == of && turn.Kind != store.KindSecond })
	return p, outcome{}
}

// upToAnswer is the history with the question and the answer at its end.
func (p recalled) upToAnswer() store.Thread {
	t, answer := p.thread, p.answer
	answer.Of, answer.Kind = "", "" // it stands at the end, whatever it came of
	t.Turns = append(t.Turns[:len(t.Turns):len(t.Turns)], store.Turn{Role: store.RoleUser, Messages: p.seen.now}, answer)
	return t
}

// asks says whether a turn is what people wrote up to the question in the message ts.
func asks(turn store.Turn, ts string) bool {
	n := len(turn.Messages)
	return turn.Role == store.RoleUser && n > 0 && turn.Messages[n-1].TS == ts
}

// asToldTo are the turns as the model is to remember them: of several tries at one
// question the newest, where the first stood; what was continued in one piece; and
// no second looks, which were about an answer.
func asToldTo(turns []store.Turn) []store.Turn {
	out := make([]store.Turn, 0, len(turns))
	for _, t := range turns {
		at := -1
		if t.Role == store.RoleModel && t.Of != "" {
			at = slices.IndexFunc(out, func(o store.Turn) bool { return o.Role == store.RoleModel && o.Of == t.Of })
		}
		switch {
		case t.Kind == store.KindSecond:
		case t.Kind == store.KindContinue && at >= 0:
			out[at].Text = continued(out[at].Text, t.Text)
			out[at].Images = sortedLabels(slices.Concat(out[at].Images, t.Images))
		case t.Kind == store.KindAgain && at >= 0:
			out[at] = t
		case t.Kind == store.KindAgain: // the first try came to nothing
			if i := slices.IndexFunc(out, func(o store.Turn) bool { return asks(o, t.Of) }); i >= 0 {
				out = slices.Insert(out, i+1, t)
			} else {
				out = append(out, t)
			}
		default:
			out = append(out, t)
		}
	}
	return out
}

// continued puts the rest of an answer behind its beginning, which was cut off anywhere.
func continued(text, rest string) string {
	if strings.HasSuffix(text, "\n") || strings.HasPrefix(rest, "\n") {
		return text + rest
	}
	return strings.TrimRight(text, " ") + " " + strings.TrimLeft(rest, " ")
}

// continueInstruction is what the model reads in place of a question when the rest of
// its answer is wanted.
const continueInstruction = "[Your last answer was cut off at the end of what was allowed. Go on from exactly where it ends. Repeat nothing of it.]"
