package slacksim

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// house is a workspace with a channel and two people in it.
type house struct {
	*Sim
	t               testing.TB
	radiology       string
	ann, ben        string
	problemsAllowed bool
	ctx             context.Context
}

// open starts a workspace that ends with the test, and fails the test when the
// workspace has found problems that it did not allow.
func open(t testing.TB, cfg Config) *house {
	t.Helper()
	return openFor(t, cfg, 10*time.Second)
}

// openFor is open with another time limit for what waits.
func openFor(t testing.TB, cfg Config, limit time.Duration) *house {
	t.Helper()
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	h := &house{Sim: s, t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		s.Close()
		if p := s.Problems(); len(p) > 0 && !h.problemsAllowed {
			t.Errorf("problems: %q", p)
		}
	})
	h.radiology = s.AddChannel(Channel{Name: "radiology"})
	h.ann, h.ben = s.AddUser(User{Name: "Ann"}), s.AddUser(User{Name: "Ben"})
	return h
}

// until waits for a condition of the workspace.
func (h *house) until(what string, cond func() bool) {
	h.t.Helper()
	if err := h.Wait(h.ctx, cond); err != nil {
		h.t.Fatalf("until %s: %v", what, err)
	}
}

// say posts as a person.
func (h *house) say(user, thread, text string, files ...File) string {
	h.t.Helper()
	ts, err := h.Post(Message{Channel: h.radiology, User: user, ThreadTS: thread, Text: text, Files: files})
	if err != nil {
		h.t.Fatal(err)
	}
	return ts
}

func (h *house) mention() string { return "<@" + h.BotUserID() + ">" }

// api calls a method with the bot token in the form.
func (h *house) api(method string, pairs ...string) object {
	h.t.Helper()
	return h.apiAs(h.BotToken(), method, pairs...)
}

func (h *house) apiAs(token, method string, pairs ...string) object {
	h.t.Helper()
	form := url.Values{"token": {token}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := http.PostForm(h.APIURL()+method, form)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.decode(resp)
}

func (h *house) decode(resp *http.Response) object {
	h.t.Helper()
	defer func() { _ = resp.Body.Close() }()
	var out object
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		h.t.Fatalf("answer with status %d is not JSON: %v", resp.StatusCode, err)
	}
	return out
}

// refused demands one of Slack's words.
func (h *house) refused(out object, word string) {
	h.t.Helper()
	if out["ok"] != false || out["error"] != word {
		h.t.Errorf("answer %v, want the error %s", out, word)
	}
}

func (h *house) fine(out object) object {
	h.t.Helper()
	if out["ok"] != true {
		h.t.Fatalf("answer %v, want ok", out)
	}
	return out
}

// post writes as the bot and returns the ts.
func (h *house) post(thread, text string) string {
	h.t.Helper()
	pairs := []string{"channel", h.radiology, "text", text}
	if thread != "" {
		pairs = append(pairs, "thread_ts", thread)
	}
	ts, _ := h.fine(h.api("chat.postMessage", pairs...))["ts"].(string)
	return ts
}

func long(n int) string { return strings.Repeat("x", n) }

// dig walks nested objects.
func dig(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(object)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}
