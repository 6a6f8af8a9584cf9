package medgemma

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits of a request body in bytes.
//
// Source for Vertex AI: "Choose an endpoint type", payload 10 MB dedicated,
// 1.5 MB shared. It does not say which megabyte, so the smaller is meant. The
// one for other servers is this package's own guard.
const (
	maxDedicated = 10_000_000
	maxShared    = 1_500_000
	maxServer    = 20_000_000
)

// Client asks one model. It may be used by several goroutines at once, and
// changes only in what it has learned about its endpoint: where it is, whether
// it streams, whether it sleeps, and how often it had to be asked again.
type Client struct {
	cfg   Config
	http  *http.Client
	creds *credentials // nil when no Google token is sent

	finding chan struct{} // holds one value while nobody is discovering
	found   atomic.Pointer[target]
	form    atomic.Int32 // the richest form that is known to be understood
	shared  atomic.Bool  // the last discovery found a shared endpoint

	waker  waker
	budget budget

	// Time, so that tests can wait for 20 minutes at once.
	now    func() time.Time
	sleep  func(context.Context, time.Duration, <-chan struct{}) error
	jitter func() float64 // in [0,1)
}

// New checks cfg and returns a Client. It does not use the network: the
// endpoint is looked for, and credentials are, at the first call.
func New(cfg Config) (*Client, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("medgemma: configuration: %w", err)
	}
	cfg.Timing = cfg.Timing.withDefaults()
	rt := cfg.Transport
	if rt == nil {
		rt = newTransport()
	}
	c := &Client{
		cfg: cfg,
		http: &http.Client{
			Transport: rt,
			// A redirect would carry the scan to a host nobody configured.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		finding: make(chan struct{}, 1),
		now:     time.Now,
		sleep:   sleep,
		jitter:  rand.Float64,
	}
	c.finding <- struct{}{}
	t, known, err := staticTarget(cfg)
	if err != nil {
		return nil, fmt.Errorf("medgemma: configuration: %w", err)
	}
	if known {
		c.found.Store(t)
	}
	if cfg.URL == "" && (!known || t.token) {
		c.creds = &credentials{tokens: cfg.Tokens, project: cfg.Project, ready: make(chan struct{}, 1)}
		c.creds.ready <- struct{}{}
	}
	return c, nil
}

// MaxBody is the most bytes that the body of a request may have: 10 MB for a
// dedicated endpoint, 1.5 MB for a shared one, 20 MB for another server. Base64
// makes four bytes of three, so images may have three quarters of it. Before
// the endpoint has been discovered it is taken to be dedicated, as new ones
// are: Generate and Describe discover.
func (c *Client) MaxBody() int {
	switch {
	case c.cfg.URL != "":
		return maxServer
	case c.shared.Load():
		return maxShared
	}
	return maxDedicated
}

// Close drops idle connections. Calls that are under way go on.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func newTransport() http.RoundTripper {
	d, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := d.Clone()
	// An answer may be silent for minutes, so a connection that has died
	// under it must be found out by ping and not by waiting.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second}
	return t
}

// sleep waits for d, until early is closed, or until ctx ends, and then returns
// its error.
func sleep(ctx context.Context, d time.Duration, early <-chan struct{}) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	case <-early:
		return nil
	}
}
