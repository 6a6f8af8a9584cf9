package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// How often threads that nobody works on are looked for. A process that dies is
// replaced within leaseFor plus adoptEvery; one that is started anew looks more
// often at first, since it may have died a moment ago.
const (
	adoptEvery   = 15 * time.Second
	adoptSoon    = 5 * time.Second
	adoptFirst   = time.Minute // after the start: until then adoptSoon, then adoptEvery
	heldRetry    = time.Second
	troubleRetry = 2 * time.Second // to twice that, when the store could not say
)

// staleAfter is how old a question may be that is taken up after a restart or an
// outage. An older one gets a sentence instead: an answer that comes out of
// nowhere into a thread that has moved on does harm.
const staleAfter = 15 * time.Minute

// work queues the thread's open questions to be answered. person is who asked
// last, "" when that is not known.
func (b *Bot) work(ctx context.Context, t store.ThreadKey, person string) {
	b.threads.once(t.String(), person, func() {
		b.afterIntake(ctx)
		b.drain(ctx, t)
	})
}

// drain takes the thread's lease and answers its open questions in the order in
// which they were asked. When another process has the lease it looks again
// later: that process may have listed the open questions just before this one
// was admitted.
//
// A question that is still open after its answer was tried ends the drain: the
// ones behind it wait until adopt comes by and begins with it again.
func (b *Bot) drain(ctx context.Context, t store.ThreadKey) {
	b.polled.take(t.String())
	if ctx.Err() != nil || b.stopping.Load() {
		return // the questions stay open for the next process
	}
	until := time.Now().Add(leaseFor)
	open, err := b.cfg.Store.Open(ctx, t)
	if err == nil && len(open) == 0 {
		return
	}
	var lease store.Lease
	if err == nil {
		lease, err = b.cfg.Store.Lease(ctx, t, b.owner, leaseFor)
	}
	switch {
	case errors.Is(err, store.ErrLeaseHeld):
		for _, q := range open {
			b.own.spoil(q.Key.String())
		}
		b.later(ctx, t, heldRetry)
		return
	case err != nil:
		b.lg.Error("a thread could not be taken up; trying again", "thread", t.String(), "error", err)
		b.later(ctx, t, troubleRetry+rand.N(troubleRetry))
		return
	}
	since := time.Now()
	held, release := b.hold(ctx, lease, until)
	unsure := false // whether a placeholder stands that the store does not know
	defer func() { release(unsure) }()
	var last store.QuestionKey
	for !b.stopping.Load() {
		open, err := b.cfg.Store.Open(held, t)
		if err != nil {
			if held.Err() == nil {
				b.lg.Error("the open questions of a thread could not be read", "thread", t.String(), "error", err)
			}
			return
		}
		if len(open) == 0 || open[0].Key == last || held.Err() != nil {
			return
		}
		last = open[0].Key
		j := b.begin(lease, since, open[0])
		j.outer = ctx
		b.answerSafely(held, j)
		unsure = unsure || j.unsure
		if j.again {
			b.later(ctx, t, heldRetry)
		}
		b.overtook(ctx, t, j.later)
		if j.forgot {
			b.work(ctx, t, "") // what was asked since
			return
		}
	}
}

// later looks at the thread again after a pause; once, however many ask for it.
func (b *Bot) later(ctx context.Context, t store.ThreadKey, pause time.Duration) {
	if !b.polled.add(t.String()) {
		return
	}
	time.AfterFunc(pause, func() { b.work(ctx, t, "") })
}

// begin makes the job of a question. since is when this process took the lease.
func (b *Bot) begin(l store.Lease, since time.Time, q store.Question) *job {
	j := &job{question: q, lease: l, ref: randomID(3), began: time.Now()}
	j.own, j.fresh = b.own.take(q.Key.String(), since)
	j.lg = b.lg.With("question", q.Key.String(), "ref", j.ref)
	return j
}

// answerSafely keeps a defect in one answer from taking the others down.
func (b *Bot) answerSafely(ctx context.Context, j *job) {
	defer func() {
		if r := recover(); r != nil {
			j.lg.Error("a panic ended an answer")
			b.recovered(r)
			b.panicked(ctx, j)
		}
	}()
	b.answer(ctx, j)
}

// panicked ends a question that has met a defect. Without a message to say it in
// the question is tried again, maxTries times; and then the sentence gets one of
// its own.
func (b *Bot) panicked(ctx context.Context, j *job) {
	text := textFailed(j.ref)
	switch {
	case j.reply != nil:
		b.finish(ctx, j, outcome{name: "panic", text: text})
	case b.tries.add(j.question.Key) < maxTries:
		j.again = true
	default:
		q := j.question
		err := error(nil)
		if q.Kind == store.KindCommand {
			err = b.whisper(ctx, q.Thread.Channel, q.Thread.TS, q.User, text)
		} else {
			_, err = b.post(ctx, q.Thread, turn{usual, q.User}, nil, note(text))
		}
		if err != nil {
			j.lg.Error("a failure could not be told", "error", err)
		}
		b.finish(ctx, j, outcome{name: "panic"})
	}
}
