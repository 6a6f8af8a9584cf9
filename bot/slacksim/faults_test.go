package slacksim

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// status calls auth.test and gives the HTTP status and Retry-After.
func (h *house) status(method string) (int, string) {
	h.t.Helper()
	resp, err := http.PostForm(h.APIURL()+method, url.Values{"token": {h.BotToken()}})
	if err != nil {
		h.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Retry-After")
}

func TestFaults(t *testing.T) {
	h := open(t, Config{})
	h.Fail("auth.test", Fault{Error: "internal_error", Times: 2})
	h.refused(h.api("auth.test"), "internal_error")
	h.refused(h.api("auth.test"), "internal_error")
	h.fine(h.api("auth.test"))

	h.Fail("auth.test", Fault{HTTPStatus: 503})
	if code, _ := h.status("auth.test"); code != 503 {
		t.Errorf("status %d, want 503", code)
	}
	h.Fail("*", Fault{RetryAfter: 1500 * time.Millisecond})
	if code, wait := h.status("auth.test"); code != 429 || wait != "2" {
		t.Errorf("status %d, Retry-After %q; want 429 and 2", code, wait)
	}
	clear := h.Fail("auth.test", Fault{Error: "fatal_error", Times: -1})
	h.refused(h.api("auth.test"), "fatal_error")
	h.refused(h.api("auth.test"), "fatal_error")
	clear()
	h.fine(h.api("auth.test"))
	h.Fail("chat.postMessage", Fault{Error: "internal_error", Match: func(c Call) bool { return c.Args["text"] == "two" }})
	h.post("", "one")
	h.refused(h.api("chat.postMessage", "channel", h.radiology, "text", "two"), "internal_error")
	if got := h.Calls("chat.postMessage"); len(got) != 2 || got[0].Error != "" || got[0].TS == "" || got[1].Error != "internal_error" {
		t.Errorf("calls %+v", got)
	}
}

// TestDropReply: the message is there, and the caller cannot know.
func TestDropReply(t *testing.T) {
	h := open(t, Config{})
	h.Fail("chat.postMessage", Fault{DropReply: true})
	resp, err := http.PostForm(h.APIURL()+"chat.postMessage", url.Values{"token": {h.BotToken()}, "channel": {h.radiology}, "text": {"lost"}})
	if err == nil {
		_ = resp.Body.Close()
		t.Error("an answer came")
	}
	if m := h.Messages(h.radiology); len(m) != 1 || m[0].Text != "lost" {
		t.Errorf("messages %+v, want the one whose answer was lost", m)
	}
}

func TestGate(t *testing.T) {
	h := open(t, Config{})
	gate := make(chan struct{})
	h.Fail("chat.postMessage", Fault{Gate: gate})
	var wg sync.WaitGroup
	wg.Go(func() { h.fine(h.api("chat.postMessage", "channel", h.radiology, "text", "x")) })
	h.until("the call", func() bool { return len(h.Calls("chat.postMessage")) == 1 })
	if c := h.Calls("chat.postMessage")[0]; c.Done || len(h.Messages(h.radiology)) != 0 {
		t.Error("the call passed the gate")
	}
	close(gate)
	wg.Wait()
	if len(h.Messages(h.radiology)) != 1 {
		t.Error("the call was lost at the gate")
	}
}

// TestCloseEndsHeldCalls: nothing hangs after Close, not even what a gate holds.
func TestCloseEndsHeldCalls(t *testing.T) {
	h := open(t, Config{})
	h.Fail("auth.test", Fault{Gate: make(chan struct{})})
	var wg sync.WaitGroup
	wg.Go(func() {
		if resp, err := http.PostForm(h.APIURL()+"auth.test", url.Values{"token": {h.BotToken()}}); err == nil {
			_ = resp.Body.Close()
		}
	})
	h.until("the call", func() bool { return len(h.Calls("auth.test")) == 1 })
	h.Close()
	wg.Wait()
	if err := h.Wait(t.Context(), func() bool { return false }); err == nil {
		t.Error("Wait outlived the workspace")
	}
}

func TestRateLimits(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	h := open(t, Config{Now: clock, RateLimits: true})
	other := h.AddChannel(Channel{Name: "other"})
	for range 5 {
		h.post("", "burst")
	}
	h.refused(h.api("chat.postMessage", "channel", h.radiology, "text", "x"), "ratelimited")
	h.fine(h.api("chat.postMessage", "channel", other, "text", "another channel"))
	ts := h.Messages(h.radiology)[0].TS
	for range 50 {
		h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", "x"))
	}
	if code, wait := h.status("chat.update"); code != 429 || wait != "60" {
		t.Errorf("update 51: status %d, Retry-After %q; want 429 and 60", code, wait)
	}
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", "x"))
	h.SetRateLimits(false)
	for range 60 {
		h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", "x"))
	}
}

func TestWaitAndWatch(t *testing.T) {
	h := open(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Wait(ctx, func() bool { return false }); err == nil {
		t.Error("Wait outlived its context")
	}
	changes, stop := h.Watch()
	h.say(h.ann, "", "one")
	h.say(h.ann, "", "two")
	select {
	case <-changes:
	case <-h.ctx.Done():
		t.Fatal("no change seen")
	}
	stop()
	h.say(h.ann, "", "three")
	select {
	case <-changes:
		t.Error("two values for changes that were seen together, or a change after the end")
	default:
	}
}
