package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store"
)

// outcome is how a question ends: what the thread shows and what is remembered.
type outcome struct {
	name   string // for the metrics
	text   string // mrkdwn; never empty
	looked *looked
	now    []store.Message // what people wrote since the turn before; may be empty
	answer *store.Turn     // the model's; nil when there is none
	cut    bool            // it ended at max tokens, and can be continued
	bare   bool            // there is nothing to press under it
	draft  bool            // text holds words of the model of which no more is known
}

// outcomeEnded is how a question ends that a person has ended before there was an
// answer.
func outcomeEnded(cause error, now []store.Message) outcome {
	var stopped errStopped
	if errors.As(cause, &stopped) {
		return outcome{name: finishStopped, text: textStopped(stopped.user, false), now: now}
	}
	return outcome{name: nameDeleted, text: textQuestionDeleted, bare: true}
}

// wholeFinishes are the reasons with which a server ends a whole answer.
var wholeFinishes = []string{"", "stop", "eos", "eos_token", "end_turn", "stop_sequence"}

// outcomeOf puts together what the thread shows of an answer.
func (b *Bot) outcomeOf(j *job, set settings, seen looked, now []store.Message, said said, err error) outcome {
	out := outcome{name: "answered", now: now, looked: &seen}
	if said.end.Model != "" {
		seen.model = said.end.Model
	}
	var notes []string
	var stopped errStopped
	switch {
	case errors.Is(err, errDeleted), errors.As(err, &stopped) && said.text == "":
		return outcomeEnded(err, now)
	case errors.As(err, &stopped):
		out.name = finishStopped
		notes = append(notes, textStopped(stopped.user, true))
	case err != nil:
		trouble := asTrouble(err)
		out.name = string(trouble.Kind)
		note := modelSentence(trouble, set.maxTokens, b.cfg.MaxTokensLimit, j.ref)
		switch {
		case said.text == "":
			out.looked = nil
		case trouble.Kind == medgemma.KindTimeout:
			note = textTooLate(j.ref)
		case said.again:
			note = textCutTwice(j.ref)
		default:
			out.name = string(medgemma.KindCut)
			note = modelSentence(&medgemma.Error{Kind: medgemma.KindCut}, set.maxTokens, b.cfg.MaxTokensLimit, j.ref)
		}
		j.lg.Error("the model gave no whole answer", "kind", out.name, "error", err)
		notes = append(notes, note)
	}
	if said.again && err == nil {
		notes = append(notes, textAskedTwice)
	}
	switch finish := said.end.Finish; {
	case err != nil:
	case finish == medgemma.FinishRepetition:
		out.name = "repetition"
		notes = append(notes, textRepeats)
	case finish == "content_filter": // OpenAI's word, which vLLM shares
		notes = append(notes, textFiltered)
	case finish == "length":
		out.cut = true
		notes = append(notes, textCutOff(set.maxTokens, b.cfg.MaxTokensLimit))
	case !slices.Contains(wholeFinishes, finish):
		notes = append(notes, textStoppedEarly)
	}
	if len(seen.images) == 0 && speaksOfImage(said.text) {
		notes = append(notes, textSpeaksBlind)
	}
	if unread := unreadSentences(unreadOf(now), j.places); unread != "" {
		notes = append(notes, unread)
	}
	for _, note := range []string{j.aside, j.notShown} {
		if note != "" {
			notes = append(notes, note)
		}
	}
	body := mrkdwn(said.text)
	if body == "" && err == nil { // nothing in it that can be shown
		body = modelSentence(&medgemma.Error{Kind: medgemma.KindEmpty}, set.maxTokens, b.cfg.MaxTokensLimit, j.ref)
		out.name, out.looked, said.text = string(medgemma.KindEmpty), nil, ""
	}
	out.text = strings.TrimSpace(body + "\n\n" + strings.Join(notes, "\n\n"))
	if said.text != "" {
		out.answer = &store.Turn{Role: store.RoleModel, Text: said.text, Model: seen.model, FinishedBy: said.end.Finish,
			Temperature: set.temperature, MaxTokens: set.maxTokens, Images: seen.labels()}
		if out.name != "answered" {
			out.answer.FinishedBy = out.name // by us, where the endpoint has not said
		}
	}
	return out
}

// withNotes adds the notes to a sentence that it does not hold already.
func withNotes(sentence string, notes ...string) string {
	for _, n := range notes {
		if n != "" && !strings.Contains(sentence, n) {
			sentence += "\n\n" + n
		}
	}
	return sentence
}

// asTrouble is the model's error, or one that stands for what went wrong here.
func asTrouble(err error) *medgemma.Error {
	var trouble *medgemma.Error
	if errors.As(err, &trouble) {
		return trouble
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &medgemma.Error{Kind: medgemma.KindTimeout, Err: err}
	}
	return &medgemma.Error{Kind: medgemma.KindServer, Err: err}
}

// turnsOf are the turns that the answer to q in the message answerTS, and those of its
// parts before that one, adds to the history.
func turnsOf(out outcome, q store.Question, answerTS string, parts []string) []store.Turn {
	var turns []store.Turn
	if len(out.now) > 0 {
		turns = append(turns, store.Turn{Role: store.RoleUser, Messages: out.now})
	}
	if out.answer != nil {
		answer := *out.answer
		answer.Of, answer.Kind, answer.User, answer.AnswerTS = questionTS(q), q.Kind, q.User, answerTS
		answer.Parts = parts
		turns = append(turns, answer)
	}
	return turns
}

// withoutText keeps the images of messages that are too long to be kept.
func withoutText(messages []store.Message) []store.Message {
	out := make([]store.Message, len(messages))
	for i, m := range messages {
		m.Text = ""
		m.Unread = m.Unread[:min(len(m.Unread), 100)] // each takes some bytes as well
		out[i] = m
	}
	return out
}
