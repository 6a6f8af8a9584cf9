package slacksim

import (
	"context"
	"testing"
	"time"
)

// TestOneSocketDropped: the others stay, and get what comes.
func TestOneSocketDropped(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour})
	a, b := h.dial(), h.dial()
	if !h.DropSocket(1) || h.DropSocket(1) || h.DropSocket(0) {
		t.Error("DropSocket does not tell whether there was one")
	}
	a.ended()
	if open := h.Sockets(); len(open) != 1 || open[0].ID != 2 {
		t.Errorf("sockets %+v, want the second", open)
	}
	for range 3 {
		h.say(h.ann, "", "hello")
		b.next()
	}
}

func TestOneSocketDisconnected(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour, CloseAfter: time.Millisecond})
	a, b := h.dial(), h.dial()
	if !h.DisconnectSocket(2, "refresh_requested") {
		t.Error("no second socket")
	}
	if f := b.next(); f.Type != "disconnect" || f.Reason != "refresh_requested" {
		t.Errorf("frame %+v, want the disconnect", f)
	}
	b.ended()
	h.until("one socket", func() bool { return len(h.Sockets()) == 1 })
	h.say(h.ann, "", "hello")
	a.next()
}

// TestOneSocketHalfOpen: it takes its share and loses it, in both directions; that
// the client has closed it is seen by the test only.
func TestOneSocketHalfOpen(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour, PingInterval: 5 * time.Millisecond})
	a, b := h.dial(), h.dial()
	h.say(h.ann, "", "one")
	h.say(h.ann, "", "two")
	first, second := a.next(), b.next()
	h.HalfOpenSocket(1)
	a.ack(first, nil)
	b.ack(second, nil)
	h.until("the ack of the living socket", func() bool { return len(h.Unacked()) == 1 })
	h.say(h.ann, "", "three")
	h.say(h.ann, "", "four")
	b.next()
	if u := h.Unacked(); len(u) != 3 {
		t.Errorf("%d without an ack, want 3: two were sent into the dark or acked there", len(u))
	}
	silent, cancel := context.WithTimeout(h.ctx, 50*time.Millisecond)
	defer cancel()
	if err := a.conn.Ping(silent); err == nil {
		t.Error("a ping was answered")
	}
	if h.Sockets()[0].Closed {
		t.Error("the client has closed it already")
	}
	_ = a.conn.CloseNow()
	h.until("the client's end", func() bool { return h.Sockets()[0].Closed })
	if n := len(h.Sockets()); n != 2 {
		t.Errorf("%d sockets, want 2: Slack does not know", n)
	}
	if h.RetryUnacked(); h.DropSocket(1) {
		h.RetryUnacked()
		for range 3 {
			b.next()
		}
	}
}

// TestHalfOpenIgnoresGoodbyes: a close frame is not answered, as nobody hears it.
func TestHalfOpenIgnoresGoodbyes(t *testing.T) {
	h := open(t, Config{PingInterval: time.Hour})
	w := h.dial()
	h.HalfOpen()
	silent, cancel := context.WithTimeout(h.ctx, 50*time.Millisecond)
	defer cancel()
	w.send(`{"envelope_id":"lost"}`)
	if _, _, err := w.conn.Read(silent); err == nil || silent.Err() == nil {
		t.Errorf("%v before the client gave up", err)
	}
	h.until("the client's end", func() bool { return h.Sockets()[0].Closed })
}
