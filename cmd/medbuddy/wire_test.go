package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Every setting must reach the part that it is for. The parts have their own
// tests; this one asks a question of the process and looks at what went out.

// modelCall is what of a request to the model depends on settings.
type modelCall struct {
	Model       string
	Temperature *float64
	MaxTokens   int `json:"max_tokens"`
	Messages    []struct {
		Role    string
		Content json.RawMessage
	}
	key string
}

// answeringModel is an OpenAI-compatible server with one answer.
func answeringModel(t *testing.T, answer string) (url string, calls <-chan modelCall) {
	t.Helper()
	seen := make(chan modelCall, 10)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		call := modelCall{key: r.Header.Get("Authorization")}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
			t.Errorf("a request that is not JSON: %v", err)
		}
		seen <- call
		w.Header().Set("Content-Type", "text/event-stream")
		chunk, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{
			"index": 0, "delta": map[string]any{"content": answer}, "finish_reason": "stop"}}})
		_, _ = w.Write([]byte("data: " + string(chunk) + "\n\ndata: [DONE]\n\n"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/v1", seen
}

func testPNG(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.SetGray(i%64, i/64, color.Gray{Y: uint8(i)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSettingsReachTheModelAndTheThread(t *testing.T) {
	prompt := filepath.Join(t.TempDir(), "prompt.txt")
	if err := os.WriteFile(prompt, []byte("Answer in rhymes."), 0o600); err != nil {
		t.Fatal(err)
	}
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes(), Commands: bot.Commands()})
	user := sim.AddUser(slacksim.User{Name: "Dr. Test"})
	open := sim.AddChannel(slacksim.Channel{Name: "radiology"})
	other := sim.AddChannel(slacksim.Channel{Name: "cafeteria"})
	modelURL, calls := answeringModel(t, "Seen and well.")
	env := environment(t, sim, modelURL, "TEMPERATURE", "0", "MAX_TOKENS", "77", "MAX_TOKENS_LIMIT", "99",
		"SYSTEM_PROMPT_FILE", prompt, "ALLOWED_CHANNELS", open)

	cmd := process(t, env)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	logs := bufio.NewScanner(stderr)
	logged(t, logs, "socket open")

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	// The handshake is over before Slack counts the socket in; an event in
	// between would wait a minute for its retry.
	if err := sim.Wait(ctx, func() bool { return len(sim.Sockets()) > 0 }); err != nil {
		t.Fatal(err)
	}
	post := func(channel string) string {
		ts, err := sim.Post(slacksim.Message{Channel: channel, User: user, Text: "@MedBuddy what is this?",
			Files: []slacksim.File{{Name: "scan.png", Data: testPNG(t)}}})
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	post(other)
	ts := post(open)
	if err := sim.Wait(ctx, func() bool {
		thread := sim.Thread(open, ts)
		return strings.Contains(thread[len(thread)-1].Plain, "Seen and well.") && len(sim.Ephemerals(other)) > 0
	}); err != nil {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		for logs.Scan() {
			t.Log(logs.Text())
		}
		t.Fatalf("%v; %d messages in the thread, %d refusals in the other channel, %d envelopes without an ack",
			err, len(sim.Thread(open, ts)), len(sim.Ephemerals(other)), len(sim.Unacked()))
	}

	call := <-calls
	if call.Temperature == nil || *call.Temperature != 0 || call.MaxTokens != 77 || call.Model != "medgemma:4b" ||
		call.key != "Bearer "+testAPIKey {
		t.Errorf("temperature %v, max_tokens %d, model %q, key sent: %t", call.Temperature, call.MaxTokens, call.Model, call.key != "")
	}
	if len(call.Messages) < 2 || string(call.Messages[0].Content) != `"Answer in rhymes."` {
		t.Error("the instruction is not the one of SYSTEM_PROMPT_FILE")
	}
	if len(calls) > 0 {
		t.Error("the channel outside ALLOWED_CHANNELS was answered")
	}
	reply, err := sim.Slash(t.Context(), slacksim.SlashCommand{Channel: open, User: user, Command: "/medbuddy-max-tokens", Text: "100"})
	if err != nil || !strings.Contains(reply.Text, "99") {
		t.Errorf("above MAX_TOKENS_LIMIT: %q, %v", reply.Text, err)
	}

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for logs.Scan() {
		for _, private := range []string{"what is this", "Seen and well", "scan.png", "Dr. Test", "rhymes"} {
			if strings.Contains(logs.Text(), private) {
				t.Errorf("the log holds %q", private)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
