package bot

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"
)

// seen knows up to where the workspace's messages have been seen: the mark in
// the store, from which catch-up reads after an outage. The mark is a ts of
// Slack's. It never passes a message that was not recorded, and stands still
// while something may have been missed.
type seen struct {
	wake chan struct{} // holds a value while a catch-up is asked for

	mu      sync.Mutex
	pending map[string]int // messages that are being recorded, by ts
	high    string         // the newest message that came
	saved   string         // the mark as it is in the store
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

// begin notes that a message is about to be recorded.
func (m *seen) begin(ts string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending[ts]++
	if after(ts, m.high) {
		m.high = ts
	}
}

// end notes that a message was recorded, or need not be.
func (m *seen) end(ts string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pending[ts]--; m.pending[ts] <= 0 {
		delete(m.pending, ts)
	}
}

// reading returns what caughtUp is to be told once all that was missed until now
// is recorded.
func (m *seen) reading() (asked int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked
}

// caughtUp notes that what was missed until reading has been recorded, from ts on.
func (m *seen) caughtUp(asked int, from string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = asked
	if after(from, m.high) {
		m.high = from
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
	ctx, cancel := context.WithTimeout(ctx, markTimeout)
	defer cancel()
	if err := b.cfg.Store.SetMark(ctx, b.self.team, to); err != nil {
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
		defer b.seen.end(m.ts)
		if !b.take(ctx, env, m) {
			b.seen.ask() // Slack's retries may come to nothing, too
		}
	})
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
