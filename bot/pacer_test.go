package bot

import (
	"testing"
	"time"
)

// life is a socket's: how long it takes to hello (below 0: none comes), and how
// long it lives from then on.
type life struct{ hello, lives time.Duration }

// pausesOf has a pacer open sockets of these lives, and returns the longest and the
// shortest pause before each.
func pausesOf(lives []life) (most, least []time.Duration, last time.Time) {
	var p pacer
	now := time.Unix(0, 0)
	for _, l := range lives {
		most = append(most, p.pauseAfterEnd(now))
		wait := p.begin(now)
		least = append(least, wait)
		now = now.Add(wait)
		if l.hello >= 0 {
			now = now.Add(l.hello)
			p.greeted(now)
			now = now.Add(l.lives)
		}
		p.ended(now)
	}
	return most, least, now
}

// pauseAfterEnd is the longest pause of an opening that would begin now.
func (p *pacer) pauseAfterEnd(now time.Time) time.Duration {
	p.ended(now)
	return p.pause()
}

func repeat(l life, n int) []life {
	var list []life
	for range n {
		list = append(list, l)
	}
	return list
}

func TestPaces(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		lives []life
		last  time.Duration // the longest pause before the last of them
	}{
		"the first":                        {repeat(life{}, 1), 0},
		"after a long life":                {repeat(life{0, time.Hour}, 2), 0},
		"after a short life":               {repeat(life{0, time.Second}, 2), 0},
		"after two short lives":            {repeat(life{0, time.Second}, 3), 250 * ms},
		"after many short lives":           {repeat(life{0, 100 * ms}, 100), 500 * ms},
		"after a long life, short before":  {append(repeat(life{0, time.Second}, 50), life{0, time.Hour}, life{}), 0},
		"turned away at once":              {repeat(life{0, 0}, 2), 250 * ms},
		"turned away at once, three times": {repeat(life{0, ms}, 4), 1000 * ms},
		"no hello, for long":               {repeat(life{-1, 0}, 40), 30 * time.Second},
		"a life after failures":            {append(repeat(life{-1, 0}, 40), life{0, time.Second}, life{}), 0},
	} {
		t.Run(name, func(t *testing.T) {
			most, waits, _ := pausesOf(c.lives)
			n := len(most) - 1
			if most[n] != c.last || waits[n] < c.last/2 || waits[n] > c.last {
				t.Errorf("it waits %v of at most %v, want up to %v", waits[n], most[n], c.last)
			}
		})
	}
}

// A server that closes each socket after its hello is not stormed.
func TestNoStorm(t *testing.T) {
	for name, l := range map[string]life{"after the hello": {0, 0}, "before it": {-1, 0}} {
		_, _, end := pausesOf(repeat(l, 9))
		if d := end.Sub(time.Unix(0, 0)); d < 20*time.Second {
			t.Errorf("closed %s: nine openings within %v", name, d)
		}
	}
}

func TestPacerHonoursRetryAfter(t *testing.T) {
	var p pacer
	now := time.Unix(0, 0)
	p.begin(now)
	p.ended(now)
	p.shut(now.Add(40 * time.Second))
	p.shut(now.Add(20 * time.Second))
	if d := p.begin(now); d != 40*time.Second {
		t.Errorf("it waits %v, want what Slack has asked for", d)
	}
	if d := p.begin(now.Add(time.Minute)); d > time.Second {
		t.Errorf("long after it waits %v", d)
	}
}

// To be told of an end twice, or late of a hello, changes nothing.
func TestPacerIsToldTwice(t *testing.T) {
	var p pacer
	now := time.Unix(0, 0)
	p.begin(now)
	p.greeted(now)
	now = now.Add(time.Hour)
	p.ended(now)
	p.ended(now)
	p.greeted(now)
	if d := p.begin(now); d != 0 {
		t.Errorf("it waits %v after a long life", d)
	}
}
