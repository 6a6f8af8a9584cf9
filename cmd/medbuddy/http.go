package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// readyTimeout bounds one look at readiness, which asks the store; probes
// usually give up after a second or more.
const readyTimeout = 2 * time.Second

// newRegistry is a registry of its own, not the package's global one, to which any
// dependency could add. It holds the process's own figures; the bot adds its own.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "medbuddy", Name: "build_info",
			Help: "1, with the version as a label.", ConstLabels: prometheus.Labels{"version": version()}},
			func() float64 { return 1 }),
	)
	return r
}

// newHandler serves /healthz (the process runs), /readyz (ready returns nil; its
// error is logged, not shown: anybody may be asking) and /metrics.
func newHandler(ready func(context.Context) error, metrics prometheus.Gatherer, lg *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
	})
	// Not ready is no reason to be restarted: Slack's outages pass by themselves.
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			lg.Warn("not ready", "error", err)
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return mux
}

// watch is the HTTP side for those who watch over the process.
type watch struct {
	server *http.Server
	done   chan error
}

// startWatch listens on addr and serves h until close. failed is called when
// serving ends by itself.
func startWatch(ctx context.Context, addr string, h http.Handler, lg *slog.Logger, failed func(error)) (*watch, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening on HTTP_ADDR: %w", err)
	}
	// Nobody sends anything large or slow here; the limits keep whoever tries from
	// holding connections.
	w := &watch{done: make(chan error, 1), server: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(lg.Handler(), slog.LevelWarn),
	}}
	go func() {
		err := w.server.Serve(listener)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		if err != nil {
			failed(fmt.Errorf("serving HTTP: %w", err))
		}
		w.done <- err
	}()
	lg.Info("serving /healthz, /readyz and /metrics", "addr", listener.Addr().String())
	return w, nil
}

// close lets running requests end for at most two seconds. It takes no context:
// by the time it is called, the process's own has ended.
func (w *watch) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := w.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, w.server.Close())
	}
	return errors.Join(err, <-w.done)
}
