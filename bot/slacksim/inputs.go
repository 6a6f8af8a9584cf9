package slacksim

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Limits of elements in characters and items, from
// docs.slack.dev/reference/block-kit/block-elements and /composition-objects.
const (
	maxButton        = 75
	maxValue         = 2_000
	maxURL           = 3_000
	maxPlaceholder   = 150
	maxInput         = 3_000 // typed into a plain_text_input
	maxRadio         = 10
	maxOverflow      = 5
	maxOptions       = 100
	maxOption        = 75 // of its text and its description
	maxOptionValue   = 150
	maxConfirmTitle  = 100
	maxConfirmText   = 300
	maxConfirmButton = 30
)

// input checks a block of a form: label, hint and one element.
func (k *checker) input(b block, path string) {
	if !k.view {
		k.fault(path, "input blocks are allowed in views only")
	}
	k.inputs++
	k.text(b.Label, path+"/label", maxField, "plain_text")
	k.optionalText(b.Hint, path+"/hint", maxField, "plain_text")
	k.element(b.Element, path+"/element", inputTypes...)
}

// number checks a number_input, whose numbers are strings.
func (k *checker) number(e element, path string) {
	if e.Decimal == nil {
		k.fault(path, "missing required field: is_decimal_allowed")
		return
	}
	read := func(raw json.RawMessage, name string) (float64, bool) {
		if len(raw) == 0 {
			return 0, false
		}
		var text string
		if json.Unmarshal(raw, &text) != nil {
			k.fault(path+"/"+name, "must be a string")
			return 0, false
		}
		n, ok := number(text, !*e.Decimal)
		if !ok {
			k.fault(path+"/"+name, "must be a number, whole unless is_decimal_allowed")
		}
		return n, ok
	}
	least, hasLeast := read(e.MinValue, "min_value")
	most, hasMost := read(e.MaxValue, "max_value")
	first, hasFirst := read(e.InitialValue, "initial_value")
	if hasLeast && hasMost && least > most {
		k.fault(path+"/min_value", "cannot be greater than max_value")
	}
	if hasFirst && (hasLeast && first < least || hasMost && first > most) {
		k.fault(path+"/initial_value", "must be between min_value and max_value")
	}
}

// plainInput checks a plain_text_input.
func (k *checker) plainInput(e element, path string) {
	if n := e.MinLength; n != nil && (*n < 0 || *n > maxInput) {
		k.fault(path+"/min_length", "must be between 0 and %d", maxInput)
	}
	if n := e.MaxLength; n != nil && (*n < 1 || *n > maxInput) {
		k.fault(path+"/max_length", "must be between 1 and %d", maxInput)
	}
	if e.MinLength != nil && e.MaxLength != nil && *e.MinLength > *e.MaxLength {
		k.fault(path+"/min_length", "cannot be greater than max_length")
	}
	if len(e.InitialValue) == 0 {
		return
	}
	var text string
	if json.Unmarshal(e.InitialValue, &text) != nil {
		k.fault(path+"/initial_value", "must be a string")
		return
	}
	limit := maxInput
	if e.MaxLength != nil {
		limit = *e.MaxLength
	}
	if utf8.RuneCountInString(text) > limit {
		k.fault(path+"/initial_value", "must be less than %d characters", limit+1)
	}
}

// option is one of those that an element offers.
type option struct {
	Text        json.RawMessage `json:"text"`
	Value       *string         `json:"value"`
	Description json.RawMessage `json:"description"`
	URL         string          `json:"url"`
}

// choice checks an element with options, whose texts are of the types; in selects
// they may stand in groups.
func (k *checker) choice(e element, path string, limit int, types ...string) {
	options := e.Options
	if len(e.Groups) > 0 {
		if len(options) > 0 {
			k.fault(path, "only one of: options, option_groups")
		}
		options = k.groups(e, path, types...)
	} else {
		k.options(options, path+"/options", limit, types...)
	}
	initial := e.InitialOptions
	if len(e.InitialOption) > 0 {
		initial = append(slices.Clone(initial), e.InitialOption)
	}
	for _, chosen := range initial {
		if !slices.ContainsFunc(options, func(raw json.RawMessage) bool { return sameJSON(raw, chosen) }) {
			k.fault(path+"/initial_option", "must be one of the options")
		}
	}
}

// groups checks option groups and gives the options of all.
func (k *checker) groups(e element, path string, types ...string) (options []json.RawMessage) {
	if len(e.Groups) > maxOptions {
		k.fault(path+"/option_groups", "no more than %d items allowed", maxOptions)
	}
	for i, raw := range e.Groups {
		at := fmt.Sprintf("%s/option_groups/%d", path, i)
		var g struct {
			Label   json.RawMessage   `json:"label"`
			Options []json.RawMessage `json:"options"`
		}
		if json.Unmarshal(raw, &g) != nil {
			k.fault(at, "invalid option group")
			continue
		}
		k.only(raw, at, []string{"label", "options"})
		k.text(g.Label, at+"/label", maxOption, "plain_text")
		k.options(g.Options, at+"/options", maxOptions, types...)
		options = append(options, g.Options...)
	}
	return options
}

// options checks 1 to limit options.
func (k *checker) options(list []json.RawMessage, path string, limit int, types ...string) {
	if len(list) == 0 {
		k.fault(path, "must have at least 1 item")
	}
	if len(list) > limit {
		k.fault(path, "no more than %d items allowed", limit)
	}
	for i, raw := range list {
		at := fmt.Sprintf("%s/%d", path, i)
		var o option
		if json.Unmarshal(raw, &o) != nil {
			k.fault(at, "invalid option")
			continue
		}
		k.only(raw, at, []string{"text", "value", "description", "url"})
		k.text(o.Text, at+"/text", maxOption, types...)
		k.optionalText(o.Description, at+"/description", maxOption, types...)
		switch {
		case o.Value == nil || *o.Value == "":
			k.fault(at, "missing required field: value")
		case utf8.RuneCountInString(*o.Value) > maxOptionValue:
			k.fault(at+"/value", "must be less than %d characters", maxOptionValue+1)
		}
		if utf8.RuneCountInString(o.URL) > maxURL {
			k.fault(at+"/url", "must be less than %d characters", maxURL+1)
		}
	}
}
