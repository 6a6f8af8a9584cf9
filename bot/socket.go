package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// ackTimeout is Slack's: what is not acked within three seconds is sent again.
const ackTimeout = 3 * time.Second

// maxFrame bounds one frame from Slack; slack-go sets no limit. An event with
// the most text and blocks that Slack allows is far below it.
const maxFrame = 4 << 20

// noWatchdog keeps slack-go's own watchdog quiet: a connection without a sign of
// life is closed beneath it (conn.go).
const noWatchdog = time.Hour

// envelope is one frame that wants an ack.
type envelope struct {
	id      string
	payload json.RawMessage
	retry   int
	at      time.Time
	// ack answers the envelope; payload may be nil. It never blocks longer than
	// Slack's three seconds from receipt.
	ack func(payload any)
	// found says that it was no frame: catch-up has read the message.
	found bool
}

// socket is one Socket Mode connection, opened again whenever it ends. slack-go
// closes the old one before it dials the next, so that there is never a second.
type socket struct {
	client  *socketmode.Client
	pace    pacer
	greeted chan struct{} // closed at the first hello
	closed  func()        // told when it was open and is no more

	mu    sync.Mutex
	live  bool // there is a connection
	open  bool // it has said hello
	heard time.Time
	end   string // what ended the last one, "" before
}

func newSocket(api *slack.Client, silence time.Duration, closed func()) *socket {
	s := &socket{greeted: make(chan struct{}), closed: closed}
	s.client = socketmode.New(api, socketmode.OptionReadLimit(maxFrame), socketmode.OptionPingInterval(noWatchdog),
		socketmode.OptionDialer(dialer(silence, s)), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	return s
}

func (s *socket) state() (open bool, heard time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.heard
}

// dialed notes that there is a connection.
func (s *socket) dialed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = true
}

func (s *socket) hear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = time.Now()
}

// hello notes Slack's greeting. Only now does Slack deliver on this socket.
func (s *socket) hello() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.live {
		return // it is gone already
	}
	s.pace.greeted(time.Now())
	s.open = true
	select {
	case <-s.greeted:
	default:
		close(s.greeted)
	}
}

// gone notes that the connection has ended.
func (s *socket) gone(reason string) {
	s.pace.ended(time.Now())
	s.mu.Lock()
	was := s.open
	if !was && reason != "silent" {
		reason = "refused" // before its hello
	}
	s.live, s.open, s.end = false, false, reason
	s.mu.Unlock()
	if was {
		s.closed()
	}
}

// socketKey is how an opening finds its socket: slack-go passes the context of
// RunContext on to apps.connections.open.
type socketKey struct{}

// awaitTurn holds an apps.connections.open back until it is the socket's turn.
func awaitTurn(ctx context.Context) error {
	turn, ok := ctx.Value(socketKey{}).(func(context.Context) error)
	if !ok {
		return nil
	}
	return turn(ctx)
}

// turn waits for the socket's turn to be opened.
func (b *Bot) turn(ctx context.Context, s *socket) error {
	if ctx.Err() != nil {
		return ctx.Err() // a stop, at which slack-go begins anew before it notices
	}
	wait := s.pace.begin(time.Now())
	s.mu.Lock()
	reason := s.end
	s.end = ""
	s.mu.Unlock()
	if reason != "" {
		b.reopened.WithLabelValues(reason).Inc()
		b.lg.Info("opening a socket again", "reason", reason, "wait", wait)
	}
	return sleep(ctx, wait)
}

// keepOpen keeps a socket open until ctx ends or Slack refuses it for good. The
// loop never waits for the store, for Slack or for a lane: when nobody drains
// slack-go's events it goes deaf without a word.
func (b *Bot) keepOpen(ctx, work context.Context, s *socket) error {
	for {
		if err := s.pace.open(ctx); err != nil {
			return err
		}
		if err := b.serve(ctx, work, s); ctx.Err() != nil || err != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}

// serve runs slack-go's client until ctx ends or an opening is refused. It returns
// an error when there is no hope. slack-go would try again by itself, with pauses
// that grow to five minutes and that all processes share.
func (b *Bot) serve(ctx, work context.Context, s *socket) error {
	run, stop := context.WithCancel(context.WithValue(ctx, socketKey{}, func(ctx context.Context) error { return b.turn(ctx, s) }))
	defer stop()
	done := make(chan error, 1)
	go func() { done <- s.client.RunContext(run) }()
	for {
		select {
		case e := <-s.client.Events:
			failed, ok := e.Data.(*slack.ConnectionErrorEvent)
			if !ok {
				b.receive(work, s, e)
				continue
			}
			stop()
			<-done
			return b.refused(ctx, s, failed.ErrorObj)
		case err := <-done:
			if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
				return nil
			}
			return err
		}
	}
}

// refused notes why a socket could not be opened, and returns the error when it
// never will.
func (b *Bot) refused(ctx context.Context, s *socket, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	s.gone("refused")
	b.lg.Warn("no socket; trying again", "reason", result(err))
	var limited *slack.RateLimitedError
	switch {
	case hopeless(err):
		return err
	case errors.As(err, &limited):
		b.shutOpening(time.Now().Add(limited.RetryAfter))
	}
	return nil
}

func (b *Bot) receive(ctx context.Context, s *socket, e socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeHello:
		s.hello()
		b.lg.Info("socket open")
		b.seen.ask() // what was written while it was not
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive:
		b.metrics.envelopes.WithLabelValues(string(e.Type)).Inc()
		b.enqueue(ctx, string(e.Type), b.envelope(ctx, s, e.Request.EnvelopeID, e.Request.Payload, e.Request.RetryAttempt))
	case socketmode.EventTypeErrorBadMessage:
		bad, ok := e.Data.(*socketmode.ErrorBadMessage)
		if !ok {
			return
		}
		// slack-go could not read it; our own decoder asks for less. What is no
		// known envelope at all is acked, so that Slack does not send it thrice.
		b.metrics.envelopes.WithLabelValues("undecodable").Inc()
		if id, typ, payload := envelopeOf(bad.Message); id != "" {
			b.enqueue(ctx, typ, b.envelope(ctx, s, id, payload, 0))
		} else {
			b.lg.Warn("a frame from Slack without an envelope id")
		}
	}
}

// envelope makes the envelope of a frame; its ack goes out on the socket that it
// came by.
func (b *Bot) envelope(ctx context.Context, s *socket, id string, payload json.RawMessage, retry int) envelope {
	at := time.Now()
	return envelope{id: id, payload: payload, retry: retry, at: at, ack: func(answer any) {
		if id == "" {
			return // nothing that could be acked
		}
		ctx, cancel := context.WithDeadline(ctx, at.Add(ackTimeout))
		defer cancel()
		if err := s.client.AckCtx(ctx, id, answer); err != nil {
			b.lg.Warn("an ack was not sent; Slack will deliver again", "envelope", id, "error", shortError(err))
			return
		}
		b.metrics.acks.Observe(time.Since(at).Seconds())
	}}
}

// hopeless says that a socket will never open, where slack-go would try for ever.
func hopeless(err error) bool {
	switch slackCode(err) {
	case "link_disabled", "not_allowed_token_type", "missing_scope", "no_permission", "access_denied":
		return true
	}
	return tokenRefused(err)
}

// shortError is the error without anything that it may quote.
func shortError(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case slackCode(err) != "":
		return slackCode(err)
	default:
		return "failed"
	}
}
