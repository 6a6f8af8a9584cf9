package slacksim

import (
	"testing"
	"time"
)

func TestMostSockets(t *testing.T) {
	h := open(t, Config{MaxSockets: 3, PingInterval: time.Hour})
	h.notice = 0
	most := func(want int) {
		t.Helper()
		if n := h.MostSockets(); n != want {
			t.Errorf("most sockets %d, want %d", n, want)
		}
	}
	most(0)
	a, b := h.dial(), h.dial()
	most(2)
	_ = b.conn.CloseNow()
	h.until("one left", func() bool { return len(h.Sockets()) == 1 })
	h.dial()
	most(2)
	h.HalfOpenSocket(1)
	h.dial()
	most(3)
	_ = a.conn.CloseNow()
	h.until("the client's end", func() bool { return h.Sockets()[0].Closed })
	h.DropSockets()
	h.dial()
	most(3)
}

// TestMostAtOnce: what seems to overlap for less than the slack does not count
// together, what goes on does.
func TestMostAtOnce(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(1_800_000_000, 0).Add(time.Duration(ms) * time.Millisecond) }
	cases := []struct {
		name  string
		spans []*span
		want  int
	}{
		{"none", nil, 0},
		{"one that is open", []*span{{from: at(990)}}, 1},
		{"a close that is seen late", []*span{{from: at(0), to: at(590)}, {from: at(500)}}, 1},
		{"an overlap that is too long for that", []*span{{from: at(0), to: at(610)}, {from: at(500)}}, 2},
		{"one after the other", []*span{{from: at(0), to: at(300)}, {from: at(300), to: at(600)}, {from: at(600)}}, 1},
		{"three at once, of four", []*span{{from: at(0), to: at(300)}, {from: at(100)}, {from: at(400)}, {from: at(500), to: at(900)}}, 3},
	}
	for _, c := range cases {
		if n := mostAtOnce(c.spans, at(1000), 100*time.Millisecond); n != c.want {
			t.Errorf("%s: %d, want %d", c.name, n, c.want)
		}
	}
}

// greeted waits until a number of sockets have been greeted and are not leaving.
func (h *house) greeted(n int) {
	h.t.Helper()
	h.until("hellos", func() bool {
		left := n
		for _, k := range h.Sockets() {
			if k.Greeted && !k.Leaving && !k.HalfOpen {
				left--
			}
		}
		return left == 0
	})
}

// TestGaps: with two sockets nothing that happens to one leaves a gap; with one,
// everything does, until the next hello.
func TestGaps(t *testing.T) {
	h := open(t, Config{CloseAfter: time.Hour, PingInterval: time.Hour})
	if g := h.Gaps(); len(g) != 0 {
		t.Errorf("gaps %v before the first socket", g)
	}
	h.dial()
	h.greeted(1)
	for id, deafen := range []func(id int) bool{
		h.DropSocket, h.HalfOpenSocket, func(id int) bool { return h.DisconnectSocket(id, "refresh_requested") },
	} {
		h.dial()
		h.greeted(2)
		if !deafen(id + 1) {
			t.Fatal("no such socket")
		}
		if g := h.Gaps(); len(g) != 0 {
			t.Errorf("gaps %v although a second socket is open", g)
		}
	}
	h.Disconnect("warning")
	if g := h.Gaps(); len(g) != 0 {
		t.Errorf("gaps %v after a warning, which ends nothing", g)
	}
	h.DropSocket(4)
	running := h.Gaps()
	if len(running) != 1 {
		t.Fatalf("gaps %v, want one that is running", running)
	}
	h.dial()
	h.greeted(1)
	after := h.Gaps()
	if len(after) != 1 || after[0] < running[0] || h.Gaps()[0] != after[0] {
		t.Errorf("gaps %v after %v, want one that has ended", after, running)
	}
	h.DropSockets()
	if g := h.Gaps(); len(g) != 2 {
		t.Errorf("gaps %v, want a second", g)
	}
}
