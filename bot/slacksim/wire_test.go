package slacksim

import (
	"encoding/json"
	"testing"

	"github.com/coder/websocket"
)

// wire is a Socket Mode client that does nothing by itself.
type wire struct {
	h    *house
	conn *websocket.Conn
}

// frame is what a socket gives.
type frame struct {
	Type       string `json:"type"`
	Reason     string `json:"reason"`
	EnvelopeID string `json:"envelope_id"`
	Accepts    bool   `json:"accepts_response_payload"`
	Attempt    int    `json:"retry_attempt"`
	RetryWhy   string `json:"retry_reason"`
	NumConns   int    `json:"num_connections"`
	Info       object `json:"connection_info"`
	Debug      object `json:"debug_info"`
	Payload    object `json:"payload"`
}

func (f frame) event() object {
	ev, _ := f.Payload["event"].(object)
	return ev
}

// dialRaw opens a socket without reading from it.
func (h *house) dialRaw() *wire {
	h.t.Helper()
	link, _ := h.fine(h.apiAs(h.AppToken(), "apps.connections.open"))["url"].(string)
	conn, _, err := websocket.Dial(h.ctx, link, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.CloseNow() })
	return &wire{h: h, conn: conn}
}

// dial opens a socket and reads its hello.
func (h *house) dial() *wire {
	h.t.Helper()
	w := h.dialRaw()
	if f := w.next(); f.Type != "hello" {
		h.t.Fatalf("first frame %+v, want hello", f)
	}
	return w
}

func (w *wire) next() frame {
	w.h.t.Helper()
	_, data, err := w.conn.Read(w.h.ctx)
	if err != nil {
		w.h.t.Fatal(err)
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		w.h.t.Fatal(err)
	}
	return f
}

// ended demands that the server has closed the socket.
func (w *wire) ended() {
	w.h.t.Helper()
	if _, data, err := w.conn.Read(w.h.ctx); err == nil || w.h.ctx.Err() != nil {
		w.h.t.Errorf("frame %q, error %v; want a closed socket", data, err)
	}
}

func (w *wire) ack(f frame, payload any) {
	w.h.t.Helper()
	body := object{"envelope_id": f.EnvelopeID}
	if payload != nil {
		body["payload"] = payload
	}
	w.send(string(mustJSON(body)))
}

func (w *wire) send(text string) {
	w.h.t.Helper()
	if err := w.conn.Write(w.h.ctx, websocket.MessageText, []byte(text)); err != nil {
		w.h.t.Fatal(err)
	}
}

func TestHello(t *testing.T) {
	h := open(t, Config{})
	h.dial()
	f := h.dialRaw().next()
	if f.Type != "hello" || f.NumConns != 2 || f.Info["app_id"] != h.AppID() || f.Debug["approximate_connection_time"] == nil {
		t.Errorf("hello %+v, want the app's with num_connections 2", f)
	}
}

func TestTicketWorksOnce(t *testing.T) {
	h := open(t, Config{})
	h.problemsAllowed = true
	link, _ := h.fine(h.apiAs(h.AppToken(), "apps.connections.open"))["url"].(string)
	first, _, err := websocket.Dial(h.ctx, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.CloseNow() }()
	if second, _, err := websocket.Dial(h.ctx, link, nil); err == nil {
		_ = second.CloseNow()
		t.Error("a ticket opened a second socket")
	}
	if len(h.Problems()) != 1 {
		t.Errorf("problems %q, want one", h.Problems())
	}
}

func TestTooManySockets(t *testing.T) {
	h := open(t, Config{})
	for range 10 {
		h.dial()
	}
	eleventh := h.dialRaw()
	if f := eleventh.next(); f.Type != "disconnect" || f.Reason != "too_many_websockets" {
		t.Errorf("eleventh socket got %+v, want too_many_websockets", f)
	}
	eleventh.ended()
	if n := len(h.Sockets()); n != 10 {
		t.Errorf("%d sockets, want 10", n)
	}
}
