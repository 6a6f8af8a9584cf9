package medgemma

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	aiplatform "cloud.google.com/go/aiplatform/apiv1"
	"cloud.google.com/go/aiplatform/apiv1/aiplatformpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// discoverTime bounds one GetEndpoint; the generated client sets no deadline.
const discoverTime = 30 * time.Second

// target is where requests go.
type target struct {
	base       string // scheme and host, for a server also its path; no slash at the end
	name       string // projects/P/locations/L/endpoints/E; empty for a server
	token      bool   // Google's token goes along
	dedicated  bool
	discovered bool // read from Vertex AI, so it may be read again
	maxBody    int
}

// url is where a request in form f is posted.
func (t *target) url(f form) string {
	switch {
	case t.name == "":
		return t.base + "/chat/completions"
	case f == formPlain:
		return t.base + "/v1/" + t.name + ":predict"
	}
	// Every notebook of Google's uses v1beta1 for this one.
	return t.base + "/v1beta1/" + t.name + "/chat/completions"
}

// staticTarget is the target when cfg itself says where it is.
func staticTarget(cfg Config) (t *target, known bool, err error) {
	switch {
	case cfg.URL != "":
		u, err := parseBase(cfg.URL)
		if err != nil {
			return nil, false, err
		}
		return &target{base: u.String(), maxBody: maxServer}, true, nil
	case cfg.EndpointURL != "":
		u, err := parseBase(cfg.EndpointURL)
		if err != nil {
			return nil, false, err
		}
		return &target{base: u.String(), name: cfg.endpointName(), token: u.Scheme == "https",
			dedicated: true, maxBody: maxDedicated}, true, nil
	}
	return nil, false, nil
}

func (c Config) endpointName() string {
	return fmt.Sprintf("projects/%s/locations/%s/endpoints/%s", c.Project, c.endpointRegion(), c.EndpointID)
}

// target returns where to send, discovering it when nobody has yet. Only one
// caller discovers at a time; the others wait for what it finds.
func (c *Client) target(ctx context.Context) (*target, error) {
	if t := c.found.Load(); t != nil {
		return t, nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.finding:
	}
	defer func() { c.finding <- struct{}{} }()
	if t := c.found.Load(); t != nil {
		return t, nil
	}
	ep, err := c.getEndpoint(ctx)
	if err != nil {
		return nil, err
	}
	t, err := c.targetOf(ep)
	if err != nil {
		return nil, err
	}
	c.remember(t)
	return t, nil
}

func (c *Client) remember(t *target) {
	c.shared.Store(!t.dedicated)
	c.found.Store(t)
}

// forget makes the next call discover again, unless somebody else has
// already: an endpoint that was made dedicated answers 404 at its old host.
func (c *Client) forget(t *target) {
	if c.found.CompareAndSwap(t, nil) {
		c.form.Store(int32(formUsage))
	}
}

// targetOf reads the host from what Vertex AI says. It is never put together
// from parts: the dedicated name holds a uid of Google's choice.
func (c *Client) targetOf(ep *aiplatformpb.Endpoint) (*target, error) {
	t := &target{name: c.cfg.endpointName(), token: true, discovered: true,
		dedicated: ep.GetDedicatedEndpointEnabled(), maxBody: maxShared}
	host := c.cfg.endpointRegion() + "-aiplatform.googleapis.com"
	if t.dedicated {
		t.maxBody = maxDedicated
		host = hostOf(ep.GetDedicatedEndpointDns())
		if host == "" {
			return nil, &Error{Kind: KindNotFound, Err: errors.New("the dedicated endpoint has no DNS name yet")}
		}
	}
	t.base = "https://" + host
	return t, nil
}

var hostRE = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// hostOf strips scheme, port and path: the API documents the dedicated DNS
// name as a URL and returns a bare host. Empty when it is neither.
func hostOf(dns string) string {
	if !strings.Contains(dns, "://") {
		dns = "https://" + dns
	}
	u, err := url.Parse(dns)
	if err != nil || !hostRE.MatchString(u.Hostname()) {
		return ""
	}
	return u.Hostname()
}

func (c *Client) getEndpoint(ctx context.Context) (*aiplatformpb.Endpoint, error) {
	opts := []option.ClientOption{option.WithEndpoint(c.cfg.endpointRegion() + "-aiplatform.googleapis.com:443")}
	if c.cfg.Tokens != nil && len(c.cfg.EndpointOptions) == 0 {
		opts = append(opts, option.WithTokenSource(c.cfg.Tokens))
	}
	// As with tokens, what the constructor finds may keep its context.
	ec, err := aiplatform.NewEndpointClient(context.WithoutCancel(ctx), append(opts, c.cfg.EndpointOptions...)...)
	if err != nil {
		return nil, &Error{Kind: KindUnauthorized, permanent: true,
			Err: errors.New("no usable credentials for Vertex AI: run gcloud auth application-default login, or give the service an account")}
	}
	// The error of closing says nothing about the answer.
	defer func() { _ = ec.Close() }()
	bounded, cancel := context.WithTimeout(ctx, discoverTime)
	defer cancel()
	ep, err := ec.GetEndpoint(bounded, &aiplatformpb.GetEndpointRequest{Name: c.cfg.endpointName()})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, discoverError(err)
	}
	return ep, nil
}

// discoverError keeps the code and drops the text, which names accounts.
func discoverError(err error) *Error {
	code := status.Code(err)
	if errors.Is(err, context.DeadlineExceeded) {
		code = codes.DeadlineExceeded
	}
	e := &Error{Err: fmt.Errorf("reading the endpoint from Vertex AI: %s", code)}
	switch code {
	case codes.NotFound:
		e.Kind = KindNotFound
	case codes.PermissionDenied, codes.Unauthenticated:
		e.Kind = KindUnauthorized
	case codes.ResourceExhausted:
		e.Kind = KindBusy
	case codes.Unavailable, codes.DeadlineExceeded:
		e.Kind = KindUnreachable
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange:
		e.Kind = KindRejected
	default:
		e.Kind = KindServer
	}
	return e
}
