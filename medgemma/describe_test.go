package medgemma

import (
	"testing"

	"cloud.google.com/go/aiplatform/apiv1/aiplatformpb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

func TestDescribeVertex(t *testing.T) {
	v := newVertex(t)
	v.set(true, "d.prediction.vertexai.goog")
	v.endpoint.PredictRequestResponseLoggingConfig = &aiplatformpb.PredictRequestResponseLoggingConfig{Enabled: true}
	s := newSim(t, modelsim.Config{Mode: modelsim.Dedicated})
	v.add(t, "d.prediction.vertexai.goog", s)
	got, err := v.client.Describe(t.Context())
	want := Endpoint{Host: "https://d.prediction.vertexai.goog", Discovered: true, DisplayName: "medgemma", Deployed: 1,
		Dedicated: true, Logging: true, Models: []string{"medgemma-1.5-4b-it"}, Served: true, Reachable: true}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	if len(s.Requests()) > 0 {
		t.Error("the model was asked")
	}
	// Each Describe looks anew: it is what a person runs after a change.
	v.set(false, "")
	if got, err := v.client.Describe(t.Context()); kindOfErr(err) != KindUnreachable || got.Dedicated || !got.Discovered || got.Reachable {
		t.Errorf("%+v, error %v", got, err)
	}
	if v.client.MaxBody() != maxShared {
		t.Error("what was described is not what is used")
	}
	v.err = status.Error(codes.NotFound, "")
	if got, err := v.client.Describe(t.Context()); kindOfErr(err) != KindNotFound || got.Discovered {
		t.Errorf("%+v, error %v", got, err)
	}
}

func TestDescribeWithoutDiscovery(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.Dedicated})
	got, err := vertexClient(t, s).Describe(t.Context())
	want := Endpoint{Host: s.URL(), Dedicated: true, Served: true, Reachable: true}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

func TestDescribeServer(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.OpenAI, Model: "medgemma:latest", Token: "key"})
	for name, served := range map[string]bool{"medgemma": true, "medgemma:latest": true, "": true, "medgemma:27b": false} {
		c, _ := newClient(t, Config{URL: s.URL() + "/v1", Name: name, APIKey: "key"})
		got, err := c.Describe(t.Context())
		want := Endpoint{Host: s.URL() + "/v1", Models: []string{"medgemma:latest"}, Served: served, Reachable: true}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: error %v (-want +got):\n%s", name, err, diff)
		}
	}
	c, _ := newClient(t, Config{URL: s.URL() + "/v1", APIKey: "wrong"})
	if got, err := c.Describe(t.Context()); kindOfErr(err) != KindUnauthorized || !got.Reachable {
		t.Errorf("with a wrong key: %+v, error %v", got, err)
	}
	c, _ = newClient(t, Config{URL: "http://127.0.0.1:1/v1"})
	if got, err := c.Describe(t.Context()); kindOfErr(err) != KindUnreachable || got.Reachable {
		t.Errorf("with nothing there: %+v, error %v", got, err)
	}
}
