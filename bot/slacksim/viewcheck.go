package slacksim

import (
	"encoding/json"
	"unicode/utf8"
)

// Limits of a view (docs.slack.dev/reference/views/modal-views).
const (
	maxViewBlocks   = 100
	maxViewTitle    = 24
	maxViewMetadata = 3_000
	maxViewBytes    = 250 << 10
)

// readView checks the argument view and gives its blocks their ids.
func (s *Sim) readView(raw, kind string) (*View, error) {
	v, err := checkView(raw, kind)
	if err != nil {
		return nil, err
	}
	v.Blocks = s.identify(v.Blocks)
	return v, nil
}

// checkView takes the argument view.
func checkView(raw, kind string) (*View, error) {
	var in struct {
		Type     string            `json:"type"`
		Title    json.RawMessage   `json:"title"`
		Submit   json.RawMessage   `json:"submit"`
		Close    json.RawMessage   `json:"close"`
		Blocks   []json.RawMessage `json:"blocks"`
		Callback string            `json:"callback_id"`
		Private  string            `json:"private_metadata"`
		External string            `json:"external_id"`
		Notify   bool              `json:"notify_on_close"`
		Clear    bool              `json:"clear_on_close"`
	}
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	if json.Unmarshal([]byte(raw), &in) != nil {
		return nil, refuse("invalid_arguments")
	}
	k := checker{ids: map[string]bool{}, view: true}
	if in.Type != kind {
		k.fault("/view/type", "must be %s", kind)
	}
	k.only(json.RawMessage(raw), "/view", viewFields[kind])
	if kind == "modal" {
		k.text(in.Title, "/view/title", maxViewTitle, "plain_text")
		k.optionalText(in.Submit, "/view/submit", maxViewTitle, "plain_text")
		k.optionalText(in.Close, "/view/close", maxViewTitle, "plain_text")
	}
	for name, text := range map[string]string{"callback_id": in.Callback, "external_id": in.External} {
		if utf8.RuneCountInString(text) > maxID {
			k.fault("/view/"+name, "must be less than %d characters", maxID+1)
		}
	}
	if utf8.RuneCountInString(in.Private) > maxViewMetadata {
		k.fault("/view/private_metadata", "must be less than %d characters", maxViewMetadata+1)
	}
	if in.Blocks == nil {
		k.fault("/view", "missing required field: blocks")
	}
	k.list(in.Blocks, maxViewBlocks)
	if kind == "modal" && k.inputs > 0 && len(in.Submit) == 0 {
		k.fault("/view/submit", "must be provided when the view has input blocks")
	}
	if len(k.faults) > 0 {
		return nil, invalidBlocks("invalid_arguments", k.faults)
	}
	return &View{
		Type: in.Type, CallbackID: in.Callback, PrivateMetadata: in.Private,
		Blocks: mustJSON(in.Blocks), JSON: json.RawMessage(raw),
		external: in.External, submits: len(in.Submit) > 0, notifies: in.Notify, clears: in.Clear,
	}, nil
}
