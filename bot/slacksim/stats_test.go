package slacksim

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

func TestStats(t *testing.T) {
	h := open(t, Config{AckTimeout: time.Hour, Duplicates: 1})
	w := h.dial()
	h.say(h.ann, "", "one")
	first, again := w.next(), w.next()
	if first.Payload["event_id"] != again.Payload["event_id"] || again.Attempt != 1 {
		t.Errorf("frames %+v and %+v, want the event twice", first, again)
	}
	w.ack(first, nil)
	h.until("the ack", func() bool { return h.Stats().Acks == 1 })
	ts := h.post("", "answer")
	h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", "better answer"))
	h.refused(h.api("chat.update", "channel", h.radiology, "ts", "1", "text", "x"), "message_not_found")
	got := h.Stats()
	// The question, the answer and its change; two envelopes for each.
	want := Stats{Events: 3, Envelopes: 6, Acks: 1, Unacked: 2, Calls: 4, Posts: 1, Updates: 1}
	if got != want || got.Unacked != len(h.Unacked()) {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	if n, all := h.Count("chat.update"), h.Count(""); n != 2 || all != 4 || h.Count("auth.test") != 0 {
		t.Errorf("%d calls of chat.update, %d of all; want 2 of 4", n, all)
	}
}

func TestForgetCalls(t *testing.T) {
	h := open(t, Config{ForgetCalls: true})
	h.post("", "one")
	if n := h.Count("chat.postMessage"); n != 1 || len(h.Calls("")) != 0 || h.Busiest("chat.postMessage", time.Second) != 1 {
		t.Errorf("%d calls counted, %d kept; want 1 and 0", n, len(h.Calls("")))
	}
}

// TestDuplicates: about the share that was asked for, the same with each seed.
func TestDuplicates(t *testing.T) {
	var sent []int
	for range 2 {
		h := open(t, Config{AckTimeout: time.Hour, Duplicates: 0.3, Seed: 7})
		h.dial()
		for range 200 {
			h.say(h.ann, "", "hello")
		}
		if n := h.Stats().Envelopes; n < 230 || n > 290 {
			t.Errorf("%d envelopes for 200 events, want about 260", n)
		}
		sent = append(sent, h.Stats().Envelopes)
	}
	if sent[0] != sent[1] {
		t.Errorf("%v envelopes with one seed", sent)
	}
}

// TestBusiest: within any window, not within those that begin on the minute.
func TestBusiest(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	h := open(t, Config{Now: func() time.Time { return now }})
	other := h.AddChannel(Channel{Name: "other"})
	for _, step := range []struct {
		wait    time.Duration
		channel string
	}{{0, h.radiology}, {50 * time.Second, h.radiology}, {5 * time.Second, other}, {4 * time.Second, h.radiology}, {time.Second, h.radiology}} {
		now = now.Add(step.wait)
		h.fine(h.api("chat.postMessage", "channel", step.channel, "text", "x"))
	}
	h.refused(h.api("chat.postMessage", "channel", "C0NOWHERE", "text", "x"), "channel_not_found")
	for _, c := range []struct {
		window      time.Duration
		all, inside int
	}{
		{time.Second, 2, 1}, {2 * time.Second, 3, 2}, {time.Minute, 5, 3}, {time.Hour, 6, 4},
	} {
		all, inside := h.Busiest("chat.postMessage", c.window), h.BusiestChannel("chat.postMessage", c.window)
		if all != c.all || inside != c.inside {
			t.Errorf("within %v: %d, %d of them in one channel; want %d and %d", c.window, all, inside, c.all, c.inside)
		}
	}
	if n := h.Busiest("chat.update", time.Hour); n != 0 {
		t.Errorf("%d calls of a method that was never called", n)
	}
}

// TestShare: a fault that meets a part of the calls.
func TestShare(t *testing.T) {
	h := open(t, Config{Seed: 3})
	h.Fail("chat.postMessage", Fault{DropReply: true, Share: 0.2, Times: -1})
	lost := 0
	for i := range 100 {
		resp, err := http.PostForm(h.APIURL()+"chat.postMessage", url.Values{
			"token": {h.BotToken()}, "channel": {h.radiology}, "text": {fmt.Sprint(i)},
		})
		if err != nil {
			lost++
			continue
		}
		_ = resp.Body.Close()
	}
	if n := len(h.Messages(h.radiology)); lost < 8 || lost > 35 || n != 100 {
		t.Errorf("%d answers lost of %d messages, want about 20 of 100", lost, n)
	}
}

// TestDate: Slack's clock, in every answer.
func TestDate(t *testing.T) {
	h := open(t, Config{Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	h.Fail("users.info", Fault{HTTPStatus: 500})
	for _, method := range []string{"auth.test", "users.info", "conversations.info"} {
		resp, err := http.PostForm(h.APIURL()+method, url.Values{"token": {h.BotToken()}})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if d := resp.Header.Get("Date"); d != "Fri, 15 Jan 2027 08:00:00 GMT" {
			t.Errorf("%s: Date %q", method, d)
		}
	}
}

// TestWaitSeesTheLastChange, however much a condition costs and however many
// changes come meanwhile.
func TestWaitSeesTheLastChange(t *testing.T) {
	h := open(t, Config{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 300 {
			h.say(h.ann, "", fmt.Sprint(i))
		}
	})
	asked := 0
	h.until("the last message", func() bool {
		asked++
		for range 50 { // dear on purpose
			if m := h.Messages(h.radiology); len(m) == 0 || m[len(m)-1].Text != "299" {
				return false
			}
		}
		return true
	})
	wg.Wait()
	if asked > 300 {
		t.Errorf("asked %d times for 300 changes", asked)
	}
}
