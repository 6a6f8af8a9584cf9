package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// web is MedBuddy's side of Slack's Web API: slack-go with a transport that
// knows the surface, a way of trying again, and Slack's rates (budget.go).
type web struct {
	api       *slack.Client
	clock     *clock
	downloads *slack.Client // for files, which may take longer than a call
	metrics   *metrics
	gates     *gates
}

// callTimeout bounds one call, and downloadTimeout one download or upload: slack-go
// sets no limit.
const (
	callTimeout     = 60 * time.Second
	downloadTimeout = 4 * time.Minute
)

func newWeb(cfg Config, m *metrics) *web {
	transport := &slackTransport{base: http.DefaultTransport, clock: &clock{}}
	if base, err := url.Parse(cfg.APIURL); err == nil { // else slack-go's first call says so
		transport.api = *base
	}
	client := func(timeout time.Duration) *slack.Client {
		// Never OptionDebug: it logs whole messages.
		return slack.New(cfg.BotToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionAppLevelToken(cfg.AppToken),
			slack.OptionHTTPClient(&http.Client{Transport: transport, Timeout: timeout}))
	}
	return &web{
		gates: newGates(),
		api:   client(callTimeout), downloads: client(downloadTimeout),
		clock:   transport.clock,
		metrics: m,
	}
}

// slackTransport refuses a method that is not part of the surface (surface.go),
// lets sockets be opened in their turn (socket.go), and learns Slack's time.
type slackTransport struct {
	base  http.RoundTripper
	api   url.URL
	clock *clock
}

func (t *slackTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := mayAct(req.Context()); err != nil {
		return nil, err
	}
	method, isAPI := strings.CutPrefix(req.URL.Path, t.api.Path)
	isAPI = isAPI && strings.EqualFold(req.URL.Host, t.api.Host)
	if req.Method == http.MethodPost && isAPI {
		if _, ok := methods[method]; !ok {
			return nil, fmt.Errorf("bot: the Slack method %q is not in the table of methods", method)
		}
		if method == "apps.connections.open" {
			if err := awaitTurn(req.Context()); err != nil {
				return nil, err
			}
		}
	}
	resp, err := t.base.RoundTrip(fenced(req))
	if err == nil && isAPI {
		t.clock.learn(resp.Header)
	}
	return resp, err
}

// download and upload stand for the transfer of a file, which is no method of the
// Web API.
const (
	download = "download"
	upload   = "upload"
)

// tries is how often a call is made that meets trouble other than a rate limit.
const tries = 4

// try makes a Web API call in nobody's name; see tryAs.
func (w *web) try(ctx context.Context, method string, idempotent bool, call func() error) error {
	return w.tryAs(ctx, ask{method: method, idempotent: idempotent, turn: turn{urgency: usual}}, call)
}

// tryAs makes a Web API call. A rate limit is waited out as long as ctx allows; a
// broken connection or a 5xx is tried again when the call is idempotent, which
// posting is not.
func (w *web) tryAs(ctx context.Context, as ask, call func() error) error {
	pause := 300 * time.Millisecond
	method := as.method
	gate := w.gates.of(method, as.channel)
	for n := 1; ; n++ {
		if err := gate.pass(ctx, as.turn, as.waits); err != nil {
			return fmt.Errorf("%s: waiting for one's turn: %w", method, err)
		}
		err := call()
		w.metrics.slack.WithLabelValues(method, result(err)).Inc()
		if err == nil {
			return nil
		}
		var at *url.Error
		if errors.As(err, &at) {
			err = at.Err // without the address: one for uploads is as good as a key
		}
		err = fmt.Errorf("%s: %w", method, err)
		var limited *slack.RateLimitedError
		switch {
		case ctx.Err() != nil:
			return err
		case errors.As(err, &limited):
			n-- // waiting one's turn is no failed try
			gate.shut(limited.RetryAfter)
		case !as.idempotent || !transient(err) || n == tries:
			return err
		default:
			if sleep(ctx, pause/2+time.Duration(rand.Int64N(int64(pause)))) != nil {
				return err
			}
			pause *= 2
		}
	}
}

// persist makes a call until it succeeds, its error is not worth another try, or
// ctx ends. The pauses grow to persistMax.
func persist(ctx context.Context, worthIt func(error) bool, call func() error) error {
	for pause := persistMin; ; pause = min(2*pause, persistMax) {
		err := call()
		if err == nil || !worthIt(err) || sleep(ctx, pause) != nil {
			return err
		}
	}
}

const (
	persistMin = 500 * time.Millisecond
	persistMax = 15 * time.Second
)

// result names the outcome of a call for the metrics.
func result(err error) string {
	var limited *slack.RateLimitedError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &limited):
		return "ratelimited"
	case slackCode(err) != "":
		return slackCode(err)
	default:
		return "failed"
	}
}

// whoAmI asks Slack for the identity behind the bot token. It keeps trying while
// Slack cannot be reached.
func (w *web) whoAmI(ctx context.Context) (identity, error) {
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		var r *slack.AuthTestResponse
		err := w.try(ctx, "auth.test", true, func() (err error) { r, err = w.api.AuthTestContext(ctx); return err })
		switch {
		case err == nil && (r.TeamID == "" || r.UserID == ""):
			return identity{}, errors.New("auth.test: Slack named no workspace or no user")
		case err == nil:
			return identity{team: r.TeamID, user: r.UserID, bot: r.BotID, url: r.URL}, nil
		case !transient(err):
			return identity{}, err
		}
		if sleep(ctx, pause) != nil {
			return identity{}, err
		}
	}
}

// sleep waits for d, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
