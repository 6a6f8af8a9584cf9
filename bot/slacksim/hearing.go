package slacksim

import (
	"slices"
	"time"
)

// span is the time for which the client held a connection, by the wall clock.
type span struct{ from, to time.Time }

func (p *span) ended() bool { return !p.to.IsZero() }

// end ends a span that has not ended yet.
func (p *span) end() {
	if p.to.IsZero() {
		p.to = time.Now()
	}
}

// newSpan begins a span.
func (s *Sim) newSpan() *span {
	p := &span{from: time.Now()}
	s.spans = append(s.spans, p)
	return p
}

// notice is how much later than the client closed a connection this may be seen
// here, on a busy machine.
const notice = 100 * time.Millisecond

// MostSockets is how many connections the client held open at once, at most, since
// the start. One counts from its opening, also when it is turned away as one too
// many, until Slack or the client has closed it; a half-open one until the client
// has. Two that met for less than a tenth of a second do not count together, since
// a close may be seen that late.
func (s *Sim) MostSockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return mostAtOnce(s.spans, time.Now(), s.notice)
}

// mostAtOnce is how many spans overlap, at most, for at least the slack.
func mostAtOnce(spans []*span, now time.Time, slack time.Duration) int {
	var from, to []time.Time
	for _, p := range spans {
		end := now
		if p.ended() {
			end = p.to.Add(-slack)
		}
		if end.After(p.from) {
			from, to = append(from, p.from), append(to, end)
		}
	}
	slices.SortFunc(from, time.Time.Compare)
	slices.SortFunc(to, time.Time.Compare)
	most, ended := 0, 0
	for i, at := range from {
		for ended < len(to) && !to[ended].After(at) {
			ended++
		}
		most = max(most, i+1-ended)
	}
	return most
}

// Gaps lists the times, since the first hello, in which no event could reach the
// client: no socket was open that had its hello, was not half open and not told to
// leave. The last is still running if that is so now.
func (s *Sim) Gaps() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	gaps := slices.Clone(s.gaps)
	if !s.deafSince.IsZero() {
		gaps = append(gaps, time.Since(s.deafSince))
	}
	return gaps
}

// listen notes whether the client can hear, after anything that may change it.
func (s *Sim) listen() {
	hears := slices.ContainsFunc(s.sockets, func(k *socket) bool { return k.greeted && !k.leaving && !k.halfOpen })
	switch {
	case hears && !s.deafSince.IsZero():
		s.gaps = append(s.gaps, time.Since(s.deafSince))
		s.deafSince = time.Time{}
	case !hears && s.heard && s.deafSince.IsZero():
		s.deafSince = time.Now()
	}
	s.heard = s.heard || hears
}
