package medgemma

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// brokenAfter is a connection that gives so much of a body and then err.
func brokenAfter(body string, err error) Config {
	return Config{URL: "http://127.0.0.1:1/v1", Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(io.MultiReader(strings.NewReader(body), failing{err})), Request: r}, nil
	})}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// recorded is the stream of an answer of a few hundred bytes with text of one to
// four bytes a character, as it goes over the wire.
func recorded(t *testing.T, answer string) string {
	t.Helper()
	return frames(t, answer) + "data: [DONE]\n\n"
}

// Whatever byte the connection breaks after: what was said stands, to the last
// whole event, nothing else is shown, and the error says that it was cut.
func TestStreamCutAtEveryByte(t *testing.T) {
	const answer = "Œdème: 肺野清晰 🫁 < 5 mm; no effusion. The heart is of normal size, the mediastinum is not widened. " + long
	for name, c := range map[string]struct {
		prefix string
		broken error
		step   int
	}{
		"lost":           {"", io.ErrUnexpectedEOF, 1},
		"ended":          {"", io.EOF, 1},
		"reset":          {"", syscall.ECONNRESET, 7},
		"lost, thinking": {"<unused94>thought\nSECRET: look twice.<unused95>", io.ErrUnexpectedEOF, 3},
	} {
		t.Run(name, func(t *testing.T) {
			stream := recorded(t, c.prefix+answer)
			if len(stream) < 2000 {
				t.Fatalf("the stream has %d bytes, want 2000", len(stream))
			}
			before, _, _ := strings.Cut(stream, `"stop"`)
			whole := len(before) + strings.IndexByte(stream[len(before):], '\n')
			last := ""
			for k := 0; k < len(stream); k += c.step {
				client, clock := newClient(t, brokenAfter(stream[:k], c.broken))
				got, err := collect(t.Context(), client, question("q"))
				where := stream[max(0, k-40):k]
				if !strings.HasPrefix(answer, got.text) || !utf8.ValidString(got.text) || len(got.text) < len(last) {
					t.Fatalf("after %q it shows %q after %q", where, got.text, last)
				}
				last = got.text
				kind := kindOfErr(err)
				switch {
				case k >= whole:
					if err != nil || got.text != answer || got.end.Finish != "stop" {
						t.Fatalf("after %q: %q, error %v for a whole answer", where, got.text, err)
					}
				case got.text != "":
					if kind != KindCut || len(clock.slept) > 0 {
						t.Fatalf("after %q: error %v after text, %d pauses", where, err, len(clock.slept))
					}
				case kind == KindServer && c.broken == io.EOF && k <= len("data: "):
					// Nobody can tell that this was to be a stream.
				case kind != KindCut && kind != KindUnreachable || len(clock.slept) == 0:
					t.Fatalf("after %q: error %v before any text, %d pauses", where, err, len(clock.slept))
				}
			}
			if last != answer {
				t.Errorf("all of it shows %q", last)
			}
		})
	}
}

// What is cut before any text is tried again, and answers.
func TestCutBeforeTextIsTriedAgain(t *testing.T) {
	for _, k := range []int{0, 1, 20, 80, 160, 200} {
		s := startSim(t, modelsim.Config{Handler: modelsim.Text("Clear.")})
		s.Answer(modelsim.Text("Clear.", modelsim.CutAfter(k)))
		c, k2 := newClient(t, vertexConfig(s))
		got, err := collect(t.Context(), c, question("q"))
		if err != nil || got.text != "Clear." || len(k2.slept) != 1 {
			t.Errorf("after %d bytes: %q, error %v, %d pauses", k, got.text, err, len(k2.slept))
		}
	}
}

// Events may come in any parts: a byte at a time, through the middle of a rune.
func TestBytesDripOneByOne(t *testing.T) {
	const answer = "Œdème 🫁: 肺野清晰。 " + long
	s := startSim(t, modelsim.Config{Handler: modelsim.Text(answer, modelsim.Chunks(1), modelsim.Slices(1, 0))})
	got, err := collect(t.Context(), vertexClient(t, s), question("q"))
	if err != nil || got.text != answer {
		t.Errorf("%q, error %v", got.text, err)
	}
}

// A connection that dies on a real socket, and an engine that dies behind it.
func TestTroubleInTheMiddle(t *testing.T) {
	for name, c := range map[string]struct {
		script modelsim.Script
		text   string
		kind   Kind
		finish string
	}{
		"broken":           {modelsim.Text(long+long, modelsim.CutAfter(1500)), "", KindCut, ""},
		"engine died":      {modelsim.ErrorAfter(long, "EngineCore died", 500), long, KindCut, ""},
		"engine died soon": {modelsim.ErrorAfter("", "EngineCore died", 500), "", KindServer, ""},
		"out of memory":    {modelsim.ErrorAfter(long, "CUDA out of memory", 503), long, KindCut, ""},
		"withheld":         {modelsim.Filtered(long), long, "", "content_filter"},
		"all withheld":     {modelsim.Filtered(""), "", KindEmpty, ""},
		"blank withheld":   {modelsim.Filtered(" \n"), "", KindEmpty, ""},
		"ends in silence":  {modelsim.Text(long, modelsim.Unended()), long, KindCut, ""},
	} {
		s := startSim(t, modelsim.Config{Handler: c.script})
		got, err := collect(t.Context(), vertexClient(t, s), question("q"))
		if kindOfErr(err) != c.kind || c.text != "" && got.text != c.text || !strings.HasPrefix(long+long, got.text) {
			t.Errorf("%s: %q, error %v", name, got.text, err)
		}
		if c.kind == "" && got.end.Finish != c.finish {
			t.Errorf("%s: finish %q", name, got.end.Finish)
		}
		if strings.Contains(name, "withheld") && err != nil && !strings.Contains(err.Error(), "filter") {
			t.Errorf("%s: %v does not say why", name, err)
		}
	}
}

// A model that drips for ever is ended by the caller's time, and what came stands.
func TestDripIsEndedByTheContext(t *testing.T) {
	s := startSim(t, modelsim.Config{Handler: modelsim.Text(numbered(100_000), modelsim.Chunks(40), modelsim.Pause(5*time.Millisecond))})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	got, err := collect(ctx, vertexClient(t, s), question("q"))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(numbered(100_000), got.text) {
		t.Errorf("%q, error %v", got.text, err)
	}
	if err := s.WaitGone(t.Context(), 1); err != nil {
		t.Error(err)
	}
}
