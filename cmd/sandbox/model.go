package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// model is the model behind the sandbox, and how to speak of it.
type model struct {
	config   medgemma.Config
	sentence string // what it is, and what is fake about it
	real     bool
	close    func()
}

// modelEnv are the variables that name a model; medbuddy reads the same ones.
type modelEnv struct {
	Project        string `env:"GCP_PROJECT_ID"`
	Region         string `env:"GCP_REGION"`
	EndpointID     string `env:"MODEL_ENDPOINT_ID"`
	EndpointRegion string `env:"MODEL_ENDPOINT_REGION"`
	EndpointURL    string `env:"MODEL_ENDPOINT_URL"`
	URL            string `env:"MODEL_URL"`
	Name           string `env:"MODEL_NAME"`
	APIKey         string `env:"MODEL_API_KEY"`
}

// ollamaURL is where Ollama listens unless told otherwise (docs.ollama.com).
const ollamaURL = "http://127.0.0.1:11434"

// chooseModel takes the model that the environment names, else a MedGemma in the
// Ollama at that address, else the rehearsal model.
func chooseModel(ctx context.Context, env envconfig.Lookuper, ollama string) (model, error) {
	var e modelEnv
	if err := envconfig.ProcessWith(ctx, &envconfig.Config{Target: &e, Lookuper: env}); err != nil {
		return model{}, fmt.Errorf("reading the environment: %w", err)
	}
	switch {
	case e.URL != "":
		return model{
			config:   medgemma.Config{URL: e.URL, Name: e.Name, APIKey: e.APIKey},
			sentence: "the one of MODEL_URL in your environment. Its answers are real, and what you post goes to it", real: true, close: func() {},
		}, nil
	case e.EndpointID != "":
		return model{
			config: medgemma.Config{Project: e.Project, Region: e.Region, EndpointID: e.EndpointID,
				EndpointRegion: e.EndpointRegion, EndpointURL: e.EndpointURL},
			sentence: "the Vertex AI endpoint of your environment. Its answers are real, and what you post goes to it", real: true, close: func() {},
		}, nil
	}
	if name := findOllama(ctx, ollama); name != "" {
		return model{
			config:   medgemma.Config{URL: ollama + "/v1", Name: name},
			sentence: name + " in Ollama on this machine. Its answers are real", real: true, close: func() {},
		}, nil
	}
	return rehearsal()
}

func rehearsal() (model, error) {
	sim, err := modelsim.Start(modelsim.Config{Model: "rehearsal", Handler: modelsim.Rehearsal()})
	if err != nil {
		return model{}, fmt.Errorf("starting the rehearsal model: %w", err)
	}
	return model{
		config:   medgemma.Config{URL: sim.URL() + "/v1", Name: "rehearsal"},
		sentence: "the rehearsal model: no MedGemma. It reads no scan and reports what MedGemma would have been sent",
		close:    func() { sim.Close() },
	}, nil
}

// findOllama returns the name of a MedGemma that a local Ollama has, or "".
func findOllama(ctx context.Context, url string) string {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/tags", nil)
	if err != nil {
		return ""
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var tags struct {
		Models []struct {
			Name string `json:"name"`
		} `json:"models"`
	}
	if resp.StatusCode != http.StatusOK || json.NewDecoder(resp.Body).Decode(&tags) != nil {
		return ""
	}
	for _, m := range tags.Models {
		if strings.Contains(strings.ToLower(m.Name), "medgemma") {
			return m.Name
		}
	}
	return ""
}
