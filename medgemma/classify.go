package medgemma

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// maxErrorBody is how much of a refusal is looked at, in bytes.
const maxErrorBody = 256 << 10

// serverError is what the shapes of a refusal have in common.
type serverError struct {
	text   string // what it says; looked at, never passed on
	code   int    // its own status, 0 when it has none
	reason string // machine word such as RESOURCE_EXHAUSTED
}

// parseError finds the refusal in a body and says whether there was one. Seen:
// vLLM's old flat {"object":"error","message":..,"code":400} and newer nested
// {"error":{..}}, Google's {"error":{..,"status":..}} also in a list, the DICOM
// container's {"error":"text"}, all of them also under "predictions".
func parseError(body []byte) (serverError, bool) {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			return serverError{}, false
		}
		return parseError(list[0])
	}
	var m struct {
		Error       json.RawMessage `json:"error"`
		Predictions json.RawMessage `json:"predictions"`
		Object      string          `json:"object"`
		Message     string          `json:"message"`
		Detail      json.RawMessage `json:"detail"` // FastAPI, before vLLM sees the request
		Type        string          `json:"type"`
		Status      string          `json:"status"`
		Code        json.RawMessage `json:"code"`
		NCtx        json.RawMessage `json:"n_ctx"` // llama.cpp's context length
	}
	if json.Unmarshal(body, &m) != nil {
		return serverError{}, false
	}
	switch {
	case len(m.Error) > 0 && m.Error[0] == '"':
		return serverError{text: string(m.Error)}, true
	case len(m.Error) > 0 && m.Error[0] == '{':
		inner, ok := parseError(slices.Concat([]byte(`{"object":"error",`), m.Error[1:]))
		if !ok {
			inner = serverError{text: string(m.Error)}
		}
		return inner, true
	case m.Object == "error" || m.Message != "" && len(m.Code) > 0:
		e := serverError{text: m.Message, reason: m.Status}
		e.code, _ = strconv.Atoi(string(bytes.Trim(m.Code, `"`)))
		if e.reason == "" {
			e.reason = m.Type
		}
		if len(m.NCtx) > 0 {
			e.text += " context length is " + string(m.NCtx)
		}
		return e, true
	case len(m.Detail) > 0 && string(m.Detail) != "null":
		return serverError{text: string(m.Detail)}, true
	case len(m.Predictions) > 0:
		return parseError(m.Predictions)
	}
	return serverError{}, false
}

// rule knows one refusal by its words. When the words hold a number it is the
// Error's Limit.
type rule struct {
	words *regexp.Regexp
	kind  Kind
	limit int
	says  string
}

// rules are tried in order. Each wording was seen in the named server.
var rules = []rule{
	// Vertex AI, scale to zero. The request was dropped and must be sent again.
	{regexp.MustCompile(`(?i)not yet ready for inference|scale-up from zero`), KindWaking, 0, "starting from zero"},
	// vLLM, the limit set by --limit-mm-per-prompt.
	{regexp.MustCompile(`At most 0 image`), KindTooManyImages, NoImages, "the model takes no images"},
	{regexp.MustCompile(`At most (\d{1,5}) image`), KindTooManyImages, 0, ""},
	{regexp.MustCompile(`You set [\x60'"]?image=(\d{1,5})`), KindTooManyImages, 0, ""},
	{regexp.MustCompile(`limit-mm-per-prompt|[Tt]oo many images`), KindTooManyImages, 0, ""},
	// vLLM with a text-only model; llama.cpp without --mmproj, old and new.
	{regexp.MustCompile(`not a multimodal model|Unsupported content part type|image input is not supported`), KindTooManyImages, NoImages, "the model takes no images"},
	// vLLM, two generations.
	{regexp.MustCompile(`maximum context length (?:is|of) (\d{1,8})`), KindContextOverflow, 0, ""},
	{regexp.MustCompile(`maximum model length of (\d{1,8})`), KindContextOverflow, 0, ""},
	{regexp.MustCompile(`max_tokens must be at least 1, got -`), KindContextOverflow, 0, ""},
	// llama.cpp, LM Studio, TGI.
	{regexp.MustCompile(`context length is (\d{1,8})`), KindContextOverflow, 0, ""},
	{regexp.MustCompile(`available context size(?: \((\d{1,8}) tokens\))?`), KindContextOverflow, 0, ""},
	{regexp.MustCompile(`context length of only (\d{1,8})`), KindContextOverflow, 0, ""},
	{regexp.MustCompile(`max_new_tokens[\x60'"]? must be <= (\d{1,8})`), KindContextOverflow, 0, ""},
	// Google's front end.
	{regexp.MustCompile(`payload size exceeds the limit(?:: (\d{1,10}) bytes)?`), KindTooLarge, 0, ""},
	{regexp.MustCompile(`(?i)traffic_split|no deployed models?|does not have any deployed`), KindNotFound, 0, "no model is deployed"},
	// A shared endpoint after its 60 seconds.
	{regexp.MustCompile(`Took too long to respond`), KindTimeout, 0, ""},
	// Gemma's template. A fault of the caller, so it is worth naming.
	{regexp.MustCompile(`roles must alternate`), KindRejected, 0, "roles must alternate"},
}

// reasons are the machine words that may stand in an error; anything else a
// server puts there might be text.
var reasons = []string{
	"BadRequestError", "NotFoundError", "InternalServerError", "invalid_request_error", "exceed_context_size_error",
	"INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE", "NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED",
	"RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "UNIMPLEMENTED",
}

// classify turns a refusal into an *Error by its words, then by its status.
// status is 200 for the servers that refuse with a success.
func classify(status int, body []byte) *Error {
	refusal, ok := parseError(body)
	if !ok {
		refusal.text = string(body)
	}
	e := &Error{Status: status}
	if slices.Contains(reasons, refusal.reason) {
		e.Err = errors.New(refusal.reason)
	}
	// The status is the better witness here: its words may quote anything.
	if status != http.StatusUnauthorized && status != http.StatusForbidden {
		for _, r := range rules {
			if m := r.words.FindStringSubmatch(refusal.text); m != nil {
				e.Kind, e.Limit = r.kind, r.limit
				if len(m) > 1 && m[1] != "" {
					e.Limit, _ = strconv.Atoi(m[1])
				}
				if r.says != "" {
					e.Err = errors.New(r.says)
				}
				return e
			}
		}
	}
	if status < 300 && refusal.code >= 400 {
		status = refusal.code
	}
	e.Kind = kindOf(status, refusal.reason)
	return e
}

func kindOf(status int, reason string) Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return KindUnauthorized
	case http.StatusNotFound:
		return KindNotFound
	case http.StatusRequestEntityTooLarge:
		return KindTooLarge
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return KindTimeout
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return KindBusy
	}
	switch {
	case reason == "RESOURCE_EXHAUSTED":
		return KindBusy
	case status >= 300 && status < 500, reason == "BadRequestError", reason == "INVALID_ARGUMENT":
		return KindRejected
	}
	return KindServer
}

// streamWords find a refusal of streaming itself, such as the DICOM
// container's "Additional properties are not allowed ('stream' was unexpected)".
var (
	streamWord  = regexp.MustCompile(`(?i)\bstream(ing|_options)?\b`)
	unknownWord = regexp.MustCompile(`(?i)additional propert|unexpected|unknown|unrecognized|extra (inputs|fields)|not (permitted|allowed|supported|implemented)|unsupported|invalid`)
)

// refusesStream says whether a refusal is about the wish to stream. It may be
// wrong when a server quotes the prompt: then the plain form is tried in vain,
// and nothing is remembered.
func refusesStream(body []byte) bool {
	refusal, ok := parseError(body)
	if !ok {
		refusal.text = string(body)
	}
	return streamWord.MatchString(refusal.text) && unknownWord.MatchString(refusal.text)
}
