package slacksim

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// socket is one open Socket Mode connection.
type socket struct {
	id       int
	conn     *websocket.Conn
	line     *line           // below conn
	ctx      context.Context //nolint:containedctx // it is the connection's life
	shut     context.CancelFunc
	queue    []outgoing
	wake     chan struct{} // holds a value while the queue may hold frames
	greeted  bool          // hello was written
	leaving  bool          // told to disconnect: it gets no new envelopes
	halfOpen bool          // nothing gets through in either direction
	opened   time.Time     // by Config.Now
	held     *span         // from opening to the end that came first
	frames   int           // envelopes sent to it
}

// outgoing is text on its way through a socket.
type outgoing struct {
	text     json.RawMessage
	envelope *envelope // nil for hello and disconnect
}

// Socket is an open Socket Mode connection as a test sees it.
type Socket struct {
	ID        int // counts from 1
	Opened    time.Time
	Greeted   bool // its hello was sent
	Leaving   bool // told to disconnect
	HalfOpen  bool
	Closed    bool // the client has closed its side: only a half-open one is still in the list then
	Envelopes int  // sent to it so far
}

// Sockets lists the connections that Slack takes for open, oldest first.
func (s *Sim) Sockets() []Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Socket
	for _, k := range s.sockets {
		list = append(list, Socket{
			ID: k.id, Opened: k.opened, Greeted: k.greeted, Leaving: k.leaving, HalfOpen: k.halfOpen, Closed: k.held.ended(), Envelopes: k.frames,
		})
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
	if !s.online() {
		http.Error(w, unavailable, http.StatusServiceUnavailable)
		return
	}
	if !s.useTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	below, ok := r.Context().Value(lineKey{}).(*line)
	if !ok {
		http.Error(w, "no connection", http.StatusInternalServerError) // Start gives every request one
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
	defer context.AfterFunc(ctx, below.cut)() // also when it is dead, which closing conn respects
	sock := &socket{conn: conn, line: below, ctx: ctx, shut: shut, wake: make(chan struct{}, 1), opened: s.cfg.Now()}
	defer below.cut()
	defer func() { _ = conn.CloseNow() }() // it may be closed already
	defer s.leave(sock)
	if !s.join(sock) {
		_ = conn.Write(ctx, websocket.MessageText, mustJSON(object{
			"type": "disconnect", "reason": "too_many_websockets", "debug_info": object{"host": s.host},
		})) // the client finds the connection closed in any case
		_ = conn.Close(websocket.StatusNormalClosure, "")
		return
	}
	s.wg.Go(func() { s.writeFrames(sock) })
	s.wg.Go(func() { s.ping(sock) })
	s.readAcks(sock)
}

// lineKey finds a request's connection in its context.
type lineKey struct{}

// lineOf is the server's ConnContext.
func lineOf(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, lineKey{}, conn)
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
	k.held = s.newSpan()
	defer s.change()
	if s.offline {
		k.shut()
		return false
	}
	if len(s.sockets) >= s.cfg.MaxSockets {
		return false
	}
	s.nextSocket++
	k.id = s.nextSocket
	s.sockets = append(s.sockets, k)
	k.push(outgoing{text: mustJSON(object{
		"type": "hello", "num_connections": len(s.sockets),
		"debug_info":      object{"host": s.host, "build_number": 1, "approximate_connection_time": 18060},
		"connection_info": object{"app_id": s.appID},
	})})
	return true
}

// leave takes a socket out of the count. What it was sent and did not ack is
// retried at its time.
func (s *Sim) leave(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == k })
	k.held.end()
	s.listen()
	s.change()
}
