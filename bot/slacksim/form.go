package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// values is the state of the view's elements: what the person last typed or chose,
// else the initial values.
func (v *View) values() map[string]map[string]object {
	values := map[string]map[string]object{}
	for _, c := range controls(v.Blocks) {
		put(values, c, c.initial())
		if typed, ok := v.typed[c.block][c.id]; ok && typed["type"] == c.kind {
			put(values, c, typed)
		}
	}
	return values
}

// fill types values into the view's form as Slack's client does: only into elements
// that it has, and of choices only those it offers. errs, by block id, is what the
// client then says at the fields instead of sending them.
func (v *View) fill(values map[string]map[string]any) (errs map[string]string, err error) {
	all := map[[2]string]control{}
	for _, c := range controls(v.Blocks) {
		all[[2]string{c.block, c.id}] = c
	}
	typed := map[string]map[string]object{}
	for block, actions := range v.typed {
		typed[block] = maps.Clone(actions)
	}
	for block, actions := range values {
		for id, given := range actions {
			c, ok := all[[2]string{block, id}]
			if !ok || c.initial() == nil {
				return nil, fmt.Errorf("the view has no input %q in a block %q", id, block)
			}
			state, err := c.take(given)
			if err != nil {
				return nil, fmt.Errorf("input %q in block %q: %w", id, block, err)
			}
			put(typed, c, state)
		}
	}
	v.typed = typed
	errs = map[string]string{}
	now := v.values()
	for _, c := range all {
		if says := c.complaint(now[c.block][c.id]); says != "" {
			errs[c.block] = says
		}
	}
	return errs, nil
}

// take reads the state that a person gives an element.
func (c control) take(given any) (object, error) {
	var in map[string]json.RawMessage
	if err := json.Unmarshal(mustJSON(given), &in); err != nil {
		return nil, errors.New("its state is no object")
	}
	if kind, ok := in["type"]; ok && string(kind) != strconv.Quote(c.kind) {
		return nil, fmt.Errorf("it is a %s", c.kind)
	}
	key := stateKeys[c.kind]
	raw, ok := in[key]
	if !ok {
		return nil, fmt.Errorf("its state needs %s", key)
	}
	state := object{"type": c.kind, key: raw}
	switch key {
	case "value":
		var text *string
		if json.Unmarshal(raw, &text) != nil {
			return nil, errors.New("its value is no string")
		}
		if text == nil || *text == "" {
			state[key] = nil // as Slack sends an empty field
		}
	case "selected_option":
		var o *option
		if json.Unmarshal(raw, &o) != nil {
			return nil, errors.New("its selected_option is no option")
		}
		if o == nil {
			state[key] = nil
			break
		}
		chosen, err := c.chosen(*o)
		if err != nil {
			return nil, err
		}
		state[key] = chosen
	case "selected_options":
		var options []option
		if json.Unmarshal(raw, &options) != nil {
			return nil, errors.New("its selected_options are no options")
		}
		list := []json.RawMessage{}
		for _, o := range options {
			chosen, err := c.chosen(o)
			if err != nil {
				return nil, err
			}
			list = append(list, chosen)
		}
		state[key] = list
	}
	return state, nil
}

// chosen is the whole of the option that has the value of o.
func (c control) chosen(o option) (json.RawMessage, error) {
	if o.Value != nil {
		if raw, ok := c.option(*o.Value); ok {
			return raw, nil
		}
	}
	return nil, errors.New("it has no such option")
}

// numberRE is a number as Slack writes one in the fields of a number_input.
var numberRE = regexp.MustCompile(`^-?(\d+(\.\d*)?|\.\d+)$`)

// number reads a number; whole demands one without a fraction.
func number(text string, whole bool) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && numberRE.MatchString(text) && (!whole || n == float64(int64(n)))
}

// complaint is what Slack's client says at a field instead of sending the form;
// empty when it is content. Only the words for a required field are Slack's own.
func (c control) complaint(state object) string {
	if !c.input {
		return ""
	}
	data := mustJSON(state[stateKeys[c.kind]])
	if string(data) == "null" || string(data) == "[]" || string(data) == `""` {
		if c.optional {
			return ""
		}
		return "Please complete this required field."
	}
	var text string
	switch _ = json.Unmarshal(data, &text); c.kind { // stays empty for a choice
	case "plain_text_input":
		n := utf8.RuneCountInString(text)
		if least, ok := c.int("min_length"); ok && n < least {
			return fmt.Sprintf("Please enter at least %d characters.", least)
		}
		if most, ok := c.int("max_length"); ok && n > most {
			return fmt.Sprintf("Please enter at most %d characters.", most)
		}
	case "number_input":
		n, ok := number(text, string(c.fields["is_decimal_allowed"]) != "true")
		if !ok {
			return "Please enter a number."
		}
		if least, ok := number(c.word("min_value"), false); ok && n < least {
			return "Please enter a number of at least " + c.word("min_value") + "."
		}
		if most, ok := number(c.word("max_value"), false); ok && n > most {
			return "Please enter a number of at most " + c.word("max_value") + "."
		}
	}
	return ""
}

// int is a field that is a whole number.
func (c control) int(name string) (int, bool) {
	var n *int
	if json.Unmarshal(c.fields[name], &n) != nil || n == nil {
		return 0, false
	}
	return *n, true
}
