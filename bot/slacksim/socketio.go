package slacksim

import (
	"context"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// line is a TCP connection that can go dead without being closed, as behind a
// router that has forgotten it: what is written to it is lost, and only cut
// closes it.
type line struct {
	net.Conn
	dead atomic.Bool
}

// Write writes, or seems to.
func (l *line) Write(p []byte) (int, error) {
	if l.dead.Load() {
		return len(p), nil
	}
	return l.Conn.Write(p)
}

// Close closes, or seems to.
func (l *line) Close() error {
	if l.dead.Load() {
		return nil
	}
	return l.Conn.Close()
}

// cut closes the connection, dead or not.
func (l *line) cut() { _ = l.Conn.Close() } // it may be closed already

// lines is a listener whose connections are lines.
type lines struct{ net.Listener }

// Accept takes the next connection.
func (l lines) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &line{Conn: conn}, nil
}

// push queues a frame; it needs the Sim's lock.
func (k *socket) push(f outgoing) {
	k.queue = append(k.queue, f)
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
			frames, lag := k.queue, s.socketLag
			k.queue = nil
			s.mu.Unlock()
			if len(frames) == 0 {
				break
			}
			for _, f := range frames {
				if f.envelope != nil {
					s.sent(f.envelope)
				}
				if !k.lag(lag) {
					return
				}
				if !k.greeted {
					s.greet(k) // first, since the client may act on the hello before this goes on
				}
				if k.conn.Write(k.ctx, websocket.MessageText, f.text) != nil {
					k.shut()
					return
				}
			}
		}
	}
}

// greet notes that a socket is given its hello.
func (s *Sim) greet(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.greeted = true
	s.listen()
	s.change()
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
		ctx, cancel := context.WithTimeout(k.ctx, s.cfg.PingInterval)
		_ = k.conn.Ping(ctx) // a pong that does not come ends nothing here: the reader finds a closed socket
		cancel()
		select {
		case <-tick.C:
		case <-k.ctx.Done():
			return
		}
	}
}

// readAcks reads until the connection ends. On a dead one it only finds out when
// the client has closed its side, and lets Slack go on in the dark.
func (s *Sim) readAcks(k *socket) {
	for {
		_, text, err := k.conn.Read(k.ctx)
		switch {
		case !k.line.dead.Load() && err != nil:
			return
		case !k.line.dead.Load():
			s.ack(text)
		case err != nil:
			_, _ = io.Copy(io.Discard, k.line.Conn) // until it ends, in whatever way
			s.mu.Lock()
			k.held.end()
			s.change()
			s.mu.Unlock()
			<-k.ctx.Done()
			return
		}
	}
}
