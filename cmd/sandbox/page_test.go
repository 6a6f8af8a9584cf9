package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// ward is a workspace behind a page, without a bot.
type ward struct {
	t             *testing.T
	sim           *slacksim.Sim
	url           string
	radiology, dm string
	ann, ben      string
	origin        string // sent with a POST
}

func openWard(t *testing.T, cfg slacksim.Config) *ward {
	t.Helper()
	cfg.Commands = []string{"/medbuddy"}
	sim, err := slacksim.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	h := &ward{t: t, sim: sim, radiology: sim.AddChannel(slacksim.Channel{Name: "radiology"})}
	h.ann, h.ben = sim.AddUser(slacksim.User{Name: "Dr. Ann Lee"}), sim.AddUser(slacksim.User{Name: "Dr. Ben Okoro"})
	h.dm = sim.DM(h.ann)
	server := httptest.NewServer(newPage(sim, Info{
		Model: "the rehearsal model: no MedGemma", Channel: h.radiology, People: []string{h.ann, h.ben}, Commands: cfg.Commands,
		Shortcuts: shortcuts,
	}))
	t.Cleanup(func() {
		server.CloseClientConnections() // a page that is open listens for ever
		server.Close()
	})
	h.url, h.origin = server.URL, server.URL
	return h
}

func (h *ward) do(method, path, contentType string, body io.Reader) (*http.Response, []byte) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if method == http.MethodPost && h.origin != "" {
		req.Header.Set("Origin", h.origin)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp, data
}

func (h *ward) state(user, channel, thread string) pageState {
	h.t.Helper()
	resp, data := h.do(http.MethodGet, "/state?user="+user+"&channel="+channel+"&thread="+thread, "", nil)
	var out pageState
	if err := json.Unmarshal(data, &out); err != nil || resp.StatusCode != http.StatusOK {
		h.t.Fatalf("state: %d %s", resp.StatusCode, data)
	}
	return out
}

// send posts the composer's form and gives its ts or the sentence of refusal.
func (h *ward) send(user, channel, thread, text string, files map[string][]byte) (ts, sentence string) {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key, v := range map[string]string{"user": user, "channel": channel, "thread": thread, "text": text} {
		if err := form.WriteField(key, v); err != nil {
			h.t.Fatal(err)
		}
	}
	for name, data := range files {
		part, err := form.CreateFormFile("files", name)
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := part.Write(data); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		h.t.Fatal(err)
	}
	_, data := h.do(http.MethodPost, "/post", form.FormDataContentType(), &body)
	var out struct{ TS, Error string }
	if err := json.Unmarshal(data, &out); err != nil {
		h.t.Fatalf("post: %s", data)
	}
	return out.TS, out.Error
}

func TestPageServesItself(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	files, err := webFiles.ReadDir("web")
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/"}
	for _, f := range files {
		if ext := filepath.Ext(f.Name()); ext == ".js" || ext == ".css" {
			paths = append(paths, "/"+f.Name())
		}
	}
	for _, path := range paths {
		resp, data := h.do(http.MethodGet, path, "", nil)
		if resp.StatusCode != http.StatusOK || len(data) == 0 {
			t.Errorf("%s: status %d", path, resp.StatusCode)
		}
		if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: content security policy %q", path, csp)
		}
		for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "https://", "//cdn"} {
			if bytes.Contains(data, []byte(bad)) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
}

func TestGuard(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	page := newPage(h.sim, Info{Channel: h.radiology, People: []string{h.ann}})
	cases := []struct {
		name, method, host, origin string
		want                       int
	}{
		{"own name", "GET", "127.0.0.1:8010", "", 200},
		{"localhost", "GET", "localhost:8010", "", 200},
		{"IPv6", "GET", "[::1]:8010", "", 200},
		{"a name in the DNS", "GET", "sandbox.example.org:8010", "", 403},
		{"another address", "GET", "192.0.2.1:8010", "", 403},
		{"no origin", "POST", "127.0.0.1:8010", "", 403},
		{"another origin", "POST", "127.0.0.1:8010", "https://example.org", 403},
		{"another port", "POST", "127.0.0.1:8010", "http://127.0.0.1:9999", 403},
		{"a sandboxed frame", "POST", "127.0.0.1:8010", "null", 403},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), c.method, "/post", strings.NewReader(""))
			if c.method == "GET" {
				r = httptest.NewRequestWithContext(t.Context(), c.method, "/state", nil)
			}
			r.Host = c.host
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			w := httptest.NewRecorder()
			page.ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
		})
	}
}

func TestPostAndState(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	ts, sentence := h.send(h.ann, h.radiology, "", "@MedBuddy what is <b>this</b>?", map[string][]byte{"scan.png": []byte("png"), "ct.dcm": []byte("dicom")})
	if sentence != "" || ts == "" {
		t.Fatalf("post: %q", sentence)
	}
	if _, sentence := h.send(h.ben, h.radiology, ts, "and the left side?", nil); sentence != "" {
		t.Fatalf("reply: %q", sentence)
	}
	s := h.state(h.ben, h.radiology, ts)
	if len(s.Messages) != 1 || s.Messages[0].Replies != 1 || len(s.Thread) != 2 || s.Thread[1].User != h.ben {
		t.Errorf("state %+v", s)
	}
	if want := "<@" + h.sim.BotUserID() + "> what is &lt;b&gt;this&lt;/b&gt;?"; s.Thread[0].Text != want {
		t.Errorf("text %q, want %q", s.Thread[0].Text, want)
	}
	images := map[string]bool{}
	for _, f := range s.Thread[0].Files {
		images[f.Name] = f.Image
		resp, data := h.do(http.MethodGet, "/file/"+f.ID, "", nil)
		attached := resp.Header.Get("Content-Disposition") == "attachment"
		if len(data) == 0 || attached == f.Image {
			t.Errorf("%s: %d bytes, attachment %v", f.Name, len(data), attached)
		}
	}
	if diff := cmp.Diff(map[string]bool{"scan.png": true, "ct.dcm": false}, images); diff != "" {
		t.Errorf("pictures (-want +got):\n%s", diff)
	}
	for _, bad := range []struct{ user, channel, thread, text string }{
		{"U0NOBODY", h.radiology, "", "x"},
		{h.sim.BotUserID(), h.radiology, "", "as the bot"},
		{h.ann, "C0NOWHERE", "", "x"},
		{h.ben, h.dm, "", "into another's DM"},
		{h.ann, h.radiology, "1700000000.000001", "x"},
		{h.ann, h.radiology, "", " \n"},
	} {
		if ts, sentence := h.send(bad.user, bad.channel, bad.thread, bad.text, nil); ts != "" || sentence == "" {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestSlashSentences(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	root, _ := h.send(h.ann, h.radiology, "", "root", nil)
	cases := []struct{ thread, text, want string }{
		{root, "/medbuddy temperature 0", "/medbuddy is not supported in threads. Sorry!"},
		{"", "/remind me", "/remind is not a valid command."},
		{"", "/medbuddy", `/medbuddy failed with the error "dispatch_failed".`},
	}
	for _, c := range cases {
		if _, got := h.send(h.ann, h.radiology, c.thread, c.text, nil); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
	if s := h.state(h.ann, h.radiology, root); len(s.Messages) != 1 || len(s.Thread) != 1 {
		t.Error("a command became a message")
	}
}

// TestOnlyForOne: what is visible to one person is in nobody else's state.
func TestOnlyForOne(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	b := startStub(t, h.sim)
	if _, sentence := h.send(h.ann, h.radiology, "", "/medbuddy help", nil); sentence != "" {
		t.Fatal(sentence)
	}
	if s := h.state(h.ann, h.radiology, ""); len(s.Messages) != 1 || !s.Messages[0].Only || s.Messages[0].User != h.sim.BotUserID() || !s.Online {
		t.Errorf("her messages %+v", s.Messages)
	}
	if s := h.state(h.ben, h.radiology, ""); len(s.Messages) != 0 {
		t.Errorf("his messages %+v, want none", s.Messages)
	}
	hers, his := h.state(h.ann, h.dm, ""), h.state(h.ben, h.dm, "")
	if len(hers.Channels) != 2 || !hers.Channels[1].Direct || len(his.Channels) != 1 {
		t.Errorf("channels %+v and %+v, want her DM for her only", hers.Channels, his.Channels)
	}
	b.stop()
}

// TestChanges: the page hears of a change, and the stream ends with the page.
func TestChanges(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("content type %q", got)
	}
	read := func() string {
		buf := make([]byte, 64)
		n, err := resp.Body.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	first := read() // at once, so that nothing is missed between loading and listening
	if _, err := h.sim.Post(slacksim.Message{Channel: h.radiology, User: h.ann, Text: "x"}); err != nil {
		t.Fatal(err)
	}
	if got := []string{first, read()}; !slices.Equal(got, []string{"data: change\n\n", "data: change\n\n"}) {
		t.Errorf("events %q", got)
	}
}

func TestKindsOfFiles(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	for name, want := range map[string]string{
		"ct.dcm": "DICOM", "study.zip": "ZIP", "IMG_1.HEIC": "HEIC", "scan.tif": "TIFF", "report.pdf": "PDF", "IM000001": "FILE",
		"scan.mha": "MHA", "x.verylong": "FILE", "scan.jpeg": "JPG",
	} {
		ts, sentence := h.send(h.ann, h.radiology, "", "", map[string][]byte{name: {0, 1, 2}})
		if sentence != "" {
			t.Fatal(sentence)
		}
		if got := h.state(h.ann, h.radiology, ts).Thread[0].Files[0]; got.Kind != want || got.Image != (want == "JPG") {
			t.Errorf("%s: %+v, want the kind %s", name, got, want)
		}
	}
}
