package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/sethvargo/go-envconfig"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

var urlRE = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)

// startSandbox runs the command as a newcomer does, on a free port, and returns
// the address that it prints.
func startSandbox(t *testing.T, env map[string]string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-addr", "127.0.0.1:0"}, envconfig.MapLookuper(env), in, in)
		ended <- err
		_ = in.CloseWithError(io.EOF) // a pipe's own end never fails to close
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the sandbox ended with: %v", err)
		}
	})
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if url := urlRE.FindString(line); url != "" {
			go func() { _, _ = io.Copy(io.Discard, lines) }() // until the pipe is closed
			return url
		}
		if err != nil {
			t.Fatalf("the sandbox named no address: %v", err)
		}
	}
}

// The first thing a newcomer does: open the page, press the question that it
// offers under the sample scan, and read the answer in the thread. Its picture
// (-screenshots) stands in the README.
func TestSandboxInABrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	url := startSandbox(t, nil)
	s := &screen{ward: &ward{t: t, url: strings.TrimSuffix(url, "/")}, browser: ctx}
	outside := s.watchRequests()
	s.do("opening the page", chromedp.EmulateViewport(1280, 860), chromedp.Navigate(url))
	s.has("#banner", "rehearsal model")
	s.has("#offer", "What does this scan show?")
	s.click("#offer button")
	s.enter()
	s.has("#replies .context", "Looked at: Image 1 (1411×1411 seen at 896×896)")
	s.has("#replies .context", "AI draft, not a diagnosis")
	s.has("#replies", "has read no scan")
	s.until(`!document.querySelector("#replies").textContent.includes("still writing")`)
	s.typed(inThread, "and the other eye?")
	s.enter()
	s.until(`document.querySelector("#replies").textContent.split("AI draft").length === 3`)
	s.typed(inChannel, "/medbuddy temperature 0")
	s.enter()
	s.has("#messages", "set temperature from 0.1 to 0 for this channel")
	s.shoot("thread")
	if urls := outside(); len(urls) > 0 {
		t.Errorf("the page asked others: %v", urls)
	}
}

// A CT is posted as a person posts one; what MedBuddy shows of it is a picture in
// the thread, with its words above.
func TestSandboxShowsWhatTheModelSees(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	url := startSandbox(t, nil)
	s := &screen{ward: &ward{t: t, url: strings.TrimSuffix(url, "/")}, browser: ctx}
	outside := s.watchRequests()
	s.do("opening the page", chromedp.EmulateViewport(1280, 860), chromedp.Navigate(url))
	s.has("#banner", "rehearsal model")
	var study bytes.Buffer
	z := zip.NewWriter(&study)
	for i, data := range dicomtest.CT(128, 128).Series(t, dicomtest.Series{Slices: 20, UID: "1.2.3", Number: 2}) {
		f, err := z.Create(fmt.Sprintf("IM%04d", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	s.pick("#channel-composer", map[string][]byte{"study.zip": study.Bytes()})
	s.typed(inChannel, "@MedBuddy is there a bleed?")
	s.enter()
	s.has("#replies .card", "ZIPstudy.zip")
	s.has("#replies .message figcaption", "Image 1")
	s.until(`document.querySelector("#replies figure img")?.naturalWidth > 500`)
	s.until(`document.querySelector("#replies figure").closest(".body").querySelector(".text + figure")`)
	s.has("#replies .context", "Looked at: Image 1 (CT")
	s.until(`!document.querySelector("#replies").textContent.includes("still writing")`)
	s.shoot("series")
	s.click("#replies figure button")
	s.until(`document.querySelector("#viewer").open && document.querySelector("#viewer img").naturalWidth > 500`)
	s.shoot("series-large")
	if urls := outside(); len(urls) > 0 {
		t.Errorf("the page asked others: %v", urls)
	}
}

func TestSandboxListensOnLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:80", "nonsense"} {
		if err := run(t.Context(), []string{"-addr", addr}, envconfig.MapLookuper(nil), io.Discard, io.Discard); err == nil {
			t.Errorf("-addr %s was taken", addr)
		}
	}
}

func TestChooseModel(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want string
		real bool
	}{
		"nothing":        {nil, "rehearsal", false},
		"a server":       {map[string]string{"MODEL_URL": "http://127.0.0.1:1/v1", "MODEL_NAME": "medgemma"}, "MODEL_URL", true},
		"Vertex AI":      {map[string]string{"GCP_PROJECT_ID": "p", "GCP_REGION": "r", "MODEL_ENDPOINT_ID": "1"}, "Vertex AI", true},
		"both, a server": {map[string]string{"MODEL_URL": "http://127.0.0.1:1/v1", "MODEL_ENDPOINT_ID": "1"}, "MODEL_URL", true},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := chooseModel(t.Context(), envconfig.MapLookuper(c.env), "http://127.0.0.1:1")
			if err != nil {
				t.Fatal(err)
			}
			defer m.close()
			if m.real != c.real || !strings.Contains(m.sentence, c.want) {
				t.Errorf("model %+v", m)
			}
		})
	}
}

func TestFindOllama(t *testing.T) {
	for body, want := range map[string]string{
		`{"models":[{"name":"llama3:8b"},{"name":"MedGemma1.5:4b"}]}`: "MedGemma1.5:4b",
		`{"models":[{"name":"llama3:8b"}]}`:                           "",
		`not json`:                                                    "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/tags" {
				t.Errorf("asked for %s", r.URL.Path)
			}
			_, _ = io.WriteString(w, body) // the client may have left
		}))
		if got := findOllama(t.Context(), server.URL); got != want {
			t.Errorf("findOllama = %q for %s", got, body)
		}
		server.Close()
	}
}
