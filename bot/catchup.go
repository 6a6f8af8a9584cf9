package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/medbuddy/medbuddy/store"
)

// Catch-up reads what was written while nobody listened, and takes it like what
// Slack delivers: it is not known for sure that Slack delivers later what
// happened while no socket was open. What was seen already is known to the store
// and stays as it is.
//
// Its bounds: channels, threads and time that are read, and a part of what Slack
// allows of each method, so that answers are not held up.
const (
	catchUpEvery    = 10 * time.Second // at most
	catchUpMaxPause = 5 * time.Minute  // between tries of one that broke off

	// catchUpOverlap is read again before the mark: an event may come long after
	// one that happened later, at the latest with Slack's last retry, about six
	// minutes after the first.
	catchUpOverlap = 10 * time.Minute
	catchUpReach   = store.SeenFor - time.Hour // further back the store may have forgotten
	catchUpFirst   = staleAfter                // without a mark

	catchUpChannels = 200
	catchUpServed   = 100  // of the threads that MedBuddy serves
	catchUpThreads  = 1000 // of those with news
	catchUpTurn     = 100  // then it begins anew when more may have been missed
	catchUpPage     = 200
	catchUpPages    = 5 // of a channel that is busier than that
	catchUpFailures = 3 // then Slack is taken to be away
)

// reading is what catch-up keeps from one time to the next: the part that it takes
// of Slack's 50 calls a minute and method (Tier 3), and the newest reply of threads
// that it has read.
type reading struct {
	history, replies *rate.Limiter
	upTo             map[store.ThreadKey]string
}

func newReading() reading {
	return reading{
		history: rate.NewLimiter(rate.Every(1500*time.Millisecond), 20),
		replies: rate.NewLimiter(rate.Every(1500*time.Millisecond), 20),
		upTo:    map[store.ThreadKey]string{},
	}
}

// keepUp catches up whenever it is asked for, until ctx ends. One that broke off is
// tried again after pauses that grow, and at once when it is asked for again.
func (b *Bot) keepUp(ctx, work context.Context) {
	for {
		select {
		case <-b.seen.wake:
		case <-ctx.Done():
			return
		}
		for pause := b.timing.catchUp; ; pause = min(2*pause, catchUpMaxPause) {
			err := b.catchUp(ctx, work)
			if err != nil && ctx.Err() == nil && !errors.Is(err, errMoreMissed) {
				b.lg.Warn("catching up broke off; trying again", "error", err)
			}
			if sleep(ctx, b.timing.catchUp) != nil {
				return
			}
			if err == nil {
				break
			}
			select {
			case <-b.seen.wake:
			case <-time.After(pause - b.timing.catchUp):
			case <-ctx.Done():
				return
			}
		}
	}
}

// catchUp reads what may have been missed and has it recorded.
func (b *Bot) catchUp(ctx, work context.Context) error {
	asked, missed := b.seen.reading()
	mark, err := b.cfg.Store.Mark(ctx, b.self.team)
	if err != nil {
		return fmt.Errorf("reading the mark: %w", err)
	}
	served, err := b.cfg.Store.Served(ctx, b.self.team, catchUpServed)
	if err != nil {
		return fmt.Errorf("listing the served threads: %w", err)
	}
	now := b.web.clock.now()
	c := &catchUp{b: b, work: work, began: tsAt(now), oldest: catchUpFrom(mark, missed, now), threads: map[store.ThreadKey]string{}}
	c.newest = c.oldest
	channels, err := c.channels(ctx, served)
	if err != nil {
		return err
	}
	for _, ch := range channels {
		if err := c.channel(ctx, ch); err != nil {
			return err
		}
	}
	if err := c.readThreads(ctx, channels, served); err != nil {
		return err
	}
	if c.failed != nil {
		return c.failed
	}
	for t, newest := range b.reading.upTo {
		if !after(newest, c.oldest) {
			delete(b.reading.upTo, t) // it is not read again
		}
	}
	b.seen.caughtUp(asked, c.newest)
	b.sweepAfter(mark, now)
	b.lg.Info("caught up", "channels", len(channels), "threads", c.read, "messages", c.found)
	return nil
}

// catchUpFrom is the ts after which messages may have been missed. missed is one
// that this process could not record, or "": another process, for which all went
// well, may have moved the mark far beyond it.
func catchUpFrom(mark, missed string, now time.Time) string {
	from := tsAt(now.Add(-catchUpFirst))
	if mark != "" {
		from = tsAt(tsTime(mark).Add(-catchUpOverlap))
	}
	if before := tsBefore(missed); before != "" && after(from, before) {
		from = before
	}
	if reach := tsAt(now.Add(-catchUpReach)); after(reach, from) {
		return reach
	}
	return from
}

// catchUp is one run.
type catchUp struct {
	b      *Bot
	work   context.Context //nolint:containedctx // what is found outlives the run
	oldest string          // what is not after it is left alone
	began  string          // what is after it may have come where the run had been already
	newest string          // that was found and is not after began

	// threads that have something new, or may have, with the ts of the newest reply
	// as far as it is known.
	threads map[store.ThreadKey]string

	found, read int
	failures    int
	failed      error // what a whole run would not have met
}

// channel takes what is new in a channel, and notes its threads with news.
func (c *catchUp) channel(ctx context.Context, ch place) error {
	params := slack.GetConversationHistoryParameters{ChannelID: ch.id, Limit: catchUpPage}
	for range catchUpPages {
		if err := c.turn(ctx, "conversations.history", c.b.reading.history); err != nil {
			return err
		}
		var page *slack.GetConversationHistoryResponse
		err := c.b.web.try(ctx, "conversations.history", true, func() (err error) {
			page, err = c.b.web.api.GetConversationHistoryContext(ctx, &params)
			return err
		})
		if over, err := c.failure(ctx, "conversations.history", err); over || err != nil {
			if over {
				return err
			}
			return nil
		}
		var roots []slack.Message
		oldest := ""
		for _, m := range page.Messages {
			oldest = m.Timestamp
			switch {
			case m.ThreadTimestamp != "" && m.ThreadTimestamp != m.Timestamp: // a reply that the channel was shown
				c.note(ch.id, m.ThreadTimestamp, m.Timestamp)
				continue
			case c.b.onlyOwn(m.ReplyUsers):
				c.note(ch.id, m.Timestamp, "")
			default:
				c.note(ch.id, m.Timestamp, m.LatestReply) // none: nothing is in it
			}
			roots = append(roots, m)
		}
		if err := c.take(ctx, ch, roots); err != nil {
			return err
		}
		params.Cursor = page.ResponseMetaData.NextCursor
		if !page.HasMore || params.Cursor == "" || !after(oldest, c.oldest) {
			return nil
		}
	}
	c.b.lg.Warn("a channel has more news than are read to catch up", "channel", ch.id)
	return nil
}

// turn waits until a call can be spared: answers need the same calls.
func (c *catchUp) turn(ctx context.Context, method string, share *rate.Limiter) error {
	if err := share.Wait(ctx); err != nil {
		return err
	}
	return c.b.web.awaitSpare(ctx, method)
}

// failure says what an error means for the run. over: it has to end, with the
// error; else an error means that this part is left out, either for good or until
// the next run.
func (c *catchUp) failure(ctx context.Context, what string, err error) (over bool, _ error) {
	switch {
	case err == nil:
		return false, nil
	case ctx.Err() != nil:
		return true, ctx.Err()
	case tokenRefused(err):
		c.b.giveUp(err)
		return true, err
	case refusedForGood(err) || malformed(err):
		if c.b.unread.add(what + " " + slackCode(err)) {
			c.b.lg.Warn("what was missed there cannot be read", "what", what, "error", shortError(err))
		}
		return false, err
	}
	c.failed = err
	c.failures++
	return c.failures >= catchUpFailures, err
}

// malformed says that Slack answered with what slack-go cannot decode, as it will
// again.
func malformed(err error) bool {
	var typ *json.UnmarshalTypeError
	return errors.As(err, &typ)
}

// errMoreMissed says that a run was ended since something newer may have been missed.
var errMoreMissed = errors.New("bot: more was missed while catching up")

var errNotRecorded = errors.New("a message that was found could not be recorded")
