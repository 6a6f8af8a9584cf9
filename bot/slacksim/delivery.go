package slacksim

import (
	"container/list"
	"encoding/json"
	"slices"
	"time"
)

// delivery is a payload on its way to the app, through one envelope for each try.
type delivery struct {
	kind     string // the envelope's type
	eventID  string // of an event
	payload  json.RawMessage
	accepts  bool // accepts_response_payload
	retries  bool // is sent again without an ack
	to       *socket
	attempt  int // retry_attempt of the next envelope
	reason   string
	envelope string // of the last try
	tries    int
	acked    bool
	gaveUp   bool
	answer   chan json.RawMessage // gets the ack's payload; nil when nobody waits
	timer    *time.Timer
	place    *list.Element // in the list of what has no ack
}

// envelope is one try of a delivery.
type envelope struct {
	of   *delivery
	try  int
	sent time.Time // handed to the socket
}

// Ack is an ack that the app has sent.
type Ack struct {
	EnvelopeID string
	Type       string // of the envelope: events_api, slash_commands, interactive
	EventID    string
	Payload    json.RawMessage
	After      time.Duration // from handing the envelope to the connection, by the wall clock
	Late       bool          // it came after Config.AckTimeout
}

// Envelope is one that has no ack yet.
type Envelope struct {
	EnvelopeID string // of the last try; empty before the first
	Type       string
	EventID    string
	Tries      int
	GaveUp     bool // no retry follows any more
}

// Acks lists the acks in order of arrival.
func (s *Sim) Acks() []Ack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ack(nil), s.acks...)
}

// Unacked lists what has no ack yet, oldest first.
func (s *Sim) Unacked() []Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Envelope
	for _, d := range s.open() {
		list = append(list, Envelope{EnvelopeID: d.envelope, Type: d.kind, EventID: d.eventID, Tries: d.tries, GaveUp: d.gaveUp})
	}
	return list
}

// RetryUnacked sends every event without an ack again now, instead of at its time.
func (s *Sim) RetryUnacked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.open() {
		if d.retries && !d.gaveUp {
			d.attempt, d.reason = d.attempt+1, "timeout"
			s.send(d)
		}
	}
}

// open lists the deliveries without an ack, oldest first.
func (s *Sim) open() []*delivery {
	list := make([]*delivery, 0, s.unacked.Len())
	for e := s.unacked.Front(); e != nil; e = e.Next() {
		if d, ok := e.Value.(*delivery); ok {
			list = append(list, d)
		}
	}
	return list
}

// expect adds a delivery to those without an ack.
func (s *Sim) expect(d *delivery) { d.place = s.unacked.PushBack(d) }

// seal makes the envelope for a delivery's present try.
func (s *Sim) seal(d *delivery) *envelope {
	e := &envelope{of: d, try: d.tries, sent: time.Now()}
	s.envelopes[d.envelope] = e
	s.stats.Envelopes++
	return e
}

// pick chooses the socket for the next envelope: the one that got the fewest, the
// newest of equals. Slack promises no pattern.
func (s *Sim) pick() *socket {
	var best *socket
	for _, k := range s.sockets {
		if !k.leaving && (best == nil || k.frames <= best.frames) {
			best = k
		}
	}
	return best
}

// route is the socket that a delivery is meant for while that is open, else any.
func (s *Sim) route(d *delivery) *socket {
	if d.to != nil && !d.to.leaving && slices.Contains(s.sockets, d.to) {
		return d.to
	}
	return s.pick()
}

// send tries a delivery once. Without a socket the try has gone wrong at once, so
// that an event then exists as a retry only.
func (s *Sim) send(d *delivery) {
	if s.ctx.Err() != nil {
		return
	}
	if d.tries == 0 {
		s.expect(d)
	}
	d.stop()
	d.envelope = s.newUUID()
	d.tries++
	k := s.route(d)
	if k == nil {
		s.later(d)
		return
	}
	env := object{"envelope_id": d.envelope, "type": d.kind, "payload": d.payload, "accepts_response_payload": d.accepts}
	if d.retries {
		env["retry_attempt"], env["retry_reason"] = d.attempt, d.reason
	}
	k.push(outgoing{text: mustJSON(env), envelope: s.seal(d)})
	k.frames++
	s.after(d, s.cfg.AckTimeout, s.later)
	s.change()
}

// queued is how long a frame may wait for the one before it until that counts as
// time that the app did not have for its ack.
const queued = 10 * time.Millisecond

// sent notes that an envelope is handed to its connection now, which is when the
// time for its ack begins.
func (s *Sim) sent(e *envelope) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	late := now.Sub(e.sent) > queued
	e.sent = now
	if d := e.of; late && d.timer != nil && !d.acked && !d.gaveUp && d.tries == e.try {
		s.after(d, s.cfg.AckTimeout, s.later)
	}
}

// after does what is due for a delivery when the time has come, unless it was
// acked or tried again meanwhile.
func (s *Sim) after(d *delivery, wait time.Duration, due func(*delivery)) {
	d.stop()
	tries := d.tries
	d.timer = time.AfterFunc(wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !d.acked && d.tries == tries && s.ctx.Err() == nil {
			due(d)
		}
	})
}

// later plans the next try, or gives up.
func (s *Sim) later(d *delivery) {
	if !d.retries || d.attempt >= len(s.cfg.RetryAfter) {
		d.gaveUp = true
		s.stats.GaveUp++
		d.end()
		s.change()
		return
	}
	wait := s.cfg.RetryAfter[d.attempt]
	d.attempt, d.reason = d.attempt+1, "timeout"
	if wait <= 0 {
		s.send(d)
		return
	}
	s.after(d, wait, s.send)
	s.change()
}

// end tells who waits for an answer that none comes any more.
func (d *delivery) end() {
	if d.answer != nil {
		close(d.answer)
		d.answer = nil
	}
}

// stop ends the wait for an ack or for the next try.
func (d *delivery) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

// maxAck is the size from which Slack silently drops what an app sends
// (slack-go's maxResponseSize).
const maxAck = 20_000

// ack takes a frame from the app. What Slack drops without a word is a problem
// here, since the app cannot notice it.
func (s *Sim) ack(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var a struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(frame, &a); err != nil || a.EnvelopeID == "" {
		s.problem("ack: not JSON with an envelope_id")
		return
	}
	e, ok := s.envelopes[a.EnvelopeID]
	switch {
	case !ok:
		s.problem("ack: for an envelope that was not sent")
		return
	case len(frame) >= maxAck:
		s.problem("ack: dropped, as it has %d bytes", len(frame))
		return
	}
	d, after := e.of, time.Since(e.sent)
	late := after > s.cfg.AckTimeout || d.gaveUp
	s.acks = append(s.acks, Ack{
		EnvelopeID: a.EnvelopeID, Type: d.kind, EventID: d.eventID, Payload: a.Payload, After: after, Late: late,
	})
	s.stats.Acks++
	if late {
		s.stats.LateAcks++
	}
	if !d.acked {
		s.unacked.Remove(d.place)
		d.acked, d.payload = true, nil
	}
	d.stop()
	if d.answer != nil {
		d.answer <- a.Payload
		d.end()
	}
	s.change()
}
