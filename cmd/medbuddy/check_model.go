package main

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma"
)

// checkModel finds the model and says what is known of it. It asks the model
// nothing, so that it costs nothing and wakes nothing.
func checkModel(ctx context.Context, cfg config, r *report) {
	client, err := newModel(cfg)
	if err != nil {
		r.missing("model: %s", oneLine(err))
		return
	}
	defer client.Close()
	e, err := client.Describe(ctx)
	if cfg.ModelURL != "" {
		reportServer(cfg, e, err, r)
		return
	}
	reportEndpoint(cfg, e, err, r)
}

// reportEndpoint reports a Vertex AI endpoint. What was learned before an error
// is told, too.
func reportEndpoint(cfg config, e medgemma.Endpoint, err error, r *report) {
	if e.Discovered {
		r.ok("model endpoint: %s found in %s, %d deployed model(s)", cfg.EndpointID, cfg.EndpointRegion, e.Deployed)
		if e.Deployed == 0 {
			r.missing("model endpoint: no model is deployed to it: deploy MedGemma from Model Garden")
		}
	}
	if e.Logging {
		r.warn("model endpoint: request-response logging is on: it copies prompts and images to BigQuery; switch it off unless that is wanted")
	}
	switch {
	case err != nil:
		r.missing("model endpoint: %s (%s)", endpointAdvice(err), oneLine(err))
	case e.Discovered && e.Dedicated:
		r.ok("model endpoint: dedicated, reachable at %s", e.Host)
	case e.Discovered:
		r.ok("model endpoint: shared, reachable at %s", e.Host)
		r.warn("model endpoint: a shared endpoint takes requests up to 1.5 MB and 60 s; a dedicated one is better for images")
	default:
		r.ok("model endpoint: reachable at %s", e.Host)
		r.warn("model endpoint: MODEL_ENDPOINT_URL is set, so deployed models and request-response logging were not looked at")
	}
}

// endpointAdvice says what to do about an error of a Vertex AI endpoint.
func endpointAdvice(err error) string {
	switch kindOf(err) {
	case medgemma.KindUnauthorized:
		return "no access: log in with `gcloud auth application-default login`, or give the service account the role roles/aiplatform.user"
	case medgemma.KindNotFound:
		return "not found: check MODEL_ENDPOINT_ID, MODEL_ENDPOINT_REGION (or GCP_REGION) and GCP_PROJECT_ID"
	case medgemma.KindUnreachable, medgemma.KindTimeout, "":
		return "cannot be reached: check the region and the network"
	}
	return "does not answer as it should"
}

// reportServer reports an OpenAI-compatible server.
func reportServer(cfg config, e medgemma.Endpoint, err error, r *report) {
	switch kindOf(err) {
	case medgemma.KindUnauthorized:
		r.missing("model server: no access: check MODEL_API_KEY (%s)", oneLine(err))
		return
	case medgemma.KindUnreachable, medgemma.KindTimeout:
		r.missing("model server: cannot be reached: check MODEL_URL, and that the server runs (%s)", oneLine(err))
		return
	}
	switch {
	case err != nil:
		r.missing("model server: does not answer as it should: MODEL_URL is its base URL, which usually ends in /v1 (%s)", oneLine(err))
	case !e.Served:
		r.missing("model server: it has no model of the name in MODEL_NAME; it has: %s", names(e.Models))
	default:
		r.ok("model server: reachable at %s", e.Host)
	}
}

func kindOf(err error) medgemma.Kind {
	if failed, ok := errors.AsType[*medgemma.Error](err); ok {
		return failed.Kind
	}
	return ""
}

// modelNameRE is what names of models are made of ("google/medgemma-4b-it",
// "medgemma:4b"); a server may send anything, to a terminal.
var modelNameRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_./:@+-]{0,99}$`)

// names lists at most ten names of models.
func names(models []string) string {
	var shown []string
	for _, m := range models {
		if modelNameRE.MatchString(m) && len(shown) < 10 {
			shown = append(shown, m)
		}
	}
	if len(shown) < len(models) {
		shown = append(shown, "...")
	}
	return strings.Join(shown, ", ")
}
