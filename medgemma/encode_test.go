package medgemma

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func user(parts ...Part) Turn     { return Turn{Role: RoleUser, Parts: parts} }
func model(s string) Turn         { return Turn{Role: RoleModel, Parts: []Part{{Text: s}}} }
func say(s string) Part           { return Part{Text: s} }
func picture(data ...byte) Part   { return Part{Image: &Image{MIME: "image/png", Data: data}} }
func ask(turns ...Turn) Request   { return Request{Turns: turns, Temperature: 0.1, MaxTokens: 500} }
func question(s string) Request   { return ask(user(say(s))) }
func vertexTarget() *target       { return &target{name: "projects/p/locations/l/endpoints/e"} }
func messagesOf(r Request) string { return string(encodeMessages(r)) }

func goldenRequest() Request {
	r := ask(
		user(say("Image 1"), picture(0x89, 'P', 'N', 'G', 0xff), say("Person A: Is the heart > normal & \"large\"?\n<b>")),
		model("Image 1: the heart is of normal size.\nImpression: normal."),
		user(say("Image 2"), Part{Image: &Image{MIME: "image/jpeg", Data: []byte{0xff, 0xd8, 0xff}}}, say("Person B: et l'œdème?")),
	)
	r.System = "You are an expert radiologist.\nBe brief."
	r.Temperature = 0
	return r
}

func TestBodiesAreTheGoldenOnes(t *testing.T) {
	r := goldenRequest()
	for name, body := range map[string][]byte{
		"vertex_stream.json": encodeBody(vertexTarget(), formUsage, "", encodeMessages(r), r),
		"vertex_plain.json":  encodeBody(vertexTarget(), formPlain, "", encodeMessages(r), r),
		"server_stream.json": encodeBody(&target{}, formUsage, "medgemma:4b", encodeMessages(r), r),
		"server_plain.json":  encodeBody(&target{}, formPlain, "medgemma:4b", encodeMessages(r), r),
	} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, append(body, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSuffix(string(want), "\n"), string(body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if !json.Valid(body) {
			t.Errorf("%s is not JSON", name)
		}
	}
}

// The endpoint's prefix cache and the promise that images stay both rest on it.
func TestALongerConversationOnlyAddsToTheEnd(t *testing.T) {
	r := goldenRequest()
	before := messagesOf(r)
	for i := range 30 {
		r.Turns = append(r.Turns, model(fmt.Sprint("answer ", i)), user(say(fmt.Sprint("question ", i))))
		after := messagesOf(r)
		if !strings.HasPrefix(after, before+",") {
			t.Fatalf("turn %d changed what came before it", i)
		}
		if after != messagesOf(r) {
			t.Fatal("the same request gives other bytes")
		}
		before = after
	}
	head := func(r Request) string {
		b := string(encodeBody(vertexTarget(), formUsage, "", encodeMessages(r), r))
		return b[:strings.Index(b, `],"max_tokens"`)]
	}
	other := r
	other.Temperature, other.MaxTokens = 1, 8192
	if head(r) != head(other) {
		t.Error("the settings change bytes before the end of the messages")
	}
}

func TestNumbersAreAlwaysThere(t *testing.T) {
	for _, c := range []struct {
		temperature float64
		want        string
	}{{0, "0"}, {math.Copysign(0, -1), "0"}, {0.1, "0.1"}, {1, "1"}, {1e-7, "0.0000001"}} {
		r := question("q")
		r.Temperature = c.temperature
		want := `"max_tokens":500,"temperature":` + c.want + `,`
		if body := string(encodeBody(vertexTarget(), formStream, "", encodeMessages(r), r)); !strings.Contains(body, want) {
			t.Errorf("temperature %v: %s", c.temperature, body)
		}
	}
}

func TestTextSurvivesTheWire(t *testing.T) {
	for _, s := range []string{"", "a\x00b\x1f", "\u2028\u2029", "</script>&amp;", "\"\\\n\t", "日本 👩‍⚕️", string([]byte{'a', 0xff, 'b'})} {
		var m struct {
			Content []struct{ Text string }
		}
		if err := json.Unmarshal([]byte(messagesOf(question(s))), &m); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); m.Content[0].Text != want {
			t.Errorf("%q arrives as %q", s, m.Content[0].Text)
		}
	}
}

func TestRequestsNoServerTakesAreRefused(t *testing.T) {
	ok := question("q")
	with := func(change func(*Request)) Request {
		r := ok
		change(&r)
		return r
	}
	for name, r := range map[string]Request{
		"no turns":           ask(),
		"ends with model":    ask(user(say("a")), model("b")),
		"begins with model":  ask(model("b")),
		"user twice":         ask(user(say("a")), user(say("b")), user(say("c"))),
		"no parts":           ask(user()),
		"model with image":   ask(user(say("a")), Turn{RoleModel, []Part{picture(1)}}, user(say("b"))),
		"webp":               ask(user(Part{Image: &Image{MIME: "image/webp", Data: []byte{1}}})),
		"no data":            ask(user(picture())),
		"text and image":     ask(user(Part{Text: "a", Image: &Image{MIME: "image/png", Data: []byte{1}}})),
		"no tokens":          with(func(r *Request) { r.MaxTokens = 0 }),
		"negative":           with(func(r *Request) { r.Temperature = -0.1 }),
		"over one":           with(func(r *Request) { r.Temperature = 1.01 }),
		"not a number":       with(func(r *Request) { r.Temperature = math.NaN() }),
		"unknown role":       ask(Turn{"system", []Part{say("a")}}),
		"even but not model": ask(user(say("a")), user(say("b"))),
	} {
		c, err := New(Config{URL: "http://127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = collect(t.Context(), c, r)
		var e *Error
		if !errors.As(err, &e) || e.Kind != KindRejected || e.Status != 0 {
			t.Errorf("%s: %v, want rejected before it is sent", name, err)
		}
	}
	if err := ok.validate(); err != nil {
		t.Errorf("a good request: %v", err)
	}
}

// A full thread: 60 turns, 16 images of 400 kB.
func BenchmarkEncode(b *testing.B) {
	data := bytes.Repeat([]byte{0x5a}, 400<<10)
	r := Request{System: strings.Repeat("Be careful. ", 100), MaxTokens: 500}
	for i := range 60 {
		if i%2 == 1 {
			r.Turns = append(r.Turns, model(strings.Repeat("The lungs are clear. ", 40)))
			continue
		}
		t := user()
		if i < 32 {
			t.Parts = append(t.Parts, say("Image"), picture(data...))
		}
		t.Parts = append(t.Parts, say("And what about the heart?"))
		r.Turns = append(r.Turns, t)
	}
	r.Turns = append(r.Turns, user(say("last")))
	b.ReportAllocs()
	for b.Loop() {
		body := encodeBody(vertexTarget(), formUsage, "", encodeMessages(r), r)
		b.SetBytes(int64(len(body)))
	}
}
