package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/medbuddy/medbuddy/bot"
)

// Slack refuses a manifest that its schema refuses, and gives no events, scopes
// or commands beyond those listed.

type manifest struct {
	Features struct {
		AppHome struct {
			HomeTabEnabled bool `yaml:"home_tab_enabled"`
		} `yaml:"app_home"`
		Shortcuts []struct {
			Type       string
			CallbackID string `yaml:"callback_id"`
		}
		SlashCommands []struct {
			Command      string
			UsageHint    string `yaml:"usage_hint"`
			ShouldEscape *bool  `yaml:"should_escape"`
		} `yaml:"slash_commands"`
	}
	OAuthConfig struct {
		Scopes struct{ Bot []string }
	} `yaml:"oauth_config"`
	Settings struct {
		EventSubscriptions struct {
			BotEvents []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			IsEnabled bool `yaml:"is_enabled"`
		}
		SocketModeEnabled bool `yaml:"socket_mode_enabled"`
	}
}

func readManifest(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(projectRoot(t), "manifest.yml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestManifestIsWhatTheCodeUses(t *testing.T) {
	var m manifest
	if err := yaml.Unmarshal(readManifest(t), &m); err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, c := range m.Features.SlashCommands {
		commands = append(commands, c.Command)
		if c.UsageHint == "" {
			t.Errorf("%s has no usage hint", c.Command)
		}
		// Escaped, a mention in a command's text would arrive as <@U...>.
		if c.ShouldEscape == nil || *c.ShouldEscape {
			t.Errorf("%s must say should_escape: false", c.Command)
		}
	}
	slices.Sort(commands)
	var shortcuts []string
	for _, s := range m.Features.Shortcuts {
		if s.Type != "message" {
			t.Errorf("the shortcut %s is of type %q: the code takes those on a message", s.CallbackID, s.Type)
		}
		shortcuts = append(shortcuts, s.CallbackID)
	}
	for _, c := range []struct {
		what      string
		code, yml []string
	}{
		{"slash commands", bot.Commands(), commands},
		{"message shortcuts", bot.Shortcuts(), shortcuts},
		{"bot events", bot.Events(), slices.Sorted(slices.Values(m.Settings.EventSubscriptions.BotEvents))},
		{"bot scopes", bot.Scopes(), slices.Sorted(slices.Values(m.OAuthConfig.Scopes.Bot))},
	} {
		if diff := cmp.Diff(c.code, c.yml); diff != "" {
			t.Errorf("%s: package bot (-) and manifest.yml (+) differ:\n%s", c.what, diff)
		}
	}
	if !m.Settings.SocketModeEnabled || !m.Settings.Interactivity.IsEnabled {
		t.Error("Socket Mode and interactivity must be on")
	}
	if slices.Contains(bot.Events(), "app_home_opened") != m.Features.AppHome.HomeTabEnabled {
		t.Error("the Home tab must be on when the code fills it")
	}
}

func TestManifestPassesSlacksSchema(t *testing.T) {
	schema := slackSchema(t)
	var m any
	if err := yaml.Unmarshal(readManifest(t), &m); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(asJSON(t, m)); err != nil {
		t.Error(err)
	}
	// The schema must be able to refuse, or the check above says nothing.
	m.(map[string]any)["settings"].(map[string]any)["socket_mode_enabled_"] = true
	if schema.Validate(asJSON(t, m)) == nil {
		t.Error("the schema takes a setting that does not exist")
	}
}

// slackSchema is Slack's own schema, kept beside the project.
func slackSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join(projectRoot(t), "..", "shared", "slack-manifest.schema.json"))
	if err != nil {
		skip(t, "Slack's manifest schema (../shared/slack-manifest.schema.json) is not here")
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := dropLookAhead(doc); n != 2 {
		t.Errorf("dropped %d patterns from the schema, want the two of unfurl_domains and outgoing_domains", n)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("manifest.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// dropLookAhead removes the patterns that Go's regexp does not take, which
// concern domains that this manifest does not list.
func dropLookAhead(node any) (dropped int) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			if p, ok := value.(string); ok && key == "pattern" && lookAheadRE.MatchString(p) {
				delete(node, key)
				dropped++
			} else {
				dropped += dropLookAhead(value)
			}
		}
	case []any:
		for _, value := range node {
			dropped += dropLookAhead(value)
		}
	}
	return dropped
}

// asJSON is a value as the validator takes it: what JSON can say, and no more.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
