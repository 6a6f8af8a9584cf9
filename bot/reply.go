package bot

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// reply is the answer of one question as the thread sees it: one message, posted
// once and from then on updated, with further messages for what does not fit.
//
// The growing text is best effort: it waits for the workspace's budget, the
// latest text wins, and it gives way. The final text is not: it is tried until
// Slack has it or the context ends.
type reply struct {
	b     *Bot
	q     store.Question
	lease store.Lease
	ts    string   // of the first message
	last  string   // of the one with the buttons
	parts []string // ts of those before it
	lead  string   // stands above whatever is shown
	ref   string   // of the try, as in the log
	again bool     // an earlier try may have posted parts of an answer
	mine  bool     // what the message shows is known not to be an earlier try's final text
	first string   // what the message shows at first; "" when that is not known

	settled func() // gives back the call that was kept free for the final text

	live stream // of a direct message; the pump's, and final's once that has ended

	mu     sync.Mutex
	latest growth // what the message should show next
	wake   chan struct{}
	quit   context.CancelFunc
	done   chan struct{}
}

type growth struct {
	text  string
	ready bool // is mrkdwn of ours, not Markdown of the model's
}

// Growing texts of one message: the first a second after the placeholder, when it
// is known how many others were asked at the same time, then at least this far
// apart, a little further with each, and further when other messages grow as well.
// The final text waits for one that is under way, since it could arrive after it;
// so that one must not take long.
const (
	growFirst      = time.Second
	growSpacing    = 1200 * time.Millisecond
	growSpacingMax = 2500 * time.Millisecond // people see it change every three seconds, with all that an update takes
	growTimeout    = 3 * time.Second

	// The same of what is streamed: 100 calls a minute and workspace (Tier 4), which
	// several answers at once have to share.
	streamSpacing    = 700 * time.Millisecond
	streamSpacingMax = 1500 * time.Millisecond

	interruptTimeout = 1500 * time.Millisecond // of the two seconds after the drain
)

// newReply goes on in the message at ts. first is what it shows, "" when that is
// not known; settled is called when its final text has been said, or never will be.
func newReply(ctx context.Context, b *Bot, j *job, ts, first string, again bool, settled func()) *reply {
	ctx, quit := context.WithCancel(ctx)
	r := &reply{
		b: b, q: j.question, lease: j.lease, ts: ts, last: ts, lead: j.lead, ref: j.ref, again: again, mine: !again, first: first, settled: settled,
		wake: make(chan struct{}, 1), quit: quit, done: make(chan struct{}),
	}
	go r.pump(ctx)
	return r
}

// grow shows a text soon, unless a later one comes first. It never blocks.
func (r *reply) grow(text string, ready bool) {
	r.mu.Lock()
	r.latest = growth{text, ready}
	r.mu.Unlock()
	r.nudge()
}

func (r *reply) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// pump writes growing texts until the reply is stopped.
func (r *reply) pump(ctx context.Context) {
	defer close(r.done)
	defer func() {
		if v := recover(); v != nil {
			r.b.recovered(v) // the final text goes another way
		}
	}()
	gate := r.b.web.gates.of(chatUpdate, "")
	if r.first != "" && sleep(ctx, growFirst) != nil {
		return
	}
	spacing, streaming := growSpacing, streamSpacing
	shown := r.first
	for {
		select {
		case <-r.wake:
		case <-ctx.Done():
			return
		}
		r.mu.Lock()
		latest := r.latest
		r.mu.Unlock()
		if !latest.ready && r.stream(ctx, latest.text) {
			if sleep(ctx, max(streaming, r.b.web.gates.of(appendStream, "").spacing())) != nil {
				return
			}
			streaming = min(streaming*5/4, streamSpacingMax)
			continue
		}
		text := latest.text
		if !latest.ready {
			text = growing(text)
		}
		if text == shown || text == "" {
			continue
		}
		if !gate.takeSpare() {
			r.nudge() // with what is the latest then
			if sleep(ctx, spacing) != nil {
				return
			}
			continue
		}
		var limited *slack.RateLimitedError
		if err := r.updateOnce(ctx, growTimeout, r.b.unfinished(r.q, r.lead, text)); errors.As(err, &limited) {
			gate.shut(limited.RetryAfter)
		}
		shown = text
		if sleep(ctx, max(spacing, gate.spacing())) != nil {
			return
		}
		spacing = min(spacing*5/4, growSpacingMax)
	}
}

// growing is what the thread sees of an unfinished answer: its last part.
func growing(markdown string) string {
	text := mrkdwn(markdown)
	if text == "" {
		return ""
	}
	parts := split(text, partRunes)
	last := parts[len(parts)-1]
	if len(parts) > 1 {
		last = "…\n" + last
	}
	return last + "\n" + stillWriting
}

// updateOnce makes one chat.update, without trying again.
func (r *reply) updateOnce(ctx context.Context, timeout time.Duration, options []slack.MsgOption) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	_, _, _, err := r.b.web.api.UpdateMessageContext(ctx, r.q.Thread.Channel, r.ts, append(options, metadata(r.q.Key, 0, mark{}))...)
	r.b.metrics.slack.WithLabelValues(chatUpdate, result(err)).Inc()
	return err
}

// stop ends the growing and waits until no update is under way, so that none can
// arrive after the final text. It may be called twice.
func (r *reply) stop() {
	r.quit()
	<-r.done
	if r.live.free != nil {
		r.live.free()
	}
}

// end is stop when nothing more will be said.
func (r *reply) end() {
	r.stop()
	r.settled()
}

// interrupt tells the thread that the answer will come after a restart, under
// what it has shown so far.
func (r *reply) interrupt(ctx context.Context) {
	r.stop()
	defer r.endStream(ctx)
	if !r.mine {
		return
	}
	text := textInterrupted
	if !r.latest.ready && r.latest.text != "" {
		text = strings.TrimSuffix(growing(r.latest.text), stillWriting) + "\n" + text
	}
	if err := r.updateOnce(ctx, interruptTimeout, plain(led(shortLead(r.lead), text))); err != nil {
		r.b.lg.Warn("the thread could not be told of the restart", "question", r.q.Key.String(), "error", err)
	}
}

// final shows the outcome: the first part in the message that stands, the others
// in messages of their own, the label under the last. When parts of an earlier
// try may stand in the thread (again), they are found and replaced.
func (r *reply) final(ctx context.Context, out outcome, again bool) (err error) {
	r.stop()
	defer func() {
		if err == nil {
			r.endStream(ctx)
		}
	}()
	again = again || r.again
	parts := split(led(r.lead, out.text), partRunes)
	m := mark{try: r.ref, parts: len(parts), answer: out.looked != nil}
	r.parts = nil
	for i, part := range parts {
		var under foot
		if i == len(parts)-1 {
			under = footOf(r.q, out)
		}
		if i == 0 {
			if err := r.update(ctx, part, under, m); err != nil {
				return err
			}
			r.last = r.ts
			continue
		}
		ts, found, err := r.b.postOnce(ctx, r.q, i, m, again, nil, rich(part, under))
		if err == nil && found {
			err = r.replace(ctx, ts, i, m, rich(part, under))
		}
		if err != nil {
			return err
		}
		r.parts, r.last = append(r.parts, r.last), ts
	}
	for i := len(parts); again; i++ { // an earlier try had more to say
		ts, err := r.b.findPart(ctx, r.q, i)
		if err != nil || ts == "" {
			return err
		}
		replaced := textReplaced
		if out.name == nameDeleted {
			replaced = textTakenBack
		}
		if err := r.replace(ctx, ts, i, mark{}, plain(replaced)); err != nil {
			return err
		}
	}
	return nil
}

// replace gives a message of this answer another text.
func (r *reply) replace(ctx context.Context, ts string, part int, m mark, options []slack.MsgOption) error {
	as := ask{method: chatUpdate, idempotent: true, turn: turn{urgent, r.q.User}}
	return r.b.web.tryAs(ctx, as, func() error {
		_, _, _, err := r.b.web.api.UpdateMessageContext(ctx, r.q.Thread.Channel, ts, append(options, metadata(r.q.Key, part, m))...)
		return err
	})
}
