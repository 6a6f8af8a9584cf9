package bot

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// pacer spaces the openings of one socket, which slack-go does not: when Slack
// closes a socket right after its hello, slack-go opens the next one without a
// pause (it was seen to open 9,212 sockets within two seconds).
//
// The first opening goes at once, and so does the one after a socket that lived.
// Sockets that live shortly again and again wait for a moment between two of
// them; what comes to nothing waits twice as long each time.
type pacer struct {
	mu      sync.Mutex
	opening bool      // one was begun and has not ended
	hello   time.Time // of the present socket; zero before it
	short   int       // sockets in a row that said hello and lived shortly
	failed  int       // openings in a row that came to nothing
	until   time.Time // Slack's Retry-After
}

const (
	livedLong = 10 * time.Second
	// livedAtAll is how long a socket lives at least that was of use. Slack turns a
	// socket too many away at once.
	livedAtAll = 50 * time.Millisecond

	shortPace = 250 * time.Millisecond // for each short life, up to maxShort
	maxShort  = 500 * time.Millisecond
	minPace   = 250 * time.Millisecond // doubled for each failure, up to maxPace
	maxPace   = 30 * time.Second
)

// begin says how long an opening that is asked for now must wait.
func (p *pacer) begin(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(now) // the one before, should nobody have said so
	p.opening = true
	longest := p.pause()
	// Jitter, so that processes that lost their sockets together do not come back
	// together.
	wait := longest/2 + time.Duration(rand.Int64N(int64(longest/2)+1))
	return max(wait, p.until.Sub(now))
}

// pause is how long an opening must wait at the longest. The first of the short
// lives costs nothing.
func (p *pacer) pause() time.Duration {
	if p.failed > 0 {
		return min(minPace<<min(p.failed-1, 10), maxPace)
	}
	return min(shortPace*time.Duration(max(p.short-1, 0)), maxShort)
}

// greeted notes that Slack has said hello.
func (p *pacer) greeted(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opening {
		p.hello = now
	}
}

// ended notes that the socket is gone, or could not be opened. To say it twice is
// no harm.
func (p *pacer) ended(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(now)
}

func (p *pacer) end(now time.Time) {
	if !p.opening {
		return
	}
	switch lived := now.Sub(p.hello); {
	case p.hello.IsZero() || lived < livedAtAll:
		p.failed++
	case lived < livedLong:
		p.failed, p.short = 0, p.short+1
	default:
		p.failed, p.short = 0, 0
	}
	p.opening, p.hello = false, time.Time{}
}

// shut holds openings back until Slack takes them again.
func (p *pacer) shut(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
}

// open waits until shut is over.
func (p *pacer) open(ctx context.Context) error {
	p.mu.Lock()
	wait := time.Until(p.until)
	p.mu.Unlock()
	return sleep(ctx, wait)
}
