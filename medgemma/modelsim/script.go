package modelsim

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Script is what a model does with one request, or with several in a row. The
// zero Script says the question back.
type Script struct {
	times int // requests it is for; 0 means one

	choose func(Request) Script // which script it is; nil: this one

	// A whole HTTP answer, instead of a completion.
	status      int
	contentType string
	body        string
	retryAfter  string

	// A completion.
	compose func(Request) string // what to say
	pieces  []string             // or said in these pieces
	piece   int                  // runes in a piece of what is composed
	finish  string               // "" leaves finish_reason out
	usage   *[2]int              // prompt and completion tokens; nil counts
	form    Form
	obey    bool // stop at max_tokens

	// How it is sent.
	delay   time.Duration   // before anything is sent
	gate    <-chan struct{} // received from before each piece
	pause   time.Duration   // before each piece
	unit    string          // said after the pieces, again and again until the client leaves
	failure string          // an error event after the pieces, in the middle of the stream
	slice   int             // bytes of the body sent at once; 0 for all that there are
	gap     time.Duration   // between two slices
	cut     int             // bytes of the body after which the connection breaks
	cutSet  bool
	broken  bool // the connection breaks when all pieces are said
	unended bool // the stream ends without [DONE] and finish_reason
	hang    bool
	asJSON  bool // a stream is answered with one JSON object
}

func (s Script) zero() bool {
	return s.status == 0 && s.choose == nil && s.compose == nil && s.pieces == nil && !s.hang
}

// Option changes a Script that is being made.
type Option func(*Script)

func (s Script) with(opts []Option) Script {
	for _, o := range opts {
		o(&s)
	}
	return s
}

// pieceRunes is how much comes in one event unless Chunks says otherwise.
const pieceRunes = 16

// Text says s and stops.
func Text(s string, opts ...Option) Script {
	return Compose(func(Request) string { return s }, opts...)
}

// Pieces says the pieces as they are, one event each.
func Pieces(pieces ...string) Script {
	return Script{pieces: append([]string{}, pieces...), finish: "stop"}
}

// Compose says what f makes of the request.
func Compose(f func(Request) string, opts ...Option) Script {
	return Script{compose: f, finish: "stop", piece: pieceRunes}.with(opts)
}

// Choose is the script that f chooses for the request.
func Choose(f func(Request) Script) Script { return Script{choose: f} }

// Echo says the question back.
func Echo(opts ...Option) Script {
	return Compose(func(r Request) string { return "You asked: " + r.Question() }, opts...)
}

// Long says n bytes of numbered lines, so that what is lost can be seen.
func Long(n int, opts ...Option) Script {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		fmt.Fprintf(&b, "Line %05d of a long answer.\n", i)
	}
	return Text(b.String()[:n], Chunks(64)).with(opts)
}

// Thinking thinks trace and then says answer. Its pieces are small, so that the
// tags fall apart.
func Thinking(trace, answer string, opts ...Option) Script {
	return Text("<unused94>thought\n"+trace+"<unused95>"+answer, Chunks(3)).with(opts)
}

// Unclosed thinks until its tokens run out.
func Unclosed(trace string, opts ...Option) Script {
	return Text("<unused94>thought\n"+trace, Chunks(3), Finish("length")).with(opts)
}

// Cut says the first n bytes of s, and then the connection breaks.
func Cut(s string, n int, opts ...Option) Script {
	a := Text(s[:n])
	a.broken = true
	return a.with(opts)
}

// Loop says the prefix and then the unit, n times; 0 goes on until the client
// leaves, or in an answer that is not streamed until the tokens run out.
func Loop(prefix, unit string, n int, opts ...Option) Script {
	if n > 0 {
		return Text(prefix+strings.Repeat(unit, n), opts...)
	}
	a := Compose(func(r Request) string {
		if r.Stream {
			return prefix
		}
		return prefix + strings.Repeat(unit, 4*r.MaxTokens/max(1, len(unit))+1)
	}, Finish("length")).with(opts)
	a.unit = unit
	return a
}

// ErrorAfter says s and then reports an error in the middle of the stream, as
// vLLM does when its engine dies. An answer that is not streamed is a 500.
func ErrorAfter(s, message string, code int, opts ...Option) Script {
	a := Text(s, opts...)
	a.failure = fmt.Sprintf(`{"error":{"message":%s,"type":"InternalServerError","param":null,"code":%d}}`, quote(message), code)
	return a
}

// Filtered says s and stops there because a safety filter wants it.
func Filtered(s string, opts ...Option) Script {
	return Text(s, Finish("content_filter")).with(opts)
}

// Empty completes without any text.
func Empty() Script { return Pieces() }

// Hang says nothing, until the client leaves or the server is closed.
func Hang() Script { return Script{hang: true} }

// HangAfter says the pieces, and then nothing more.
func HangAfter(pieces ...string) Script {
	a := Pieces(pieces...)
	a.hang = true
	return a
}

// Raw answers 200 with exactly this.
func Raw(contentType, body string) Script {
	return Script{status: http.StatusOK, contentType: contentType, body: body}
}

// Status answers with this status and a body of plain text.
func Status(code int, body string, opts ...Option) Script {
	return Script{status: code, contentType: "text/plain", body: body}.with(opts)
}

// Waking is an endpoint that was scaled to zero, for the next n requests. It
// drops them.
func Waking(n int, opts ...Option) Script {
	return Status(http.StatusTooManyRequests, "Model is not yet ready for inference. Please wait while model completes scale-up from zero, then try your request again.", Times(n)).with(opts)
}

// Busy is a 429 as Google words it, for the next n requests.
func Busy(n int, opts ...Option) Script {
	return refuse(http.StatusTooManyRequests, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Resource has been exhausted (e.g. check quota)."}}`, Times(n)).with(opts)
}

// Unavailable is a 503 for the next n requests, as while the weights still load.
func Unavailable(n int, opts ...Option) Script {
	return Status(http.StatusServiceUnavailable, "Service Unavailable", Times(n)).with(opts)
}

// Nested400 is a refusal in the shape of newer vLLM.
func Nested400(message string) Script {
	return refuse(http.StatusBadRequest, fmt.Sprintf(`{"error":{"message":%s,"type":"BadRequestError","param":null,"code":400}}`, quote(message)))
}

// Flat400 is a refusal in the shape of vLLM before the middle of 2025.
func Flat400(message string) Script {
	return refuse(http.StatusBadRequest, fmt.Sprintf(`{"object":"error","message":%s,"type":"BadRequestError","param":null,"code":400}`, quote(message)))
}

// TooManyImages is the refusal of an endpoint that takes n.
func TooManyImages(n int) Script {
	return Nested400(fmt.Sprintf("At most %d image(s) may be provided in one request.", n))
}

// Overflow is the refusal of an endpoint with this context length in tokens.
func Overflow(tokens int) Script { return Nested400(overflow(tokens, tokens+100, 500)) }

func overflow(limit, prompt, completion int) string {
	return fmt.Sprintf("This model's maximum context length is %d tokens. However, you requested %d tokens "+
		"(%d in the messages, %d in the completion). Please reduce the length of the messages or completion.",
		limit, prompt+completion, prompt, completion)
}

// ErrorIn200 refuses with a success, as the DICOM container does.
func ErrorIn200(message string) Script {
	return Raw("application/json", fmt.Sprintf(`{"predictions":{"error":{"message":%s,"object":"error"}}}`, quote(message)))
}

// NoStreamSchema is how the DICOM container refuses a stream: by a field that
// its schema does not have.
func NoStreamSchema() Script {
	return Raw("application/json", `{"error":"Additional properties are not allowed ('stream', 'stream_options' were unexpected)"}`)
}

// HTML is a web page, as from a proxy that wants a login.
func HTML(status int) Script {
	return Script{status: status, contentType: "text/html", body: "<!DOCTYPE html><html><body>Sign in</body></html>"}
}

// InvalidJSON is a success that nobody can read.
func InvalidJSON() Script { return Raw("application/json", `{"choices":[{"message"`) }

func refuse(status int, body string, opts ...Option) Script {
	return Script{status: status, contentType: "application/json", body: body}.with(opts)
}
