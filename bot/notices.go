package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/medbuddy/medbuddy/store"
)

// What is deleted in Slack is deleted here, and what is edited there is edited here
// (edits.go). Slack tells of it in notices, which are nobody's question: they are read
// by a decoder of their own, carried out in the intake lane of their thread, and acked
// only then. While the store cannot do it there is no ack, and Slack delivers the
// notice again.

// notice tells what is gone, a message or a file, or what words a message has now.
type notice struct {
	channel  string
	ts       string // of the message
	threadTS string // root of its thread; its own ts when it is in none
	edited   bool   // it was not deleted, and has these words now
	words    string
	file     string // id; then the others are empty
}

// Words of the notices, as they stand in a payload. One without any of them is no
// notice: that is seen before anything is decoded, since each chat.update of
// MedBuddy's comes back as a message_changed.
var noticeWords = [][]byte{[]byte(`"message_deleted"`), []byte(`"tombstone"`), []byte(`"file_deleted"`)}

// decodeNotice reads the payload of an events_api envelope. It returns errIgnored for
// what tells of nothing that is gone or has other words.
func decodeNotice(payload json.RawMessage) (notice, error) {
	told := tellsOfEdit(payload)
	for _, word := range noticeWords {
		told = told || bytes.Contains(payload, word)
	}
	if !told {
		return notice{}, errIgnored
	}
	var cb wireCallback
	if err := json.Unmarshal(payload, &cb); err != nil {
		return notice{}, fmt.Errorf("decoding the callback: %w", shapeError(err))
	}
	var kind struct {
		Type    string `json:"type"`
		Subtype string `json:"subtype"`
	}
	if err := json.Unmarshal(cb.Event, &kind); err != nil {
		return notice{}, fmt.Errorf("decoding the event: %w", shapeError(err))
	}
	var n notice
	var err error
	switch {
	case kind.Type == "file_deleted":
		n, err = fileDeleted(cb.Event)
	case kind.Type == "message" && kind.Subtype == "message_deleted":
		n, err = messageDeleted(cb.Event)
	case kind.Type == "message" && kind.Subtype == "message_changed":
		n, err = messageChanged(cb.Event)
	default:
		return notice{}, errIgnored
	}
	if err != nil && !errors.Is(err, errIgnored) {
		return notice{}, fmt.Errorf("decoding what was deleted or edited: %w", err)
	}
	return n, err
}

// fileDeleted reads docs.slack.dev/reference/events/file_deleted.
func fileDeleted(event json.RawMessage) (notice, error) {
	var ev struct {
		FileID string `json:"file_id"`
	}
	if err := json.Unmarshal(event, &ev); err != nil {
		return notice{}, shapeError(err)
	}
	return notice{file: ev.FileID}, store.ValidateID(ev.FileID)
}

// messageDeleted reads docs.slack.dev/reference/events/message/message_deleted. What
// the message was says in which thread; without that it stands for itself.
func messageDeleted(event json.RawMessage) (notice, error) {
	var ev struct {
		Channel   string `json:"channel"`
		DeletedTS string `json:"deleted_ts"`
		Previous  struct {
			ThreadTS string `json:"thread_ts"`
		} `json:"previous_message"`
	}
	if err := json.Unmarshal(event, &ev); err != nil {
		return notice{}, shapeError(err)
	}
	return messageGone(ev.Channel, ev.DeletedTS, ev.Previous.ThreadTS)
}

// messageChanged reads a message_changed. One that leaves only a message's place
// deletes: so goes the root of a thread with replies.
func messageChanged(event json.RawMessage) (notice, error) {
	var ev struct {
		Channel string `json:"channel"`
		Message struct {
			Subtype  string `json:"subtype"`
			TS       string `json:"ts"`
			ThreadTS string `json:"thread_ts"`
		} `json:"message"`
	}
	if err := json.Unmarshal(event, &ev); err != nil {
		return notice{}, shapeError(err)
	}
	if ev.Message.Subtype != "tombstone" {
		return messageEdited(event)
	}
	return messageGone(ev.Channel, ev.Message.TS, ev.Message.ThreadTS)
}

func messageGone(channel, ts, threadTS string) (notice, error) {
	if threadTS == "" {
		threadTS = ts
	}
	n := notice{channel: channel, ts: ts, threadTS: threadTS}
	return n, errors.Join((store.ThreadKey{Team: "T", Channel: channel, TS: ts}).Validate(), store.ValidateTS(threadTS))
}

// lane is the lane of intake in which a notice waits: a message's is that of its
// thread, so that it comes after the message itself.
func (n notice) lane() string {
	if n.file != "" {
		return "file " + n.file
	}
	return n.channel + n.threadTS
}

// erase carries a notice out, and only then acks it.
func (b *Bot) erase(ctx context.Context, env envelope, n notice) {
	limited, cancel := context.WithDeadline(ctx, env.at.Add(admitTimeout))
	defer cancel()
	err := b.carryOut(limited, ctx, n)
	if err == nil {
		env.ack(nil)
		return
	}
	b.unheeded(tsAt(b.web.clock.now()))
	b.lg.Error("what was deleted or edited in Slack could not be carried out; it is not acked, so it will come again",
		"envelope", env.id, "retry", env.retry, "error", err)
	if env.retry >= lastRetry { // it will not
		b.threads.do("erase "+n.lane(), "", func() {
			open := func(err error) bool { return !errors.Is(err, store.ErrClosed) }
			if err := persist(ctx, open, func() error { return b.carryOut(ctx, ctx, n) }); err != nil {
				b.lg.Error("what was deleted or edited in Slack is kept as it was until it expires", "error", err)
			}
		})
	}
}

// carryOut erases, or edits, what a notice tells of. work is for what is to be said and
// taken away in Slack afterwards.
func (b *Bot) carryOut(ctx, work context.Context, n notice) error {
	if n.file != "" {
		threads, err := b.cfg.Store.EraseFile(ctx, b.self.team, n.file)
		if err != nil {
			return err
		}
		for _, t := range threads {
			b.lg.Info("images of a deleted file were erased", "thread", t.String())
			b.clearPictures(work, t)
		}
		return nil
	}
	t := store.ThreadKey{Team: b.self.team, Channel: n.channel, TS: n.threadTS}
	if n.edited {
		return b.reword(ctx, t, n)
	}
	open, err := b.cfg.Store.Open(ctx, t) // to know what was being answered
	if err != nil {
		return err
	}
	gone, err := b.cfg.Store.EraseMessage(ctx, t, n.ts)
	if err != nil {
		return err
	}
	if gone != (store.Deleted{}) {
		b.lg.Info("a deleted message was erased", "thread", t.String(),
			"questions", gone.Questions, "messages", gone.Messages, "images", gone.Images)
	}
	if gone.Images > 0 {
		b.clearPictures(work, t)
	}
	held, err := b.thread(ctx, t)
	if err != nil {
		return err
	}
	for _, ts := range typedFor(held, n.ts) {
		if _, err := b.cfg.Store.EraseMessage(ctx, t, ts); err != nil {
			return err
		}
	}
	for _, q := range open {
		if q.Key.TS == n.ts || q.Of == n.ts {
			b.withdraw(work, q)
		}
	}
	return nil
}

// withdraw ends a question that was deleted. Whoever answers it, here or in another
// process, says so in its message; when nobody does any more, it is said here.
func (b *Bot) withdraw(ctx context.Context, q store.Question) {
	if b.running.stop(q.Key.String(), errDeleted) || q.Kind == store.KindCommand {
		return
	}
	b.threads.do(q.Thread.String(), q.User, func() { // behind one that is just being taken up
		ts, err := q.AnswerTS, error(nil)
		if ts == "" {
			ts, err = b.findPart(ctx, q, 0)
		}
		if err == nil && ts != "" {
			err = (&reply{b: b, q: q}).replace(ctx, ts, 0, mark{}, rich(textQuestionDeleted, foot{}))
		}
		if err != nil && ctx.Err() == nil {
			b.lg.Warn("a thread could not be told that its question is gone", "question", q.Key.String(), "error", err)
		}
	})
}

// nameDeleted is the outcome of a question that was deleted.
const nameDeleted = "deleted"

// deleted says that the question was deleted while it was being answered.
func (j *job) deleted() bool { return j.ended != nil && errors.Is(j.ended(), errDeleted) }

// unlessEnded is the outcome of an answer, unless a person has ended it: with its
// question deleted nothing of it stays, and what else went wrong came of the end.
func (j *job) unlessEnded(out outcome) outcome {
	switch {
	case j.deleted():
		return outcomeEnded(errDeleted, nil)
	case j.ended != nil && j.ended() != nil && out.answer == nil:
		return outcomeEnded(j.ended(), out.now)
	}
	return out
}

// takeBack replaces what an answer shows when the store no longer knows its question:
// it was deleted since, perhaps by what another process was told. (A thread that is
// forgotten breaks the lease instead.)
func (b *Bot) takeBack(ctx context.Context, j *job, out outcome) outcome {
	if j.reply == nil || out.name == nameDeleted {
		return out
	}
	out = outcomeEnded(errDeleted, nil)
	if err := persist(ctx, transient, func() error { return j.reply.final(ctx, out, true) }); err != nil && ctx.Err() == nil {
		j.lg.Error("an answer whose question was deleted still stands", "error", err)
	}
	return out
}
