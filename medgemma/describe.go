package medgemma

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Endpoint is what can be known about a model without asking it anything.
type Endpoint struct {
	Host string // where requests go: scheme and host, for a server its base URL

	// Of a Vertex AI endpoint; Discovered is false, and the rest unknown, when
	// EndpointURL stood in for discovery.
	Discovered  bool
	DisplayName string
	Deployed    int  // models deployed to it; 0 means that it cannot answer
	Dedicated   bool // else shared, with its smaller limit
	Logging     bool // it copies prompts and images to BigQuery

	// Models are the names that an OpenAI-compatible server lists, or the
	// display names of the models deployed to the endpoint. Served says whether
	// Config.Name is among a server's; it is true when the server lists none.
	Models []string
	Served bool

	Reachable bool // something answered HTTP there
}

// Describe looks at the endpoint and does not ask the model, so it costs
// nothing and wakes nothing. It returns what it learned also with an error,
// which is an *Error or the context's.
func (c *Client) Describe(ctx context.Context) (Endpoint, error) {
	if c.cfg.URL != "" {
		return c.describeServer(ctx)
	}
	var d Endpoint
	t := c.found.Load()
	if t == nil || t.discovered {
		ep, err := c.getEndpoint(ctx)
		if err != nil {
			return d, ctxOr(ctx, err)
		}
		d.Discovered = true
		d.DisplayName = ep.GetDisplayName()
		d.Deployed = len(ep.GetDeployedModels())
		for _, m := range ep.GetDeployedModels() {
			d.Models = append(d.Models, m.GetDisplayName())
		}
		d.Logging = ep.GetPredictRequestResponseLoggingConfig().GetEnabled()
		if t, err = c.targetOf(ep); err != nil {
			return d, err
		}
		c.remember(t)
	}
	d.Host, d.Dedicated, d.Served = t.base, t.dedicated, true
	// Whatever answers here is the prediction host; a dedicated one knows
	// nothing of this path and says 404.
	res, err := c.get(ctx, t, t.base+"/v1/"+t.name)
	if err != nil {
		return d, ctxOr(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	d.Reachable = true
	if res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden {
		return d, &Error{Kind: KindUnauthorized, Status: res.StatusCode}
	}
	return d, nil
}

func (c *Client) describeServer(ctx context.Context) (Endpoint, error) {
	t := c.found.Load()
	d := Endpoint{Host: t.base}
	res, err := c.get(ctx, t, t.base+"/models")
	if err != nil {
		return d, ctxOr(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	d.Reachable = true
	body, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	switch {
	case err != nil:
		return d, ctxOr(ctx, connectionError(err))
	case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusMethodNotAllowed:
		d.Served = true // a server need not list its models
		return d, nil
	case res.StatusCode != http.StatusOK:
		return d, classify(res.StatusCode, body)
	}
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &list) != nil {
		return d, &Error{Kind: KindServer, Status: res.StatusCode, Err: errors.New("the list of models cannot be understood")}
	}
	for _, m := range list.Data {
		d.Models = append(d.Models, m.ID)
	}
	d.Served = c.cfg.Name == "" || len(d.Models) == 0 || slices.ContainsFunc(d.Models, func(id string) bool {
		// Ollama lists "medgemma:latest" for what may be called "medgemma".
		return id == c.cfg.Name || strings.TrimSuffix(id, ":latest") == c.cfg.Name
	})
	return d, nil
}

func (c *Client) get(ctx context.Context, t *target, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, &Error{Kind: KindRejected, Err: errors.New("the URL cannot be requested")}
	}
	if err := c.sign(req, t); err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, connectionError(err)
	}
	return res, nil
}

// sign adds who is asking.
func (c *Client) sign(req *http.Request, t *target) error {
	req.Header.Set("User-Agent", "medbuddy")
	switch {
	case t.token:
		return c.creds.authorize(req)
	case c.cfg.APIKey != "":
		req.Header.Set("Authorization", "Bearer "+c.cfg.APIKey)
	}
	return nil
}
