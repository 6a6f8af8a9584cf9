package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// This file posts messages so that each stands in the thread once.

// metaEvent marks MedBuddy's answers in Slack's message metadata, so that one
// whose ts was lost can be found again instead of being posted twice.
const metaEvent = "medbuddy_answer"

// mark is what the metadata of a message says of the final text in it. The zero
// mark stands for a text that is not final.
type mark struct {
	try    string // whose text it is: parts of different tries do not belong together
	parts  int    // of the whole answer, the first part included
	answer bool   // the model's, not a sentence of ours
}

func metadata(q store.QuestionKey, part int, m mark) slack.MsgOption {
	payload := map[string]any{"question": q.String(), "part": part}
	if m != (mark{}) {
		payload["try"], payload["parts"], payload["answer"] = m.try, m.parts, m.answer
	}
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: metaEvent, EventPayload: payload})
}

// noteEvent marks what MedBuddy says in a thread beside its answers, which tells it
// from a stream that was left there (stream.go).
const noteEvent = "medbuddy_note"

// note is such a sentence.
func note(text string) []slack.MsgOption {
	return append(plain(text), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: noteEvent, EventPayload: map[string]any{"note": true}}))
}

const placeTimeout = 5 * time.Second

// placeholder makes the question's message stand, and remembers its ts. A
// question that was begun before goes on in the message that it has.
func (b *Bot) placeholder(ctx context.Context, j *job) error {
	defer b.metrics.stage("placeholder", time.Now())
	settled := b.web.gates.of(chatUpdate, "").promise(j.question.Key.String())
	defer func() {
		if j.reply == nil {
			settled()
		}
	}()
	ts, found, first := j.question.AnswerTS, true, ""
	if ts == "" {
		var err error
		text := j.firstText()
		waits := func() { b.signOfLife(ctx, j.question.Thread) }
		j.unsure = true
		if ts, found, err = b.postOnce(ctx, j.question, 0, mark{}, !j.fresh, waits, b.unfinished(j.question, j.lead, text)); err != nil {
			j.unsure = transient(err) // else Slack has refused it
			return err
		}
		if !found {
			first = text
		}
		// Also when the process is stopping: whoever goes on need not search then.
		placing, cancel := context.WithTimeout(context.WithoutCancel(ctx), placeTimeout)
		defer cancel()
		err = b.cfg.Store.Place(placing, j.lease, j.question.Key, ts)
		if errors.Is(err, store.ErrNotFound) {
			b.running.stop(j.question.Key.String(), errDeleted)
			err = nil
		}
		if j.unsure = err != nil; j.unsure {
			j.lg.Warn("the answer's place was not remembered; its metadata has it", "error", err)
		}
	}
	j.reply = newReply(ctx, b, j, ts, first, found, settled)
	return nil
}

// cannotSpeak is the end of a question whose placeholder cannot be posted: there
// is no thread to say anything in.
func (b *Bot) cannotSpeak(ctx context.Context, j *job, err error) {
	if ctx.Err() != nil {
		return
	}
	j.lg.Error("nothing can be posted where the question was asked", "error", err)
	switch {
	case tokenRefused(err):
		b.giveUp(err) // whoever runs next goes on
		return
	case !refusedForGood(err):
		return // stays open: adopt comes by
	}
	b.finish(ctx, j, outcome{name: "cannot_post"})
}

// signOfLife shows a status below a thread whose placeholder must wait, since Slack
// takes about one message a second in a channel. The status goes away by itself
// when something is posted, or after two minutes
// (docs.slack.dev/reference/methods/assistant.threads.setStatus). It is best effort.
func (b *Bot) signOfLife(ctx context.Context, t store.ThreadKey) {
	ctx, cancel := context.WithTimeout(ctx, signTimeout)
	defer cancel()
	err := b.web.api.SetAssistantThreadsStatusContext(ctx, slack.AssistantThreadsSetStatusParameters{
		ChannelID: t.Channel, ThreadTS: t.TS, Status: textStatus,
	})
	b.metrics.slack.WithLabelValues(setStatus, result(err)).Inc()
}

// signTimeout is short because the placeholder itself waits for the sign.
const signTimeout = 1500 * time.Millisecond

// postOnce posts a part of an answer exactly once. Posting is not idempotent in
// Slack: before posting again after a crash (look) or a lost reply, the thread
// is searched for the part; found says that it was there. waits, unless nil, is
// called while Slack takes no message.
func (b *Bot) postOnce(ctx context.Context, q store.Question, part int, m mark, look bool, waits func(), options []slack.MsgOption) (ts string, found bool, err error) {
	as := turn{usual, q.User}
	if m != (mark{}) {
		as.urgency = urgent // of a final text
	}
	options = append(options, metadata(q.Key, part, m))
	err = persist(ctx, transient, func() (err error) {
		if look {
			if ts, err = b.findPart(ctx, q, part); err != nil || ts != "" {
				found = ts != ""
				return err
			}
		}
		look = true
		ts, err = b.post(ctx, q.Thread, as, waits, options)
		return err
	})
	return ts, found, err
}

func (b *Bot) post(ctx context.Context, t store.ThreadKey, as turn, waits func(), options []slack.MsgOption) (ts string, err error) {
	err = b.web.tryAs(ctx, ask{method: chatPost, channel: t.Channel, turn: as, waits: waits}, func() error {
		_, ts, err = b.web.api.PostMessageContext(ctx, t.Channel, append(options, slack.MsgOptionTS(t.TS))...)
		return err
	})
	return ts, err
}

// findPart looks in the thread for a part of an answer that was posted before.
func (b *Bot) findPart(ctx context.Context, q store.Question, part int) (ts string, err error) {
	ts, _, err = b.findBeside(ctx, q, part, nil)
	return ts, err
}

// findBeside is findPart in other messages than those, and says whose part it is.
func (b *Bot) findBeside(ctx context.Context, q store.Question, part int, others []string) (ts string, of mark, err error) {
	err = b.eachReply(ctx, slack.GetConversationRepliesParameters{
		ChannelID: q.Thread.Channel, Timestamp: q.Thread.TS, Oldest: q.Key.TS, IncludeAllMetadata: true,
	}, func(m slack.Message) bool {
		if n, whose, ok := b.partOf(m, q.Key); ok && n == part && !slices.Contains(others, m.Timestamp) {
			ts, of = m.Timestamp, whose
		}
		return ts != ""
	})
	return ts, of, err
}

// partOf says which part of the answer to q a message is.
func (b *Bot) partOf(m slack.Message, q store.QuestionKey) (part int, of mark, ok bool) {
	p := m.Metadata.EventPayload
	if m.Metadata.EventType != metaEvent || p["question"] != q.String() || !b.isOwn(m) {
		return 0, mark{}, false
	}
	n, _ := p["part"].(float64)
	parts, _ := p["parts"].(float64)
	of.try, _ = p["try"].(string)
	of.answer, _ = p["answer"].(bool)
	of.parts = int(parts)
	return int(n), of, true
}
