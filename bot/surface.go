package bot

import (
	"maps"
	"slices"
)

// This file is the whole surface that MedBuddy shows to Slack. The manifest must
// offer exactly this (a test compares), and the transport refuses a Web API
// method that is not listed.

// events are the Events API subscriptions that decode understands, with the
// scope that each needs (docs.slack.dev/reference/events).
var events = map[string]string{
	"app_home_opened":  "", // none
	"app_mention":      "app_mentions:read",
	"file_deleted":     "files:read",
	"message.channels": "channels:history",
	"message.groups":   "groups:history",
	"message.im":       "im:history",
	"message.mpim":     "mpim:history",
}

// commands are the slash commands; the second and third are short forms.
var commands = []string{cmdMedbuddy, cmdTemperature, cmdMaxTokens}

const (
	chatPost       = "chat.postMessage"
	chatUpdate     = "chat.update"
	filesDelete    = "files.delete"
	completeUpload = "files.completeUploadExternal"
	getUploadURL   = "files.getUploadURLExternal"
	setStatus      = "assistant.threads.setStatus"
)

// methods are the Web API methods that MedBuddy calls, with the bot scopes that
// each needs (docs.slack.dev/reference/methods). A method whose scope depends
// on the kind of conversation lists one for each kind that is served.
var methods = map[string][]string{
	"apps.connections.open": nil, // app-level token, connections:write
	"auth.test":             nil,
	"chat.postEphemeral":    {"chat:write"},
	chatPost:                {"chat:write"},
	chatUpdate:              {"chat:write"},
	chatDelete:              {"chat:write"}, // of own messages
	startStream:             {"chat:write"},
	appendStream:            {"chat:write"},
	stopStream:              {"chat:write"},
	viewsOpen:               nil,
	viewsUpdate:             nil,
	viewsPublish:            nil,
	"conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
	"conversations.info":    {"channels:read", "groups:read", "im:read", "mpim:read"},
	"conversations.replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
	completeUpload:          {"files:write"},
	filesDelete:             {"files:write"}, // of own files
	getUploadURL:            {"files:write"},
	"files.info":            {"files:read"},
	setStatus:               {"chat:write"},
	"users.conversations":   {"channels:read", "groups:read", "im:read", "mpim:read"},
	"users.info":            {"users:read"},
}

// Events returns the bot events to subscribe to, sorted.
func Events() []string { return slices.Sorted(maps.Keys(events)) }

// Commands returns the slash commands, sorted.
func Commands() []string { return slices.Sorted(slices.Values(commands)) }

// Shortcuts returns the callback ids of the message shortcuts, sorted.
func Shortcuts() []string { return []string{shortcutAsk} }

// Scopes returns the bot token scopes that the code needs, sorted. Downloading a
// file needs files:read, which files.info lists.
func Scopes() []string {
	set := map[string]bool{"commands": true}
	for _, scope := range events {
		if scope != "" {
			set[scope] = true
		}
	}
	for _, scopes := range methods {
		for _, scope := range scopes {
			set[scope] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}
