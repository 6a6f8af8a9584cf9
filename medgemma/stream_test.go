package medgemma

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

const (
	hello = `{"choices":[{"delta":{"content":"Hello"}}]}`
	world = `{"choices":[{"delta":{"content":" world"}}]}`
	stop  = `{"choices":[{"delta":{},"finish_reason":"stop"}]}`
)

func TestDialectsOfAStream(t *testing.T) {
	lines := func(l ...string) string { return strings.Join(l, "\n") + "\n" }
	big := numbered(300_000)
	for name, c := range map[string]struct {
		body   string
		text   string
		finish string
		kind   Kind
	}{
		"plain":              {lines("data: "+hello, "", "data: "+world, "", "data: "+stop, "", "data: [DONE]"), "Hello world", "stop", ""},
		"without spaces":     {lines("data:"+hello, "data:"+world, "data:[DONE]"), "Hello world", "", ""},
		"CRLF":               {"data: " + hello + "\r\n\r\ndata: " + world + "\r\n\r\ndata: [DONE]\r\n\r\n", "Hello world", "", ""},
		"comments, fields":   {lines(": ping", "", "event: message", "id: 7", "retry: 3", "data: "+hello, ":", "data: "+world, "data: [DONE]"), "Hello world", "", ""},
		"leading blanks":     {"\n\n  data: " + hello + "\ndata: [DONE]\n", "Hello", "", ""},
		"role, null, empty":  {lines(`data: {"choices":[{"delta":{"role":"assistant","content":""}}]}`, `data: {"choices":[{"delta":{"content":null}}],"error":null}`, "data: "+hello, `data: {"choices":[]}`, "data:", "data: [DONE]"), "Hello", "", ""},
		"a huge line":        {lines(`data: {"choices":[{"delta":{"content":"`+big+`"}}]}`, "data: [DONE]"), big, "", ""},
		"usage at the end":   {lines("data: "+hello, "data: "+stop, `data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":6}}`, "data: [DONE]"), "Hello", "stop", ""},
		"message not delta":  {lines(`data: {"choices":[{"message":{"content":"Hello"},"finish_reason":"length"}]}`, "data: [DONE]"), "Hello", "length", ""},
		"legacy text":        {lines(`data: {"choices":[{"text":"Hello","finish_reason":"stop"}]}`, "data: [DONE]"), "Hello", "stop", ""},
		"no DONE, finished":  {lines("data: "+hello, "data: "+stop), "Hello", "stop", ""},
		"no last newline":    {"data: " + hello + "\ndata: [DONE]", "Hello", "", ""},
		"no DONE, no finish": {lines("data: " + hello), "Hello", "", KindCut},
		"half an event":      {"data: " + hello + "\ndata: {\"choi", "Hello", "", KindCut},
		"error after text":   {lines("data: "+hello, `data: {"error":{"message":"engine died"}}`), "Hello", "", KindCut},
		"text after DONE":    {lines("data: "+hello, "data: [DONE]", "data: "+world), "Hello", "", ""},
		"nothing at all":     {lines("data: [DONE]"), "", "", KindEmpty},
		"escaped halves":     {lines(`data: {"choices":[{"delta":{"content":"\u0153d\u00e8me \ud83d\ude00"}}]}`, "data: [DONE]"), "œdème 😀", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSim(t, modelsim.Config{Handler: modelsim.Raw("text/event-stream", c.body)})
			got, err := collect(t.Context(), vertexClient(t, s), question("q"))
			if kindOfErr(err) != c.kind || got.text != c.text {
				t.Fatalf("%.60q, error %v; want %.60q, %q", got.text, err, c.text, c.kind)
			}
			if c.kind == "" && got.end.Finish != c.finish {
				t.Errorf("finish %q, want %q", got.end.Finish, c.finish)
			}
			if c.kind != "" && got.end != nil {
				t.Error("an answer that is not complete has an end")
			}
			if len(got.waits) > 0 {
				t.Errorf("it was tried again: %v", got.waits)
			}
		})
	}
}

// A connection lost after the finish_reason has cost nothing but the counts.
func TestBreakAfterTheFinishIsNoCut(t *testing.T) {
	body := "data: " + hello + "\n\ndata: " + stop + "\n\n"
	for name, script := range map[string]modelsim.Script{
		"broken": modelsim.Text("Hello", modelsim.CutAfter(len(frames(t, "Hello")))),
		"ended":  modelsim.Raw("text/event-stream", body),
	} {
		s := startSim(t, modelsim.Config{Handler: script})
		got, err := collect(t.Context(), vertexClient(t, s), question("q"))
		if err != nil || got.text != "Hello" || got.end.Finish != "stop" {
			t.Errorf("%s: %q, end %+v, error %v", name, got.text, got.end, err)
		}
	}
}

// frames is the stream of an answer up to and with its finish_reason.
func frames(t *testing.T, text string) string {
	t.Helper()
	s := startSim(t, modelsim.Config{Handler: modelsim.Text(text)})
	req := strings.NewReader(`{"model":"","messages":[{"role":"user","content":[{"type":"text","text":"q"}]}],"max_tokens":500,"temperature":0,"stream":true}`)
	body := post(t, s.URL()+"/v1/chat/completions", req)
	before, _, ok := strings.Cut(body, "data: [DONE]")
	if !ok {
		t.Fatalf("a stream without an end: %q", body)
	}
	return before
}

func TestLateTraceIsTakenBack(t *testing.T) {
	s := startSim(t, modelsim.Config{Handler: modelsim.Text(long+"<unused95>Clear.", modelsim.Chunks(5))})
	got, err := collect(t.Context(), vertexClient(t, s), question("q"))
	if err != nil || got.text != "Clear." || got.drops != 1 {
		t.Errorf("%q after %d drops, error %v", got.text, got.drops, err)
	}
}

func TestThinkingIsLeftOut(t *testing.T) {
	for _, mode := range []modelsim.Mode{modelsim.Dedicated, modelsim.Plain, modelsim.OpenAI} {
		s := startSim(t, modelsim.Config{Mode: mode, Handler: modelsim.Thinking("A SECRET trace.\n", "\nClear lungs.")})
		cfg := vertexConfig(s)
		if mode == modelsim.OpenAI {
			cfg = Config{URL: s.URL() + "/v1", Name: "m"}
		}
		c, _ := newClient(t, cfg)
		got, err := collect(t.Context(), c, question("q"))
		if err != nil || got.text != "Clear lungs." || got.drops > 0 {
			t.Errorf("mode %d: %q, error %v", mode, got.text, err)
		}
	}
}
