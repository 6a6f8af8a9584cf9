package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// ward is a running medbuddy process between a local Slack and a local endpoint,
// with nothing but the variables of the README in its environment.
type ward struct {
	t       *testing.T
	sim     *slacksim.Sim
	model   *modelsim.Server
	channel string
	user    string
}

const endpoint = "projects/hospital/locations/europe-west4/endpoints/mg-endpoint-1"

func openWard(t *testing.T, mode modelsim.Mode, slack slacksim.Config, more map[string]string) *ward {
	t.Helper()
	sim, err := slacksim.Start(slack)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	model, err := modelsim.Start(modelsim.Config{Mode: mode, Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	w := &ward{t: t, sim: sim, model: model, channel: sim.AddChannel(slacksim.Channel{Name: "radiology"}), user: sim.AddUser(slacksim.User{Name: "Ann Nurse"})}
	env := map[string]string{
		"SLACK_BOT_TOKEN": sim.BotToken(), "SLACK_APP_TOKEN": sim.AppToken(), "SLACK_API_URL": sim.APIURL(),
		"GCP_PROJECT_ID": "hospital", "GCP_REGION": "europe-west4", "MODEL_ENDPOINT_ID": "mg-endpoint-1", "MODEL_ENDPOINT_URL": model.URL(),
		"DATA_DIR": t.TempDir(), "HTTP_ADDR": "127.0.0.1:0", "LOG_LEVEL": "debug",
	}
	if mode == modelsim.OpenAI {
		for _, name := range []string{"GCP_PROJECT_ID", "GCP_REGION", "MODEL_ENDPOINT_ID", "MODEL_ENDPOINT_URL"} {
			delete(env, name)
		}
		env["MODEL_URL"], env["MODEL_NAME"] = model.URL()+"/v1", "medgemma"
	}
	for name, value := range more {
		env[name] = value
	}
	cmd := process(t, env)
	var log bytes.Buffer
	cmd.Stderr = &log
	// The test's context ends before its cleanups: that is the signal to stop.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Wait() // the context's end; the exit code is what counts
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("medbuddy ended with exit code %d", code)
		}
		for _, p := range append(sim.Problems(), model.Problems()...) {
			t.Error(p)
		}
		for _, private := range []string{sim.BotToken(), sim.AppToken(), "Ann Nurse", "doe_jane", "costophrenic"} {
			if strings.Contains(log.String(), private) {
				t.Errorf("the log holds %q", private)
			}
		}
		if t.Failed() {
			t.Logf("log:\n%s", log.String())
		}
	})
	w.wait(func() bool { return len(sim.Sockets()) > 0 })
	return w
}

func (w *ward) wait(cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), processMost) // then nobody is there to be waited for
	defer cancel()
	if err := w.sim.Wait(ctx, cond); err != nil {
		w.t.Fatal(err)
	}
}

func (w *ward) post(thread, text string, files ...slacksim.File) string {
	w.t.Helper()
	ts, err := w.sim.Post(slacksim.Message{Channel: w.channel, User: w.user, ThreadTS: thread, Text: text, Files: files})
	if err != nil {
		w.t.Fatal(err)
	}
	return ts
}

// answers are the bot's messages in the thread that are labelled as whole.
func (w *ward) answers(root string) (labelled int, text string) {
	for _, m := range w.sim.Thread(w.channel, root) {
		if m.User == w.sim.BotUserID() {
			text += m.Text + "\n"
			if strings.Contains(m.Text, "AI draft") && strings.Contains(m.Text, "not a diagnosis") {
				labelled++
			}
		}
	}
	return labelled, text
}

func scan(t *testing.T) slacksim.File {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 1200, 800))
	for y := range 800 {
		for x := range 1200 {
			img.SetGray(x, y, color.Gray{uint8(x/5 + y/20)})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return slacksim.File{Name: "doe_jane_1954.png", Data: buf.Bytes()}
}

var systemText = regexp.MustCompile(`"role": "system",\s*"content": "[^\n]*"`)

var dataURL = regexp.MustCompile(`data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+`)

// The request is exactly the plan's, on each of the three wires.
func TestBlackBoxPayload(t *testing.T) {
	for name, mode := range map[string]modelsim.Mode{"vertex-stream": modelsim.Dedicated, "vertex-predict": modelsim.Plain, "openai": modelsim.OpenAI} {
		t.Run(name, func(t *testing.T) {
			w := openWard(t, mode, slacksim.Config{}, nil)
			w.model.Answer(modelsim.Text("Image 1 is a PA view."), modelsim.Text("No effusion in Image 1."))
			root := w.post("", "film of bed 4", scan(t))
			w.post(root, "@MedBuddy is the costophrenic angle sharp?")
			w.wait(func() bool { n, _ := w.answers(root); return n == 1 })
			w.post(root, "and the other side?")
			w.wait(func() bool { n, _ := w.answers(root); return n == 2 })
			var got bytes.Buffer
			for _, r := range w.model.Requests() {
				if mode == modelsim.Plain && !strings.HasSuffix(r.Path, ":predict") {
					continue // the try whether it streams
				}
				var pretty bytes.Buffer
				if err := json.Indent(&pretty, r.Body, "", " "); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&got, "POST %s\n%s\n", r.Path, dataURL.ReplaceAll(pretty.Bytes(), []byte("data:image/$1;base64,...")))
				for _, img := range r.Messages[1].Parts {
					if img.Image != nil && (img.Image.Width != 896 || img.Image.Height != 896) {
						t.Errorf("the image is %d x %d", img.Image.Width, img.Image.Height)
					}
				}
			}
			path := filepath.Join("testdata", "payload-"+name+".txt")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBlackBoxThirtyFollowUps(t *testing.T) {
	w := openWard(t, modelsim.Dedicated, slacksim.Config{}, nil)
	root := w.post("", "@MedBuddy which view is this?", scan(t))
	for i := range 31 {
		w.wait(func() bool { n, _ := w.answers(root); return n == i+1 })
		if i < 30 {
			w.post(root, fmt.Sprintf("follow-up %d", i+1))
		}
	}
	requests := w.model.Requests()
	first, last := dataURL.FindAll(requests[0].Body, -1), dataURL.FindAll(requests[30].Body, -1)
	if len(first) != 1 || len(last) != 1 || !bytes.Equal(first[0], last[0]) {
		t.Errorf("request 1 has %d images, request 31 has %d; or they differ", len(first), len(last))
	}
}

func TestBlackBoxTwiceDelivered(t *testing.T) {
	w := openWard(t, modelsim.Dedicated, slacksim.Config{DeliverTwice: true}, nil)
	file := scan(t)
	var roots []string
	for i := range 100 {
		roots = append(roots, w.post("", fmt.Sprintf("@MedBuddy question %d", i), file))
	}
	w.wait(func() bool {
		for _, root := range roots {
			if n, _ := w.answers(root); n == 0 {
				return false
			}
		}
		return len(w.sim.Unacked()) == 0
	})
	for _, root := range roots {
		if n, _ := w.answers(root); n != 1 {
			t.Errorf("%d answers to one question", n)
		}
	}
	if n := len(w.model.Requests()); n != 100 {
		t.Errorf("%d model calls for 100 questions", n)
	}
}

func TestBlackBoxRoad(t *testing.T) {
	w := openWard(t, modelsim.Dedicated, slacksim.Config{}, nil)

	t.Run("HTML as an image", func(t *testing.T) {
		f := scan(t)
		f.Download.HTML = true
		root := w.post("", "@MedBuddy what is this?", f)
		w.wait(func() bool { _, text := w.answers(root); return strings.Contains(text, "files:read") })
		if n := len(w.model.Requests()); n != 0 {
			t.Errorf("%d model calls", n)
		}
	})
	t.Run("temperature 0 and bad values", func(t *testing.T) {
		for text, want := range map[string]string{"abc": "0 to 1", "NaN": "0 to 1", "-1": "0 to 1", "1.01": "0 to 1", "0,3": "0 to 1", "0": "temperature 0"} {
			reply, err := w.sim.Slash(t.Context(), slacksim.SlashCommand{Channel: w.channel, User: w.user, Command: "/medbuddy-temperature", Text: text})
			if err != nil || !strings.Contains(reply.Text, want) {
				t.Errorf("%s: %q, %v", text, reply.Text, err)
			}
		}
		reply, err := w.sim.Slash(t.Context(), slacksim.SlashCommand{Channel: w.channel, User: w.user, Command: "/medbuddy", Text: "max-tokens 63"})
		if err != nil || !strings.Contains(reply.Text, "64 to 8192") {
			t.Errorf("63: %q, %v", reply.Text, err)
		}
		root := w.post("", "@MedBuddy what is this?", scan(t))
		w.wait(func() bool { n, _ := w.answers(root); return n == 1 })
		requests := w.model.Requests()
		if !bytes.Contains(requests[0].Body, []byte(`"temperature":0,`)) && !bytes.Contains(requests[0].Body, []byte(`"temperature":0}`)) {
			t.Error("temperature 0 did not arrive as 0")
		}
	})
	t.Run("30,000 characters", func(t *testing.T) {
		w.model.Answer(modelsim.Long(30_000))
		root := w.post("", "@MedBuddy in full, please", scan(t))
		w.wait(func() bool { n, _ := w.answers(root); return n == 1 })
		_, text := w.answers(root)
		for i := 1; i <= 30_000/len("Line 00001 of a long answer.\n"); i++ {
			if line := fmt.Sprintf("Line %05d of a long answer.", i); strings.Count(text, line) != 1 {
				t.Fatalf("%q stands there %d times", line, strings.Count(text, line))
			}
		}
	})
}
