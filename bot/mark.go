package bot

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// seen knows up to where the workspace's messages have been seen: the mark in
// the store, from which catch-up reads after an outage. The mark is a ts of
// Slack's. It never passes a message that was not recorded, and stands still
// while something may have been missed.
type seen struct {
	wake chan struct{} // holds a value while a catch-up is asked for

	mu      sync.Mutex
	pending map[string]int // messages that are being recorded, by ts
	high    string         // the newest message that was recorded, and up to which nothing was missed but for what follows
	missed  string         // the oldest that could not be recorded; "" once a catch-up has read it again
	saved   string         // the mark as it is in the store; another process may have moved it
	asked   int            // catch-ups asked for
	done    int            // of these, those that are done
}

func newSeen() *seen {
	return &seen{wake: make(chan struct{}, 1), pending: map[string]int{}}
}

// ask asks for a catch-up.
func (m *seen) ask() {
	m.mu.Lock()
	m.asked++
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default: // one is asked for already
	}
}

// deaf notes that no socket is open any more: something may be missed. The first
// one that opens again asks for the catch-up.
func (m *seen) deaf() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked++
}

// begin notes that a message is about to be recorded.
func (m *seen) begin(ts string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending[ts]++
}

// end notes that a message was recorded, or need not be, or could not be.
func (m *seen) end(ts string, recorded bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pending[ts]--; m.pending[ts] <= 0 {
		delete(m.pending, ts)
	}
	if recorded {
		return
	}
	m.asked++ // no reading that has begun counts for it
	if m.missed == "" || after(m.missed, ts) {
		m.missed = ts
	}
}

// came notes that Slack delivered a message, now recorded. What catch-up finds does
// not count: it reads one place after the other, and of those it has read it does
// not know what came since.
func (m *seen) came(ts string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if after(ts, m.high) {
		m.high = ts
	}
}

// reading returns what caughtUp is to be told once all that was missed until now
// is recorded, and the oldest message that this process could not record.
func (m *seen) reading() (asked int, missed string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked, m.missed
}

// caughtUp notes that what was missed until reading has been recorded, up to ts.
func (m *seen) caughtUp(asked int, ts string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = asked
	if m.asked == asked {
		m.missed = ""
	}
	if after(ts, m.high) {
		m.high = ts
	}
}

// next is where the mark may be moved to; "" when it stays.
func (m *seen) next() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked != m.done {
		return ""
	}
	to := m.high
	if m.missed != "" && !after(m.missed, to) {
		to = tsBefore(m.missed)
	}
	for ts := range m.pending {
		if !after(ts, to) {
			to = tsBefore(ts)
		}
	}
	if !after(to, m.saved) {
		return ""
	}
	return to
}

// saveMark moves the mark in the store.
func (b *Bot) saveMark(ctx context.Context) {
	to := b.seen.next()
	if to == "" {
		return
	}
	limited, cancel := context.WithTimeout(ctx, markTimeout)
	defer cancel()
	if err := b.cfg.Store.SetMark(limited, b.self.team, to); ctx.Err() != nil && err != nil {
		return // a stop
	} else if err != nil {
		b.lg.Warn("the mark of what was seen could not be moved; after an outage more is read again", "error", err)
		return
	}
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	b.seen.saved = to
}

const (
	markEvery   = 10 * time.Second
	markTimeout = 3 * time.Second
)

// keepMark saves the mark now and then, until ctx ends.
func (b *Bot) keepMark(ctx context.Context) {
	for sleep(ctx, b.timing.mark) == nil {
		b.saveMark(ctx)
	}
}

// record has a message recorded in its turn. Until it is, and when it cannot be,
// the mark does not pass it.
func (b *Bot) record(ctx context.Context, env envelope, m message) {
	b.seen.begin(m.ts)
	b.intake.do(m.channel+m.root(), m.user, func() {
		recorded := false
		defer func() {
			b.seen.end(m.ts, recorded)
			switch {
			case !recorded:
				b.seen.ask() // Slack's retries may come to nothing, too
			case !env.found && b.credible(m.ts):
				b.seen.came(m.ts)
			}
		}()
		recorded = b.take(ctx, env, m)
	})
}

// credible says whether the mark may come to ts: one that is malformed, or far in
// the future, would hide all that is written until then.
func (b *Bot) credible(ts string) bool {
	return store.ValidateTS(ts) == nil && tsTime(ts).Before(b.web.clock.now().Add(24*time.Hour))
}

// tsBefore is the ts just before another one, "" when there is none.
func tsBefore(ts string) string {
	digits := strings.Replace(ts, ".", "", 1)
	n, err := strconv.ParseInt(digits, 10, 64)
	dot := strings.IndexByte(ts, '.')
	if err != nil || n <= 0 || dot < 0 {
		return ""
	}
	before := strconv.FormatInt(n-1, 10)
	before = strings.Repeat("0", max(len(digits)-len(before), 0)) + before
	return before[:dot] + "." + before[dot:]
}
