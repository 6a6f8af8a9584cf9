package slacksim

import (
	"encoding/json"
	"fmt"
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
	n := utf8.RuneCountInString(*t.Text)
	switch {
	case n == 0:
		k.fault(path+"/text", "must be more than 0 characters")
	case n > limit:
		k.fault(path+"/text", "must be less than %d characters", limit+1)
	}
	k.chars += n
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

// element checks one element: its type, and the limits of the types that a bot of
// messages uses.
func (k *checker) element(raw json.RawMessage, path string, types ...string) {
	var e block
	if json.Unmarshal(raw, &e) != nil {
		// rich text holds other shapes under the same names; only the type counts.
		var only struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(raw, &only) != nil {
			k.fault(path, "invalid element")
			return
		}
		e.Type = only.Type
	}
	if !slices.Contains(types, e.Type) {
		k.fault(path+"/type", "unsupported type: %s", e.Type)
		return
	}
	switch {
	case e.Type == "mrkdwn" || e.Type == "plain_text":
		k.text(raw, path, maxSection, e.Type)
	case e.Type == "image":
		k.image(e, path)
	case e.Type == "button":
		k.text(e.Text, path+"/text", maxButton, "plain_text")
		if utf8.RuneCountInString(e.Value) > maxValue {
			k.fault(path+"/value", "must be less than %d characters", maxValue+1)
		}
	case strings.HasPrefix(e.Type, "rich_text_"):
		k.chars += utf8.RuneCountInString(richPlain(raw, same))
	}
	if utf8.RuneCountInString(e.ActionID) > maxID {
		k.fault(path+"/action_id", "must be less than %d characters", maxID+1)
	}
}
