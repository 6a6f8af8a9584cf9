package modelsim

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func stream(messages ...string) string {
	return strings.Replace(body(messages...), `"model"`, `"stream":true,"stream_options":{"include_usage":true},"model"`, 1)
}

var ask = stream(user(textPart("q")))

func TestStreamLooksLikeVLLMs(t *testing.T) {
	s := start(t, Config{Model: "mg"})
	s.Answer(Pieces("Clear ", "lungs."))
	_, got := send(t, s, "POST", chatPath, ask)
	var events []string
	for line := range strings.Lines(got) {
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok {
			events = append(events, data)
		}
	}
	want := []string{`"role":"assistant"`, `"content":"Clear "`, `"content":"lungs."`, `"finish_reason":"stop"`, `"usage":{`, `[DONE]`}
	if len(events) != len(want) {
		t.Fatalf("%d events: %s", len(events), got)
	}
	for i, e := range events {
		if !strings.Contains(e, want[i]) {
			t.Errorf("event %d is %s, want %s in it", i, e, want[i])
		}
	}
}

func TestScriptsAreUsedInTurn(t *testing.T) {
	s := start(t, Config{Handler: Text("handler")})
	s.Answer(Waking(2), Text("one"), Busy(1, RetryAfter(7*time.Second)))
	var got []int
	for range 5 {
		code, _ := send(t, s, "POST", chatPath, ask)
		got = append(got, code)
	}
	if want := []int{429, 429, 200, 429, 200}; !equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	// A new script replaces what is left of the old one.
	s.Answer(Busy(99))
	send(t, s, "POST", chatPath, ask)
	s.Answer(Text("at last"))
	if _, b := send(t, s, "POST", chatPath, ask); !strings.Contains(b, "at last") || s.Left() != 0 {
		t.Errorf("%d left, %s", s.Left(), b)
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestConnectionsThatBreak(t *testing.T) {
	for name, c := range map[string]struct {
		script Script
		want   string
	}{
		"after bytes": {Text("The heart is enlarged", CutAfter(7)), `data: {`},
		"after text":  {Cut("The heart is enlarged", 9), `"content":"The heart"`},
		"rehearsed":   {Choose(func(Request) Script { return Rehearsal(Pause(0)).choose(wordsOf("break off")) }), "rehearsal mo"},
	} {
		s := start(t, Config{Handler: c.script})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+chatPath, strings.NewReader(ask))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(string(got), c.want) || strings.Contains(string(got), "enlarged") {
			t.Errorf("%s: %q, error %v", name, got, err)
		}
	}
}

func TestGateHoldsEachPiece(t *testing.T) {
	gate := make(chan struct{})
	s := start(t, Config{Handler: Text("ab", Chunks(1), Gate(gate))})
	done := make(chan string, 1)
	go func() {
		_, got := send(t, s, "POST", chatPath, ask)
		done <- got
	}()
	for range 2 {
		if err := s.WaitHeld(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if n := s.Waiting(); n != 1 {
			t.Errorf("%d wait, want 1", n)
		}
		select {
		case got := <-done:
			t.Fatalf("the gate let through %q", got)
		case gate <- struct{}{}:
		}
	}
	if got := <-done; !strings.Contains(got, `"b"`) || s.Waiting() != 0 {
		t.Errorf("%d wait, %q", s.Waiting(), got)
	}
}

func TestClientsThatLeaveAreCounted(t *testing.T) {
	s := start(t, Config{Handler: Hang()})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if s.WaitHeld(ctx, 1) == nil {
			cancel()
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL()+chatPath, strings.NewReader(ask))
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultClient.Do(req); err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
		if err == nil {
			t.Error("an answer came from what hangs")
		}
	}
	if err := s.WaitGone(t.Context(), 1); err != nil || s.Gone() != 1 {
		t.Errorf("%d gone, error %v", s.Gone(), err)
	}
	if _, err := s.Wait(ctx, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting in vain gives %v", err)
	}
}

func TestRehearsalReportsAndNeverReads(t *testing.T) {
	s := start(t, Config{Handler: Rehearsal(Pause(0))})
	b := body(`{"role":"system","content":"be careful"}`, user(textPart("Image 1"), imagePart(pngURL(t, 6, 5)), textPart("first?")), assistant("a"), user(textPart("second\nline?")))
	_, got := send(t, s, "POST", chatPath, b)
	text := content(t, got)
	for _, want := range []string{"rehearsal model", "not MedGemma", "has read no scan", "- Image 1: PNG, 6 x 5 pixels, ", " bytes, sha256 " + s.Requests()[0].Images()[0].SHA256[:8] + "\n",
		"**Turns:** 3\n", "temperature 0.1, max tokens 500\n", "10 characters\n", "> second\n> line?\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
	if !strings.HasPrefix(text, "**This is a rehearsal model.") {
		t.Errorf("it begins %.40q", text)
	}
	_, got = send(t, s, "POST", chatPath, strings.Replace(body(user(textPart("q"))), "500", "5", 1))
	if text := content(t, got); len(text) != 20 || !strings.Contains(got, `"finish_reason":"length"`) {
		t.Errorf("with 5 tokens it says %q: %s", text, got)
	}
	_, got = send(t, s, "POST", chatPath, body(user(textPart("q"))))
	if text := content(t, got); !strings.Contains(text, "**Images:** none") {
		t.Errorf("without an image it says %q", text)
	}
}

// Asked to go on, the rehearsal says the rest of what it would have said, also when
// its parts were put together with white space; and words in a question make it fail.
func TestRehearsalGoesOnAndGoesWrong(t *testing.T) {
	s := start(t, Config{Handler: Rehearsal(Pause(0))})
	say := func(body string) (text, got string) {
		_, got = send(t, s, "POST", chatPath, body)
		return content(t, got), got
	}
	question := user(textPart("a long answer, please"))
	goOn := user(textPart("[Your last answer was cut off at the end of what was allowed. Go on.]"))
	first, got := say(body(question))
	if len(first) != 2000 || !strings.Contains(got, `"finish_reason":"length"`) {
		t.Fatalf("the long answer has %d characters, want the 2000 of 500 tokens", len(first))
	}
	rest, got := say(body(question, assistant(first), goOn))
	if !strings.HasSuffix(rest, "That was the end of the long answer.\n") || !strings.Contains(got, `"finish_reason":"stop"`) {
		t.Errorf("the rest is %q", rest)
	}
	if whole := first + rest; strings.Count(whole, "Line 50 of") != 1 || strings.Count(whole, "rehearsal model.") != 1 {
		t.Errorf("the parts do not fit together: %q", whole)
	}
	middle := first[:1003]
	if got, _ := say(body(question, assistant(middle+" "), goOn)); strings.TrimLeft(middle+got, " ")[:2000] != first {
		t.Errorf("after 1003 characters it goes on with %.80q", got)
	}
	if got, _ := say(body(question, assistant("Something else."), goOn)); !strings.HasPrefix(got, "**This is a rehearsal model.") {
		t.Errorf("after another answer it goes on with %.80q", got)
	}
	if got, _ := say(body(user(textPart("please repeat yourself")))); strings.Count(got, "again and again") < 10 {
		t.Errorf("it does not repeat itself: %q", got)
	}
}

func wordsOf(question string) Request {
	return Request{MaxTokens: 500, Messages: []Message{{Role: "user", Parts: []Part{{Text: question}}}}}
}

func content(t *testing.T, body string) string {
	t.Helper()
	var c struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.Unmarshal([]byte(body), &c); err != nil || len(c.Choices) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	return c.Choices[0].Message.Content
}
