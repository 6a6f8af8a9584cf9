package bot

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// pacer spaces the opening of sockets. The first one, and one after a socket
// that lived for a while, goes at once; each further one within quickOpen waits
// twice as long as the one before, with jitter. (slack-go was seen to open 9,212
// sockets in two seconds against a server that closed each after its hello.)
type pacer struct {
	mu    sync.Mutex
	last  time.Time
	delay time.Duration
}

const (
	quickOpen = 10 * time.Second
	maxPace   = 30 * time.Second
)

func (p *pacer) wait(ctx context.Context) error {
	return sleep(ctx, p.next(time.Now()))
}

// next says how long the opening that is asked for at now must wait.
func (p *pacer) next(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.last.IsZero() || now.Sub(p.last) > quickOpen+p.delay:
		p.delay = 0
	case p.delay == 0:
		p.delay = 250 * time.Millisecond
	default:
		p.delay = min(2*p.delay, maxPace)
	}
	wait := p.delay
	if wait > 0 {
		wait = wait/2 + time.Duration(rand.Int64N(int64(wait/2)+1))
	}
	p.last = now.Add(wait)
	return wait
}
