package slacksim

import (
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// TestOffline: everything is refused with 503 and every socket is gone; what
// happens meanwhile comes as a retry.
func TestOffline(t *testing.T) {
	h := open(t, Config{})
	w := h.dial()
	link, _ := h.fine(h.apiAs(h.AppToken(), "apps.connections.open"))["url"].(string)
	h.Offline(true)
	w.ended()
	for _, method := range []string{"apps.connections.open", "auth.test", "chat.postMessage", "no.such.method"} {
		if code, _ := h.status(method); code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d, want 503", method, code)
		}
	}
	if conn, resp, err := websocket.Dial(h.ctx, link, nil); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a socket opened: %v", err)
		_ = conn.CloseNow()
	}
	h.say(h.ann, "", "anybody?")
	if len(h.Sockets()) != 0 || h.Stats().Lost != 0 {
		t.Errorf("%d sockets, %d events lost", len(h.Sockets()), h.Stats().Lost)
	}
	h.Offline(false)
	w = h.dial()
	h.RetryUnacked()
	if f := w.next(); f.event()["text"] != "anybody?" || f.Attempt == 0 {
		t.Errorf("frame %+v, want the message as a retry", f)
	}
	if g := h.Gaps(); len(g) != 1 {
		t.Errorf("gaps %v, want the outage", g)
	}
}

// TestLoseUnheard: what happens while no socket is open is in the history and
// nowhere else; what happens while one is open but dead is sent again.
func TestLoseUnheard(t *testing.T) {
	h := open(t, Config{LoseUnheard: true, AckTimeout: time.Hour})
	h.say(h.ann, "", "lost")
	h.dial()
	h.HalfOpen()
	h.say(h.ann, "", "into the dark")
	h.DropSockets()
	h.say(h.ann, "", "lost too")
	w := h.dial()
	h.RetryUnacked()
	if f := w.next(); f.event()["text"] != "into the dark" {
		t.Errorf("frame %+v, want what was sent before", f)
	}
	h.say(h.ann, "", "heard")
	if f := w.next(); f.event()["text"] != "heard" {
		t.Errorf("frame %+v, want the next message", f)
	}
	if s := h.Stats(); s.Events != 4 || s.Lost != 2 {
		t.Errorf("stats %+v, want 2 of 4 events lost", s)
	}
	if n := len(texts(h.fine(h.api("conversations.history", "channel", h.radiology)))); n != 4 {
		t.Errorf("%d messages in the history, want 4", n)
	}
}

// TestEverySocket: one event, an envelope for each socket, each with its own ack
// and its own retries, which stay with the socket while that is open.
func TestEverySocket(t *testing.T) {
	h := open(t, Config{EverySocket: true, AckTimeout: time.Hour})
	a, b := h.dial(), h.dial()
	h.say(h.ann, "", "hello")
	one, two := a.next(), b.next()
	if one.Payload["event_id"] != two.Payload["event_id"] || one.EnvelopeID == two.EnvelopeID {
		t.Errorf("frames %+v and %+v, want one event in two envelopes", one, two)
	}
	a.ack(one, nil)
	h.until("one ack", func() bool { return h.Stats().Unacked == 1 })
	h.RetryUnacked()
	if f := b.next(); f.Attempt != 1 || f.EnvelopeID == two.EnvelopeID {
		t.Errorf("frame %+v, want the retry for the second socket", f)
	}
	h.DropSocket(2)
	h.RetryUnacked()
	if f := a.next(); f.Attempt != 2 || f.Payload["event_id"] != one.Payload["event_id"] {
		t.Errorf("frame %+v, want the retry on the socket that is left", f)
	}
	if s := h.Stats(); s.Events != 1 || s.Envelopes != 4 {
		t.Errorf("stats %+v, want 1 event in 4 envelopes", s)
	}
}

// TestAckTimeBeginsWithTheConnection: neither an earlier try nor the frames before
// it in the queue count as time that the app took.
func TestAckTimeBeginsWithTheConnection(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour})
	const frames, lag = 8, 20 * time.Millisecond
	w := h.dial()
	h.SlowSocket(lag)
	begun := time.Now()
	for range frames {
		h.say(h.ann, "", "hello")
	}
	for range frames {
		w.ack(w.next(), nil)
	}
	h.until("the acks", func() bool { return len(h.Acks()) == frames })
	took := time.Since(begun)
	for i, a := range h.Acks() {
		// Before it i frames were under way, one after the other.
		if most := took - time.Duration(i)*lag; a.After < lag || a.After > most {
			t.Errorf("ack %d after %v, want from %v, which the frame is under way, to %v", i, a.After, lag, most)
		}
	}
}
