package slacksim

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// text checks a text object: 1 to limit characters, of one of the types.
func (k *checker) text(raw json.RawMessage, path string, limit int, types ...string) {
	var t struct {
		Type string  `json:"type"`
		Text *string `json:"text"`
	}
	if json.Unmarshal(raw, &t) != nil || t.Text == nil {
		k.fault(path, "missing required field: text")
		return
	}
	if !slices.Contains(types, t.Type) {
		k.fault(path+"/type", "must be one of: %s", strings.Join(types, ", "))
	}
	if fields, ok := textFields[t.Type]; ok {
		k.only(raw, path, fields)
	}
	n := utf8.RuneCountInString(*t.Text)
	switch {
	case n == 0:
		k.fault(path+"/text", "must be more than 0 characters")
	case n > limit:
		k.fault(path+"/text", "must be less than %d characters", limit+1)
	}
	k.chars += n
}

// optionalText checks a text object that may be absent.
func (k *checker) optionalText(raw json.RawMessage, path string, limit int, types ...string) {
	if len(raw) > 0 {
		k.text(raw, path, limit, types...)
	}
}

// only refuses fields that Slack does not know there.
func (k *checker) only(raw json.RawMessage, path string, fields []string) {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return // told elsewhere
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !slices.Contains(fields, name) {
			k.fault(path, "invalid additional property: %s", name)
		}
	}
}

// elements checks 1 to limit elements of a block.
func (k *checker) elements(b block, path string, limit int, types ...string) {
	if len(b.Elements) == 0 {
		k.fault(path+"/elements", "must have at least 1 item")
	}
	if len(b.Elements) > limit {
		k.fault(path+"/elements", "no more than %d items allowed", limit)
	}
	for i, raw := range b.Elements {
		k.element(raw, fmt.Sprintf("%s/elements/%d", path, i), types...)
	}
}

// element is what is checked of an element.
type element struct {
	Type           string            `json:"type"`
	ActionID       string            `json:"action_id"`
	Text           json.RawMessage   `json:"text"`
	Value          string            `json:"value"`
	URL            string            `json:"url"`
	Style          *string           `json:"style"`
	Label          string            `json:"accessibility_label"`
	Confirm        json.RawMessage   `json:"confirm"`
	Placeholder    json.RawMessage   `json:"placeholder"`
	InitialValue   json.RawMessage   `json:"initial_value"`
	MinValue       json.RawMessage   `json:"min_value"`
	MaxValue       json.RawMessage   `json:"max_value"`
	Decimal        *bool             `json:"is_decimal_allowed"`
	MinLength      *int              `json:"min_length"`
	MaxLength      *int              `json:"max_length"`
	Options        []json.RawMessage `json:"options"`
	Groups         []json.RawMessage `json:"option_groups"`
	InitialOption  json.RawMessage   `json:"initial_option"`
	InitialOptions []json.RawMessage `json:"initial_options"`
	Positive       json.RawMessage   `json:"positive_button"`
	Negative       json.RawMessage   `json:"negative_button"`
}

// element checks one element: its type, its action_id, which no other of its block
// may have, and its fields. Pickers of dates, people, conversations and files are
// checked for these two alone.
func (k *checker) element(raw json.RawMessage, path string, types ...string) {
	var only struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &only) != nil {
		k.fault(path, "invalid element")
		return
	}
	if !slices.Contains(types, only.Type) {
		k.fault(path+"/type", "unsupported type: %s", only.Type)
		return
	}
	if strings.HasPrefix(only.Type, "rich_text_") {
		k.chars += utf8.RuneCountInString(richPlain(raw, same))
		return
	}
	var e element
	if json.Unmarshal(raw, &e) != nil {
		k.fault(path, "invalid element")
		return
	}
	if utf8.RuneCountInString(e.ActionID) > maxID {
		k.fault(path+"/action_id", "must be less than %d characters", maxID+1)
	}
	if e.ActionID != "" && k.actions[e.ActionID] {
		k.fault(path+"/action_id", "action_id already exists")
	}
	k.actions[e.ActionID] = true
	if fields, ok := elementFields[e.Type]; ok {
		k.only(raw, path, fields)
	}
	k.optionalText(e.Placeholder, path+"/placeholder", maxPlaceholder, "plain_text")
	if len(e.Confirm) > 0 {
		k.confirm(e.Confirm, path+"/confirm")
	}
	switch e.Type {
	case "mrkdwn", "plain_text":
		k.text(raw, path, maxSection, e.Type)
	case "image":
		var b block
		if json.Unmarshal(raw, &b) != nil {
			k.fault(path, "invalid element")
			return
		}
		k.image(b, path)
	case "button", "icon_button":
		k.button(e, path)
	case "feedback_buttons":
		k.feedback(e.Positive, path+"/positive_button")
		k.feedback(e.Negative, path+"/negative_button")
	case "number_input":
		k.number(e, path)
	case "plain_text_input":
		k.plainInput(e, path)
	case "radio_buttons", "checkboxes":
		k.choice(e, path, maxRadio, "plain_text", "mrkdwn")
	case "overflow":
		k.choice(e, path, maxOverflow, "plain_text")
	case "static_select", "multi_static_select":
		k.choice(e, path, maxOptions, "plain_text")
	}
}

func (k *checker) button(e element, path string) {
	k.text(e.Text, path+"/text", maxButton, "plain_text")
	k.style(e.Style, path)
	for name, f := range map[string]struct {
		text  string
		limit int
	}{"value": {e.Value, maxValue}, "url": {e.URL, maxURL}, "accessibility_label": {e.Label, maxButton}} {
		if utf8.RuneCountInString(f.text) > f.limit {
			k.fault(path+"/"+name, "must be less than %d characters", f.limit+1)
		}
	}
}

// style is absent, or one of two.
func (k *checker) style(style *string, path string) {
	if style != nil && *style != "primary" && *style != "danger" {
		k.fault(path+"/style", "must be one of: primary, danger")
	}
}

// feedback checks one of the two buttons of feedback_buttons.
func (k *checker) feedback(raw json.RawMessage, path string) {
	var e element
	if json.Unmarshal(raw, &e) != nil {
		k.fault(path, "missing required field")
		return
	}
	k.only(raw, path, []string{"text", "value", "accessibility_label"})
	k.button(e, path)
}

// confirm checks a confirmation dialog
// (docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object).
func (k *checker) confirm(raw json.RawMessage, path string) {
	var c struct {
		Title   json.RawMessage `json:"title"`
		Text    json.RawMessage `json:"text"`
		Confirm json.RawMessage `json:"confirm"`
		Deny    json.RawMessage `json:"deny"`
		Style   *string         `json:"style"`
	}
	if json.Unmarshal(raw, &c) != nil {
		k.fault(path, "invalid confirmation dialog")
		return
	}
	k.only(raw, path, []string{"title", "text", "confirm", "deny", "style"})
	k.text(c.Title, path+"/title", maxConfirmTitle, "plain_text")
	k.text(c.Text, path+"/text", maxConfirmText, "plain_text", "mrkdwn")
	k.text(c.Confirm, path+"/confirm", maxConfirmButton, "plain_text")
	k.text(c.Deny, path+"/deny", maxConfirmButton, "plain_text")
	k.style(c.Style, path)
}

// sameJSON says whether two values are equal, whatever the order of their fields.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
