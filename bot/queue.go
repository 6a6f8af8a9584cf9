package bot

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// This file is how a question goes through the line (line.go), and what its
// thread sees of that.

// pastLine is how many questions are past the line for each model call that runs at
// once: one with the model, and one that is made ready meanwhile.
const pastLine = 2

// waitInLine waits until the question may go past the line. Meanwhile the
// placeholder says how many are before it, as far as Slack's rate has room for
// that; afterwards it says what is done.
func (b *Bot) waitInLine(ctx context.Context, j *job) error {
	err := j.spot.wait(ctx, func(ahead int) {
		j.reply.grow(textInLine(ahead), true)
		if j.spot.flooding() {
			q := j.question
			b.threads.do("rate "+q.User, "", func() {
				if err := b.whisper(ctx, q.Thread.Channel, q.Thread.TS, q.User, textOverRate()); err != nil && ctx.Err() == nil {
					b.lg.Warn("a person could not be told of the rate", "question", q.Key.String(), "error", err)
				}
			})
		}
	})
	if err == nil {
		j.reply.grow(textReading(len(j.question.Files)), true)
	}
	return err
}

// firstText is what a new placeholder says: what is done, or how many questions
// are before this one.
func (j *job) firstText() string {
	if ahead := j.spot.ahead(); ahead >= 0 {
		return textInLine(ahead)
	}
	return textReading(len(j.question.Files))
}

// afterIntake lets a burst of envelopes be recorded and acked first: those have
// Slack's three seconds, and answers would take the processor and the store from
// them. It does not wait longer than that, and not at all while few threads are
// served: these take nothing that matters, and a person sees that there is somebody.
func (b *Bot) afterIntake(ctx context.Context) {
	if b.threads.busy() <= fewThreads {
		return
	}
	limited, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	for calm := b.intake.calm(manyEnvelopes); calm != nil; calm = b.intake.calm(manyEnvelopes) {
		select {
		case <-calm:
		case <-limited.Done():
			return
		}
	}
}

const (
	manyEnvelopes = 128 // more than fifty questions at once, each of which comes as two
	fewThreads    = 32
)

// exportQueues makes a metric of what waits in this process.
func (b *Bot) exportQueues(r prometheus.Registerer) {
	if r == nil {
		return
	}
	for where, length := range map[string]func() int{"intake": b.intake.queued, "threads": b.threads.queued, "model": b.line.queued} {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: "medbuddy", Name: "waiting", ConstLabels: prometheus.Labels{"for": where},
			Help: "What waits: envelopes for intake, threads to be served, questions for the model.",
		}, func() float64 { return float64(length()) }))
	}
}
