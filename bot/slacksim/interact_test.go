package slacksim

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// slash types a command and lets app answer its envelope.
func (h *house) slash(cmd SlashCommand, app func(frame) any) (SlashReply, error) {
	h.t.Helper()
	w := h.dial()
	var wg sync.WaitGroup
	if app != nil {
		wg.Go(func() { f := w.next(); w.ack(f, app(f)) })
	}
	cmd.Channel, cmd.User = h.radiology, h.ann
	reply, err := h.Slash(h.ctx, cmd)
	wg.Wait()
	_ = w.conn.CloseNow()
	h.until("the socket gone", func() bool { return len(h.Sockets()) == 0 })
	return reply, err
}

func TestSlash(t *testing.T) {
	h := open(t, Config{Commands: []string{"/medbuddy"}, AckTimeout: 50 * time.Millisecond})
	var got frame
	reply, err := h.slash(SlashCommand{Command: "/medbuddy", Text: "0,3"}, func(f frame) any { got = f; return object{"text": "no"} })
	if err != nil || reply.Text != "no" || reply.InChannel {
		t.Errorf("reply %+v, error %v", reply, err)
	}
	if got.Type != "slash_commands" || !got.Accepts || got.Payload["text"] != "0,3" || got.Payload["channel_name"] != "radiology" ||
		got.Payload["thread_ts"] != nil || got.Payload["user_id"] != h.ann {
		t.Errorf("envelope %+v", got)
	}
	if e := h.Ephemerals(h.radiology); len(e) != 1 || e[0].User != h.ann || e[0].Text != "no" {
		t.Errorf("ephemerals %+v", e)
	}
	if _, err := h.slash(SlashCommand{Command: "/medbuddy"}, func(frame) any { return object{"response_type": "in_channel", "text": "all"} }); err != nil {
		t.Error(err)
	}
	if m := h.Messages(h.radiology); len(m) != 1 || m[0].Text != "all" {
		t.Errorf("messages %+v", m)
	}
	if reply, err := h.slash(SlashCommand{Command: "/medbuddy"}, func(frame) any { return nil }); err != nil || len(reply.Payload) != 0 {
		t.Errorf("an empty ack: %+v, %v", reply, err)
	}
	if _, err := h.slash(SlashCommand{Command: "/medbuddy"}, nil); !errors.Is(err, ErrDispatchFailed) {
		t.Errorf("no ack: %v, want dispatch_failed", err)
	}
	if _, err := h.Slash(h.ctx, SlashCommand{Channel: h.radiology, User: h.ann, Command: "/medbuddy"}); !errors.Is(err, ErrDispatchFailed) {
		t.Errorf("no socket: %v, want dispatch_failed", err)
	}
	if _, err := h.slash(SlashCommand{Command: "/medbuddy", ThreadTS: "1.2"}, nil); !errors.Is(err, ErrNotInThreads) ||
		err.Error() != "/medbuddy is not supported in threads" {
		t.Errorf("in a thread: %v", err)
	}
	if _, err := h.slash(SlashCommand{Command: "/other"}, nil); !errors.Is(err, ErrNoSuchCommand) {
		t.Errorf("unknown command: %v", err)
	}
}

func TestResponseURL(t *testing.T) {
	h := open(t, Config{})
	reply, err := h.slash(SlashCommand{Command: "/medbuddy"}, func(frame) any { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 6; n++ {
		resp, err := http.Post(reply.URL, "application/json", strings.NewReader(`{"text":"later"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if want := map[bool]int{true: 200, false: 404}[n <= 5]; resp.StatusCode != want {
			t.Errorf("use %d: status %d, want %d", n, resp.StatusCode, want)
		}
	}
	if n := len(h.Ephemerals(h.radiology)); n != 5 {
		t.Errorf("%d answers shown, want 5", n)
	}
}

func TestStatusAndReactions(t *testing.T) {
	h := open(t, Config{})
	root := h.say(h.ann, "", "root")
	h.fine(h.api("assistant.threads.setStatus", "channel_id", h.radiology, "thread_ts", root, "status", "is reading"))
	if got := h.Status(h.radiology, root); got != "is reading" {
		t.Errorf("status %q", got)
	}
	h.post(root, "answer")
	if got := h.Status(h.radiology, root); got != "" {
		t.Errorf("status %q after the answer", got)
	}
	h.fine(h.api("reactions.add", "channel", h.radiology, "timestamp", root, "name", "eyes"))
	h.refused(h.api("reactions.add", "channel", h.radiology, "timestamp", root, "name", "eyes"), "already_reacted")
}

// TestStatusScope: in a channel's thread chat:write is enough for it.
func TestStatusScope(t *testing.T) {
	h := open(t, Config{Scopes: []string{"chat:write"}})
	root := h.say(h.ann, "", "which view is this?")
	h.fine(h.api("assistant.threads.setStatus", "channel_id", h.radiology, "thread_ts", root, "status", "is reading"))
	if st := h.Status(h.radiology, root); st != "is reading" {
		t.Errorf("status %q", st)
	}
	h.SetScopes("channels:history")
	h.refused(h.api("assistant.threads.setStatus", "channel_id", h.radiology, "thread_ts", root, "status", ""), "missing_scope")
}
