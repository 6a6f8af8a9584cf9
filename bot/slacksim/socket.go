package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// socket is one open Socket Mode connection.
type socket struct {
	id       int
	conn     *websocket.Conn
	ctx      context.Context //nolint:containedctx // it is the connection's life
	shut     context.CancelFunc
	queue    []json.RawMessage
	wake     chan struct{} // holds a value while the queue may hold frames
	leaving  bool          // told to disconnect: it gets no new envelopes
	halfOpen bool          // nothing gets through in either direction
	opened   time.Time
	frames   int // envelopes sent to it
}

// Socket is an open Socket Mode connection as a test sees it.
type Socket struct {
	ID        int // counts from 1
	Opened    time.Time
	Leaving   bool // told to disconnect
	HalfOpen  bool
	Envelopes int // sent to it so far
}

// Sockets lists the open connections, oldest first.
func (s *Sim) Sockets() []Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Socket
	for _, k := range s.sockets {
		list = append(list, Socket{ID: k.id, Opened: k.opened, Leaving: k.leaving, HalfOpen: k.halfOpen, Envelopes: k.frames})
	}
	return list
}

// Opened counts the connections ever made, those turned away as too many included.
func (s *Sim) Opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// connectionsOpen gives a URL that opens one socket
// (docs.slack.dev/reference/methods/apps.connections.open).
func (s *Sim) connectionsOpen(*request) (object, error) {
	ticket := s.newUUID()
	s.tickets[ticket] = false
	return object{"url": "ws://" + s.host + "/link/?ticket=" + ticket + "&app_id=" + s.appID}, nil
}

// serveSocket runs a socket until either side ends it: one goroutine writes, one
// pings, this one reads.
func (s *Sim) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.useTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	// Clients send Slack's own origin, or none: a browser's page is refused.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{"https://api.slack.com", "https://slack.com"}})
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(1 << 20)
	ctx, shut := context.WithCancel(s.ctx)
	defer shut()
	sock := &socket{conn: conn, ctx: ctx, shut: shut, wake: make(chan struct{}, 1), opened: s.cfg.Now()}
	defer func() { _ = conn.CloseNow() }() // it may be closed already
	if !s.join(sock) {
		_ = conn.Write(ctx, websocket.MessageText, mustJSON(object{
			"type": "disconnect", "reason": "too_many_websockets", "debug_info": object{"host": s.host},
		})) // the client finds the connection closed in any case
		_ = conn.Close(websocket.StatusNormalClosure, "")
		return
	}
	defer s.leave(sock)
	s.wg.Go(func() { s.writeFrames(sock) })
	s.wg.Go(func() { s.ping(sock) })
	s.readAcks(sock)
}

// useTicket says whether a ticket is good, and uses it up.
func (s *Sim) useTicket(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	used, known := s.tickets[ticket]
	if used {
		s.problem("socket: a ticket was used twice")
	}
	s.tickets[ticket] = true
	return known && !used
}

// join counts a socket and greets it; false when there are too many.
func (s *Sim) join(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	defer s.change()
	if len(s.sockets) >= s.cfg.MaxSockets {
		return false
	}
	s.nextSocket++
	k.id = s.nextSocket
	s.sockets = append(s.sockets, k)
	k.push(mustJSON(object{
		"type": "hello", "num_connections": len(s.sockets),
		"debug_info":      object{"host": s.host, "build_number": 1, "approximate_connection_time": 18060},
		"connection_info": object{"app_id": s.appID},
	}))
	return true
}

// leave takes a socket out of the count. What it was sent and did not ack is
// retried at its time.
func (s *Sim) leave(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == k })
	s.change()
}

// push queues a frame; it needs the Sim's lock.
func (k *socket) push(frame json.RawMessage) {
	k.queue = append(k.queue, frame)
	select {
	case k.wake <- struct{}{}:
	default: // it is awake
	}
}

// writeFrames sends what is queued, in order.
func (s *Sim) writeFrames(k *socket) {
	for {
		select {
		case <-k.ctx.Done():
			return
		case <-k.wake:
		}
		for {
			s.mu.Lock()
			frames, lag, lost := k.queue, s.socketLag, k.halfOpen
			k.queue = nil
			s.mu.Unlock()
			if len(frames) == 0 {
				break
			}
			for _, frame := range frames {
				if lost || !k.lag(lag) {
					continue
				}
				if k.conn.Write(k.ctx, websocket.MessageText, frame) != nil {
					k.shut()
					return
				}
			}
		}
	}
}

// lag waits; false when the socket has ended meanwhile.
func (k *socket) lag(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-k.ctx.Done():
		return false
	}
}

// ping pings at once and then at the interval; a client takes a socket without
// pings for dead.
func (s *Sim) ping(k *socket) {
	tick := time.NewTicker(s.cfg.PingInterval)
	defer tick.Stop()
	for {
		s.mu.Lock()
		lost := k.halfOpen
		s.mu.Unlock()
		if !lost {
			ctx, cancel := context.WithTimeout(k.ctx, s.cfg.PingInterval)
			_ = k.conn.Ping(ctx) // a pong that does not come ends nothing here: the reader finds a closed socket
			cancel()
		}
		select {
		case <-tick.C:
		case <-k.ctx.Done():
			return
		}
	}
}

// readAcks reads until the connection ends.
func (s *Sim) readAcks(k *socket) {
	for {
		_, frame, err := k.conn.Read(k.ctx)
		s.mu.Lock()
		lost := k.halfOpen
		s.mu.Unlock()
		if lost {
			<-k.ctx.Done() // what the client sends, and that it has gone, is not seen
			return
		}
		if err != nil {
			return
		}
		s.ack(frame)
	}
}

// Disconnect sends every socket a disconnect frame with Slack's reason: warning,
// refresh_requested, link_disabled. After a warning all goes on; else the socket
// gets nothing new and is closed after Config.CloseAfter.
func (s *Sim) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		k.push(mustJSON(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": s.host}}))
		if reason == "warning" || k.leaving {
			continue
		}
		k.leaving = true
		s.wg.Go(func() {
			k.lag(s.cfg.CloseAfter)
			k.shut()
		})
	}
	s.change()
}

// DropSockets breaks every connection without a word. It returns when they are
// gone from Sockets.
func (s *Sim) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		k.shut()
	}
	s.sockets = nil
	s.change()
}

// HalfOpen lets nothing through on the open connections from now on, in either
// direction, without closing them: no pings, no envelopes, no acks. They count as
// open until DropSockets. New connections work.
func (s *Sim) HalfOpen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		k.halfOpen = true
	}
	s.change()
}

// SlowSocket lets every frame wait before it is sent.
func (s *Sim) SlowSocket(wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socketLag = wait
}

// RawFrame sends text to one socket as it is, malformed or not. An envelope_id in
// it is remembered, so that an ack for it is no problem. It is not retried.
func (s *Sim) RawFrame(frame string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.pick()
	if k == nil {
		return errors.New("sending a raw frame: no socket is open")
	}
	var env struct {
		ID   string `json:"envelope_id"`
		Type string `json:"type"`
	}
	if json.Unmarshal([]byte(frame), &env) == nil && env.ID != "" {
		d := &delivery{kind: env.Type, envelope: env.ID, tries: 1}
		s.byEnvelope[env.ID] = d
		s.deliveries = append(s.deliveries, d)
	}
	k.push(json.RawMessage(frame))
	k.frames++
	return nil
}
