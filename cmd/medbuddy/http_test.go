package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(t *testing.T, h http.Handler, method, path string) (status int, body string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return w.Code, w.Body.String()
}

func TestHTTPTellsAliveReadyAndMetrics(t *testing.T) {
	var logged bytes.Buffer
	notReady := errors.New("no socket to Slack is open")
	var state error
	h := newHandler(func(ctx context.Context) error {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("readiness is asked for without a deadline")
		}
		return state
	}, newRegistry(), slog.New(slog.NewJSONHandler(&logged, nil)))
	for _, c := range []struct {
		name, method, path string
		state              error
		status             int
		has                string
	}{
		{"alive", "GET", "/healthz", nil, 200, "ok"},
		{"alive though not ready", "GET", "/healthz", notReady, 200, "ok"},
		{"ready", "GET", "/readyz", nil, 200, "ready"},
		{"not ready", "GET", "/readyz", notReady, 503, "not ready"},
		{"metrics", "GET", "/metrics", nil, 200, "medbuddy_build_info"},
		{"metrics of the process", "GET", "/metrics", nil, 200, "go_goroutines"},
		{"nothing else", "GET", "/debug/pprof/", nil, 404, ""},
		{"only reading", "POST", "/healthz", nil, 405, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			state = c.state
			status, body := get(t, h, c.method, c.path)
			if status != c.status || !strings.Contains(body, c.has) {
				t.Errorf("got %d %.200q, want %d with %q", status, body, c.status, c.has)
			}
			if strings.Contains(body, "socket") {
				t.Error("the reason is shown to whoever asks")
			}
		})
	}
	if !strings.Contains(logged.String(), "no socket") {
		t.Error("the reason is not logged")
	}
}

func TestWatchServesUntilClosed(t *testing.T) {
	var logged bytes.Buffer
	lg := slog.New(slog.NewTextHandler(&logged, nil))
	w, err := startWatch(t.Context(), "127.0.0.1:0", newHandler(func(context.Context) error { return nil }, newRegistry(), lg), lg,
		func(err error) { t.Errorf("serving ended: %v", err) })
	if err != nil {
		t.Fatal(err)
	}
	_, addr, _ := strings.Cut(logged.String(), "addr=")
	addr = strings.TrimSpace(addr)
	if body, err := httpGet(t.Context(), "http://"+addr+"/healthz"); err != nil || body != "ok\n" {
		t.Errorf("got %q, %v", body, err)
	}
	if err := w.close(); err != nil {
		t.Error(err)
	}
	if _, err := httpGet(t.Context(), "http://"+addr+"/healthz"); err == nil {
		t.Error("serves after close")
	}
}

func TestWatchRefusesATakenAddress(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = startWatch(t.Context(), taken.Addr().String(), nil, slog.New(slog.DiscardHandler), nil)
	if err == nil || !strings.Contains(err.Error(), "HTTP_ADDR") {
		t.Errorf("got %v, want an error that names HTTP_ADDR", err)
	}
}

// httpGet returns the body of a 200 answer.
func httpGet(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		err = errors.Join(err, errors.New(resp.Status))
	}
	return string(body), err
}
