package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The fields that Slack knows. It refuses others ("invalid additional property"), as
// a misspelt one is. Types that are not listed are not checked for it. From the
// pages of docs.slack.dev/reference/block-kit and /views.
var (
	viewFields = map[string][]string{
		"modal": {
			"type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close",
			"notify_on_close", "external_id", "submit_disabled",
		},
		"home": {"type", "blocks", "private_metadata", "callback_id", "external_id"},
	}
	blockFields = map[string][]string{
		"section":         {"type", "block_id", "text", "fields", "accessory", "expand"},
		"header":          {"type", "block_id", "text", "level"},
		"context":         {"type", "block_id", "elements"},
		"actions":         {"type", "block_id", "elements"},
		"context_actions": {"type", "block_id", "elements"},
		"markdown":        {"type", "block_id", "text"},
		"image":           {"type", "block_id", "image_url", "slack_file", "alt_text", "title"},
		"divider":         {"type", "block_id"},
		"input":           {"type", "block_id", "label", "element", "dispatch_action", "hint", "optional"},
	}
	textFields = map[string][]string{
		"plain_text": {"type", "text", "emoji"},
		"mrkdwn":     {"type", "text", "verbatim"},
	}
	elementFields = map[string][]string{
		"plain_text": textFields["plain_text"],
		"mrkdwn":     textFields["mrkdwn"],
		"image":      {"type", "image_url", "slack_file", "alt_text"},
		"button": {
			"type", "action_id", "text", "url", "value", "style", "confirm", "accessibility_label", "agent_prompt",
			"agent_prompt_display", "visible_to_user_ids",
		},
		"feedback_buttons": {"type", "action_id", "positive_button", "negative_button"},
		"number_input": {
			"type", "action_id", "is_decimal_allowed", "initial_value", "min_value", "max_value", "dispatch_action_config",
			"focus_on_load", "placeholder",
		},
		"plain_text_input": {
			"type", "action_id", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config",
			"focus_on_load", "placeholder",
		},
		"radio_buttons": {"type", "action_id", "options", "initial_option", "confirm", "focus_on_load"},
		"checkboxes": {
			"type", "action_id", "options", "initial_options", "confirm", "focus_on_load", "visible_to_user_ids",
		},
		"overflow": {"type", "action_id", "options", "confirm"},
		"static_select": {
			"type", "action_id", "options", "option_groups", "initial_option", "confirm", "focus_on_load", "placeholder",
		},
		"multi_static_select": {
			"type", "action_id", "options", "option_groups", "initial_options", "confirm", "max_selected_items",
			"focus_on_load", "placeholder",
		},
	}
)

// CheckMessage says what Slack would refuse of a message's blocks (a JSON list), as
// chat.postMessage and chat.update check them; nil when they may be posted.
func CheckMessage(blocks json.RawMessage) error {
	_, err := checkBlocks(blocks, maxBlocks)
	return detailed(err)
}

// CheckView says what Slack would refuse of a view, of kind "modal" or "home"; nil
// when it may be shown.
func CheckView(view json.RawMessage, kind string) error {
	_, err := checkView(string(view), kind)
	return detailed(err)
}

// detailed is a refusal with what Slack says in response_metadata.
func detailed(err error) error {
	var no *slackError
	if !errors.As(err, &no) {
		return err
	}
	if metadata, ok := no.fields["response_metadata"].(object); ok {
		if faults, ok := metadata["messages"].([]string); ok {
			return fmt.Errorf("%w: %s", err, strings.Join(faults, "; "))
		}
	}
	return err
}
