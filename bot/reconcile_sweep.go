package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// After an outage that lasts longer than Slack tells again of what was deleted, the
// served threads are read whole and compared, also those in which nobody asks any
// more. It comes after catching up, at its pace, and only with calls that can be
// spared: questions come first.

// toldAgain is how long Slack delivers a notice again that nobody has acked
// (docs.slack.dev/apis/events-api): at once, after a minute and after five.
const toldAgain = 6 * time.Minute

// sweepAfter asks for a sweep when what came after mark was caught up with so late, at
// now, that deletions may have been missed. Without a mark nothing was served before.
func (b *Bot) sweepAfter(mark string, now time.Time) {
	if mark != "" && now.Sub(tsTime(mark)) >= toldAgain {
		b.askSweep()
	}
}

// unheeded notes that a notice which came at the ts at could not be carried out: what it
// told of is to be looked for. Until that is done the mark stays, so that another
// process knows that it has to, should this one end before.
func (b *Bot) unheeded(at string) {
	b.seen.begin(at)
	if b.wholes.miss(at) {
		b.sweepLate()
	}
}

// sweepLate asks for a sweep of all served threads, once Slack lists what it has taken.
func (b *Bot) sweepLate() {
	time.AfterFunc(b.timing.late, func() {
		b.wholes.deaf()
		b.askSweep()
	})
}

func (b *Bot) askSweep() {
	select {
	case b.sweeps <- struct{}{}:
	default: // one is asked for already
	}
}

// keepSweeping sweeps whenever it is asked for, until ctx ends. What broke off goes on
// after pauses that grow.
func (b *Bot) keepSweeping(ctx, work context.Context) {
	for {
		select {
		case <-b.sweeps:
		case <-ctx.Done():
			return
		}
		for pause := b.timing.catchUp; ; pause = min(2*pause, catchUpMaxPause) {
			err := b.sweep(ctx, work)
			if err == nil {
				break
			}
			if ctx.Err() == nil {
				b.lg.Warn("looking for missed deletions broke off; trying again", "error", err)
			}
			if sleep(ctx, pause) != nil {
				return
			}
		}
	}
}

// sweep reads the served threads whole of which it is not known that every deletion was
// heard. One that cannot be read for good is left out, and compared when it can.
func (b *Bot) sweep(ctx, work context.Context) error {
	missed := b.wholes.missing(time.Now().Add(-b.timing.late))
	served, err := b.cfg.Store.Served(ctx, b.self.team, catchUpServed)
	if err != nil {
		return fmt.Errorf("listing the served threads: %w", err)
	}
	var failed error
	read, failures := 0, 0
	for _, t := range served {
		if b.wholes.has(t) || len(b.cfg.AllowedChannels) > 0 && !slices.Contains(b.cfg.AllowedChannels, t.Channel) {
			continue
		}
		err := b.sweepThread(ctx, work, t)
		switch {
		case err == nil:
			read++
		case ctx.Err() != nil:
			return ctx.Err()
		case tokenRefused(err):
			b.giveUp(err)
			return err
		case !refusedForGood(err) && !malformed(err):
			failed = err
			if failures++; failures >= catchUpFailures {
				return failed
			}
		}
	}
	if failed != nil {
		return failed
	}
	b.lg.Info("looked for missed deletions", "threads", read)
	if b.wholes.found(missed) > 0 {
		b.sweepLate()
	}
	for _, n := range missed {
		b.seen.end(n.at, true)
	}
	return nil
}

func (b *Bot) sweepThread(ctx, work context.Context, t store.ThreadKey) error {
	spare := func() error {
		if err := b.reading.replies.Wait(ctx); err != nil {
			return err
		}
		return b.web.awaitSpare(ctx, "conversations.replies")
	}
	if err := spare(); err != nil {
		return err
	}
	since, hearing := b.wholes.since(), b.hearing()
	l := b.list(ctx, t, spare)
	if l.err != nil && !l.whole {
		return l.err
	}
	if _, err := b.reconcile(ctx, work, t, l); err != nil {
		return err
	}
	if l.whole && hearing {
		b.wholes.note(t, since)
	}
	return nil
}
