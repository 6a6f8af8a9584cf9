package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoSuchButton is that a message or a view does not have the button, or other
// element, that a person is to use.
var ErrNoSuchButton = errors.New("there is no such button")

// control is an element that a person can use, in a block of a message or a view.
type control struct {
	block, id, kind string // block_id, action_id, type
	fields          map[string]json.RawMessage
	input           bool // of an input block
	optional        bool
}

// controls lists the elements of blocks that have an action_id, in order.
func controls(blocks json.RawMessage) []control {
	var list []struct {
		block
		Optional bool `json:"optional"`
	}
	if json.Unmarshal(blocks, &list) != nil {
		return nil
	}
	var found []control
	for _, b := range list {
		for _, raw := range append([]json.RawMessage{b.Element, b.Accessory}, b.Elements...) {
			c := control{block: b.BlockID, input: b.Type == "input", optional: b.Optional}
			if json.Unmarshal(raw, &c.fields) != nil {
				continue // absent
			}
			c.id, c.kind = c.word("action_id"), c.word("type")
			if c.id != "" {
				found = append(found, c)
			}
		}
	}
	return found
}

// word is a field that is a string; empty when it is absent.
func (c control) word(name string) string {
	var text string
	_ = json.Unmarshal(c.fields[name], &text) // stays empty
	return text
}

// stateKeys are the fields in which elements tell their state
// (docs.slack.dev/reference/interaction-payloads/view-interactions-payload). Buttons
// have none.
var stateKeys = map[string]string{
	"plain_text_input": "value", "number_input": "value", "email_text_input": "value", "url_text_input": "value",
	"radio_buttons": "selected_option", "static_select": "selected_option",
	"checkboxes": "selected_options", "multi_static_select": "selected_options",
	"datepicker": "selected_date", "timepicker": "selected_time", "users_select": "selected_user",
	"conversations_select": "selected_conversation", "channels_select": "selected_channel", "file_input": "files",
}

// initial is the state of an element that nobody has touched; nil when it has none.
func (c control) initial() object {
	key, ok := stateKeys[c.kind]
	if !ok {
		return nil
	}
	state := object{"type": c.kind, key: nil}
	if v, ok := c.fields["initial_"+strings.TrimPrefix(key, "selected_")]; ok {
		state[key] = v
	} else if key == "selected_options" || key == "files" {
		state[key] = []object{}
	}
	return state
}

// option finds one of the element's options by its value.
func (c control) option(value string) (json.RawMessage, bool) {
	var options []json.RawMessage
	_ = json.Unmarshal(c.fields["options"], &options) // none
	var groups []struct {
		Options []json.RawMessage `json:"options"`
	}
	_ = json.Unmarshal(c.fields["option_groups"], &groups) // none
	for _, g := range groups {
		options = append(options, g.Options...)
	}
	for _, raw := range options {
		var o option
		if json.Unmarshal(raw, &o) == nil && o.Value != nil && *o.Value == value {
			return raw, true
		}
	}
	return nil, false
}

// press is the action that using the element sends: a button, or one that is given
// the value of an option. It fails for an element that has no such value, and for
// the fields of a form, which are sent with it.
func (c control) press(value string) (object, bool) {
	action := object{"type": c.kind, "action_id": c.id, "block_id": c.block}
	copyFields := func(fields map[string]json.RawMessage, names ...string) {
		for _, name := range names {
			if v, ok := fields[name]; ok {
				action[name] = v
			}
		}
	}
	switch c.kind {
	case "button", "icon_button", "workflow_button":
		copyFields(c.fields, "text", "value", "style", "icon")
		return action, value == "" || value == c.word("value")
	case "feedback_buttons":
		for _, name := range []string{"positive_button", "negative_button"} {
			var one control
			if json.Unmarshal(c.fields[name], &one.fields) == nil && one.word("value") == value {
				copyFields(one.fields, "text", "value")
				return action, true
			}
		}
		return nil, false
	case "radio_buttons", "static_select", "overflow", "checkboxes", "multi_static_select":
		chosen, ok := c.option(value)
		if key := stateKeys[c.kind]; key == "selected_options" {
			action[key] = []json.RawMessage{chosen}
		} else {
			action["selected_option"] = chosen
		}
		return action, ok && !c.input
	}
	return nil, false
}

// find picks the element that a person uses: by its action_id, and by block_id and
// value where these are given. state is what all elements then hold.
func find(blocks json.RawMessage, actionID, blockID, value string) (action, state object, err error) {
	all := controls(blocks)
	values := map[string]map[string]object{}
	for _, c := range all {
		put(values, c, c.initial())
	}
	for _, c := range all {
		if actionID != "" && c.id != actionID || blockID != "" && c.block != blockID {
			continue
		}
		if action, ok := c.press(value); ok {
			if key := stateKeys[c.kind]; key != "" {
				put(values, c, object{"type": c.kind, key: action[key]})
			}
			return action, object{"values": values}, nil
		}
	}
	return nil, nil, fmt.Errorf("%w: %q", ErrNoSuchButton, actionID)
}

// put sets the state of an element that has one.
func put(values map[string]map[string]object, c control, state object) {
	if state == nil {
		return
	}
	if values[c.block] == nil {
		values[c.block] = map[string]object{}
	}
	values[c.block][c.id] = state
}

// interactive are the types of elements to which Slack gives an action_id.
var interactive = slices.Concat(inputTypes, []string{"feedback_buttons", "icon_button"})

// identify gives every block its block_id and every element in it its action_id
// where the app has given none, as Slack does when it takes them.
func (s *Sim) identify(blocks json.RawMessage) json.RawMessage {
	var list []map[string]json.RawMessage
	if json.Unmarshal(blocks, &list) != nil || len(list) == 0 {
		return blocks
	}
	for _, b := range list {
		s.name(b, "block_id")
		for _, place := range []string{"element", "accessory"} {
			if raw, ok := b[place]; ok {
				b[place] = s.identifyElement(raw)
			}
		}
		var elements []json.RawMessage
		if json.Unmarshal(b["elements"], &elements) != nil {
			continue // absent
		}
		for i, raw := range elements {
			elements[i] = s.identifyElement(raw)
		}
		b["elements"] = mustJSON(elements)
	}
	return mustJSON(list)
}

func (s *Sim) identifyElement(raw json.RawMessage) json.RawMessage {
	c := control{}
	if json.Unmarshal(raw, &c.fields) != nil || !slices.Contains(interactive, c.word("type")) || c.word("action_id") != "" {
		return raw
	}
	s.name(c.fields, "action_id")
	return mustJSON(c.fields)
}

// name sets an id that is not there.
func (s *Sim) name(fields map[string]json.RawMessage, key string) {
	if old, ok := fields[key]; !ok || string(old) == `""` || string(old) == "null" {
		fields[key] = mustJSON(s.label())
	}
}

// label gives an id in Slack's form for a block or an element. The letters come from a
// source of their own, so that they change no other ids.
func (s *Sim) label() string {
	id := make([]byte, 5)
	for i := range id {
		id[i] = idLetters[s.labels.IntN(len(idLetters))]
	}
	return string(id)
}
