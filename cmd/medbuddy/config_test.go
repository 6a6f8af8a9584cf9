package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/sethvargo/go-envconfig"
)

const (
	testBotToken = "xoxb-1-bot-canary"
	testAppToken = "xapp-1-app-canary"
	testAPIKey   = "key-canary"
)

// vertexEnv is the least that is needed with Vertex AI, changed by set (pairs of
// name and value).
func vertexEnv(set ...string) map[string]string {
	env := map[string]string{
		"SLACK_BOT_TOKEN": testBotToken, "SLACK_APP_TOKEN": testAppToken,
		"GCP_PROJECT_ID": "my-project", "GCP_REGION": "us-central1", "MODEL_ENDPOINT_ID": "1234567890",
	}
	for i := 0; i < len(set); i += 2 {
		env[set[i]] = set[i+1]
	}
	return env
}

// localEnv is the least that is needed with an OpenAI-compatible server.
func localEnv(set ...string) map[string]string {
	env := vertexEnv("GCP_PROJECT_ID", "", "GCP_REGION", "", "MODEL_ENDPOINT_ID", "", "MODEL_URL", "http://127.0.0.1:11434/v1")
	for i := 0; i < len(set); i += 2 {
		env[set[i]] = set[i+1]
	}
	return env
}

func load(t *testing.T, env map[string]string) (config, faults) {
	t.Helper()
	return loadConfig(t.Context(), envconfig.MapLookuper(env))
}

func TestConfigDefaults(t *testing.T) {
	got, faults := load(t, vertexEnv())
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := config{
		BotToken: testBotToken, AppToken: testAppToken, APIURL: "https://slack.com/api/",
		Project: "my-project", Region: "us-central1", EndpointID: "1234567890", EndpointRegion: "us-central1",
		Temperature: 0.1, MaxTokens: 500, MaxTokensLimit: 8192, ContextTokens: 32768, MaxImages: 16, CTGreen: huRange{-135, 215}, Concurrency: 8,
		Store: "local", DataDir: "./data", FirestoreDatabase: "(default)", Retention: 30 * 24 * time.Hour,
		Sockets: 2, DrainTimeout: 10 * time.Second, HTTPAddr: ":8080", LogLevel: slog.LevelInfo,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(config{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestConfigTakes(t *testing.T) {
	prompt := filepath.Join(t.TempDir(), "prompt.txt")
	if err := os.WriteFile(prompt, []byte("\nBe careful.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		show func(config) any
		want any
	}{
		"a region of the endpoint's own":      {vertexEnv("MODEL_ENDPOINT_REGION", "europe-west4"), func(c config) any { return c.EndpointRegion }, "europe-west4"},
		"only the endpoint's region":          {vertexEnv("GCP_REGION", "", "MODEL_ENDPOINT_REGION", "europe-west4"), func(c config) any { return c.EndpointRegion }, "europe-west4"},
		"a loopback endpoint over http":       {vertexEnv("MODEL_ENDPOINT_URL", "http://127.0.0.1:99/"), func(c config) any { return c.EndpointURL }, "http://127.0.0.1:99"},
		"a Model Garden endpoint":             {vertexEnv("MODEL_ENDPOINT_ID", "mg-endpoint-0a1b-2c"), func(c config) any { return c.EndpointID }, "mg-endpoint-0a1b-2c"},
		"a local Slack":                       {vertexEnv("SLACK_API_URL", "http://127.0.0.1:1/api"), func(c config) any { return c.APIURL }, "http://127.0.0.1:1/api/"},
		"a local Slack on IPv6":               {vertexEnv("SLACK_API_URL", "http://[::1]:1/api/"), func(c config) any { return c.APIURL }, "http://[::1]:1/api/"},
		"a local model":                       {localEnv("MODEL_NAME", "medgemma"), func(c config) any { return c.ModelURL + " " + c.ModelName }, "http://127.0.0.1:11434/v1 medgemma"},
		"a model in the cluster over http":    {localEnv("MODEL_URL", "http://vllm:8000/v1/"), func(c config) any { return c.ModelURL }, "http://vllm:8000/v1"},
		"a key over https":                    {localEnv("MODEL_URL", "https://h/v1", "MODEL_API_KEY", testAPIKey), func(c config) any { return string(c.ModelAPIKey) }, testAPIKey},
		"a key to loopback":                   {localEnv("MODEL_API_KEY", testAPIKey), func(c config) any { return string(c.ModelAPIKey) }, testAPIKey},
		"a local model, threads in Firestore": {localEnv("STORE", "firestore", "GCP_PROJECT_ID", "p"), func(c config) any { return c.Store }, "firestore"},
		"temperature 0":                       {vertexEnv("TEMPERATURE", "0"), func(c config) any { return c.Temperature }, 0.0},
		"temperature 1":                       {vertexEnv("TEMPERATURE", "1"), func(c config) any { return c.Temperature }, 1.0},
		"the least tokens":                    {vertexEnv("MAX_TOKENS", "64"), func(c config) any { return c.MaxTokens }, 64},
		"a model without images":              {vertexEnv("MODEL_MAX_IMAGES", "0"), func(c config) any { return c.MaxImages }, 0},
		"a small context lowers the limit":    {vertexEnv("MODEL_CONTEXT_TOKENS", "4096"), func(c config) any { return c.MaxTokensLimit }, 2048},
		"channels with blanks":                {vertexEnv("ALLOWED_CHANNELS", "C01, G02,"), func(c config) any { return strings.Join(c.AllowedChannels, "+") }, "C01+G02"},
		"one socket":                          {vertexEnv("SLACK_SOCKETS", "1"), func(c config) any { return c.Sockets }, 1},
		"a long drain":                        {vertexEnv("DRAIN_TIMEOUT", "25s"), func(c config) any { return c.DrainTimeout }, 25 * time.Second},
		"PORT alone":                          {vertexEnv("PORT", "9000"), func(c config) any { return c.HTTPAddr }, ":9000"},
		"HTTP_ADDR before PORT":               {vertexEnv("PORT", "9000", "HTTP_ADDR", "127.0.0.1:0"), func(c config) any { return c.HTTPAddr }, "127.0.0.1:0"},
		"a level":                             {vertexEnv("LOG_LEVEL", "debug"), func(c config) any { return c.LogLevel }, slog.LevelDebug},
		"a level in capitals":                 {vertexEnv("LOG_LEVEL", "WARN"), func(c config) any { return c.LogLevel }, slog.LevelWarn},
		"an instruction":                      {vertexEnv("SYSTEM_PROMPT_FILE", prompt), func(c config) any { return c.prompt }, "Be careful."},
		"a token with a line end":             {vertexEnv("SLACK_BOT_TOKEN", testBotToken+"\r\n"), func(c config) any { return string(c.BotToken) }, testBotToken},
		"empty as not set":                    {vertexEnv("TEMPERATURE", "", "MAX_TOKENS", " ", "STORE", "", "RETENTION", ""), func(c config) any { return c.MaxTokens }, 500},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, faults := load(t, c.env)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if got := c.show(cfg); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			// Whatever is taken here must do further on.
			if _, err := newModel(cfg); err != nil {
				t.Errorf("making the model's client: %v", err)
			}
		})
	}
}

func TestConfigReportsEveryFaultAtOnce(t *testing.T) {
	_, found := load(t, map[string]string{
		"SLACK_APP_TOKEN": testBotToken, "TEMPERATURE": "0,3", "MAX_TOKENS": "lots", "ALLOW_EXTERNAL": "perhaps",
		"STORE": "disk", "RETENTION": "30d", "LOG_LEVEL": "loud", "PORT": "http",
	})
	var names []string
	for _, f := range found {
		names = append(names, f.name)
		if !strings.Contains(found.Error(), f.String()) {
			t.Errorf("the message lacks %q", f)
		}
	}
	want := []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MODEL_ENDPOINT_ID", "TEMPERATURE", "MAX_TOKENS",
		"STORE", "RETENTION", "ALLOW_EXTERNAL", "PORT", "LOG_LEVEL"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	cfg, _ := load(t, localEnv("MODEL_API_KEY", testAPIKey))
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("settings", "config", cfg, "token", cfg.BotToken)
	shown := logged.String() + fmt.Sprintf("%v %+v %s %#v %v %#v %q", cfg, cfg, cfg, cfg, &cfg, cfg.BotToken, cfg.BotToken)
	if strings.Contains(shown, "canary") {
		t.Errorf("a secret is shown:\n%s", shown)
	}
	if !strings.Contains(shown, "MODEL_URL") || !strings.Contains(shown, "(set)") {
		t.Errorf("the settings are not shown:\n%s", shown)
	}
	// Nor by a fault, whatever was pasted wherever.
	for name := range maps.Keys(vertexEnv()) {
		_, faults := load(t, vertexEnv(name, "xoxp /canary"))
		if len(faults) == 0 || strings.Contains(faults.Error(), "canary") {
			t.Errorf("%s: %v", name, faults)
		}
	}
}
