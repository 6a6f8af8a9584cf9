package slacksim

import (
	"slices"
	"time"
)

// Stats counts what has happened since the start.
type Stats struct {
	Events    int // that the app is subscribed to, each once
	Lost      int // of them, those that were never sent (Config.LoseUnheard)
	Envelopes int // made for sockets, of every type, retries included
	Acks      int // that came for them
	LateAcks  int // of them, those after Config.AckTimeout
	Unacked   int // deliveries without an ack: as many as Unacked lists
	GaveUp    int // deliveries after whose last try no ack had come in time
	Calls     int // of every method, those still in flight and those that met a fault included
	Posts     int // messages that the app has written with chat.postMessage
	Updates   int // changes that it has made with chat.update
}

// Stats gives the present counts, at a cost that does not grow with them.
func (s *Sim) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Unacked = s.unacked.Len()
	return stats
}

// traffic is what arrived for one method.
type traffic struct {
	calls    []*Call
	arrivals []arrival
}

type arrival struct {
	at      time.Time
	channel string
}

// Count counts the calls of a method, or of every method when it is empty.
func (s *Sim) Count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if method == "" {
		return s.stats.Calls
	}
	if t, ok := s.methods[method]; ok {
		return len(t.arrivals)
	}
	return 0
}

// Busiest is the most calls of a method that arrived within any span of that
// length, by Config.Now; a call that was refused or met a fault counts too.
func (s *Sim) Busiest(method string, window time.Duration) int {
	return s.busiest(method, window, func(arrival) string { return "" })
}

// BusiestChannel is Busiest for the channel in which it is highest, as
// chat.postMessage is limited.
func (s *Sim) BusiestChannel(method string, window time.Duration) int {
	return s.busiest(method, window, func(a arrival) string { return a.channel })
}

func (s *Sim) busiest(method string, window time.Duration, key func(arrival) string) int {
	times := map[string][]time.Time{}
	s.mu.Lock()
	if t, ok := s.methods[method]; ok {
		for _, a := range t.arrivals {
			times[key(a)] = append(times[key(a)], a.at)
		}
	}
	s.mu.Unlock()
	most := 0
	for _, list := range times {
		slices.SortFunc(list, time.Time.Compare) // Config.Now may go back
		first := 0
		for i, at := range list {
			for at.Sub(list[first]) >= window {
				first++
			}
			most = max(most, i+1-first)
		}
	}
	return most
}
