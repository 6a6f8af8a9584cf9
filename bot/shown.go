package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// An answer is shown first and remembered then. A process that dies in between
// leaves a question that is open and answered at the same time: whoever takes it
// up finds the final text by its mark in the thread and keeps it. An answer that
// people have read does not turn into another one.

// shown is a final text that stands in the thread.
type shown struct {
	text   string   // mrkdwn, without the lines under it
	parts  []string // ts of its messages before the last
	last   string   // ts of its last message
	answer bool     // the model's

	left []string // ts of placeholders that stand beside it
}

// shownBefore finds the whole final text that an earlier try has left in the
// thread; nil when there is none, or only a part. begun is mrkdwn of an answer that
// was not whole, as far as its first message shows it.
func (b *Bot) shownBefore(ctx context.Context, q store.Question, lead string) (whole *shown, begun string, err error) {
	type piece struct {
		mark
		text, ts string
	}
	pieces := map[int]piece{}
	var left []string
	err = persist(ctx, transient, func() error {
		clear(pieces)
		left, begun = nil, ""
		return b.eachReply(ctx, slack.GetConversationRepliesParameters{
			ChannelID: q.Thread.Channel, Timestamp: q.Thread.TS, Oldest: q.Key.TS, IncludeAllMetadata: true,
		}, func(m slack.Message) bool {
			switch n, of, ok := b.partOf(m, q.Key); {
			case ok && of.parts > 0:
				pieces[n] = piece{of, m.Text, m.Timestamp}
			case ok && n == 0:
				left = append(left, m.Timestamp)
				begun = partShown(withoutLead(m.Text, shortLead(lead)))
			}
			return false
		})
	})
	first, ok := pieces[0]
	if err != nil || !ok {
		return nil, begun, err
	}
	var texts, all []string
	for n := range first.parts {
		p, ok := pieces[n]
		if !ok || p.mark != first.mark {
			if first.answer && first.parts > 1 {
				begun = withoutLead(first.text, lead)
			}
			return nil, begun, nil
		}
		texts, all = append(texts, p.text), append(all, p.ts)
	}
	text := strings.Join(texts, "\n")
	if first.answer { // the labels are its last lines
		lines := strings.Split(text, "\n")
		text = strings.Join(lines[:max(0, len(lines)-labelLines)], "\n")
	}
	last := len(all) - 1 // of a mark there is at least one part
	return &shown{strings.TrimSpace(text), all[:last], all[last], first.answer, left}, "", nil
}

// partShown is what of the model's words a growing text shows, "" when it is none.
func partShown(text string) string {
	for _, end := range []string{stillWriting, textInterrupted} {
		if part, ok := strings.CutSuffix(text, end); ok {
			part = strings.TrimSuffix(strings.TrimSpace(part), mrkdwn(textAskingAgain))
			return strings.TrimSpace(part)
		}
	}
	return ""
}

// afterRestart is the outcome of an answer that a person has stopped before this try
// had a word of it, when there was a try before: what that one has shown stays.
func (j *job) afterRestart(out outcome) outcome {
	var stopped errStopped
	if out.name != finishStopped || out.answer != nil || j.reply == nil || !j.reply.again || !errors.As(j.ended(), &stopped) {
		return out
	}
	out.text = textStoppedNotWhole(stopped.user)
	if j.begun != "" {
		out.text, out.draft = j.begun+"\n\n"+textStopped(stopped.user, true), true
	}
	return out
}

// keepShown remembers an answer that was shown before, and closes its question.
func (b *Bot) keepShown(ctx context.Context, j *job, before *shown) {
	out := outcome{name: "kept"}
	j.reply.last, j.reply.parts = before.last, before.parts
	b.removePlaceholders(ctx, j.question, before.left) // it was posted anew (repost.go)
	if before.answer {
		// What people wrote is read once more, so that the images of the question
		// find their place in the history. Where that fails the history goes
		// without: the next question reads it all again.
		// A press has brought nothing new.
		thread, err := b.thread(ctx, j.question.Thread)
		var posted []threadMessage
		press := isPress(j.question, thread)
		if err == nil && !press {
			posted, err = b.gather(ctx, thread, j)
		}
		if err == nil {
			var seen sight
			if !press {
				seen, err = b.look(ctx, j, thread, posted)
			}
			if err == nil {
				out.now = seen.now
				out.answer = &store.Turn{Role: store.RoleModel, Text: plainText(withoutLead(before.text, j.lead), b.self.user, nobody)}
			}
		}
		if err != nil && ctx.Err() == nil {
			j.lg.Warn("an answer that was shown is not in the thread's history", "error", err)
		}
	}
	if ctx.Err() == nil {
		b.close(ctx, j, out)
	}
}

// cannotTell ends a question of which nobody can say any more whether it was
// answered: its message stays as it is, and the thread is told.
func (b *Bot) cannotTell(ctx context.Context, j *job, err error) {
	if ctx.Err() != nil {
		return // still open: the next one looks again
	}
	if tokenRefused(err) {
		b.giveUp(err)
		return
	}
	j.lg.Error("a thread cannot be read to see whether its question was answered", "error", err)
	as := turn{usual, j.question.User}
	if _, err := b.post(ctx, j.question.Thread, as, nil, note(textCannotTell(j.ref))); err != nil && ctx.Err() == nil {
		j.lg.Error("the thread could not be told either", "error", err)
	}
	b.close(ctx, j, outcome{name: "slack"})
}

// stale says whether a question is too old for an answer to come unannounced. One
// that this process has recorded itself, in time, has been waiting before everybody's
// eyes.
func (b *Bot) stale(j *job) bool {
	return !j.own && b.old(askedTS(j.question))
}

func (b *Bot) old(ts string) bool { return b.web.clock.now().Sub(tsTime(ts)) > staleAfter }

// tsTime is when Slack took a message, to the second; the zero time when ts is none.
func tsTime(ts string) time.Time {
	whole, _, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}
