package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma"
)

func TestCheckReportsTheEndpoint(t *testing.T) {
	cfg := config{EndpointID: "123", EndpointRegion: "us-central1"}
	found := medgemma.Endpoint{Host: "https://h", Discovered: true, Deployed: 1, Dedicated: true, Reachable: true}
	with := func(change func(*medgemma.Endpoint)) medgemma.Endpoint {
		e := found
		change(&e)
		return e
	}
	for _, c := range []struct {
		name     string
		endpoint medgemma.Endpoint
		err      error
		missing  int
		says     []string
		not      string
	}{
		{"as it should be", found, nil, 0, []string{"ok      model endpoint: 123 found in us-central1, 1 deployed", "reachable at https://h"}, "WARN"},
		{"logging is on", with(func(e *medgemma.Endpoint) { e.Logging = true }), nil, 0, []string{"WARN", "BigQuery", "reachable"}, "MISSING"},
		{"logging is on and no access", with(func(e *medgemma.Endpoint) { e.Logging = true }), &medgemma.Error{Kind: medgemma.KindUnauthorized, Status: 403}, 1, []string{"BigQuery", "roles/aiplatform.user"}, "reachable at"},
		{"no model is deployed", with(func(e *medgemma.Endpoint) { e.Deployed = 0 }), nil, 1, []string{"no model is deployed"}, ""},
		{"shared", with(func(e *medgemma.Endpoint) { e.Dedicated = false }), nil, 0, []string{"shared", "1.5 MB"}, "MISSING"},
		{"not discovered", medgemma.Endpoint{Host: "https://h", Reachable: true}, nil, 0, []string{"MODEL_ENDPOINT_URL is set", "not looked at"}, "found in"},
		{"no credentials", medgemma.Endpoint{}, &medgemma.Error{Kind: medgemma.KindUnauthorized}, 1, []string{"gcloud auth application-default login"}, "reachable at"},
		{"no such endpoint", medgemma.Endpoint{}, &medgemma.Error{Kind: medgemma.KindNotFound, Status: 404}, 1, []string{"MODEL_ENDPOINT_ID"}, "reachable at"},
		{"no network", medgemma.Endpoint{}, &medgemma.Error{Kind: medgemma.KindUnreachable}, 1, []string{"network"}, "reachable at"},
		{"too slow", medgemma.Endpoint{}, errors.New("deadline"), 1, []string{"cannot be reached"}, "reachable at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			r := &report{out: &out}
			reportEndpoint(cfg, c.endpoint, c.err, r)
			wants(t, out.String(), c.says...)
			if c.not != "" && strings.Contains(out.String(), c.not) || r.wrong != c.missing {
				t.Errorf("%d missing, want %d, and no %q in:\n%s", r.wrong, c.missing, c.not, out.String())
			}
		})
	}
}

func TestCheckLooksAtAnEndpointThatIsNamedByURL(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method)
		http.NotFound(w, r)
	}))
	defer server.Close()
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	env := environment(t, sim, "", "MODEL_NAME", "", "MODEL_API_KEY", "",
		"GCP_PROJECT_ID", "p", "GCP_REGION", "r", "MODEL_ENDPOINT_ID", "1", "MODEL_ENDPOINT_URL", server.URL)
	report, err := checked(t, env)
	if err != nil {
		t.Error(err)
	}
	wants(t, report, "ok      model endpoint: reachable at "+server.URL)
	for _, method := range asked {
		if method != http.MethodGet {
			t.Errorf("check sent a %s: it must not wake the model", method)
		}
	}
	if len(asked) == 0 {
		t.Error("the endpoint was not looked at")
	}
}

func TestCheckReportsTheModelServer(t *testing.T) {
	answer := func(status int, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	for _, c := range []struct {
		name, url, model, says string
		ok                     bool
	}{
		{"the model is there", modelServer(t), "medgemma:4b", "ok      model server", true},
		{"another model", modelServer(t), "medgemma:27b", "it has: medgemma:4b", false},
		{"nobody listens", "http://127.0.0.1:1/v1", "", "cannot be reached", false},
		{"a wrong key", answer(401, `{"error":"`+testAPIKey+`"}`), "", "MODEL_API_KEY", false},
		{"not such a server", answer(200, "<html>"), "", "usually ends in /v1", false},
		{"names that are none", answer(200, `{"data":[{"id":"\u001b[2Jx"},{"id":"a"}]}`), "b", "it has: a, ...", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, err := checked(t, environment(t, sim, c.url, "MODEL_NAME", c.model))
			if (err == nil) != c.ok {
				t.Errorf("got error %v", err)
			}
			wants(t, report, c.says)
		})
	}
}
