package slacksim

import (
	"context"
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

const modal = `{"type":"modal","callback_id":"settings","private_metadata":"p","title":{"type":"plain_text","text":"Settings"},
	"submit":{"type":"plain_text","text":"Save"},"blocks":[{"type":"input","block_id":"temp","label":{"type":"plain_text","text":"Temperature"},
	"element":{"type":"number_input","action_id":"v","is_decimal_allowed":true}}]}`

func TestViews(t *testing.T) {
	var mu sync.Mutex
	now := time.Unix(1_800_000_000, 0)
	h := open(t, Config{Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	trigger := func() string {
		reply, err := h.slash(SlashCommand{Command: "/medbuddy"}, func(frame) any { return nil })
		if err != nil {
			t.Fatal(err)
		}
		return reply.TriggerID
	}
	id := trigger()
	h.refused(h.api("views.open", "trigger_id", id, "view", `{"type":"modal","blocks":[]}`), "invalid_arguments")
	view := h.fine(h.api("views.open", "trigger_id", id, "view", modal))
	h.refused(h.api("views.open", "trigger_id", id, "view", modal), "exchanged_trigger_id")
	h.refused(h.api("views.open", "trigger_id", "never", "view", modal), "invalid_trigger_id")
	late := trigger()
	mu.Lock()
	now = now.Add(3*time.Second + 1)
	mu.Unlock()
	h.refused(h.api("views.open", "trigger_id", late, "view", modal), "expired_trigger_id")

	vid, _ := dig(view, "view", "id").(string)
	h.refused(h.api("views.update", "view_id", vid, "hash", "old", "view", modal), "hash_conflict")
	h.fine(h.api("views.update", "view_id", vid, "view", strings.Replace(modal, "Settings", "Changed", 1)))
	h.fine(h.api("views.publish", "user_id", h.ann, "view", `{"type":"home","blocks":[{"type":"divider"}]}`))

	w := h.dial()
	submit := func(payload any) (map[string]string, error) {
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			f := w.next()
			if dig(f.Payload, "view", "state", "values", "temp", "v", "value") != "2" || f.Payload["type"] != "view_submission" {
				t.Errorf("submission %v", f.Payload)
			}
			w.ack(f, payload)
		})
		return h.Submit(h.ctx, vid, map[string]map[string]any{"temp": {"v": object{"type": "number_input", "value": "2"}}})
	}
	errs, err := submit(object{"response_action": "errors", "errors": object{"temp": "0 to 1"}})
	if err != nil || errs["temp"] != "0 to 1" {
		t.Errorf("errors %v, %v", errs, err)
	}
	if _, err := submit(nil); err != nil || !h.Views()[0].Closed {
		t.Errorf("submit: %v, want a closed view", err)
	}
}

func TestClick(t *testing.T) {
	h := open(t, quiet())
	root := h.say(h.ann, "", "root")
	ts := h.post(root, "answer")
	w := h.dial()
	var wg sync.WaitGroup
	wg.Go(func() {
		f := w.next()
		if f.Type != "interactive" || dig(f.Payload, "container", "thread_ts") != root || f.Payload["trigger_id"] == "" ||
			dig(f.Payload["actions"].([]any)[0], "action_id") != "settings" {
			t.Errorf("payload %v", f.Payload)
		}
		w.ack(f, nil)
	})
	if err := h.Click(h.ctx, Click{Channel: h.radiology, TS: ts, User: h.ben, ActionID: "settings"}); err != nil {
		t.Error(err)
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(h.ctx)
	cancel()
	if err := h.Click(ctx, Click{Channel: h.radiology, TS: ts, User: h.ben}); err == nil {
		t.Error("a click outlived its context")
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
