package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each value here is refused with exactly one fault, which names the variable.
func TestConfigRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name string
		env  map[string]string
		says string
	}{
		{"SLACK_BOT_TOKEN", vertexEnv("SLACK_BOT_TOKEN", ""), "is not set"},
		{"SLACK_BOT_TOKEN", vertexEnv("SLACK_BOT_TOKEN", testAppToken), "xoxb-"},
		{"SLACK_BOT_TOKEN", vertexEnv("SLACK_BOT_TOKEN", "xoxb-"), "xoxb-"},
		{"SLACK_APP_TOKEN", vertexEnv("SLACK_APP_TOKEN", ""), "is not set"},
		{"SLACK_APP_TOKEN", vertexEnv("SLACK_APP_TOKEN", "xapp-a b"), "xapp-"},
		{"SLACK_API_URL", vertexEnv("SLACK_API_URL", "http://slack.com/api/"), "https://"},
		{"SLACK_API_URL", vertexEnv("SLACK_API_URL", "http://127.0.0.1.evil.example/api/"), "https://"},
		{"SLACK_API_URL", vertexEnv("SLACK_API_URL", "slack.com/api"), "https://"},
		{"SLACK_API_URL", vertexEnv("SLACK_API_URL", "https://user:pass@slack.com/"), "plain URL"},
		{"GCP_PROJECT_ID", vertexEnv("GCP_PROJECT_ID", ""), "is not set"},
		{"GCP_PROJECT_ID", vertexEnv("GCP_PROJECT_ID", "a/b"), "project id"},
		{"GCP_REGION", vertexEnv("GCP_REGION", ""), "is not set"},
		{"GCP_REGION", vertexEnv("GCP_REGION", "evil.example/"), "region"},
		{"MODEL_ENDPOINT_REGION", vertexEnv("MODEL_ENDPOINT_REGION", "evil.example#"), "region"},
		{"MODEL_ENDPOINT_ID", vertexEnv("MODEL_ENDPOINT_ID", ""), "MODEL_URL"},
		{"MODEL_ENDPOINT_ID", vertexEnv("MODEL_ENDPOINT_ID", "projects/p/locations/l/endpoints/1"), "id alone"},
		{"MODEL_ENDPOINT_ID", vertexEnv("MODEL_ENDPOINT_ID", "", "MODEL_ENDPOINT_URL", "https://h"), "is not set"},
		{"MODEL_ENDPOINT_URL", vertexEnv("MODEL_ENDPOINT_URL", "http://10.0.0.1"), "https://"},
		{"MODEL_ENDPOINT_URL", vertexEnv("MODEL_ENDPOINT_URL", "ftp://127.0.0.1"), "https://"},
		{"MODEL_URL", vertexEnv("MODEL_URL", "http://127.0.0.1:1/v1"), "together"},
		{"MODEL_URL", localEnv("MODEL_ENDPOINT_URL", "https://h"), "together"},
		{"MODEL_URL", localEnv("MODEL_URL", "127.0.0.1:11434"), "https://"},
		{"MODEL_URL", localEnv("MODEL_URL", "http://vllm:8000/v1", "MODEL_API_KEY", testAPIKey), "https://"},
		{"MODEL_API_KEY", vertexEnv("MODEL_API_KEY", testAPIKey), "without MODEL_URL"},
		{"SYSTEM_PROMPT_FILE", vertexEnv("SYSTEM_PROMPT_FILE", filepath.Join(dir, "absent")), "cannot be read"},
		{"SYSTEM_PROMPT_FILE", vertexEnv("SYSTEM_PROMPT_FILE", dir), "cannot be read"},
		{"SYSTEM_PROMPT_FILE", vertexEnv("SYSTEM_PROMPT_FILE", file("blank", " \n")), "empty"},
		{"SYSTEM_PROMPT_FILE", vertexEnv("SYSTEM_PROMPT_FILE", file("binary", "\xff\xfe")), "UTF-8"},
		{"SYSTEM_PROMPT_FILE", vertexEnv("SYSTEM_PROMPT_FILE", file("big", strings.Repeat("a", maxPromptBytes+1))), "at most"},
		{"TEMPERATURE", vertexEnv("TEMPERATURE", "abc"), "0 to 1"},
		{"TEMPERATURE", vertexEnv("TEMPERATURE", "0,3"), "0 to 1"},
		{"TEMPERATURE", vertexEnv("TEMPERATURE", "NaN"), "0 to 1"},
		{"TEMPERATURE", vertexEnv("TEMPERATURE", "-0.01"), "0 to 1"},
		{"TEMPERATURE", vertexEnv("TEMPERATURE", "1.01"), "0 to 1"},
		{"TEMPERATURE", vertexEnv("TEMPERATURE", "Inf"), "0 to 1"},
		{"MAX_TOKENS", vertexEnv("MAX_TOKENS", "63"), "64"},
		{"MAX_TOKENS", vertexEnv("MAX_TOKENS", "8193"), "MAX_TOKENS_LIMIT"},
		{"MAX_TOKENS", vertexEnv("MAX_TOKENS", "1e3"), "whole number"},
		{"MAX_TOKENS_LIMIT", vertexEnv("MAX_TOKENS_LIMIT", "32768"), "MODEL_CONTEXT_TOKENS"},
		{"MODEL_CONTEXT_TOKENS", vertexEnv("MODEL_CONTEXT_TOKENS", "1023"), "at least 1024"},
		{"MODEL_MAX_IMAGES", vertexEnv("MODEL_MAX_IMAGES", "-1"), "from 0"},
		{"MODEL_MAX_IMAGES", vertexEnv("MODEL_MAX_IMAGES", "101"), "to 100"},
		{"SLACK_SOCKETS", vertexEnv("SLACK_SOCKETS", "0"), "from 1 to 4"},
		{"SLACK_SOCKETS", vertexEnv("SLACK_SOCKETS", "5"), "from 1 to 4"},
		{"SLACK_SOCKETS", vertexEnv("SLACK_SOCKETS", "two"), "whole number"},
		{"MODEL_CONCURRENCY", vertexEnv("MODEL_CONCURRENCY", "0"), "1 or more"},
		{"ALLOW_TEXT_ONLY", vertexEnv("ALLOW_TEXT_ONLY", "yes please"), "true or false"},
		{"ALLOW_BURNED_IN", vertexEnv("ALLOW_BURNED_IN", "perhaps"), "true or false"},
		{"CT_GREEN_WINDOW", vertexEnv("CT_GREEN_WINDOW", "-135"), "range in HU"},
		{"CT_GREEN_WINDOW", vertexEnv("CT_GREEN_WINDOW", "215..-135"), "range in HU"},
		{"CT_GREEN_WINDOW", vertexEnv("CT_GREEN_WINDOW", "NaN..215"), "range in HU"},
		{"STORE", vertexEnv("STORE", "Firestore"), "local or firestore"},
		{"GCP_PROJECT_ID", localEnv("STORE", "firestore"), "STORE=firestore"},
		{"GCP_PROJECT_ID", vertexEnv("STORE", "firestore", "GCP_PROJECT_ID", ""), "STORE=firestore"},
		{"FIRESTORE_DATABASE", vertexEnv("FIRESTORE_DATABASE", "a/b"), "id of a database"},
		{"RETENTION", vertexEnv("RETENTION", "0s"), "more than 0"},
		{"RETENTION", vertexEnv("RETENTION", "-1h"), "more than 0"},
		{"RETENTION", vertexEnv("RETENTION", "30d"), "720h"},
		{"DRAIN_TIMEOUT", vertexEnv("DRAIN_TIMEOUT", "3s"), "more than 3s"},
		{"DRAIN_TIMEOUT", vertexEnv("DRAIN_TIMEOUT", "10"), "10s"},
		{"ALLOWED_CHANNELS", vertexEnv("ALLOWED_CHANNELS", "#radiology"), "channel ids"},
		{"ALLOWED_CHANNELS", vertexEnv("ALLOWED_CHANNELS", ","), "channel ids"},
		{"HTTP_ADDR", vertexEnv("HTTP_ADDR", "8080"), "host:port"},
		{"HTTP_ADDR", vertexEnv("HTTP_ADDR", ":65536"), "host:port"},
		{"PORT", vertexEnv("PORT", "-1"), "8080"},
		{"LOG_LEVEL", vertexEnv("LOG_LEVEL", "verbose"), "debug, info, warn or error"},
	} {
		t.Run(c.name+" "+c.says, func(t *testing.T) {
			_, found := load(t, c.env)
			if len(found) != 1 || found[0].name != c.name || !strings.Contains(found[0].text, c.says) {
				t.Errorf("got %q, want one fault of %s that says %q", []fault(found), c.name, c.says)
			}
		})
	}
}
