package slacksim

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestShortcut(t *testing.T) {
	h := open(t, Config{Shortcuts: []string{"ask_about_message"}})
	away := h.AddChannel(Channel{Name: "away", Kind: Private, WithoutBot: true, Members: []string{h.ann}})
	w := h.dial()
	root, err := h.Post(Message{Channel: away, User: h.ann, Text: "scan"})
	if err != nil {
		t.Fatal(err)
	}
	ts, err := h.Post(Message{Channel: away, User: h.ann, ThreadTS: root, Text: "and this", Files: []File{{ID: "F1", Name: "a.png", Data: []byte("x")}}})
	if err != nil {
		t.Fatal(err)
	}
	k := Shortcut{Channel: away, TS: ts, User: h.ann, CallbackID: "ask_about_message"}
	var url string
	w.answering(func(f frame) any {
		p := f.Payload
		files, _ := dig(p, "message", "files").([]any)
		if f.Type != "interactive" || p["type"] != "message_action" || p["callback_id"] != "ask_about_message" || p["message_ts"] != ts ||
			p["action_ts"] == nil || dig(p, "message", "ts") != ts || dig(p, "message", "thread_ts") != root ||
			dig(p, "message", "text") != "and this" || len(files) != 1 || dig(files[0], "id") != "F1" ||
			dig(p, "channel", "id") != away || dig(p, "channel", "name") != "privategroup" ||
			dig(p, "user", "id") != h.ann || dig(p, "team", "id") != h.TeamID() {
			t.Errorf("payload %v", p)
		}
		url, _ = p["response_url"].(string)
		trigger, _ := p["trigger_id"].(string)
		h.fine(h.api("views.open", "trigger_id", trigger, "view", modal))
		return nil
	}, func() {
		if err := h.Shortcut(h.ctx, k); err != nil {
			t.Error(err)
		}
	})
	if _, ok := h.OpenView(h.ann); !ok {
		t.Error("Ann sees no modal")
	}
	resp, err := http.Post(url, "application/json", strings.NewReader(`{"text":"not here"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if e := h.Ephemerals(away); resp.StatusCode != 200 || len(e) != 1 || e[0].User != h.ann {
		t.Errorf("status %d, ephemerals %+v", resp.StatusCode, e)
	}

	other := k
	other.CallbackID = "open_settings"
	if err := h.Shortcut(h.ctx, other); !errors.Is(err, ErrNoSuchShortcut) {
		t.Errorf("not registered: %v", err)
	}
	stranger := k
	stranger.User = h.ben
	if err := h.Shortcut(h.ctx, stranger); err == nil {
		t.Error("a person who is not in the channel took a shortcut")
	}
	gone := k
	gone.TS = "1700000000.000001"
	if err := h.Shortcut(h.ctx, gone); err == nil {
		t.Error("a shortcut of a message that is not there")
	}
	_ = w.conn.CloseNow()
	h.until("the socket gone", func() bool { return len(h.Sockets()) == 0 })
	if err := h.Shortcut(h.ctx, k); !errors.Is(err, ErrDispatchFailed) {
		t.Errorf("nobody there: %v, want dispatch_failed", err)
	}
	h.SetScopes("chat:write")
	if err := h.Shortcut(h.ctx, k); !errors.Is(err, ErrNoSuchShortcut) {
		t.Errorf("without the scope commands: %v", err)
	}
}
