package slacksim

import (
	"context"
	"errors"
	"testing"
)

func button(id, value string) object {
	b := object{"type": "button", "text": object{"type": "plain_text", "text": "Press " + value}, "value": value}
	if id != "" {
		b["action_id"] = id
	}
	return b
}

func choices(kind, id string, values ...string) object {
	var options []object
	for _, v := range values {
		options = append(options, object{"text": object{"type": "plain_text", "text": v}, "value": v})
	}
	return object{"type": kind, "action_id": id, "options": options}
}

// posted posts blocks under a root and gives the ts of both.
func (h *house) posted(blocks ...object) (root, ts string) {
	h.t.Helper()
	root = h.say(h.ann, "", "root")
	ts, _ = h.fine(h.api("chat.postMessage", "channel", h.radiology, "thread_ts", root, "text", "answer", "blocks", blocksOf(blocks...)))["ts"].(string)
	return root, ts
}

// clicked clicks as Ben and gives the payload that came.
func (h *house) clicked(w *wire, k Click) (payload object) {
	h.t.Helper()
	k.Channel, k.User = h.radiology, h.ben
	w.answering(func(f frame) any { payload = f.Payload; return nil }, func() {
		if err := h.Click(h.ctx, k); err != nil {
			h.t.Error(err)
		}
	})
	return payload
}

func action(payload object) object {
	list, _ := payload["actions"].([]any)
	if len(list) != 1 {
		return nil
	}
	a, _ := list[0].(object)
	return a
}

// TestClick: the payload holds the button as it stands in the message, not as the
// one who clicks names it.
func TestClick(t *testing.T) {
	h := open(t, quiet())
	root, ts := h.posted(
		object{"type": "section", "block_id": "head", "text": object{"type": "mrkdwn", "text": "x"}, "accessory": choices("overflow", "more", "a", "b")},
		object{"type": "actions", "block_id": "one", "elements": []object{button("again", "1"), button("stop", "2"), choices("radio_buttons", "side", "left", "right")}},
		object{"type": "actions", "block_id": "two", "elements": []object{button("again", "3")}},
		object{"type": "context_actions", "elements": []object{{
			"type": "feedback_buttons", "action_id": "opinion",
			"positive_button": object{"text": object{"type": "plain_text", "text": "Good"}, "value": "good"},
			"negative_button": object{"text": object{"type": "plain_text", "text": "Bad"}, "value": "bad"},
		}}},
	)
	w := h.dial()
	p := h.clicked(w, Click{TS: ts, ActionID: "again"})
	a := action(p)
	if a["action_id"] != "again" || a["block_id"] != "one" || a["value"] != "1" || a["type"] != "button" ||
		dig(a, "text", "text") != "Press 1" || a["action_ts"] == nil {
		t.Errorf("action %v", a)
	}
	if p["type"] != "block_actions" || dig(p, "container", "thread_ts") != root || dig(p, "container", "message_ts") != ts ||
		p["trigger_id"] == "" || p["response_url"] == "" || dig(p, "message", "ts") != ts || dig(p, "message", "thread_ts") != root ||
		dig(p, "channel", "id") != h.radiology || dig(p, "user", "id") != h.ben {
		t.Errorf("payload %v", p)
	}
	if v, has := dig(p, "state", "values", "one", "side").(object)["selected_option"]; !has || v != nil {
		t.Errorf("state %v, want the radio buttons without a choice", p["state"])
	}
	for _, c := range []struct {
		click             Click
		block, kind, want string
		path              []string
	}{
		{Click{ActionID: "again", BlockID: "two"}, "two", "button", "3", []string{"value"}},
		{Click{ActionID: "again", Value: "3"}, "two", "button", "3", []string{"value"}},
		{Click{ActionID: "more", Value: "b"}, "head", "overflow", "b", []string{"selected_option", "value"}},
		{Click{ActionID: "side", Value: "right"}, "one", "radio_buttons", "right", []string{"selected_option", "value"}},
	} {
		c.click.TS = ts
		if a := action(h.clicked(w, c.click)); a["block_id"] != c.block || a["type"] != c.kind || dig(a, c.path...) != c.want {
			t.Errorf("click %+v: action %v", c.click, a)
		}
	}
	if p := h.clicked(w, Click{TS: ts, ActionID: "side", Value: "left"}); dig(p, "state", "values", "one", "side", "selected_option", "value") != "left" {
		t.Errorf("state %v", p["state"])
	}
	if a := action(h.clicked(w, Click{TS: ts, ActionID: "opinion", Value: "bad"})); a["type"] != "feedback_buttons" || a["value"] != "bad" || dig(a, "text", "text") != "Bad" {
		t.Errorf("action %v", a)
	}
	for _, k := range []Click{
		{TS: ts, ActionID: "undo"}, {TS: ts, ActionID: "stop", BlockID: "two"}, {TS: ts, ActionID: "again", Value: "9"},
		{TS: ts, ActionID: "side"}, {TS: root, ActionID: "again"},
	} {
		k.Channel, k.User = h.radiology, h.ben
		if err := h.Click(h.ctx, k); !errors.Is(err, ErrNoSuchButton) {
			t.Errorf("click %+v: %v, want that there is no such button", k, err)
		}
	}
	h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", "done"))
	if err := h.Click(h.ctx, Click{Channel: h.radiology, TS: ts, User: h.ben, ActionID: "again"}); !errors.Is(err, ErrNoSuchButton) {
		t.Errorf("after the buttons were taken away: %v", err)
	}
	ctx, cancel := context.WithCancel(h.ctx)
	cancel()
	_, other := h.posted(object{"type": "actions", "elements": []object{button("again", "1")}})
	if err := h.Click(ctx, Click{Channel: h.radiology, TS: other, User: h.ben, ActionID: "again"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a click outlived its context: %v", err)
	}
}

// TestOwnIDs: Slack names blocks and elements that the app has not named.
func TestOwnIDs(t *testing.T) {
	h := open(t, quiet())
	_, ts := h.posted(object{"type": "actions", "elements": []object{button("", "1"), button("", "2")}}, object{"type": "divider"})
	m, _ := h.Message(h.radiology, ts)
	all := controls(m.Blocks)
	if len(all) != 2 || all[0].block == "" || all[0].id == "" || all[0].id == all[1].id {
		t.Fatalf("controls %+v", all)
	}
	if a := action(h.clicked(h.dial(), Click{TS: ts, Value: "2"})); a["action_id"] != all[1].id || a["block_id"] != all[0].block {
		t.Errorf("action %v", a)
	}
}

func TestClickView(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	h.fine(h.api("views.publish", "user_id", h.ann, "view", `{"type":"home","blocks":[{"type":"actions","elements":[
		{"type":"button","action_id":"settings","text":{"type":"plain_text","text":"Settings"},"value":"C1"}]}]}`))
	home, _ := h.Home(h.ann)
	w.answering(func(f frame) any {
		if dig(f.Payload, "container", "view_id") != home.ID || dig(f.Payload, "view", "type") != "home" || f.Payload["channel"] != nil ||
			f.Payload["response_url"] != nil || action(f.Payload)["value"] != "C1" || dig(f.Payload, "user", "id") != h.ann {
			t.Errorf("payload %v", f.Payload)
		}
		trigger, _ := f.Payload["trigger_id"].(string)
		h.fine(h.api("views.open", "trigger_id", trigger, "view", modal))
		return nil
	}, func() {
		if err := h.ClickView(h.ctx, home.ID, "settings"); err != nil {
			t.Error(err)
		}
	})
	seen, _ := h.OpenView(h.ann)
	w.answering(func(f frame) any {
		if dig(f.Payload, "view", "state", "values", "temp", "v", "value") != "0.1" {
			t.Errorf("payload %v", f.Payload)
		}
		return nil
	}, func() {
		if err := h.ClickView(h.ctx, seen.ID, "reset"); err != nil {
			t.Error(err)
		}
	})
	if err := h.ClickView(h.ctx, seen.ID, "undo"); !errors.Is(err, ErrNoSuchButton) {
		t.Errorf("%v, want that there is no such button", err)
	}
	if err := h.ClickView(h.ctx, "V0", "reset"); err == nil {
		t.Error("clicked in a view that is not there")
	}
}
