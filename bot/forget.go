package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// forgetThread erases a thread and leaves a receipt. With the thread the command
// itself is gone from the store, so the message for the receipt stands first, in words
// that hold however this ends.
func (b *Bot) forgetThread(ctx context.Context, j *job) {
	q := j.question
	t, err := b.thread(ctx, q.Thread)
	if err != nil {
		b.cannotForget(ctx, j, err)
		return
	}
	set, err := b.cfg.Store.Settings(ctx, q.Thread.Scope())
	if err != nil {
		b.cannotForget(ctx, j, err)
		return
	}
	if nothing := len(t.Turns) == 0 && len(t.Images) == 0 && !t.Asked && set == (store.Settings{}); nothing && q.AnswerTS == "" {
		b.answerPrivately(ctx, j, textNothingHeld)
		return
	}
	ts := q.AnswerTS
	if ts == "" {
		if ts, _, err = b.postOnce(ctx, q, 0, mark{}, !j.fresh, nil, plain(textForgetting(len(t.Turns), len(t.Images)))); err != nil {
			b.cannotSpeak(ctx, j, err)
			return
		}
		if err := b.cfg.Store.Place(ctx, j.lease, q.Key, ts); err != nil {
			j.lg.Warn("the receipt's place was not remembered; its metadata has it", "error", err)
		}
	}
	open, err := b.cfg.Store.Open(ctx, q.Thread)
	var gone store.Deleted
	if err == nil {
		err = persist(ctx, worthRepeating, func() (err error) {
			gone, err = b.cfg.Store.Forget(ctx, q.Thread)
			return err
		})
	}
	if err != nil {
		if ctx.Err() == nil {
			j.lg.Error("a thread was not forgotten; it is tried again", "error", err)
		}
		return // still open
	}
	b.asked.forget(q.Thread)
	b.uploads.forget(q.Thread)
	j.forgot = true
	// The lease went with the thread, and there is nothing left that it guards.
	ctx, cancel := context.WithTimeout(context.WithValue(context.WithoutCancel(ctx), tenureKey{}, nil), receiptTimeout)
	defer cancel()
	as := ask{method: chatUpdate, idempotent: true, turn: turn{urgent, q.User}}
	err = persist(ctx, transient, func() error {
		return b.web.tryAs(ctx, as, func() error {
			_, _, _, err := b.web.api.UpdateMessageContext(ctx, q.Thread.Channel, ts, plain(textForgotThread(q.User, len(t.Turns), len(t.Images)))...)
			return err
		})
	})
	if err != nil {
		j.lg.Error("a thread was forgotten and the receipt could not be shown", "error", err)
	}
	for _, lost := range open {
		text := textForgottenMeanwhile
		if lost.Kind == store.KindCommand {
			text = b.textCommandForgotten(lost)
		}
		if lost.Key == q.Key || text == "" {
			continue
		}
		if err := b.whisper(ctx, q.Thread.Channel, q.Thread.TS, lost.User, text); err != nil {
			j.lg.Error("a person could not be told that a question was forgotten with its thread", "error", err)
		}
	}
	if gone.Questions > len(open) { // asked in between: nobody knows any more by whom
		if _, err := b.post(ctx, q.Thread, turn{usual, q.User}, nil, note(textForgottenMeanwhile)); err != nil {
			j.lg.Error("a thread could not be told that a question was forgotten with it", "error", err)
		}
	}
	b.metrics.answers.WithLabelValues("forgotten").Inc()
	j.lg.Info("done", "outcome", "forgotten", "seconds", time.Since(j.began).Seconds())
}

// textCommandForgotten is what is said of a command that was forgotten with its thread,
// before anybody came to it. One to forget has come true; what was to stop has stopped.
func (b *Bot) textCommandForgotten(q store.Question) string {
	switch cmd := b.commandOf(q); {
	case cmd.verb == verbForget:
		return textNothingHeld
	case cmd.verb == verbStop, cmd.verb == verbRemark, cmd.verb == verbNone:
		return ""
	}
	return textCommandForgotten
}

const receiptTimeout = time.Minute

// worthRepeating says whether a call of the store may succeed later.
func worthRepeating(err error) bool {
	return errors.Is(err, store.ErrUnavailable)
}

// cannotForget tells the person that nothing was erased.
func (b *Bot) cannotForget(ctx context.Context, j *job, err error) {
	if ctx.Err() != nil {
		return
	}
	j.lg.Error("a thread could not be read to be forgotten", "error", err)
	b.answerPrivately(ctx, j, fmt.Sprintf(textNotForgotten, j.ref))
}
