package slacksim

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Limits of blocks in characters, from docs.slack.dev/reference/block-kit/blocks.
// The sum over a message is not documented: measured on the live API by the
// people of metabase (their issues 79908 and 80652).
const (
	maxSection      = 3_000
	maxField        = 2_000
	maxHeader       = 150
	maxMarkdown     = 12_000 // of all markdown blocks of a message together
	maxMessage      = 13_200
	maxContextParts = 10
	maxActions      = 25
	maxFields       = 10
	maxAlt          = 2_000 // of alt_text, and of an image block's title
	maxID           = 255
	maxBlocks       = 50 // of a message
)

// block holds what is checked of a block or of an element in one.
type block struct {
	Type      string            `json:"type"`
	BlockID   string            `json:"block_id"`
	Text      json.RawMessage   `json:"text"` // an object; of a markdown block a string
	Fields    []json.RawMessage `json:"fields"`
	Elements  []json.RawMessage `json:"elements"`
	Accessory json.RawMessage   `json:"accessory"`
	Element   json.RawMessage   `json:"element"`
	Label     json.RawMessage   `json:"label"`
	Hint      json.RawMessage   `json:"hint"`
	ImageURL  string            `json:"image_url"`
	SlackFile json.RawMessage   `json:"slack_file"`
	AltText   string            `json:"alt_text"`
	Title     json.RawMessage   `json:"title"`
}

// checker gathers what is wrong with blocks, in Slack's words, and their size.
type checker struct {
	faults   []string
	ids      map[string]bool
	actions  map[string]bool // action_ids of the block that is being checked
	chars    int             // shown by the message
	markdown int
	view     bool // not a message
	inputs   int  // input blocks
}

func (k *checker) fault(path, format string, args ...any) {
	k.faults = append(k.faults, fmt.Sprintf("[ERROR] "+format+" [json-pointer:"+path+"]", args...))
}

// checkBlocks takes a message's blocks. It returns them in compact form, nil for
// an empty list.
func checkBlocks(raw []byte, limit int) (json.RawMessage, error) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, refuse("invalid_blocks_format")
	}
	k := checker{ids: map[string]bool{}}
	k.list(list, limit)
	switch {
	case len(k.faults) > 0:
		return nil, invalidBlocks("invalid_blocks", k.faults)
	case k.chars > maxMessage || k.markdown > maxMarkdown:
		return nil, refuse("msg_blocks_too_long")
	case len(list) == 0:
		return nil, nil
	}
	return mustJSON(list), nil
}

// invalidBlocks says what is wrong where Slack says it: in response_metadata.
func invalidBlocks(word string, faults []string) error {
	return &slackError{word: word, fields: object{"response_metadata": object{"messages": faults}}}
}

func (k *checker) list(list []json.RawMessage, limit int) {
	if len(list) > limit {
		k.fault("/blocks", "no more than %d items allowed", limit)
	}
	for i, raw := range list {
		k.block(raw, fmt.Sprintf("/blocks/%d", i))
	}
}

// block checks one block. The path is the JSON pointer that Slack names.
func (k *checker) block(raw json.RawMessage, path string) {
	var b block
	if json.Unmarshal(raw, &b) != nil {
		k.fault(path, "invalid block")
		return
	}
	if utf8.RuneCountInString(b.BlockID) > maxID {
		k.fault(path+"/block_id", "must be less than %d characters", maxID+1)
	}
	if b.BlockID != "" && k.ids[b.BlockID] {
		k.fault(path+"/block_id", "block_id already exists")
	}
	k.ids[b.BlockID] = true
	k.actions = map[string]bool{}
	if fields, ok := blockFields[b.Type]; ok {
		k.only(raw, path, fields)
	}
	if k.view && (b.Type == "markdown" || b.Type == "context_actions") {
		k.fault(path+"/type", "unsupported type: %s", b.Type)
		return
	}
	switch b.Type {
	case "section":
		k.section(b, path)
	case "header":
		k.text(b.Text, path+"/text", maxHeader, "plain_text")
	case "context":
		k.elements(b, path, maxContextParts, "image", "mrkdwn", "plain_text")
	case "actions":
		k.elements(b, path, maxActions, actionTypes...)
	case "context_actions":
		k.elements(b, path, 5, "feedback_buttons", "icon_button")
	case "rich_text":
		k.elements(b, path, 1000, "rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
	case "markdown":
		k.markdownBlock(b, path)
	case "image":
		k.image(b, path)
	case "divider":
	case "input":
		k.input(b, path)
	default:
		k.fault(path+"/type", "unsupported type: %s", b.Type)
	}
}

var (
	actionTypes = []string{
		"button", "static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes",
		"users_select", "conversations_select", "channels_select", "datepicker", "timepicker", "workflow_button",
	}
	inputTypes = append([]string{"plain_text_input", "number_input", "email_text_input", "url_text_input", "file_input"}, actionTypes...)
)

// section holds a text, or up to 10 fields, or both.
func (k *checker) section(b block, path string) {
	if len(b.Text) == 0 && len(b.Fields) == 0 {
		k.fault(path, "missing required field: text")
		return
	}
	if len(b.Text) > 0 {
		k.text(b.Text, path+"/text", maxSection, "mrkdwn", "plain_text")
	}
	if len(b.Fields) > maxFields {
		k.fault(path+"/fields", "no more than %d items allowed", maxFields)
	}
	for i, f := range b.Fields {
		k.text(f, fmt.Sprintf("%s/fields/%d", path, i), maxField, "mrkdwn", "plain_text")
	}
	if len(b.Accessory) > 0 {
		k.element(b.Accessory, path+"/accessory", append([]string{"image"}, actionTypes...)...)
	}
}

// markdownBlock, unlike all others, has its text as a plain string.
func (k *checker) markdownBlock(b block, path string) {
	var text string
	if json.Unmarshal(b.Text, &text) != nil || text == "" {
		k.fault(path+"/text", "must be a non-empty string")
		return
	}
	n := utf8.RuneCountInString(text)
	if n > maxMarkdown {
		k.fault(path+"/text", "must be less than %d characters", maxMarkdown+1)
	}
	k.markdown, k.chars = k.markdown+n, k.chars+n
}

// image is a block or an element; alt_text is required in both.
func (k *checker) image(b block, path string) {
	if b.ImageURL == "" && len(b.SlackFile) == 0 {
		k.fault(path, "missing required field: image_url")
	}
	if b.AltText == "" {
		k.fault(path, "missing required field: alt_text")
	}
	if n := utf8.RuneCountInString(b.AltText); n > maxAlt {
		k.fault(path+"/alt_text", "must be less than %d characters", maxAlt+1)
	}
	if n := utf8.RuneCountInString(b.ImageURL); n > maxURL {
		k.fault(path+"/image_url", "must be less than %d characters", maxURL+1)
	}
	k.optionalText(b.Title, path+"/title", maxAlt, "plain_text")
}
