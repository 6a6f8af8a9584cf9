package medgemma

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"google.golang.org/api/option"
)

// Config says which model a Client asks. Either the Vertex AI fields or URL are
// set, not both.
type Config struct {
	// A Vertex AI endpoint. EndpointRegion is Region when empty.
	Project        string
	Region         string
	EndpointID     string
	EndpointRegion string

	// EndpointURL is the base URL of the prediction host, instead of discovery.
	// http is allowed on loopback only, and then no token is sent.
	EndpointURL string

	// An OpenAI-compatible server: its base URL, which usually ends in /v1, the
	// name of the model, and the key if it wants one. A key over plain http is
	// allowed on loopback only.
	URL    string
	Name   string
	APIKey string

	// Tokens gives the OAuth tokens for Vertex AI; nil means Application
	// Default Credentials, looked for at the first call.
	Tokens oauth2.TokenSource

	// Transport carries the HTTP calls; nil means one of the Client's own.
	Transport http.RoundTripper

	// EndpointOptions are added to those of aiplatform's EndpointClient.
	EndpointOptions []option.ClientOption

	Timing Timing
}

// Timing is how long a Client waits for what. A zero field means the default.
type Timing struct {
	// FirstToken is from sending to the first token of a stream; 5 min. A warm
	// endpoint takes seconds, but vLLM keeps the line silent while it queues, and
	// a local server while it loads the model and reads the images on a CPU.
	FirstToken time.Duration

	// Idle is between two pieces of a stream; 30 s. The slowest model on a CPU
	// takes two for a token; beyond this the connection is dead, and the answer
	// is better asked for again. How long an answer may take in all is up to the
	// context.
	Idle time.Duration

	// Plain is for an answer that comes in one piece; 10 min, which is what a
	// dedicated endpoint allows unless it was created with more.
	Plain time.Duration

	BusyTries int           // tries of a busy or unreachable endpoint; 5
	BusyFor   time.Duration // and for how long in all; 2 min
	Backoff   time.Duration // upper bound of the first pause, tripled with each try; 2 s

	// WakePoll is the shortest pause between two looks at an endpoint that is
	// starting from zero, three times it the longest; 10 s.
	WakePoll time.Duration
	WakeFor  time.Duration // how long to wait for it in all; 20 min
}

func (t Timing) withDefaults() Timing {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&t.FirstToken, 5*time.Minute)
	set(&t.Idle, 30*time.Second)
	set(&t.Plain, 10*time.Minute)
	set(&t.BusyFor, 2*time.Minute)
	set(&t.Backoff, 2*time.Second)
	set(&t.WakePoll, 10*time.Second)
	set(&t.WakeFor, 20*time.Minute)
	if t.BusyTries == 0 {
		t.BusyTries = 5
	}
	return t
}

// The parts end up in a host name and in a URL path, so nothing may pass that
// could change either. Project ids may carry a domain ("example.com:name").
var (
	projectRE  = regexp.MustCompile(`^[a-z0-9][a-z0-9.:-]{0,99}$`)
	regionRE   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	endpointRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
)

// validate reports every fault at once. It names fields and never repeats
// values: a URL or a key may hold a secret.
func (c Config) validate() error {
	if c.URL != "" {
		return c.validateServer()
	}
	var errs []error
	if c.Name != "" || c.APIKey != "" {
		errs = append(errs, errors.New("there is a Name or an APIKey, which belong to URL, and no URL"))
	}
	if !projectRE.MatchString(c.Project) {
		errs = append(errs, errors.New("the Project is not a project id"))
	}
	if !regionRE.MatchString(c.endpointRegion()) {
		errs = append(errs, errors.New("neither EndpointRegion nor Region is a region"))
	}
	if !endpointRE.MatchString(c.EndpointID) {
		errs = append(errs, errors.New("the EndpointID is not an endpoint id (the last part of its name)"))
	}
	if c.EndpointURL != "" {
		u, err := parseBase(c.EndpointURL)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("EndpointURL: %w", err))
		case u.Scheme == "http" && !loopback(u):
			errs = append(errs, errors.New("EndpointURL: http is allowed on loopback only"))
		}
	}
	return errors.Join(errs...)
}

func (c Config) validateServer() error {
	if c.EndpointID != "" || c.EndpointURL != "" {
		return errors.New("a URL and a Vertex AI endpoint are both set")
	}
	u, err := parseBase(c.URL)
	if err != nil {
		return fmt.Errorf("URL: %w", err)
	}
	if c.APIKey != "" && u.Scheme == "http" && !loopback(u) {
		return errors.New("the APIKey would travel in the clear: URL must be https or on loopback")
	}
	if strings.ContainsAny(c.APIKey, "\r\n") {
		return errors.New("the APIKey holds a line break")
	}
	return nil
}

func (c Config) endpointRegion() string {
	if c.EndpointRegion != "" {
		return c.EndpointRegion
	}
	return c.Region
}

func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	switch {
	case err != nil:
		return nil, errors.New("not a URL") // url.Error would repeat the value
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, errors.New("not an http or https URL")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("must not hold a user, a query or a fragment")
	}
	return u, nil
}

func loopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}
