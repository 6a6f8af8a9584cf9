package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Frames that no Slack should send, in numbers and on the live socket: none of
// them brings anything down or a socket to close, each that has an id is acked,
// nothing is asked of the model, and the next question is answered.
func TestMutatedEnvelopes(t *testing.T) {
	t.Parallel()
	const frames = 600
	w := newWorld(t, options{})
	opened := w.sim.Opened()
	rng := rand.New(rand.NewPCG(4, 18)) //nolint:gosec // the same frames in every run
	sent := map[string]string{}
	for n := range frames {
		frame := mutate(rng, n, w.seed(rng.IntN(3), n))
		var env struct {
			ID string `json:"envelope_id"`
		}
		if json.NewDecoder(bytes.NewReader(frame)).Decode(&env) == nil && env.ID != "" {
			sent[env.ID] = string(frame)
		}
		must(t, w.sim.RawFrame(string(frame)))
	}
	ctx, cancel := within(w.ctx)
	defer cancel()
	if err := w.sim.Wait(ctx, func() bool {
		for _, a := range w.sim.Acks() {
			delete(sent, a.EnvelopeID)
		}
		return len(sent) == 0
	}); err != nil {
		t.Errorf("not acked: %.3000q", sent)
	}
	if got := w.ask(w.ann, "", "@MedBuddy which view is this?", film(t, 1)); !strings.Contains(got, "AI draft") {
		t.Errorf("after them the answer is %q", got)
	}
	if w.sim.Opened() != opened {
		t.Errorf("%d sockets were opened, %d at first", w.sim.Opened(), opened)
	}
	if strings.Contains(w.log.String(), `"msg":"panic"`) {
		t.Error("a frame was the end of a goroutine")
	}
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls for one question", n)
	}
}

// seed makes a right envelope: an event of somebody who says nothing to MedBuddy,
// a command, or a click.
func (w *world) seed(kind, n int) map[string]any {
	ts := fmt.Sprintf("1700000000.%06d", n)
	payload := map[string]any{
		"type": "event_callback", "team_id": w.sim.TeamID(), "event_id": "Ev" + ts, "authorizations": []any{map[string]any{"user_id": w.sim.BotUserID(), "is_bot": true}},
		"event": map[string]any{
			"type": "message", "channel": w.channel, "channel_type": "channel", "user": w.ann, "ts": ts, "text": "a word to a colleague",
			"blocks": []any{map[string]any{"type": "rich_text", "elements": []any{map[string]any{"type": "rich_text_section", "elements": []any{map[string]any{"type": "text", "text": "a word"}}}}}},
			"files":  []any{map[string]any{"id": "F0000000001", "mimetype": "image/png", "size": 12}},
		},
	}
	typ := "events_api"
	switch kind {
	case 1:
		typ = "slash_commands"
		payload = map[string]any{"command": "/medbuddy", "text": "", "team_id": w.sim.TeamID(), "channel_id": w.channel, "user_id": w.ann, "trigger_id": "1.2", "response_url": "http://127.0.0.1:1/commands/x"}
	case 2:
		typ = "interactive"
		payload = map[string]any{"type": "block_actions", "user": map[string]any{"id": w.ann}, "channel": map[string]any{"id": w.channel}, "actions": []any{map[string]any{"action_id": "settings", "value": "x"}}}
	}
	return map[string]any{"envelope_id": fmt.Sprintf("E%d", n), "type": typ, "accepts_response_payload": kind > 0, "retry_attempt": n % 4, "payload": payload}
}

// mutate spoils an envelope in one of the ways in which wires, versions and
// mistakes do.
func mutate(rng *rand.Rand, n int, env map[string]any) []byte {
	switch n % 6 {
	case 0: // a value of another type, somewhere
		return encoded(spoil(rng, env, strange(rng)))
	case 1: // a field that is gone, somewhere
		return encoded(spoil(rng, env, nil))
	case 2: // cut off
		frame := encoded(env)
		return frame[:rng.IntN(len(frame))]
	case 3: // a byte that is another
		frame := encoded(env)
		for range 1 + rng.IntN(4) {
			if at := rng.IntN(len(frame)); frame[at] < 0x80 {
				frame[at] = byte(' ' + rng.IntN(95)) // a frame of text is UTF-8
			}
		}
		return frame
	case 4: // far too much of something
		return encoded(spoil(rng, env, []any{strings.Repeat("[", 2000), strings.Repeat("é", 20_000), nested(200)}[rng.IntN(3)]))
	default: // twice, nested in itself, or no envelope at all
		return [][]byte{append(encoded(env), encoded(env)...), encoded(map[string]any{"envelope_id": env["envelope_id"], "type": env["type"], "payload": env}),
			[]byte("[]"), []byte("7"), []byte(`"hello"`), []byte(" "), encoded([]any{env})}[rng.IntN(7)]
	}
}

// spoil replaces one value of the envelope, or removes it when there is nothing to
// put there. The id stays, so that the ack can be looked for.
func spoil(rng *rand.Rand, env map[string]any, by any) map[string]any {
	at := env
	for {
		keys := make([]string, 0, len(at))
		for _, k := range []string{"type", "payload", "retry_attempt", "event", "team_id", "authorizations", "channel", "channel_type", "user", "ts", "thread_ts",
			"text", "blocks", "files", "command", "channel_id", "user_id", "response_url", "actions", "accepts_response_payload"} {
			if _, ok := at[k]; ok {
				keys = append(keys, k)
			}
		}
		key := keys[rng.IntN(len(keys))]
		if inner, ok := at[key].(map[string]any); ok && len(inner) > 1 && rng.IntN(4) > 0 {
			at = inner
			continue
		}
		if by == nil {
			delete(at, key)
		} else {
			at[key] = by
		}
		return env
	}
}

// strange is a value that belongs nowhere.
func strange(rng *rand.Rand) any {
	return []any{json.RawMessage("null"), 7, -1.5e300, true, "", "\x00\u2028<!channel>", []any{}, []any{[]any{7}}, map[string]any{}, map[string]any{"type": 7}}[rng.IntN(10)]
}

func nested(n int) any {
	var v any = "deep"
	for range n {
		v = []any{v}
	}
	return v
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte(err.Error()) // a frame all the same
	}
	return b
}
