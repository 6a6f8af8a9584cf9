package slacksim

import (
	"testing"
	"time"
)

func TestRetries(t *testing.T) {
	h := open(t, Config{AckTimeout: 20 * time.Millisecond, RetryAfter: []time.Duration{0, time.Millisecond, time.Millisecond}})
	w := h.dial()
	h.say(h.ann, "", "hello")
	first := w.next()
	envelopes := map[string]bool{first.EnvelopeID: true}
	for n := 1; n <= 3; n++ {
		f := w.next()
		if f.Attempt != n || f.RetryWhy != "timeout" || f.Payload["event_id"] != first.Payload["event_id"] {
			t.Errorf("retry %d: attempt %d, reason %q, event %v", n, f.Attempt, f.RetryWhy, f.Payload["event_id"])
		}
		envelopes[f.EnvelopeID] = true
	}
	h.until("giving up", func() bool { u := h.Unacked(); return len(u) == 1 && u[0].GaveUp && u[0].Tries == 4 })
	if len(envelopes) != 4 {
		t.Errorf("%d envelope ids in 4 tries", len(envelopes))
	}
}

func TestAckEndsRetries(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour})
	w := h.dial()
	h.say(h.ann, "", "hello")
	f := w.next()
	if f.Accepts || f.Type != "events_api" {
		t.Errorf("envelope %+v, want an events_api one that takes no answer", f)
	}
	w.ack(f, nil)
	h.until("the ack", func() bool { return len(h.Unacked()) == 0 })
	a := h.Acks()
	if len(a) != 1 || a[0].EnvelopeID != f.EnvelopeID || a[0].Late || a[0].EventID != f.Payload["event_id"] {
		t.Errorf("acks %+v, want one in time", a)
	}
	h.RetryUnacked()
	h.say(h.ann, "", "another")
	if f := w.next(); f.event()["text"] != "another" {
		t.Errorf("next frame %+v, want the next message: the first was acked", f)
	}
}

// TestNoSocket: what happens while nobody listens exists as a retry only.
func TestNoSocket(t *testing.T) {
	h := open(t, Config{})
	h.say(h.ann, "", "anybody?")
	w := h.dial()
	h.RetryUnacked()
	f := w.next()
	if f.event()["text"] != "anybody?" || f.Attempt == 0 {
		t.Errorf("frame %+v, want the message as a retry", f)
	}
}

// TestOneSocketEach: each envelope goes to one of the sockets, and both get some.
func TestOneSocketEach(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour})
	a, b := h.dial(), h.dial()
	for range 10 {
		h.say(h.ann, "", "hello")
	}
	ids := map[any]bool{}
	for range 5 {
		ids[a.next().Payload["event_id"]] = true
		ids[b.next().Payload["event_id"]] = true
	}
	if len(ids) != 10 {
		t.Errorf("%d different events over two sockets, want 10", len(ids))
	}
}

func TestDeliverTwice(t *testing.T) {
	h := open(t, Config{DeliverTwice: true, AckTimeout: time.Hour})
	w := h.dial()
	h.say(h.ann, "", "hello")
	a, b := w.next(), w.next()
	if a.Payload["event_id"] != b.Payload["event_id"] || a.EnvelopeID == b.EnvelopeID || b.Attempt != 1 {
		t.Errorf("frames %+v and %+v, want one event in two envelopes", a, b)
	}
}

func TestAckProblems(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour})
	h.problemsAllowed = true
	w := h.dial()
	h.say(h.ann, "", "hello")
	f := w.next()
	w.send("what?")
	w.send(`{"envelope_id":"nobody's"}`)
	w.ack(f, object{"text": long(20_000)})
	h.until("three problems", func() bool { return len(h.Problems()) == 3 })
	if len(h.Acks()) != 0 || len(h.Unacked()) != 1 {
		t.Error("an ack over 20 KB counted")
	}
}

func TestDisconnect(t *testing.T) {
	h := open(t, Config{CloseAfter: time.Millisecond, AckTimeout: time.Hour})
	w := h.dial()
	h.Disconnect("warning")
	if f := w.next(); f.Type != "disconnect" || f.Reason != "warning" {
		t.Errorf("frame %+v, want the warning", f)
	}
	h.say(h.ann, "", "still there?")
	if f := w.next(); f.Type != "events_api" {
		t.Errorf("frame %+v, want the message: a warning ends nothing", f)
	}
	h.Disconnect("refresh_requested")
	if f := w.next(); f.Reason != "refresh_requested" {
		t.Errorf("frame %+v, want refresh_requested", f)
	}
	w.ended()
	h.until("the socket gone", func() bool { return len(h.Sockets()) == 0 })
}

func TestDropSockets(t *testing.T) {
	h := open(t, Config{})
	w := h.dial()
	h.DropSockets()
	w.ended()
	if len(h.Sockets()) != 0 || h.Opened() != 1 {
		t.Errorf("%d sockets of %d, want 0 of 1", len(h.Sockets()), h.Opened())
	}
}

// TestHalfOpen: nothing comes through, and the socket still counts.
func TestHalfOpen(t *testing.T) {
	h := open(t, Config{AckTimeout: 10 * time.Millisecond, RetryAfter: []time.Duration{}})
	w := h.dial()
	h.HalfOpen()
	h.say(h.ann, "", "hello")
	h.until("giving up", func() bool { u := h.Unacked(); return len(u) == 1 && u[0].GaveUp })
	_ = w.conn.CloseNow()
	if n := len(h.Sockets()); n != 1 {
		t.Errorf("%d sockets, want the dead one", n)
	}
	h.DropSockets()
	h.dial()
}

func TestRawFrame(t *testing.T) {
	h := open(t, Config{})
	if err := h.RawFrame("{}"); err == nil {
		t.Error("a frame went out without a socket")
	}
	w := h.dial()
	if err := h.RawFrame(`{"envelope_id":"E1","type":"novelty"}`); err != nil {
		t.Fatal(err)
	}
	f := w.next()
	if f.Type != "novelty" {
		t.Errorf("frame %+v, want it as it was given", f)
	}
	w.ack(f, nil)
	h.until("the ack", func() bool { a := h.Acks(); return len(a) == 1 && a[0].Type == "novelty" })
}
