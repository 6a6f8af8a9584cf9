package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store"
)

// job is one question while it is being answered.
type job struct {
	question store.Question
	lease    store.Lease
	ref      string // names this try in the log and to the person
	own      bool   // this process has recorded it
	fresh    bool   // nobody can have begun it before
	began    time.Time
	lg       *slog.Logger
	spot     *spot        // in the line for the model
	ended    func() error // why its work was ended by a person; nil: not
	lead     string       // mrkdwn that stands above whatever the answer's message shows
	reply    *reply       // set once the placeholder stands
	begun    string       // mrkdwn that an earlier try has shown of an answer

	closing  atomic.Bool       // its question is being closed, and may be so already
	quiet    bool              // what the model says is not shown while it grows
	outer    context.Context   //nolint:containedctx // outlives the answer, for what is done after it
	listing  *listing          // the thread as it was read whole for this question; nil: it was not
	forgot   bool              // the lease went with the thread: nothing more can be done under it
	again    bool              // it ended in a panic, and is to be begun again
	unsure   bool              // a placeholder may stand that the store does not know of
	later    []slack.Message   // of the thread, written after its first question
	places   map[string]string // file id -> which of its message's files it is
	aside    string            // a sentence about a wish that is of no use here
	notShown string            // a sentence, when the pictures that the model got could not be posted
}

func (j *job) place(fileID, which string) {
	if j.places == nil {
		j.places = map[string]string{}
	}
	j.places[fileID] = which
}

// maxTries is how often one process puts a question to the model: a question
// that ends in a panic or is lost time and again must not go on for ever.
const maxTries = 3

// answer is the road of a question, from the placeholder to the stored turn. It
// goes down and never back; each step that cannot be taken ends the question
// with a sentence.
func (b *Bot) answer(ctx context.Context, j *job) {
	if j.question.Kind == store.KindCommand {
		b.answerCommand(ctx, j)
		return
	}
	j.spot = b.line.enter(j.question.User, askedTS(j.question))
	defer j.spot.leave()
	work, leave := b.working(ctx, j)
	defer leave()
	j.lead = b.lead(j.question)
	if err := b.placeholder(ctx, j); err != nil {
		b.cannotSpeak(ctx, j, err)
		return
	}
	defer j.reply.end()

	if j.reply.again {
		before, begun, err := b.shownBefore(ctx, j.question, j.lead)
		switch {
		case err != nil:
			b.cannotTell(ctx, j, err)
			return
		case before != nil:
			b.keepShown(ctx, j, before)
			return
		}
		j.reply.mine, j.begun = true, begun
		b.removeStreams(ctx, j.question)
	}
	if b.stale(j) {
		b.finish(ctx, j, outcome{name: "stale", text: textStale})
		return
	}
	if err := b.waitInLine(work, j); err != nil {
		b.fail(ctx, work, j, nil, "line", "", err)
		return
	}
	thread, err := b.current(work, j)
	if err != nil || work.Err() != nil { // its own question may have been deleted meanwhile
		b.fail(ctx, work, j, nil, "store", textStoreFailed(j.ref), err)
		return
	}
	if isPress(j.question, thread) {
		b.answerPress(ctx, work, j, thread)
		return
	}
	posted, err := b.gather(work, thread, j)
	if err != nil {
		b.fail(ctx, work, j, nil, "slack", slackSentence(err, j.ref), err)
		return
	}
	seen, err := b.look(work, j, thread, posted)
	if err != nil {
		b.fail(ctx, work, j, nil, "store", textStoreFailed(j.ref), err)
		return
	}
	if sentence := b.blind(seen, j.places); sentence != "" {
		b.finish(ctx, j, outcome{name: "no_image", text: withNotes(sentence, unreadSentences(unreadOf(seen.now), j.places)), now: seen.now})
		return
	}
	if sentence := b.blindToChosen(j, thread, seen); sentence != "" {
		b.finish(ctx, j, outcome{name: "no_image", text: sentence}) // tried again, it would be about other images
		return
	}
	set, err := b.settingsFor(work, j.question.Thread.Scope())
	if err != nil {
		b.fail(ctx, work, j, seen.now, "store", textStoreFailed(j.ref), err)
		return
	}
	out, err := b.ask(work, j, thread, seen, set)
	j.spot.leave() // what follows waits for Slack alone
	if err != nil {
		b.fail(ctx, work, j, seen.now, "store", textStoreFailed(j.ref), err)
		return
	}
	b.finish(ctx, j, out)
}

// thread reads the history; a thread without one is empty.
func (b *Bot) thread(ctx context.Context, key store.ThreadKey) (store.Thread, error) {
	t, err := b.cfg.Store.Thread(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Thread{Key: key}, nil
	}
	return t, err
}

// ask puts the question to the model. When the endpoint says that it takes fewer
// images or a shorter context than it was configured with, that is remembered
// and the question is put once more.
func (b *Bot) ask(ctx context.Context, j *job, thread store.Thread, s sight, set settings) (outcome, error) {
	if b.tries.add(j.question.Key) > maxTries {
		return outcome{name: "gave_up", text: textFailed(j.ref), now: s.now}, nil
	}
	room := b.contextTokens()
	for again := true; ; {
		start := time.Now()
		req, seen, err := b.compose(ctx, thread, s, set, room)
		var gone *goneError
		switch {
		case errors.As(err, &gone):
			s.lose(gone.labels)
			if sentence := b.blind(s, j.places); sentence != "" {
				return outcome{name: "no_image", text: sentence, now: s.now}, nil
			}
			continue
		case errors.Is(err, errTooLong):
			return outcome{name: "too_long", text: textQuestionTooLong, now: withoutText(s.now)}, nil
		case err != nil:
			return outcome{}, err
		}
		b.metrics.stage("prompt", start)
		shown := b.showing(j, s.unshown, seen)
		said, err := b.say(ctx, j, req, func() { shown.begin(ctx) })
		j.notShown = shown.wait()
		var trouble *medgemma.Error
		if errors.As(err, &trouble) && again && said.text == "" {
			again = false
			if next, better := b.learn(trouble, seen.pictures(), room); better {
				room = next
				continue
			}
		}
		return b.outcomeOf(j, set, seen, s.now, said, orEnded(ctx, err)), nil
	}
}

// fail ends a question because a part of the road was closed, or because a person
// wants no answer any more: then work has ended.
func (b *Bot) fail(ctx, work context.Context, j *job, now []store.Message, what, sentence string, err error) {
	if cause := ended(work); cause != nil {
		b.finish(ctx, j, outcomeEnded(cause, now))
		return
	}
	if ctx.Err() == nil {
		j.lg.Error("a question could not be answered", "stage", what, "error", err)
	}
	b.finish(ctx, j, outcome{name: what, text: sentence, now: now})
}

// finish shows the outcome and closes the question. When the process is stopping
// or the lease is lost the question stays open, and whoever takes it up next
// goes on in the same message.
func (b *Bot) finish(ctx context.Context, j *job, out outcome) {
	if ctx.Err() != nil {
		if errors.Is(context.Cause(ctx), errStopping) && j.reply != nil {
			j.reply.interrupt(ctx)
		}
		return
	}
	out = b.tellGone(ctx, j, j.afterRestart(j.unlessEnded(out)))
	if j.reply != nil {
		again := false
		err := persist(ctx, transient, func() error {
			err := j.reply.final(ctx, out, again)
			again = true
			return err
		})
		if ctx.Err() != nil {
			return // still open: the next one goes on
		}
		switch {
		case errors.Is(err, store.ErrLeaseLost):
			return // another process goes on
		case tokenRefused(err):
			b.giveUp(err) // and so does whoever runs next
			return
		case err != nil:
			j.lg.Error("an answer could not be shown", "error", err)
			out.name = "cannot_post"
		}
	}
	b.close(ctx, j, out)
}

// close remembers the outcome and closes the question.
func (b *Bot) close(ctx context.Context, j *job, out outcome) {
	j.closing.Store(true)
	answerTS, parts := "", []string(nil)
	if j.reply != nil {
		answerTS, parts = j.reply.last, j.reply.parts
	}
	err := b.remember(ctx, j, turnsOf(out, j.question, answerTS, parts))
	if errors.Is(err, store.ErrTooLarge) {
		j.lg.Warn("a turn was too large to be remembered whole")
		err = b.remember(ctx, j, turnsOf(outcome{now: withoutText(out.now)}, j.question, answerTS, parts))
	}
	switch {
	case errors.Is(err, errClosed), errors.Is(err, store.ErrNotFound) && j.deleted():
		out = b.takeBack(ctx, j, out)
	case errors.Is(err, store.ErrNotFound): // an earlier try has closed it, and its answer was lost
	case err != nil:
		j.lg.Error("an answer was shown but not remembered", "error", err)
		return
	}
	b.tries.done(j.question.Key)
	b.metrics.answers.WithLabelValues(out.name).Inc()
	b.metrics.stage("total", j.began)
	j.lg.Info("done", "outcome", out.name, "seconds", time.Since(j.began).Seconds())
}

// errClosed says that a question was closed by somebody else.
var errClosed = errors.New("bot: the question is not open any more")

// remember finishes the question in the store, as long as that may succeed: an
// answer that was shown must not be made once more. It returns errClosed when the
// question was closed before it began.
func (b *Bot) remember(ctx context.Context, j *job, turns []store.Turn) error {
	worthIt := func(err error) bool {
		for _, final := range []error{store.ErrLeaseLost, store.ErrNotFound, store.ErrTooLarge, store.ErrInvalidKey, store.ErrClosed} {
			if errors.Is(err, final) {
				return false
			}
		}
		return true
	}
	tries := 0
	err := persist(ctx, worthIt, func() error {
		tries++
		return b.cfg.Store.Finish(ctx, j.lease, j.question.Key, turns)
	})
	if errors.Is(err, store.ErrNotFound) && tries == 1 {
		return errClosed
	}
	return err
}
