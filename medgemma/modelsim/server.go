package modelsim

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Mode is which server is played.
type Mode int

const (
	// Any knows the paths of Dedicated and of OpenAI.
	Any Mode = iota
	// Dedicated is a Vertex AI endpoint with vLLM: it streams, and has :predict.
	Dedicated
	// Plain is a Vertex AI endpoint that only has :predict.
	Plain
	// OpenAI is a server such as Ollama: /v1/chat/completions and /v1/models.
	OpenAI
)

// Config says what the server is like. The zero Config knows all paths, takes
// 16 images and 32768 tokens, and says the question back.
type Config struct {
	Mode          Mode
	Endpoint      string // projects/P/locations/L/endpoints/E; empty takes any
	Token         string // the bearer token that must come; empty: none may come
	Model         string // how it names itself; medgemma-1.5-4b-it
	MaxImages     int    // most images in one request; 16, negative for none
	ContextTokens int    // 32768
	NoStream      Script // how Plain refuses a stream; zero: 404, as there is no such path
	Handler       Script // for requests beyond the queue; zero: Echo

	// For long runs and many requests at once.
	Delay  time.Duration // before each answer that sets no Delay of its own
	Faults []Fault       // what befalls a share of the requests beyond the queue
	Seed   uint64        // which requests those are; the same for the same order of coming
	Forget bool          // requests are counted and not kept: Requests stays empty
}

// Fault is what befalls a share of the requests, instead of the Handler.
type Fault struct {
	Share  float64 // 0 to 1; the shares of all faults add up to at most 1
	Script Script
}

// Server is the model. It is an http.Handler; Start puts one on loopback.
type Server struct {
	cfg Config

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced when anything below changes
	queue    []Script
	held     int
	count    int
	requests []Request
	busy     int // requests that are being answered
	busiest  int
	dice     *rand.Rand
	seen     map[[sha256.Size]byte]picture
	problems []string
	gone     int

	quit chan struct{} // ends what hangs
	http *http.Server
	addr string
	done chan struct{}
}

// New returns a model that has no address of its own, to be served by the
// caller. Close it before the server around it.
func New(cfg Config) *Server {
	if cfg.Model == "" {
		cfg.Model = "medgemma-1.5-4b-it"
	}
	switch {
	case cfg.MaxImages == 0:
		cfg.MaxImages = 16
	case cfg.MaxImages < 0:
		cfg.MaxImages = 0
	}
	if cfg.ContextTokens == 0 {
		cfg.ContextTokens = 32768
	}
	s := &Server{
		cfg: cfg, changed: make(chan struct{}), quit: make(chan struct{}),
		dice: rand.New(rand.NewPCG(cfg.Seed, 0)), seen: map[[sha256.Size]byte]picture{},
	}
	if cfg.Handler.zero() {
		s.cfg.Handler = Echo()
	}
	sum := 0.0
	for _, f := range cfg.Faults {
		sum += f.Share
	}
	if sum > 1 {
		s.problem("the faults have a share of %v, more than there is", sum)
	}
	return s
}

// Start serves a model on a free port of 127.0.0.1.
func Start(cfg Config) (*Server, error) {
	s := New(cfg)
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("modelsim: listen: %w", err)
	}
	s.addr = l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.problem("serving ended: %v", err)
		}
	}()
	return s, nil
}

// URL is the base URL of the prediction host, after Start. The OpenAI-compatible
// API is under URL() + "/v1".
func (s *Server) URL() string { return "http://" + s.addr }

// Close ends what hangs and, after Start, the server.
func (s *Server) Close() error {
	s.mu.Lock()
	select {
	case <-s.quit:
	default:
		close(s.quit)
	}
	s.mu.Unlock()
	if s.http == nil {
		return nil
	}
	err := s.http.Close()
	<-s.done
	if err != nil {
		return fmt.Errorf("modelsim: close: %w", err)
	}
	return nil
}

// Answer scripts the next requests, and drops what is left of an earlier
// script. Requests that are refused as invalid use nothing up.
func (s *Server) Answer(scripts ...Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = slices.Clone(scripts)
}

// Left is how many scripts have not been used up.
func (s *Server) Left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// Waiting is how many requests are held at a gate or hang.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}

// Count is how many inference requests have come, refused ones included.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Busiest is the most requests that were being answered at once.
func (s *Server) Busiest() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busiest
}

// Requests are the inference requests so far, refused ones included, in the
// order of their coming. With Config.Forget there are none.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Problems are the things no client of ours should ever do.
func (s *Server) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// Gone is how many clients have left before their answer was complete.
func (s *Server) Gone() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// Wait returns the requests when at least n have come, or the context's error.
func (s *Server) Wait(ctx context.Context, n int) ([]Request, error) {
	err := s.until(ctx, func() bool { return s.count >= n })
	return s.Requests(), err
}

// WaitHeld waits until at least n requests are held at a gate or hang.
func (s *Server) WaitHeld(ctx context.Context, n int) error {
	return s.until(ctx, func() bool { return s.held >= n })
}

// WaitGone waits until at least n clients have left early.
func (s *Server) WaitGone(ctx context.Context, n int) error {
	return s.until(ctx, func() bool { return s.gone >= n })
}

func (s *Server) until(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		ok, changed := cond(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("modelsim: wait: %w", ctx.Err())
		case <-changed:
		}
	}
}

// change runs f under the lock and wakes who waits.
func (s *Server) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) problem(format string, args ...any) {
	s.change(func() {
		// The first hundred tell what is wrong; a long run may make many more.
		if len(s.problems) < 100 {
			s.problems = append(s.problems, fmt.Sprintf(format, args...))
		}
	})
}

// next takes the script for a request that is in order.
func (s *Server) next() Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return s.fate()
	}
	a := s.queue[0]
	if s.queue[0].times--; s.queue[0].times < 1 {
		s.queue = s.queue[1:]
	}
	if a.zero() {
		return Echo()
	}
	return a
}

// fate rolls the dice for a request beyond the queue.
func (s *Server) fate() Script {
	if len(s.cfg.Faults) == 0 {
		return s.cfg.Handler
	}
	at := s.dice.Float64()
	for _, f := range s.cfg.Faults {
		if at -= f.Share; at < 0 {
			return f.Script
		}
	}
	return s.cfg.Handler
}
