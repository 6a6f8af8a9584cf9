package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// pressAsk takes a press on Try again, Continue or Second look as a question of its
// own. Its key is made of the message, the button and when Slack says that it was
// pressed. While one of the same message and button waits for its answer, another is
// the same: two people who press it, or one who does so twice, ask once. So is one
// after a press of which nobody knows whether it was recorded.
func (b *Bot) pressAsk(ctx, work context.Context, in interaction, p press) error {
	q := store.Question{
		Key:    store.QuestionKey{Team: b.self.team, Channel: in.Channel.ID, TS: in.Message.TS, Act: p.id},
		Thread: in.thread(b.self.team), Kind: pressKinds[p.id], User: in.User.ID, Of: p.value, AskedTS: p.ts,
	}
	button := q.Key.String()
	if before, ok := b.pressed.take(button); ok {
		q.Key = before
	} else if p.ts != "" {
		q.Key.Act += "." + p.ts
	}
	err := b.admitPress(ctx, work, q)
	if errors.Is(err, store.ErrInvalidKey) {
		b.lg.Warn("a press that Slack cannot have made was dropped", "error", err)
		return nil
	}
	if err != nil {
		b.pressed.put(button, q.Key)
	}
	return err
}

// admitPress is admit, unless the same button is being answered already.
func (b *Bot) admitPress(ctx, work context.Context, q store.Question) error {
	if err := errors.Join(q.Key.Validate(), q.Thread.Validate()); err != nil {
		return err
	}
	open, err := b.cfg.Store.Open(ctx, q.Thread)
	if err != nil {
		return fmt.Errorf("reading what is being answered: %w", err)
	}
	if slices.ContainsFunc(open, func(o store.Question) bool { return o.Key.TS == q.Key.TS && o.Kind == q.Kind }) {
		b.metrics.questions.WithLabelValues("seen").Inc()
		b.work(work, q.Thread, q.User) // as in admit
		return nil
	}
	return b.admit(ctx, work, q)
}

var pressKinds = map[string]store.Kind{actAgain: store.KindAgain, actContinue: store.KindContinue, actSecond: store.KindSecond}

// admit records what was asked by other ways than a message, once, and has it
// answered under work.
func (b *Bot) admit(ctx, work context.Context, q store.Question) error {
	own := b.own.add(q.Key.String())
	first, err := b.cfg.Store.Admit(ctx, q)
	if own && (err != nil || !first) {
		b.own.drop(q.Key.String())
	}
	switch {
	case err != nil:
		return fmt.Errorf("recording a press: %w", err)
	case !first:
		b.metrics.questions.WithLabelValues("seen").Inc()
		b.work(work, q.Thread, q.User) // by a call whose answer was lost, perhaps: nobody works on it then
		return nil
	}
	b.metrics.questions.WithLabelValues(string(q.Kind)).Inc()
	b.lg.Info("question", "question", q.Key.String(), "thread", q.Thread.TS, "kind", q.Kind)
	b.asked.asked(q)
	if q.Kind != store.KindCommand {
		b.web.gates.of(chatUpdate, "").expect(q.Key.String())
	}
	b.work(work, q.Thread, q.User)
	return nil
}

// pressStop ends the answer under which Stop was pressed. The store is told first, so
// that whoever works on it, here or in another process, knows.
func (b *Bot) pressStop(ctx context.Context, in interaction, p press) error {
	ts, act, _ := strings.Cut(p.value, "/")
	key := store.QuestionKey{Team: b.self.team, Channel: in.Channel.ID, TS: ts, Act: act}
	err := b.stopQuestion(ctx, in.thread(b.self.team), key, in.User.ID)
	if errors.Is(err, store.ErrInvalidKey) {
		b.lg.Warn("a press that Slack cannot have made was dropped", "error", err)
		return nil
	}
	return err
}

// stopValue names a question in the value of its Stop button.
func stopValue(q store.QuestionKey) string {
	if q.Act == "" {
		return q.TS
	}
	return q.TS + "/" + q.Act
}

// stopQuestion ends a question; one that has ended is none the worse.
func (b *Bot) stopQuestion(ctx context.Context, t store.ThreadKey, key store.QuestionKey, user string) error {
	switch err := b.cfg.Store.Stop(ctx, t, key, user); {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("recording that an answer is to be stopped: %w", err)
	}
	b.running.stop(key.String(), errStopped{user})
	return nil
}

// stopAsked ends the questions of a thread that were asked before the word stop at
// ts, and says how many there were.
func (b *Bot) stopAsked(ctx context.Context, t store.ThreadKey, ts, user string) (int, error) {
	open, err := b.cfg.Store.Open(ctx, t)
	if err != nil {
		return 0, fmt.Errorf("reading what is to be stopped: %w", err)
	}
	n := 0
	for _, q := range open {
		if q.Kind == store.KindCommand || after(askedTS(q), ts) {
			continue
		}
		if err := b.stopQuestion(ctx, t, q.Key, user); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// askedTS is when a question was asked: the ts of its message, or of the press.
func askedTS(q store.Question) string {
	if q.AskedTS != "" {
		return q.AskedTS
	}
	return q.Key.TS
}

// judge records what a person thinks of the answer in the message answerTS. The last
// word counts.
func (b *Bot) judge(ctx context.Context, t store.ThreadKey, answerTS, user, feedback string) error {
	_, err := b.cfg.Store.SetVerdict(ctx, t, answerTS, user, func(v store.Verdict) store.Verdict {
		v.Feedback = feedback
		return v
	})
	return err
}
