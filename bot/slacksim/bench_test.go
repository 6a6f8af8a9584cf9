package slacksim

import (
	"bytes"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// acker opens a socket and acks whatever comes, with as little work as possible,
// so that a benchmark measures the simulator.
func (h *house) acker() {
	h.t.Helper()
	var wg sync.WaitGroup
	h.t.Cleanup(wg.Wait) // after the socket's own, which ends it
	w := h.dial()
	wg.Go(func() {
		key := []byte(`"envelope_id":"`)
		for {
			_, data, err := w.conn.Read(h.ctx)
			if err != nil {
				return // the house is closed
			}
			at := bytes.Index(data, key)
			if at < 0 {
				continue
			}
			ack := append([]byte(`{`), data[at:at+len(key)+36]...)
			if w.conn.Write(h.ctx, websocket.MessageText, append(ack, `"}`...)) != nil {
				return
			}
		}
	})
}

// BenchmarkEvents: a person's messages, each to one of two sockets, until every
// one is acked by a client that does nothing else. Its work and the simulator's
// share the processors.
func BenchmarkEvents(b *testing.B) {
	h := openFor(b, Config{AckTimeout: time.Hour}, time.Hour)
	h.acker()
	h.acker()
	b.ReportAllocs()
	begun := time.Now()
	for b.Loop() {
		h.say(h.ann, "", "which view is this?")
	}
	h.until("all acks", func() bool { return h.Stats().Unacked == 0 })
	b.ReportMetric(float64(h.Stats().Acks)/time.Since(begun).Seconds(), "events/s")
}

// BenchmarkQuestions: a mention, as two events, answered in its thread with a
// message and two changes, which come back as events too.
func BenchmarkQuestions(b *testing.B) {
	h := openFor(b, Config{AckTimeout: time.Hour, ForgetCalls: true}, time.Hour)
	h.acker()
	h.acker()
	client := &http.Client{}
	call := func(method string, form url.Values) object {
		form.Set("token", h.BotToken())
		form.Set("channel", h.radiology)
		resp, err := client.PostForm(h.APIURL()+method, form)
		if err != nil {
			b.Fatal(err)
		}
		return h.fine(h.decode(resp))
	}
	b.ReportAllocs()
	begun := time.Now()
	for b.Loop() {
		root := h.say(h.ann, "", h.mention()+" which view is this?")
		ts, _ := call("chat.postMessage", url.Values{"thread_ts": {root}, "text": {"Reading"}})["ts"].(string)
		for _, text := range []string{"A chest", "A chest, from the front."} {
			call("chat.update", url.Values{"ts": {ts}, "text": {text}})
		}
		if n := len(h.Thread(h.radiology, root)); n != 2 {
			b.Fatalf("%d messages in the thread, want 2", n)
		}
	}
	h.until("all acks", func() bool { return h.Stats().Unacked == 0 })
	b.ReportMetric(float64(h.Stats().Posts)/time.Since(begun).Seconds(), "questions/s")
}

// TestBurst: thousands of events at once, all delivered and acked once and in
// time, also while a condition that looks at all of them is waited for. No bound
// on the time is set here, but one that grows with the square of the number would
// not fit into the limit of the house.
func TestBurst(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour})
	h.acker()
	h.acker()
	const events = 4000
	for range events {
		h.say(h.ann, "", "which view is this?")
	}
	h.until("all acks", func() bool { return len(h.Unacked()) == 0 })
	if s := h.Stats(); s.Acks != events || s.Envelopes != events || s.LateAcks != 0 {
		t.Errorf("stats %+v, want %d envelopes, each acked once", s, events)
	}
}
