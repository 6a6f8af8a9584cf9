package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// ackTimeout is Slack's: what is not acked within three seconds is sent again.
const ackTimeout = 3 * time.Second

// maxFrame bounds one frame from Slack; slack-go sets no limit. An event with
// the most text and blocks that Slack allows is far below it.
const maxFrame = 4 << 20

// envelope is one frame that wants an ack.
type envelope struct {
	id      string
	payload json.RawMessage
	retry   int
	at      time.Time
	// ack answers the envelope; payload may be nil. It never blocks longer than
	// Slack's three seconds from receipt.
	ack func(payload any)
}

// listen keeps a Socket Mode connection and hands every envelope to intake. The
// loop itself never waits for the store, for Slack or for a lane: when nobody
// drains slack-go's events it goes deaf without a word. It returns when ctx ends
// or when slack-go gives up for good.
func (b *Bot) listen(ctx, work context.Context) error {
	client := socketmode.New(b.web.api, socketmode.OptionReadLimit(maxFrame),
		socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- client.RunContext(ctx) }()
	defer b.alive.Store(false)
	for {
		select {
		case e := <-client.Events:
			if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok && hopeless(failed.ErrorObj) {
				stop()
				<-done
				return failed.ErrorObj
			}
			b.receive(work, client, e)
		case err := <-done:
			return err
		}
	}
}

func (b *Bot) receive(ctx context.Context, client *socketmode.Client, e socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeConnecting:
		b.alive.Store(false)
	case socketmode.EventTypeHello: // only now does Slack deliver on this socket
		b.alive.Store(true)
		b.lg.Info("socket open")
	case socketmode.EventTypeConnectionError:
		reason := "network"
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			reason = result(failed.ErrorObj)
		}
		b.lg.Warn("no socket; trying again", "reason", reason)
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive:
		b.metrics.envelopes.WithLabelValues(string(e.Type)).Inc()
		b.enqueue(ctx, string(e.Type), b.envelope(ctx, client, e.Request.EnvelopeID, e.Request.Payload, e.Request.RetryAttempt))
	case socketmode.EventTypeErrorBadMessage:
		bad, ok := e.Data.(*socketmode.ErrorBadMessage)
		if !ok {
			return
		}
		// slack-go could not read it; our own decoder asks for less. What is no
		// known envelope at all is acked, so that Slack does not send it thrice.
		b.metrics.envelopes.WithLabelValues("undecodable").Inc()
		if id, typ, payload := envelopeOf(bad.Message); id != "" {
			b.enqueue(ctx, typ, b.envelope(ctx, client, id, payload, 0))
		} else {
			b.lg.Warn("a frame from Slack without an envelope id")
		}
	}
}

func (b *Bot) envelope(ctx context.Context, client *socketmode.Client, id string, payload json.RawMessage, retry int) envelope {
	at := time.Now()
	return envelope{id: id, payload: payload, retry: retry, at: at, ack: func(answer any) {
		if id == "" {
			return // nothing that could be acked
		}
		ctx, cancel := context.WithDeadline(ctx, at.Add(ackTimeout))
		defer cancel()
		if err := client.AckCtx(ctx, id, answer); err != nil {
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
	return false
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
