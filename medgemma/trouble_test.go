package medgemma

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// canary stands where servers echo the prompt. No error may hold it.
const canary = "CANARY-patient-name"

func TestEveryFailureHasItsKind(t *testing.T) {
	for name, c := range map[string]struct {
		script modelsim.Script
		kind   Kind
		status int
		limit  int
	}{
		"images":            {modelsim.TooManyImages(3), KindTooManyImages, 400, 3},
		"images flat":       {modelsim.Flat400("At most 1 image(s) may be provided in one request. " + canary), KindTooManyImages, 400, 1},
		"images by flag":    {modelsim.Nested400("You set image=2 (or defaulted to 1) in `--limit-mm-per-prompt`, but passed 3 image items in the same prompt."), KindTooManyImages, 400, 2},
		"no images":         {modelsim.TooManyImages(0), KindTooManyImages, 400, NoImages},
		"text-only model":   {modelsim.Nested400(canary + " is not a multimodal model"), KindTooManyImages, 400, NoImages},
		"no mmproj":         {modelsim.Status(500, `{"error":{"code":500,"message":"Unsupported content part type: image_url"}}`), KindTooManyImages, 500, NoImages},
		"overflow":          {modelsim.Overflow(4096), KindContextOverflow, 400, 4096},
		"overflow negative": {modelsim.Flat400("max_tokens must be at least 1, got -186."), KindContextOverflow, 400, 0},
		"overflow newer":    {modelsim.Nested400("'max_tokens' or 'max_completion_tokens' is too large: 500. This model's maximum context length is 2048 tokens and your request has 2000 input tokens"), KindContextOverflow, 400, 2048},
		"overflow llama":    {modelsim.Status(400, `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}}`), KindContextOverflow, 400, 8192},
		"roles":             {modelsim.Nested400("Conversation roles must alternate user/assistant/user/assistant/..." + canary), KindRejected, 400, 0},
		"another 400":       {modelsim.Nested400(canary), KindRejected, 400, 0},
		"plain 400":         {modelsim.Status(400, canary), KindRejected, 400, 0},
		"pydantic":          {modelsim.Status(422, `{"detail":[{"loc":["body"],"msg":"`+canary+`"}]}`), KindRejected, 422, 0},
		"payload":           {modelsim.Status(400, `{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"Request payload size exceeds the limit: 10485760 bytes."}}`), KindTooLarge, 400, 10485760},
		"413":               {modelsim.HTML(413), KindTooLarge, 413, 0},
		"401":               {modelsim.Status(401, canary), KindUnauthorized, 401, 0},
		"403 in words":      {modelsim.Status(403, `{"error":{"code":403,"message":"At most 1 image(s) `+canary+`","status":"PERMISSION_DENIED"}}`), KindUnauthorized, 403, 0},
		"404":               {modelsim.Status(404, canary), KindNotFound, 404, 0},
		"no model":          {modelsim.Status(400, `{"error":{"code":400,"message":"Endpoint `+canary+` doesn't have traffic_split.","status":"FAILED_PRECONDITION"}}`), KindNotFound, 400, 0},
		"redirect":          {modelsim.Status(307, canary), KindRejected, 307, 0},
		"408":               {modelsim.Status(408, canary), KindTimeout, 408, 0},
		"504":               {modelsim.HTML(504), KindTimeout, 504, 0},
		"shared timeout":    {modelsim.Status(503, "Took too long to respond when processing "+canary), KindTimeout, 503, 0},
		"500":               {modelsim.Status(500, canary), KindServer, 500, 0},
		"502":               {modelsim.Status(502, canary, modelsim.Times(5)), KindServer, 502, 0},
		"html":              {modelsim.HTML(200), KindServer, 200, 0},
		"half JSON":         {modelsim.InvalidJSON(), KindServer, 200, 0},
		"other JSON":        {modelsim.Raw("application/json", `{"hello":"`+canary+`"}`), KindServer, 200, 0},
		"not JSON":          {modelsim.Raw("text/plain", canary), KindServer, 200, 0},
		"nothing":           {modelsim.Raw("application/json", ""), KindServer, 200, 0},
		"null":              {modelsim.Raw("application/json", `{"predictions":null}`), KindServer, 200, 0},
		"error in 200":      {modelsim.ErrorIn200(canary), KindServer, 200, 0},
		"images in 200":     {modelsim.ErrorIn200("At most 4 image(s) may be provided"), KindTooManyImages, 200, 4},
		"string in 200":     {modelsim.Raw("application/json", `{"error":"`+canary+`"}`), KindServer, 200, 0},
		"code in 200":       {modelsim.Raw("application/json", `{"predictions":[{"error":{"message":"x","code":400}}]}`), KindRejected, 200, 0},
		"busy":              {modelsim.Busy(5), KindBusy, 429, 0},
		"unavailable":       {modelsim.Unavailable(5), KindBusy, 503, 0},
		"quota in 200":      {modelsim.Raw("application/json", `{"error":{"status":"RESOURCE_EXHAUSTED","message":"x","code":429}}`), KindBusy, 200, 0},
		"error in stream":   {modelsim.Raw("text/event-stream", "data: {\"error\":{\"message\":\"At most 2 image(s)\",\"code\":400}}\n\n"), KindTooManyImages, 200, 2},
		"junk in stream":    {modelsim.Raw("text/event-stream", "data: "+canary+"\n\n"), KindServer, 200, 0},
		"empty":             {modelsim.Empty(), KindEmpty, 200, 0},
		"white space":       {modelsim.Pieces(" \n", "\n\t "), KindEmpty, 200, 0},
		"only tokens":       {modelsim.Pieces("<eos>", "<end_of_turn>\n"), KindEmpty, 200, 0},
		"no choices":        {modelsim.Raw("application/json", `{"choices":[]}`), KindEmpty, 200, 0},
		"thinking":          {modelsim.Unclosed(canary), KindThinking, 200, 0},
		"only thinking":     {modelsim.Thinking(canary, "\n"), KindThinking, 200, 0},
		"thinking apart":    {modelsim.Raw("application/json", `{"choices":[{"message":{"content":null,"reasoning_content":"`+canary+`"},"finish_reason":"length"}]}`), KindThinking, 200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSim(t, modelsim.Config{Mode: modelsim.OpenAI, Handler: c.script})
			client, _ := newClient(t, Config{URL: s.URL() + "/v1", Name: "m"})
			got, err := collect(t.Context(), client, question("is it "+canary+"?"))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want an *Error", err)
			}
			if e.Kind != c.kind || e.Status != c.status || e.Limit != c.limit {
				t.Errorf("%s, status %d, limit %d; want %s, %d, %d", e.Kind, e.Status, e.Limit, c.kind, c.status, c.limit)
			}
			if strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), string(c.kind)) {
				t.Errorf("it says %q", err)
			}
			if got.text != "" && !blank(got.text) {
				t.Errorf("text %q came before it", got.text)
			}
		})
	}
}

func TestTooLargeIsNotSent(t *testing.T) {
	s := startSim(t, modelsim.Config{})
	c := vertexClient(t, s)
	_, err := collect(t.Context(), c, ask(user(picture(make([]byte, maxDedicated*3/4)...))))
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindTooLarge || e.Limit != c.MaxBody() || e.Status != 0 {
		t.Errorf("error %v, want too large with the limit %d", err, c.MaxBody())
	}
	if n := len(s.Requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	elsewhere := startSim(t, modelsim.Config{})
	client, _ := newClient(t, Config{URL: "http://127.0.0.1:1/v1", Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "127.0.0.1:1" {
			t.Errorf("a request went to %s", r.URL.Host)
		}
		return &http.Response{StatusCode: http.StatusPermanentRedirect, Header: http.Header{"Location": {elsewhere.URL()}}, Body: http.NoBody, Request: r}, nil
	})})
	if _, err := collect(t.Context(), client, question("q")); kindOfErr(err) != KindRejected {
		t.Errorf("error %v, want rejected", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestUnreachable(t *testing.T) {
	s := startSim(t, modelsim.Config{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c, k := newClient(t, vertexConfig(s))
	got, err := collect(t.Context(), c, question("q"))
	if kindOfErr(err) != KindUnreachable || len(got.waits) != 4 || len(k.slept) != 4 {
		t.Errorf("error %v after %d waits, want unreachable after 4", err, len(got.waits))
	}
	if got.waits[0].Waking {
		t.Error("an unreachable endpoint is told as waking")
	}
}

func TestSilenceEndsTheCall(t *testing.T) {
	// What a case does not wait for is long, so that a slow machine does not
	// end it for another reason.
	const short, ample = 150 * time.Millisecond, 20 * time.Second
	first := Timing{FirstToken: short, Idle: ample, Plain: ample}
	idle := Timing{FirstToken: ample, Idle: short, Plain: ample}
	for name, c := range map[string]struct {
		script modelsim.Script
		mode   modelsim.Mode
		timing Timing
		kind   Kind
		text   string
	}{
		"no first token": {modelsim.Hang(), modelsim.Dedicated, first, KindTimeout, ""},
		"in the middle":  {modelsim.HangAfter("The heart"), modelsim.Dedicated, idle, KindCut, "The heart"},
		"in a trace":     {modelsim.HangAfter("<unused94>thought\nhm"), modelsim.Dedicated, idle, KindTimeout, ""},
		"plain":          {modelsim.Hang(), modelsim.Plain, Timing{FirstToken: ample, Idle: ample, Plain: short}, KindTimeout, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSim(t, modelsim.Config{Mode: c.mode, Handler: c.script})
			cfg := vertexConfig(s)
			cfg.Timing = c.timing
			client, _ := newClient(t, cfg)
			got, err := collect(t.Context(), client, question("q"))
			if kindOfErr(err) != c.kind || got.text != c.text || len(got.waits) > 0 {
				t.Errorf("%q, error %v, %d waits; want %q, %s", got.text, err, len(got.waits), c.text, c.kind)
			}
			if err := s.WaitGone(t.Context(), 1); err != nil {
				t.Error(err)
			}
		})
	}
}
