package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// stub is a bot of a few lines behind the simulated Slack: it answers a mention
// in its thread with a text that grows, and a command in its ack.
type stub struct {
	t    *testing.T
	sim  *slacksim.Sim
	ctx  context.Context
	stop func() // ends it and waits until it has ended
	hold chan struct{}
}

func startStub(t *testing.T, sim *slacksim.Sim) *stub {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b := &stub{t: t, sim: sim, ctx: ctx, hold: make(chan struct{})}
	var link struct{ URL string }
	if err := b.call(sim.AppToken(), "apps.connections.open", nil, &link); err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.Dial(ctx, link.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	b.stop = func() {
		cancel()
		_ = conn.CloseNow() // it may be closed already
		wg.Wait()
	}
	t.Cleanup(b.stop)
	wg.Go(func() {
		for {
			_, data, err := conn.Read(ctx)
			if err != nil {
				return
			}
			if err := b.hear(conn, data); err != nil && ctx.Err() == nil {
				t.Errorf("stub bot: %v", err)
			}
		}
	})
	if err := sim.Wait(ctx, func() bool { return len(sim.Sockets()) > 0 }); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *stub) hear(conn *websocket.Conn, data []byte) error {
	var f struct {
		Type       string `json:"type"`
		EnvelopeID string `json:"envelope_id"`
		Payload    struct {
			Text  string
			Event struct {
				Type, Channel, TS string
				ThreadTS          string `json:"thread_ts"`
			}
		} `json:"payload"`
	}
	if err := json.Unmarshal(data, &f); err != nil || f.EnvelopeID == "" {
		return err
	}
	ack := map[string]any{"envelope_id": f.EnvelopeID}
	if f.Type == "slash_commands" {
		ack["payload"] = map[string]string{"text": "You asked for *" + f.Payload.Text + "*."}
	}
	out, err := json.Marshal(ack)
	if err != nil {
		return err
	}
	if err := conn.Write(b.ctx, websocket.MessageText, out); err != nil {
		return err
	}
	if ev := f.Payload.Event; ev.Type == "app_mention" {
		return b.answer(ev.Channel, cmp.Or(ev.ThreadTS, ev.TS))
	}
	return nil
}

const stubAnswer = `## Findings
The picture is a **fundus photograph** of a left eye.

- Optic disc: sharp margins, cup-to-disc ratio about 0.3
- Vessels: regular calibre, no *haemorrhage* seen
- Macula: foveal reflex present

1. Impression: no abnormality in what was sent
2. Limits: one view, <script>alert(1)</script> and [a link](javascript:alert(1))

` + "`temperature 0.1` was used."

func (b *stub) answer(channel, ts string) error {
	var posted struct{ TS string }
	if err := b.call(b.sim.BotToken(), "chat.postMessage", url.Values{"channel": {channel}, "thread_ts": {ts}, "text": {"Reading 1 image…"}}, &posted); err != nil {
		return err
	}
	select {
	case <-b.hold:
	case <-b.ctx.Done():
		return nil
	}
	blocks, err := json.Marshal([]map[string]any{
		{"type": "markdown", "text": stubAnswer},
		{"type": "divider"},
		{"type": "context", "elements": []map[string]string{{"type": "mrkdwn", "text": "*AI draft*, not a diagnosis"}}},
		{"type": "context", "elements": []map[string]string{{"type": "mrkdwn", "text": "Looked at Image 1 as 896 x 896 | temperature 0.1 | max tokens 500"}}},
	})
	if err != nil {
		return err
	}
	return b.call(b.sim.BotToken(), "chat.update", url.Values{"channel": {channel}, "ts": {posted.TS}, "text": {"answer"}, "blocks": {string(blocks)}}, nil)
}

func (b *stub) call(token, method string, args url.Values, into any) error {
	if args == nil {
		args = url.Values{}
	}
	args.Set("token", token)
	req, err := http.NewRequestWithContext(b.ctx, http.MethodPost, b.sim.APIURL()+method, strings.NewReader(args.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	var raw json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&raw); err != nil {
		return err
	}
	var no struct {
		OK    bool
		Error string
	}
	if err := json.Unmarshal(raw, &no); err != nil || !no.OK {
		return fmt.Errorf("%s: %s %v", method, no.Error, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}
