package slacksim

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// modal has a number that is required and three inputs that are not, one of each
// kind that a form of a bot has.
const modal = `{"type":"modal","callback_id":"settings","private_metadata":"p","title":{"type":"plain_text","text":"Settings"},
	"submit":{"type":"plain_text","text":"Save"},"blocks":[
	{"type":"input","block_id":"temp","label":{"type":"plain_text","text":"Temperature"},
	 "element":{"type":"number_input","action_id":"v","is_decimal_allowed":true,"min_value":"0","max_value":"2","initial_value":"0.1"}},
	{"type":"input","block_id":"tokens","optional":true,"label":{"type":"plain_text","text":"Tokens"},
	 "element":{"type":"number_input","action_id":"v","is_decimal_allowed":false}},
	{"type":"input","block_id":"note","optional":true,"label":{"type":"plain_text","text":"Note"},
	 "element":{"type":"plain_text_input","action_id":"v","multiline":true,"min_length":2,"max_length":5}},
	{"type":"input","block_id":"where","optional":true,"label":{"type":"plain_text","text":"For"},
	 "element":{"type":"radio_buttons","action_id":"v","options":[
	  {"text":{"type":"plain_text","text":"This thread"},"value":"thread"},{"text":{"type":"plain_text","text":"The channel"},"value":"channel"}],
	  "initial_option":{"value":"thread","text":{"type":"plain_text","text":"This thread"}}}},
	{"type":"actions","block_id":"acts","elements":[{"type":"button","action_id":"reset","text":{"type":"plain_text","text":"Reset"},"value":"all"}]}]}`

// filled is what a person gives the modal.
type filled = map[string]map[string]any

// answering acks one envelope with what app answers, while do runs.
func (w *wire) answering(app func(frame) any, do func()) {
	w.h.t.Helper()
	var wg sync.WaitGroup
	wg.Go(func() {
		f := w.next()
		w.ack(f, app(f))
	})
	do()
	wg.Wait()
}

// trigger types a command for the right to a view.
func (h *house) trigger(w *wire) (id string) {
	h.t.Helper()
	w.answering(func(frame) any { return nil }, func() {
		reply, err := h.Slash(h.ctx, SlashCommand{Channel: h.radiology, User: h.ann, Command: "/medbuddy"})
		if err != nil {
			h.t.Fatal(err)
		}
		id = reply.TriggerID
	})
	return id
}

// openModal shows Ann a modal.
func (h *house) openModal(w *wire, view string) (id string) {
	h.t.Helper()
	id, _ = dig(h.fine(h.api("views.open", "trigger_id", h.trigger(w), "view", view)), "view", "id").(string)
	return id
}

func TestViewsOpen(t *testing.T) {
	var mu sync.Mutex
	now := time.Unix(1_800_000_000, 0)
	h := open(t, Config{Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	w := h.dial()
	id := h.trigger(w)
	h.refused(h.api("views.open", "trigger_id", id, "view", `{"type":"modal","blocks":[]}`), "invalid_arguments")
	view := h.fine(h.api("views.open", "trigger_id", id, "view", modal))
	h.refused(h.api("views.open", "trigger_id", id, "view", modal), "exchanged_trigger_id")
	h.refused(h.api("views.open", "trigger_id", "never", "view", modal), "invalid_trigger_id")
	late := h.trigger(w)
	mu.Lock()
	now = now.Add(3*time.Second + 1)
	mu.Unlock()
	h.refused(h.api("views.open", "trigger_id", late, "view", modal), "expired_trigger_id")
	h.refused(h.api("views.open", "trigger_id", h.trigger(w), "view", `{"type":"modal","x":"`+long(250<<10)+`"}`), "view_too_large")

	vid, _ := dig(view, "view", "id").(string)
	if root, prev := dig(view, "view", "root_view_id"), dig(view, "view", "previous_view_id"); root != vid || prev != nil {
		t.Errorf("root_view_id %v, previous_view_id %v", root, prev)
	}
	h.refused(h.api("views.update", "view_id", vid, "hash", "old", "view", modal), "hash_conflict")
	h.refused(h.api("views.update", "view_id", "V0", "view", modal), "not_found")
	hash, _ := dig(view, "view", "hash").(string)
	changed := h.fine(h.api("views.update", "view_id", vid, "hash", hash, "view", strings.Replace(modal, `"text":"Settings"`, `"text":"Changed"`, 1)))
	if dig(changed, "view", "id") != vid || dig(changed, "view", "hash") == hash {
		t.Errorf("update gave %v, want the same id and another hash", changed)
	}
	seen, ok := h.OpenView(h.ann)
	if !ok || seen.ID != vid || !strings.Contains(string(seen.JSON), "Changed") || seen.CallbackID != "settings" || seen.PrivateMetadata != "p" {
		t.Errorf("Ann sees %+v", seen)
	}
	if _, ok := h.OpenView(h.ben); ok {
		t.Error("Ben sees Ann's modal")
	}
	second := h.openModal(w, modal)
	if seen, _ := h.OpenView(h.ann); seen.ID != second || len(h.Views()) != 2 || !h.Views()[0].Closed {
		t.Errorf("views %+v, want the second in place of the first", h.Views())
	}
	h.refused(h.api("views.update", "view_id", vid, "view", modal), "not_found")
}

// TestExternalID: the app's own name of a view finds it, and is one view's alone.
func TestExternalID(t *testing.T) {
	h := open(t, Config{})
	w := h.dial()
	named := func(name string) string {
		return strings.Replace(modal, `"type":"modal"`, `"type":"modal","external_id":"`+name+`"`, 1)
	}
	id := h.openModal(w, named("mine"))
	trigger := h.trigger(w)
	h.refused(h.api("views.open", "trigger_id", trigger, "view", named("mine")), "duplicate_external_id")
	changed := h.fine(h.api("views.update", "external_id", "mine", "view", strings.Replace(named("mine"), `"text":"Settings"`, `"text":"Changed"`, 1)))
	if dig(changed, "view", "id") != id || dig(changed, "view", "external_id") != "mine" {
		t.Errorf("update gave %v", changed)
	}
	h.refused(h.api("views.update", "external_id", "other", "view", modal), "not_found")
	h.refused(h.api("views.update", "external_id", "mine", "view_id", id, "view", modal), "invalid_arguments")
	h.refused(h.api("views.update", "view", modal), "invalid_arguments")

	// The trigger was not used up; and the place that a view has lost frees no name.
	other := dig(h.fine(h.api("views.open", "trigger_id", trigger, "view", named("other"))), "view", "id")
	h.refused(h.api("views.update", "external_id", "mine", "view", modal), "not_found")
	h.refused(h.api("views.update", "view_id", other.(string), "view", named("mine")), "duplicate_external_id")
	h.refused(h.api("views.publish", "user_id", h.ann, "view", `{"type":"home","external_id":"mine","blocks":[]}`), "duplicate_external_id")
	if err := h.CloseView(h.ctx, other.(string)); err != nil {
		t.Fatal(err)
	}
	h.refused(h.api("views.update", "external_id", "other", "view", modal), "not_found")
	h.openModal(w, named("other"))
}

// TestStack: three modals on each other, of which the last is used.
func TestStack(t *testing.T) {
	h := open(t, Config{})
	w := h.dial()
	root := h.openModal(w, modal)
	h.refused(h.api("views.push", "trigger_id", h.trigger(w), "view", modal), "not_found")
	push := func(from string) (out object) {
		w.answering(func(f frame) any {
			trigger, _ := f.Payload["trigger_id"].(string)
			out = h.api("views.push", "trigger_id", trigger, "view", modal)
			return nil
		}, func() {
			if err := h.ClickView(h.ctx, from, "reset"); err != nil {
				t.Error(err)
			}
		})
		return out
	}
	second := h.fine(push(root))
	middle, _ := dig(second, "view", "id").(string)
	if dig(second, "view", "previous_view_id") != root || dig(second, "view", "root_view_id") != root {
		t.Errorf("pushed %v", second)
	}
	if _, err := h.Submit(h.ctx, root, nil); err == nil {
		t.Error("a view below another was submitted")
	}
	w.answering(func(frame) any { return object{"response_action": "push", "view": jsonOf(modal)} }, func() {
		if _, err := h.Submit(h.ctx, middle, nil); err != nil {
			t.Error(err)
		}
	})
	top, _ := h.OpenView(h.ann)
	h.refused(push(top.ID), "push_limit_reached")
	w.answering(func(frame) any { return nil }, func() {
		if _, err := h.Submit(h.ctx, top.ID, nil); err != nil {
			t.Error(err)
		}
	})
	if v, _ := h.OpenView(h.ann); v.ID != middle {
		t.Errorf("Ann sees %s, want the one below", v.ID)
	}
	w.answering(func(frame) any { return object{"response_action": "clear"} }, func() {
		if _, err := h.Submit(h.ctx, middle, nil); err != nil {
			t.Error(err)
		}
	})
	if v, ok := h.OpenView(h.ann); ok {
		t.Errorf("Ann sees %s after clear", v.ID)
	}
}

func TestCloseView(t *testing.T) {
	h := open(t, Config{})
	w := h.dial()
	quietly := h.openModal(w, modal)
	if err := h.CloseView(h.ctx, quietly); err != nil || len(h.Unacked()) != 0 {
		t.Errorf("closing: %v, %v sent", err, h.Unacked())
	}
	if err := h.CloseView(h.ctx, quietly); err == nil {
		t.Error("closed twice")
	}
	told := h.openModal(w, strings.Replace(modal, `"type":"modal"`, `"type":"modal","notify_on_close":true,"clear_on_close":true`, 1))
	w.answering(func(f frame) any {
		if f.Payload["type"] != "view_closed" || f.Payload["is_cleared"] != true || dig(f.Payload, "view", "id") != told ||
			dig(f.Payload, "view", "callback_id") != "settings" || f.Payload["trigger_id"] != nil {
			t.Errorf("payload %v", f.Payload)
		}
		return nil
	}, func() {
		if err := h.CloseView(h.ctx, told); err != nil {
			t.Error(err)
		}
	})
	if _, ok := h.OpenView(h.ann); ok {
		t.Error("the modal is still seen")
	}
}
