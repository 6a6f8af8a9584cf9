package bot

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Of slack-go's own dialer, which ours replaces. The write buffer holds the
// largest ack in one frame: Slack is said not to put frames together.
const (
	handshakeTimeout = 45 * time.Second
	writeBuffer      = 32 << 10
)

// watchedConn is the network connection beneath a socket. Slack pings well within
// silence; a connection on which nothing comes for so long is dead, also when
// nobody closed it, as when a router forgets it. slack-go's own watchdog looks
// only every 30 seconds and would take a minute.
type watchedConn struct {
	net.Conn
	silence time.Duration
	socket  *socket
	once    sync.Once // it ends once
}

// dialer is slack-go's own dialer, with connections that are watched.
func dialer(silence time.Duration, s *socket) *websocket.Dialer {
	var d net.Dialer
	return &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeTimeout, WriteBufferSize: writeBuffer,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := d.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			s.dialed()
			return &watchedConn{Conn: conn, silence: silence, socket: s}, nil
		},
	}
}

// Read implements net.Conn.
func (c *watchedConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.socket.hear()
	}
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.end("silent")
	default:
		c.end("dropped")
	}
	return n, err
}

// Close implements net.Conn. slack-go closes a socket when Slack asks for it,
// and before it opens the next.
func (c *watchedConn) Close() error {
	c.end("asked") // first, since closing ends a Read with an error
	return c.Conn.Close()
}

func (c *watchedConn) end(reason string) { c.once.Do(func() { c.socket.gone(reason) }) }
