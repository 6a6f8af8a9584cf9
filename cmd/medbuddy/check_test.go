package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

func startSlack(t *testing.T, cfg slacksim.Config) *slacksim.Sim {
	t.Helper()
	sim, err := slacksim.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, problem := range sim.Problems() {
			t.Errorf("Slack: %s", problem)
		}
		sim.Close()
	})
	return sim
}

// modelServer is an OpenAI-compatible server that lists one model.
func modelServer(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": []any{map[string]any{"id": "medgemma:4b"}}})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("check asked the model server for %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

// environment is that of a bot on sim and a local model, changed by set (pairs).
func environment(t *testing.T, sim *slacksim.Sim, modelURL string, set ...string) map[string]string {
	t.Helper()
	return localEnv(append([]string{
		"SLACK_BOT_TOKEN", sim.BotToken(), "SLACK_APP_TOKEN", sim.AppToken(), "SLACK_API_URL", sim.APIURL(),
		"MODEL_URL", modelURL, "MODEL_NAME", "medgemma:4b", "MODEL_API_KEY", testAPIKey,
		"DATA_DIR", filepath.Join(t.TempDir(), "data"), "HTTP_ADDR", "127.0.0.1:0",
	}, set...)...)
}

// checked runs check and returns its lines. No line may show a secret.
func checked(t *testing.T, env map[string]string) (lines string, err error) {
	t.Helper()
	var out bytes.Buffer
	err = check(t.Context(), envconfig.MapLookuper(env), &out)
	for _, name := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MODEL_API_KEY"} {
		if v := env[name]; v != "" && strings.Contains(out.String(), v) {
			t.Errorf("the report shows %s:\n%s", name, out.String())
		}
	}
	return out.String(), err
}

// wants reports the lines that are missing from a report.
func wants(t *testing.T, report string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(report, line) {
			t.Errorf("no line has %q in:\n%s", line, report)
		}
	}
}

func TestCheckFindsEverythingInOrder(t *testing.T) {
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	report, err := checked(t, environment(t, sim, modelServer(t)))
	if err != nil || strings.Contains(report, "MISSING") || strings.Contains(report, "WARN") {
		t.Errorf("got %v and:\n%s", err, report)
	}
	wants(t, report, "ok      configuration", "workspace "+sim.TeamID()+", bot "+sim.BotUserID(),
		"ok      scopes: all 14", "ok      Slack app token", "ok      model server: reachable", "ok      store: embedded file")
	if n := len(sim.Sockets()); n != 0 {
		t.Errorf("check left %d sockets open", n)
	}
}

func TestCheckNamesEachMissingScope(t *testing.T) {
	var few []string
	for _, scope := range bot.Scopes() {
		if scope != "files:read" && scope != "users:read" {
			few = append(few, scope)
		}
	}
	sim := startSlack(t, slacksim.Config{Scopes: append(few, "reactions:write")})
	report, err := checked(t, environment(t, sim, modelServer(t)))
	if err == nil || err.Error() != "2 things are missing, see above" {
		t.Errorf("got error %v", err)
	}
	wants(t, report,
		"MISSING scope files:read: add it under OAuth & Permissions, then reinstall the app",
		"MISSING scope users:read: add it under OAuth & Permissions, then reinstall the app",
		"WARN    scopes that MedBuddy does not use, better removed: reactions:write",
		"ok      Slack app token", "ok      store")
}

func TestCheckSaysWhatToDoAboutTokens(t *testing.T) {
	for word, says := range map[string]string{
		"invalid_auth":     "does not accept it",
		"token_revoked":    "revoked",
		"account_inactive": "install it again",
		"access_denied":    "administrator",
		"something_new":    "(something_new)",
	} {
		t.Run(word, func(t *testing.T) {
			sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
			sim.Fail("*", slacksim.Fault{Error: word, Times: -1})
			report, err := checked(t, environment(t, sim, modelServer(t)))
			if err == nil {
				t.Error("no error")
			}
			wants(t, report, "MISSING Slack bot token", "MISSING Slack app token", says, "ok      model", "ok      store")
		})
	}
}

func TestCheckSurvivesEveryAnswerOfSlack(t *testing.T) {
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	env := environment(t, sim, modelServer(t))
	for _, c := range []struct {
		name, says string
		fault      slacksim.Fault
	}{
		{"HTML", "HTTP 200", slacksim.Fault{Body: "<html>sign in</html>"}},
		{"an error page", "HTTP 500", slacksim.Fault{HTTPStatus: 500}},
		{"a rate limit", "try again in a minute", slacksim.Fault{RetryAfter: 30e9}},
		{"a lost answer", "cannot be reached", slacksim.Fault{DropReply: true}},
		{"an echo of the token", "(?)", slacksim.Fault{Body: `{"ok":false,"error":"` + sim.BotToken() + `"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim.Fail("auth.test", c.fault)
			report, err := checked(t, env)
			if err == nil || strings.Count(report, "MISSING") != 1 {
				t.Errorf("got %v and:\n%s", err, report)
			}
			wants(t, report, "MISSING Slack bot token", c.says, "ok      Slack app token")
		})
	}
}

func TestCheckGoesOnAfterFaultsOfTheConfiguration(t *testing.T) {
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	report, err := checked(t, environment(t, sim, modelServer(t), "SLACK_APP_TOKEN", "", "TEMPERATURE", "2"))
	if err == nil {
		t.Error("no error")
	}
	wants(t, report, "MISSING SLACK_APP_TOKEN is not set", "MISSING TEMPERATURE must be", "ok      Slack bot token",
		"skipped Slack app token", "ok      model", "ok      store")
}

func TestCheckReportsTheStore(t *testing.T) {
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	report, err := checked(t, environment(t, sim, modelServer(t), "DATA_DIR", "/dev/null/data"))
	if err == nil {
		t.Error("no error")
	}
	wants(t, report, "MISSING store: embedded file in DATA_DIR", "ok      model")
}
