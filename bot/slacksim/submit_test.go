package slacksim

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestSubmit: what is sent holds what was typed, and the initial values of the rest.
func TestSubmit(t *testing.T) {
	h := open(t, Config{})
	w := h.dial()
	vid := h.openModal(w, modal)
	var got frame
	submit := func(payload any, values filled) (errs map[string]string, err error) {
		t.Helper()
		w.answering(func(f frame) any { got = f; return payload }, func() { errs, err = h.Submit(h.ctx, vid, values) })
		return errs, err
	}
	errs, err := submit(object{"response_action": "errors", "errors": object{"temp": "0 to 1"}}, filled{"temp": {"v": object{"value": "2"}}})
	if err != nil || len(errs) != 1 || errs["temp"] != "0 to 1" {
		t.Errorf("errors %v, %v", errs, err)
	}
	// What was typed is still there; the rest as it was given.
	_, err = submit(object{"response_action": "update", "view": jsonOf(strings.Replace(modal, "Settings", "Sure?", 1))},
		filled{"where": {"v": object{"type": "radio_buttons", "selected_option": object{"value": "channel"}}}})
	if err != nil {
		t.Fatal(err)
	}
	values := dig(got.Payload, "view", "state", "values")
	for _, c := range []struct {
		want any
		path []string
	}{
		{"2", []string{"temp", "v", "value"}}, {"number_input", []string{"temp", "v", "type"}},
		{nil, []string{"tokens", "v", "value"}}, {nil, []string{"note", "v", "value"}},
		{"channel", []string{"where", "v", "selected_option", "value"}},
		{"The channel", []string{"where", "v", "selected_option", "text", "text"}},
	} {
		if v := dig(values, c.path...); v != c.want {
			t.Errorf("%v is %v, want %v", c.path, v, c.want)
		}
	}
	if _, has := dig(values, "note", "v").(object)["value"]; !has || dig(values, "acts") != nil {
		t.Errorf("values %v: want null for an empty input and nothing for a button", values)
	}
	if got.Payload["type"] != "view_submission" || got.Payload["trigger_id"] == "" || dig(got.Payload, "user", "id") != h.ann ||
		dig(got.Payload, "view", "callback_id") != "settings" || dig(got.Payload, "view", "private_metadata") != "p" {
		t.Errorf("payload %v", got.Payload)
	}
	if v, ok := h.OpenView(h.ann); !ok || v.ID != vid || !strings.Contains(string(v.JSON), "Sure?") {
		t.Errorf("view %+v, want it changed", v)
	}
	if _, err := submit(nil, nil); err != nil || !h.Views()[0].Closed {
		t.Errorf("submit: %v, want a closed view", err)
	}
	if v := dig(got.Payload, "view", "state", "values", "where", "v", "selected_option", "value"); v != "channel" {
		t.Errorf("where is %v after the update, want what was chosen", v)
	}
	if _, err := h.Submit(h.ctx, vid, nil); err == nil {
		t.Error("a closed view was submitted")
	}
}

func jsonOf(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}

// TestSubmitAtTheField: what Slack's own client says without asking the app.
func TestSubmitAtTheField(t *testing.T) {
	h := open(t, Config{})
	w := h.dial()
	vid := h.openModal(w, modal)
	value := func(block string, v any) filled { return filled{block: {"v": object{"value": v}}} }
	for _, c := range []struct {
		name   string
		values filled
		block  string
	}{
		{"required", value("temp", ""), "temp"},
		{"required, as null", value("temp", nil), "temp"},
		{"no number", value("temp", "0,3"), "temp"},
		{"no number either", value("temp", "NaN"), "temp"},
		{"below the least", value("temp", "-0.1"), "temp"},
		{"above the most", value("temp", "2.01"), "temp"},
		{"a fraction", value("tokens", "1.5"), "tokens"},
		{"too short", value("note", "x"), "note"},
		{"too long", value("note", "äöüäöü"), "note"},
	} {
		if _, given := c.values["temp"]; !given {
			c.values["temp"] = map[string]any{"v": object{"value": "1"}}
		}
		if c.block != "tokens" { // what the case before typed there is still there
			c.values["tokens"] = map[string]any{"v": object{"value": ""}}
		}
		errs, err := h.Submit(h.ctx, vid, c.values)
		if err != nil || len(errs) != 1 || errs[c.block] == "" {
			t.Errorf("%s: %v, %v; want a word at the field %s", c.name, errs, err, c.block)
		}
	}
	for name, values := range map[string]filled{
		"no such block": value("temperature", "1"), "no such action": {"temp": {"w": object{"value": "1"}}},
		"a button": {"acts": {"reset": object{"value": "all"}}}, "another type": {"temp": {"v": object{"type": "plain_text_input", "value": "1"}}},
		"not offered": {"where": {"v": object{"selected_option": object{"value": "world"}}}}, "no string": value("temp", 1),
		"another state": {"where": {"v": object{"value": "thread"}}},
	} {
		if _, err := h.Submit(h.ctx, vid, values); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if n := len(h.Acks()); n != 1 { // of the command
		t.Errorf("%d acks: something was sent", n)
	}
	w.answering(func(f frame) any {
		if dig(f.Payload, "view", "state", "values", "temp", "v", "value") != "hot" {
			t.Errorf("payload %v", f.Payload)
		}
		return object{"response_action": "errors", "errors": object{"temp": "no"}}
	}, func() {
		if errs, err := h.SubmitRaw(h.ctx, vid, value("temp", "hot")); err != nil || errs["temp"] != "no" {
			t.Errorf("raw: %v, %v", errs, err)
		}
	})
}

// TestSubmitTrouble: answers that Slack cannot use, which the app does not hear of.
func TestSubmitTrouble(t *testing.T) {
	h := open(t, Config{})
	h.problemsAllowed = true
	w := h.dial()
	vid := h.openModal(w, modal)
	for i, payload := range []any{
		object{"response_action": "errors", "errors": object{"acts": "a button is no input"}},
		object{"response_action": "errors", "errors": object{}},
		object{"response_action": "update", "view": object{"type": "modal"}},
		object{"response_action": "explode"},
		"errors",
	} {
		w.answering(func(frame) any { return payload }, func() {
			if errs, err := h.Submit(h.ctx, vid, nil); err == nil {
				t.Errorf("answer %v: %v, want an error", payload, errs)
			}
		})
		if n := len(h.Problems()); n != i+1 {
			t.Errorf("problems %q, want %d", h.Problems(), i+1)
		}
	}
	if v, ok := h.OpenView(h.ann); !ok || v.ID != vid {
		t.Error("the modal is gone")
	}
	infoOnly := `{"type":"modal","title":{"type":"plain_text","text":"Info"},"blocks":[]}`
	if _, err := h.Submit(h.ctx, h.openModal(w, infoOnly), nil); err == nil {
		t.Error("a modal without a submit button was submitted")
	}
}
