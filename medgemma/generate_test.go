package medgemma

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

func TestAnswerComesAsItIsSaid(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.Dedicated, Endpoint: endpointName})
	gate := make(chan struct{})
	first := strings.Repeat("The heart is normal. ", 4)
	s.Answer(modelsim.Text(first+"The lungs are clear.", modelsim.Chunks(len(first)), modelsim.Gate(gate), modelsim.Usage(300, 12)))
	c := vertexClient(t, s)
	r := ask(user(say("Image 1"), pngOf(t, 8), say("what is it?")))
	r.System = "You are an expert radiologist."
	r.Temperature = 0

	go func() { gate <- struct{}{} }()
	var texts []string
	var end *End
	for ch, err := range c.Generate(t.Context(), r) {
		if err != nil {
			t.Fatal(err)
		}
		if ch.Text != "" {
			texts = append(texts, ch.Text)
			if ch.Model != "medgemma-1.5-4b-it" {
				t.Errorf("a text of model %q", ch.Model)
			}
			if len(texts) == 1 {
				// The rest is only said now, so the first piece was not waiting for it.
				close(gate)
			}
		}
		end = ch.End
	}
	if diff := cmp.Diff([]string{first, "The lungs are clear."}, texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	want := &End{Finish: "stop", Model: "medgemma-1.5-4b-it", PromptTokens: 300, CompletionTokens: 12}
	if diff := cmp.Diff(want, end); diff != "" {
		t.Errorf("end (-want +got):\n%s", diff)
	}
	got := s.Requests()[0]
	if got.Path != "/v1beta1/"+endpointName+"/chat/completions" || got.Temperature != 0 || got.MaxTokens != 500 || len(got.Images()) != 1 {
		t.Errorf("request %s with temperature %v, %d tokens, %d images", got.Path, got.Temperature, got.MaxTokens, len(got.Images()))
	}
	if got.System() != r.System || got.Question() != "what is it?" || got.Images()[0].Label != "Image 1" {
		t.Errorf("system %q, question %q, label %q", got.System(), got.Question(), got.Images()[0].Label)
	}
}

// Each way in which an endpoint says that it does not stream leads to :predict,
// once: the next question goes there at once.
func TestFallsBackToPredictAndRemembers(t *testing.T) {
	for name, c := range map[string]struct {
		refusal modelsim.Script
		calls   []string // v1beta1 or v1
	}{
		"404":                {modelsim.Status(404, "no such path"), []string{"v1beta1", "v1", "v1"}},
		"405":                {modelsim.Status(405, ""), []string{"v1beta1", "v1", "v1"}},
		"501":                {modelsim.Status(501, ""), []string{"v1beta1", "v1", "v1"}},
		"400 nested":         {modelsim.Nested400("Unrecognized request argument supplied: stream"), []string{"v1beta1", "v1beta1", "v1", "v1"}},
		"400 flat":           {modelsim.Flat400("Streaming is not supported"), []string{"v1beta1", "v1beta1", "v1", "v1"}},
		"400 in other words": {modelsim.Nested400("Request contains an invalid argument."), []string{"v1beta1", "v1", "v1"}},
		"schema in 200":      {modelsim.NoStreamSchema(), []string{"v1beta1", "v1beta1", "v1", "v1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSim(t, modelsim.Config{Mode: modelsim.Plain, NoStream: c.refusal})
			client := vertexClient(t, s)
			for range 2 {
				got, err := collect(t.Context(), client, question("hello"))
				if err != nil || got.text != "You asked: hello" || len(got.waits) > 0 {
					t.Fatalf("%q, waits %v, error %v", got.text, got.waits, err)
				}
			}
			var calls []string
			for _, r := range s.Requests() {
				calls = append(calls, strings.Split(r.Path, "/")[1])
			}
			if diff := cmp.Diff(c.calls, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A server that only refuses the token counts goes on streaming.
func TestServerWithoutStreamOptions(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.OpenAI})
	s.Answer(modelsim.Nested400("Unknown field: stream_options"))
	c, _ := newClient(t, Config{URL: s.URL() + "/v1/", Name: "medgemma:4b"})
	for range 2 {
		if got, err := collect(t.Context(), c, question("hello")); err != nil || got.text != "You asked: hello" {
			t.Fatalf("%q, %v", got.text, err)
		}
	}
	var got []string
	for _, r := range s.Requests() {
		got = append(got, fmt.Sprintf("%s %s stream=%v usage=%v", r.Path, r.Model, r.Stream, r.IncludeUsage))
	}
	const path = "/v1/chat/completions medgemma:4b "
	want := []string{path + "stream=true usage=true", path + "stream=true usage=false", path + "stream=true usage=false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// A fallback that did not help is not remembered.
func TestAVainFallbackIsForgotten(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.OpenAI})
	// The server quotes a prompt that speaks of a stream.
	s.Answer(modelsim.Nested400("invalid input: 'is this stream of contrast unexpected?'"),
		modelsim.Nested400("invalid input"), modelsim.Nested400("invalid input"))
	c, _ := newClient(t, Config{URL: s.URL() + "/v1"})
	if _, err := collect(t.Context(), c, question("q")); kindOfErr(err) != KindRejected {
		t.Fatalf("error %v, want rejected", err)
	}
	s.Answer()
	if _, err := collect(t.Context(), c, question("q")); err != nil {
		t.Fatal(err)
	}
	all := s.Requests()
	if last := all[len(all)-1]; !last.IncludeUsage {
		t.Error("the next question does not ask for a full stream")
	}
}

func TestShapesOfAWholeAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		script modelsim.Script
		finish string
		model  string
	}{
		"object":        {modelsim.Echo(), "stop", "medgemma-1.5-4b-it"},
		"list":          {modelsim.Echo(modelsim.AsForm(modelsim.List)), "stop", "medgemma-1.5-4b-it"},
		"list of lists": {modelsim.Echo(modelsim.AsForm(modelsim.ListOfLists)), "stop", "medgemma-1.5-4b-it"},
		"bare":          {modelsim.Echo(modelsim.AsForm(modelsim.Bare)), "stop", "medgemma-1.5-4b-it"},
		"no finish":     {modelsim.Echo(modelsim.NoFinish()), "", "medgemma-1.5-4b-it"},
		"string":        {modelsim.Raw("application/json", `{"predictions":["You asked: hello"]}`), "", ""},
		"parts":         {modelsim.Raw("application/json", `{"choices":[{"message":{"content":[{"type":"text","text":"You asked: "},{"type":"text","text":"hello"}]}}]}`), "", ""},
		"bare list":     {modelsim.Raw("application/json", `[{"choices":[{"message":{"content":"You asked: hello"},"finish_reason":"length"}]}]`), "length", ""},
		"placeholder":   {modelsim.Raw("application/json", `{"modelDisplayName":"mg","predictions":{"model":"placeholder","choices":[{"message":{"content":"You asked: hello"}}]}}`), "", "mg"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSim(t, modelsim.Config{Mode: modelsim.Plain, Handler: c.script})
			got, err := collect(t.Context(), vertexClient(t, s), question("hello"))
			if err != nil || got.text != "You asked: hello" || got.end.Finish != c.finish || got.end.Model != c.model {
				t.Errorf("%q, end %+v, error %v", got.text, got.end, err)
			}
		})
	}
}

func TestJSONInsteadOfAStreamIsTaken(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.Dedicated, Handler: modelsim.Echo(modelsim.AsJSON())})
	c := vertexClient(t, s)
	got, err := collect(t.Context(), c, question("hello"))
	if err != nil || got.text != "You asked: hello" || len(s.Requests()) != 1 {
		t.Errorf("%q after %d calls, error %v", got.text, len(s.Requests()), err)
	}
}

func TestReaderThatStopsCancelsTheRequest(t *testing.T) {
	s := startSim(t, modelsim.Config{Handler: modelsim.HangAfter(long)})
	c := vertexClient(t, s)
	for ch, err := range c.Generate(t.Context(), question("q")) {
		if err != nil || ch.Text != long {
			t.Fatalf("%+v, %v", ch, err)
		}
		break
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.WaitGone(ctx, 1); err != nil {
		t.Error("the endpoint was not told: ", err)
	}
}

func TestContextEndsTheCallWithItsOwnError(t *testing.T) {
	s := startSim(t, modelsim.Config{Handler: modelsim.Hang()})
	c := vertexClient(t, s)
	cause := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		if err := s.WaitHeld(ctx, 1); err == nil {
			cancel(cause)
		}
	}()
	_, err := collect(ctx, c, question("q"))
	if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
		t.Errorf("error %v, want the context's and its cause", err)
	}
	deadline, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if _, err := collect(deadline, c, question("q")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline's", err)
	}
	if err := s.WaitGone(t.Context(), 2); err != nil {
		t.Error(err)
	}
}

func TestLongAnswerArrivesWhole(t *testing.T) {
	for _, mode := range []modelsim.Mode{modelsim.Dedicated, modelsim.Plain} {
		s := startSim(t, modelsim.Config{Mode: mode, Handler: modelsim.Long(30_000)})
		got, err := collect(t.Context(), vertexClient(t, s), question("q"))
		if err != nil || len(got.text) != 30_000 || !strings.Contains(got.text, "Line 00900 of a long answer.\n") {
			t.Errorf("mode %d: %d bytes, error %v", mode, len(got.text), err)
		}
	}
}

func TestOneClientServesManyAtOnce(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.Plain})
	c := vertexClient(t, s)
	done := make(chan error)
	for i := range 16 {
		go func() {
			q := fmt.Sprint("question ", i)
			got, err := collect(t.Context(), c, question(q))
			if err == nil && got.text != "You asked: "+q {
				err = fmt.Errorf("asked %q, got %q", q, got.text)
			}
			done <- err
		}()
	}
	for range 16 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
