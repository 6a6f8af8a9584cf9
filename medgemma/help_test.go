package medgemma

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

const endpointName = "projects/p/locations/us-central1/endpoints/42"

// startSim starts a model and checks at the end that nothing was asked of it
// that it does not know.
func startSim(t *testing.T, cfg modelsim.Config) *modelsim.Server {
	t.Helper()
	s, err := modelsim.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for _, p := range s.Problems() {
			t.Errorf("modelsim: %s", p)
		}
	})
	return s
}

// clock makes waiting instant and keeps how long it would have been.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	slept []time.Duration
}

func (k *clock) now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at
}

func (k *clock) sleep(ctx context.Context, d time.Duration, _ <-chan struct{}) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.slept = append(k.slept, d)
	k.at = k.at.Add(d)
	return ctx.Err()
}

// newClient returns a Client with a clock that jumps and a jitter of one half.
func newClient(t *testing.T, cfg Config) (*Client, *clock) {
	t.Helper()
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	k := &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	c.now, c.sleep, c.jitter = k.now, k.sleep, func() float64 { return 0.5 }
	return c, k
}

// vertexConfig points at s in place of discovery.
func vertexConfig(s *modelsim.Server) Config {
	return Config{Project: "p", Region: "us-central1", EndpointID: "42", EndpointURL: s.URL()}
}

func vertexClient(t *testing.T, s *modelsim.Server) *Client {
	t.Helper()
	c, _ := newClient(t, vertexConfig(s))
	return c
}

// result is what a reader has at the end.
type result struct {
	text  string
	waits []Wait
	drops int
	end   *End
}

func collect(ctx context.Context, c *Client, r Request) (result, error) {
	var got result
	for ch, err := range c.Generate(ctx, r) {
		switch {
		case err != nil:
			return got, err
		case ch.Wait != nil:
			got.waits = append(got.waits, *ch.Wait)
		case ch.Drop:
			got.text = ""
			got.drops++
		case ch.End != nil:
			got.end = ch.End
		default:
			got.text += ch.Text
		}
	}
	return got, nil
}

// kindOfErr is the Kind of err, or its text when it has none.
func kindOfErr(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	}
	return Kind(err.Error())
}

// numbered is a text of n bytes that says nothing twice.
func numbered(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d of many; ", i)
	}
	return b.String()[:n]
}

func pngOf(t *testing.T, side int) Part {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return picture(b.Bytes()...)
}

// post sends a body as it is, past the Client, and returns what comes.
func post(t *testing.T, url string, body io.Reader) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}
