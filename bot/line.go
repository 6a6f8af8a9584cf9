package bot

import (
	"context"
	"slices"
	"sync"
	"time"
)

// line is where questions wait for the model, each with nothing but its
// placeholder: files are fetched and requests composed past the line, for at most
// room questions at a time.
//
// People take turns (rounds.go), and whoever had more than ratePerMinute questions
// let past the line within a minute comes behind everybody who had not. Nobody is
// refused, and a person's own questions stay in order.
type line struct {
	room int

	mu     sync.Mutex
	inside int // past the line
	queue  rounds[*spot]
	people map[string]*pace
}

// pace is what the line remembers of a person.
type pace struct {
	asked []asking    // the last ratePerMinute+1 questions, in the order in which they were asked
	past  []time.Time // the last ratePerMinute that were let past
	told  time.Time   // of the rate
}

// asking is when a question was asked, which may be long before it comes here.
type asking struct {
	ts string // Slack's; names the question when it comes again
	at time.Time
}

const (
	ratePerMinute = 10
	rateWindow    = time.Minute
	rateNotices   = 10 * time.Minute // between two of them to one person
	linePeople    = 1000             // remembered before those are forgotten who did not ask lately

	// movedEvery is how often somebody who waits is told the position.
	movedEvery = 3 * time.Second
)

// spot is one question's place, in the line and past it.
type spot struct {
	l      *line
	person string
	ready  bool          // wants to go past; until then it keeps its place
	state  spotState     // under l.mu
	past   chan struct{} // closed when it may go past
}

type spotState int

const (
	spotQueued spotState = iota
	spotPast
	spotGone
)

func newLine(room int) *line {
	return &line{room: room, people: map[string]*pace{}}
}

// enter takes a place for a person's question, which was asked at Slack's ts. It is
// kept until leave; its turn comes only once it waits.
func (l *line) enter(person, ts string) *spot {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pace(person).ask(asking{ts, tsTime(ts)})
	s := &spot{l: l, person: person, past: make(chan struct{})}
	l.queue.add(person, s)
	return s
}

// ask takes note of a question. One that is tried again is still one.
func (p *pace) ask(a asking) {
	if slices.ContainsFunc(p.asked, func(b asking) bool { return b.ts == a.ts }) {
		return
	}
	i := len(p.asked)
	for i > 0 && p.asked[i-1].at.After(a.at) {
		i--
	}
	p.asked = slices.Insert(p.asked, i, a)
	p.asked = slices.Delete(p.asked, 0, max(0, len(p.asked)-ratePerMinute-1))
}

func (l *line) pace(person string) *pace {
	if p, ok := l.people[person]; ok {
		return p
	}
	if len(l.people) >= linePeople {
		for person, p := range l.people {
			if last := p.asked[len(p.asked)-1]; time.Since(last.at) > rateNotices {
				delete(l.people, person)
			}
		}
	}
	p := &pace{}
	l.people[person] = p
	return p
}

// appendLast appends to times and keeps the last n.
func appendLast(times []time.Time, now time.Time, n int) []time.Time {
	times = append(times, now)
	return times[max(0, len(times)-n):]
}

// credit is how many questions of a person may go past within the rate.
func (l *line) credit(person string, now time.Time) int {
	p := l.people[person]
	if p == nil {
		return ratePerMinute
	}
	p.past = slices.DeleteFunc(p.past, func(at time.Time) bool { return now.Sub(at) >= rateWindow })
	return ratePerMinute - len(p.past)
}

// serve lets past whoever may.
func (l *line) serve() {
	for l.inside < l.room {
		now := time.Now()
		ready := func(s *spot) bool { return s.ready }
		s, ok := l.queue.next(func(person string) bool { return l.credit(person, now) > 0 }, ready)
		if !ok {
			if s, ok = l.queue.next(nil, ready); !ok {
				return
			}
		}
		l.inside++
		s.state = spotPast
		if p := l.people[s.person]; p != nil {
			p.past = appendLast(p.past, now, ratePerMinute)
		}
		close(s.past)
	}
}

// wait waits for its turn, or returns the cause of the context's end. moved is
// told how many questions are before it: at first, and when that has changed.
func (s *spot) wait(ctx context.Context, moved func(ahead int)) error {
	s.l.mu.Lock()
	s.ready = true
	s.l.serve()
	s.l.mu.Unlock()
	select {
	case <-s.past:
		return nil
	default:
	}
	ticks := time.NewTicker(movedEvery)
	defer ticks.Stop()
	told := -1
	for {
		if ahead := max(0, s.ahead()); ahead != told {
			told = ahead
			moved(ahead)
		}
		select {
		case <-s.past:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticks.C:
		}
	}
}

// leave gives the place up. It may be called twice.
func (s *spot) leave() {
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	switch s.state {
	case spotQueued:
		s.l.queue.remove(s.person, func(v *spot) bool { return v == s })
	case spotPast:
		s.l.inside--
	}
	s.state = spotGone
	s.l.serve()
}

// ahead is how many questions go past before this one must, as things stand; less
// than 0 when it need not wait.
func (s *spot) ahead() int {
	l := s.l
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := slices.Index(l.queue.of[s.person], s)
	if s.state != spotQueued || mine < 0 {
		return -1
	}
	now := time.Now()
	credit := l.credit(s.person, now)
	before, earlier := mine, 1
	for _, person := range l.queue.ring {
		if person == s.person {
			earlier = 0 // those behind have their turn after this person's
			continue
		}
		n := len(l.queue.of[person])
		within := min(n, l.credit(person, now))
		if mine < credit {
			before += min(within, mine+earlier)
		} else {
			before += within + min(n-within, mine-credit+earlier)
		}
	}
	return before - max(0, l.room-l.inside)
}

// flooding says that the person has asked more than the rate allows within a minute,
// whenever that was, and is not yet told so; it counts as told then.
func (s *spot) flooding() bool {
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	p, now := s.l.people[s.person], time.Now()
	if p == nil || len(p.asked) <= ratePerMinute || p.asked[ratePerMinute].at.Sub(p.asked[0].at) >= rateWindow {
		return false
	}
	if !p.told.IsZero() && now.Sub(p.told) < rateNotices {
		return false
	}
	p.told = now
	return true
}

// queued is how many questions wait.
func (l *line) queued() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queue.n
}
