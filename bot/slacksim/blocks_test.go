package slacksim

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
)

func plainText(text string) object { return object{"type": "plain_text", "text": text} }

// with is an object with some fields changed; nil takes one away.
func with(base object, changes object) object {
	out := maps.Clone(base)
	for key, v := range changes {
		if out[key] = v; v == nil {
			delete(out, key)
		}
	}
	return out
}

func input(element object) object {
	return object{"type": "input", "label": plainText("Label"), "element": element}
}

func modalOf(blocks ...object) object {
	return object{"type": "modal", "title": plainText("Title"), "submit": plainText("Save"), "blocks": blocks}
}

func dividers(n int) []object {
	list := []object{}
	for range n {
		list = append(list, object{"type": "divider"})
	}
	return list
}

func offered(n int, text, value string) []object {
	var list []object
	for range n {
		list = append(list, object{"text": plainText(text), "value": value})
	}
	return list
}

// TestElementLimits: every limit is met exactly, and then passed by one.
func TestElementLimits(t *testing.T) {
	press := object{"type": "button", "action_id": "a", "text": plainText("Go")}
	num := object{"type": "number_input", "action_id": "a", "is_decimal_allowed": true}
	text := object{"type": "plain_text_input", "action_id": "a"}
	radio := object{"type": "radio_buttons", "action_id": "a", "options": offered(2, "x", "x")}
	pick := object{"type": "static_select", "action_id": "a", "options": offered(2, "x", "x")}
	sure := object{"title": plainText("Sure?"), "text": plainText("Really?"), "confirm": plainText("Yes"), "deny": plainText("No")}
	for _, c := range []struct {
		name  string
		base  object
		right []object // changes to it that are taken
		wrong []object // changes that are refused
	}{
		{"button", press, []object{
			{}, {"style": "primary"}, {"style": "danger"}, {"text": plainText(long(75))}, {"value": long(2000)}, {"action_id": long(255)},
			{"url": "https://example.org/" + long(2980)}, {"accessibility_label": long(75)}, {"confirm": sure},
			{"confirm": with(sure, object{"title": plainText(long(100)), "text": plainText(long(300)), "confirm": plainText(long(30)), "style": "danger"})},
		}, []object{
			{"style": "default"}, {"style": ""}, {"text": plainText(long(76))}, {"text": object{"type": "mrkdwn", "text": "Go"}}, {"text": nil},
			{"text": plainText("")}, {"text": "Go"}, {"value": long(2001)}, {"value": 1}, {"action_id": long(256)}, {"url": long(3001)},
			{"accessibility_label": long(76)}, {"disabled": true}, {"confirm": "sure"},
			{"confirm": with(sure, object{"title": plainText(long(101))})}, {"confirm": with(sure, object{"text": plainText(long(301))})},
			{"confirm": with(sure, object{"confirm": plainText(long(31))})}, {"confirm": with(sure, object{"deny": nil})},
			{"confirm": with(sure, object{"style": "green"})}, {"confirm": with(sure, object{"ok": "x"})},
			{"text": with(plainText("Go"), object{"verbatim": true})},
		}},
		{"number_input", num, []object{
			{}, {"min_value": "0", "max_value": "2", "initial_value": "2"}, {"min_value": "-1.5"}, {"initial_value": "0.25"},
			{"is_decimal_allowed": false, "initial_value": "500"}, {"placeholder": plainText(long(150))},
		}, []object{
			{"is_decimal_allowed": nil}, {"is_decimal_allowed": "yes"}, {"min_value": 0}, {"max_value": "2 or so"}, {"initial_value": "NaN"},
			{"initial_value": ""}, {"min_value": "3", "max_value": "2"}, {"min_value": "1", "initial_value": "0.9"},
			{"max_value": "1", "initial_value": "1.1"}, {"is_decimal_allowed": false, "initial_value": "0.5"},
			{"placeholder": plainText(long(151))}, {"multiline": true},
		}},
		{"plain_text_input", text, []object{
			{}, {"min_length": 0, "max_length": 3000, "multiline": true}, {"max_length": 3, "initial_value": "äöü"}, {"placeholder": plainText(long(150))},
		}, []object{
			{"max_length": 3001}, {"max_length": 0}, {"min_length": -1}, {"min_length": 3001}, {"min_length": 3, "max_length": 2},
			{"max_length": 3, "initial_value": "four"}, {"initial_value": 4}, {"initial_value": long(3001)},
			{"placeholder": plainText(long(151))}, {"max_chars": 3},
		}},
		{"radio_buttons", radio, []object{
			{}, {"options": offered(10, long(75), long(150))}, {"options": offered(1, "x", "x"), "initial_option": offered(1, "x", "x")[0]},
			{"options": []object{{"text": object{"type": "mrkdwn", "text": "*x*"}, "value": "x", "description": plainText(long(75))}}},
		}, []object{
			{"options": offered(11, "x", "x")}, {"options": nil}, {"options": []object{}}, {"options": offered(1, long(76), "x")},
			{"options": offered(1, "x", long(151))}, {"options": []object{{"text": plainText("x")}}}, {"options": []object{{"value": "x"}}},
			{"initial_option": offered(1, "y", "x")[0]}, {"initial_option": offered(1, "x", "y")[0]}, {"options": []string{"x"}},
			{"options": []object{{"text": plainText("x"), "value": "x", "description": plainText(long(76))}}},
			{"options": []object{{"text": plainText("x"), "value": "x", "key": "x"}}},
		}},
		{"static_select", pick, []object{
			{"options": offered(100, "x", "x")}, {"initial_option": offered(1, "x", "x")[0], "placeholder": plainText(long(150))},
			{"options": nil, "option_groups": []object{{"label": plainText(long(75)), "options": offered(2, "x", "x")}}, "initial_option": offered(1, "x", "x")[0]},
		}, []object{
			{"options": offered(101, "x", "x")}, {"options": nil}, {"placeholder": plainText(long(151))},
			{"options": []object{{"text": object{"type": "mrkdwn", "text": "x"}, "value": "x"}}},
			{"option_groups": []object{{"label": plainText("x"), "options": offered(2, "x", "x")}}},
			{"options": nil, "option_groups": []object{{"label": plainText(long(76)), "options": offered(2, "x", "x")}}},
			{"options": nil, "option_groups": []object{{"label": plainText("x"), "options": []object{}}}},
		}},
		{"overflow", object{"type": "overflow", "action_id": "a", "options": offered(5, "x", "x")}, []object{{}}, []object{{"options": offered(6, "x", "x")}}},
		{"feedback_buttons", object{
			"type": "feedback_buttons", "action_id": "a", "positive_button": object{"text": plainText("Good"), "value": "good"},
			"negative_button": object{"text": plainText("Bad"), "value": "bad"},
		}, []object{{}}, []object{{"negative_button": nil}, {"positive_button": object{"text": plainText(long(76)), "value": "x"}}, {"style": "primary"}}},
	} {
		place := func(element object) error {
			switch element["type"] {
			case "number_input", "plain_text_input":
				return CheckView(mustJSON(modalOf(input(element))), "modal")
			case "feedback_buttons":
				return CheckMessage(mustJSON([]object{{"type": "context_actions", "elements": []object{element}}}))
			}
			return CheckMessage(mustJSON([]object{{"type": "actions", "elements": []object{element}}}))
		}
		for _, change := range c.right {
			if err := place(with(c.base, change)); err != nil {
				t.Errorf("%s %.60v: %v", c.name, change, err)
			}
		}
		for _, change := range c.wrong {
			if err := place(with(c.base, change)); err == nil || !strings.Contains(err.Error(), "[ERROR]") {
				t.Errorf("%s %.60v: %v, want what is wrong", c.name, change, err)
			}
		}
	}
}

func TestBlockPlaces(t *testing.T) {
	header := func(n int) object { return object{"type": "header", "text": plainText(long(n))} }
	pair := func(a, b string) object {
		return object{"type": "actions", "elements": []object{button(a, "1"), button(b, "2")}}
	}
	picture := object{"type": "image", "image_url": "https://example.org/a.png", "alt_text": "x"}
	for _, c := range []struct {
		name   string
		blocks []object
		fine   bool
	}{
		{"longest header", []object{header(150)}, true},
		{"header too long", []object{header(151)}, false},
		{"one action_id in two blocks", []object{pair("a", "b"), pair("a", "b")}, true},
		{"one action_id twice in a block", []object{pair("a", "a")}, false},
		{"a number outside of a form", []object{{"type": "actions", "elements": []object{{"type": "number_input", "is_decimal_allowed": true}}}}, false},
		{"a misspelt field", []object{{"type": "divider", "blockid": "x"}}, false},
		{"longest alt_text", []object{with(picture, object{"alt_text": long(2000)})}, true},
		{"alt_text too long", []object{with(picture, object{"alt_text": long(2001)})}, false},
		{"no alt_text", []object{with(picture, object{"alt_text": nil})}, false},
		{"a picture's title", []object{with(picture, object{"title": plainText("x")})}, true},
		{"a picture's title too long", []object{with(picture, object{"title": plainText(long(2001))})}, false},
		{"most buttons", []object{{"type": "actions", "elements": buttons(25)}}, true},
		{"too many buttons", []object{{"type": "actions", "elements": buttons(26)}}, false},
		{"longest block_id", []object{{"type": "divider", "block_id": long(255)}}, true},
		{"block_id too long", []object{{"type": "divider", "block_id": long(256)}}, false},
		{"most blocks", dividers(50), true},
		{"too many blocks", dividers(51), false},
	} {
		if err := CheckMessage(mustJSON(c.blocks)); (err == nil) != c.fine {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func buttons(n int) []object {
	var list []object
	for i := range n {
		list = append(list, button(fmt.Sprint("b", i), "x"))
	}
	return list
}

func TestViewLimits(t *testing.T) {
	field := input(object{"type": "plain_text_input"})
	base := modalOf(dividers(1)...)
	for _, c := range []struct {
		name string
		view object
		fine bool
	}{
		{"modal", base, true},
		{"longest title", with(base, object{"title": plainText(long(24))}), true},
		{"title too long", with(base, object{"title": plainText(long(25))}), false},
		{"no title", with(base, object{"title": nil}), false},
		{"longest submit and close", with(base, object{"submit": plainText(long(24)), "close": plainText(long(24))}), true},
		{"submit too long", with(base, object{"submit": plainText(long(25))}), false},
		{"close too long", with(base, object{"close": plainText(long(25))}), false},
		{"a form", modalOf(field), true},
		{"a form without submit", with(modalOf(field), object{"submit": nil}), false},
		{"no submit, no form", with(base, object{"submit": nil}), true},
		{"longest label and hint", modalOf(with(field, object{"label": plainText(long(2000)), "hint": plainText(long(2000))})), true},
		{"label too long", modalOf(with(field, object{"label": plainText(long(2001))})), false},
		{"label in mrkdwn", modalOf(with(field, object{"label": object{"type": "mrkdwn", "text": "x"}})), false},
		{"hint too long", modalOf(with(field, object{"hint": plainText(long(2001))})), false},
		{"no element", modalOf(with(field, object{"element": nil})), false},
		{"longest callback_id and private_metadata", with(base, object{"callback_id": long(255), "private_metadata": long(3000)}), true},
		{"callback_id too long", with(base, object{"callback_id": long(256)}), false},
		{"private_metadata too long", with(base, object{"private_metadata": long(3001)}), false},
		{"most blocks", modalOf(dividers(100)...), true},
		{"too many blocks", modalOf(dividers(101)...), false},
		{"no blocks", with(base, object{"blocks": nil}), false},
		{"a misspelt field", with(base, object{"callback": "x"}), false},
		{"markdown", modalOf(markdown(1)), false},
		{"feedback", modalOf(object{"type": "context_actions", "elements": []object{}}), false},
	} {
		if err := CheckView(mustJSON(c.view), "modal"); (err == nil) != c.fine {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	home := object{"type": "home", "blocks": []object{section(5)}}
	if err := CheckView(mustJSON(home), "home"); err != nil {
		t.Error(err)
	}
	for name, view := range map[string]object{"a title": with(home, object{"title": plainText("x")}), "a modal": base} {
		if err := CheckView(mustJSON(view), "home"); err == nil {
			t.Errorf("%s was taken as a Home", name)
		}
	}
	if err := CheckView(json.RawMessage("no"), "modal"); err == nil {
		t.Error("what is no JSON was taken as a view")
	}
}
