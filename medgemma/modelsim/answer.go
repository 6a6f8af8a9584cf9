package modelsim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Answer is one scripted answer. It is a value: the constructors below make
// one, and its methods return a changed copy.
type Answer struct {
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
	list    ListForm
	obey    bool // stop at max_tokens

	// How it is sent.
	gate    <-chan struct{} // received from before each piece
	pause   time.Duration   // before each piece
	cut     int             // bytes of the body after which the connection breaks; 0 never
	cutSet  bool
	unended bool // the stream ends without [DONE] and finish_reason
	hang    bool
	asJSON  bool // a stream is answered with one JSON object
}

// ListForm is the shape of predictions.
type ListForm int

const (
	Object      ListForm = iota // {"predictions": completion}, what the container does
	List                        // {"predictions": [completion]}
	ListOfLists                 // {"predictions": [[choice]]}
	Bare                        // the completion alone, as from rawPredict
)

// Text says s and stops.
func Text(s string) Answer {
	return Answer{compose: func(Request) string { return s }, finish: "stop", piece: 16}
}

// Chunks says the pieces as they are, one event each.
func Chunks(pieces ...string) Answer { return Answer{pieces: pieces, finish: "stop"} }

// Compose says what f makes of the request, as a model would that obeys max_tokens.
func Compose(f func(Request) string) Answer {
	return Answer{compose: f, finish: "stop", piece: 16, obey: true}
}

// Echo says the question back.
func Echo() Answer {
	return Answer{compose: func(r Request) string { return "You asked: " + r.Question() }, finish: "stop", piece: 16}
}

// Long says n bytes of numbered lines, so that what is lost can be seen.
func Long(n int) Answer {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		fmt.Fprintf(&b, "Line %05d of a long answer.\n", i)
	}
	a := Text(b.String()[:n])
	a.piece = 64
	return a
}

// Thinking thinks trace and then says answer. Its pieces are cut small, so that
// tags fall apart.
func Thinking(trace, answer string) Answer {
	a := Text("<unused94>thought\n" + trace + "<unused95>" + answer)
	a.piece = 3
	return a
}

// Unclosed thinks until its tokens run out.
func Unclosed(trace string) Answer {
	a := Text("<unused94>thought\n" + trace).Finish("length")
	a.piece = 3
	return a
}

// Empty completes without any text.
func Empty() Answer { return Chunks() }

// Raw answers with exactly this.
func Raw(status int, contentType, body string) Answer {
	return Answer{status: status, contentType: contentType, body: body}
}

// Waking is an endpoint that was scaled to zero. The request is dropped.
func Waking() Answer {
	return Raw(http.StatusTooManyRequests, "text/plain", "Model is not yet ready for inference. Please wait while model completes scale-up from zero, then try your request again.")
}

// Busy is a 429 as Google words it.
func Busy() Answer {
	return Raw(http.StatusTooManyRequests, "application/json", `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Resource has been exhausted (e.g. check quota)."}}`)
}

// Unavailable is a 503, as while the weights still load.
func Unavailable() Answer {
	return Raw(http.StatusServiceUnavailable, "text/plain", "Service Unavailable")
}

// BadRequest is a 400 in the shape of newer vLLM.
func BadRequest(message string) Answer {
	return Raw(http.StatusBadRequest, "application/json", fmt.Sprintf(`{"error":{"message":%s,"type":"BadRequestError","param":null,"code":400}}`, quote(message)))
}

// BadRequestFlat is a 400 in the shape of vLLM before 2025-07.
func BadRequestFlat(message string) Answer {
	return Raw(http.StatusBadRequest, "application/json", fmt.Sprintf(`{"object":"error","message":%s,"type":"BadRequestError","param":null,"code":400}`, quote(message)))
}

// TooManyImages is the 400 of an endpoint that takes n.
func TooManyImages(n int) Answer {
	return BadRequest(fmt.Sprintf("At most %d image(s) may be provided in one request.", n))
}

// Overflow is the 400 of an endpoint with this context length.
func Overflow(tokens int) Answer {
	return BadRequest(fmt.Sprintf("This model's maximum context length is %d tokens. However, you requested %d tokens (%d in the messages, 500 in the completion). Please reduce the length of the messages or completion.", tokens, tokens+600, tokens+100))
}

// ErrorIn200 refuses with a success, as the DICOM container does.
func ErrorIn200(message string) Answer {
	return Raw(http.StatusOK, "application/json", fmt.Sprintf(`{"predictions":{"error":{"message":%s,"object":"error"}}}`, quote(message)))
}

// NoStreamSchema is how the DICOM container refuses a stream: a field that its
// schema does not have.
func NoStreamSchema() Answer {
	return Raw(http.StatusOK, "application/json", `{"error":"Additional properties are not allowed ('stream', 'stream_options' were unexpected)"}`)
}

// HTML is a web page, as from a proxy that wants a login.
func HTML(status int) Answer {
	return Raw(status, "text/html", "<!DOCTYPE html><html><body>Sign in</body></html>")
}

// InvalidJSON is a success that nobody can read.
func InvalidJSON() Answer { return Raw(http.StatusOK, "application/json", `{"choices":[{"message"`) }

// Hang never says anything, until the client leaves or the server is closed.
func Hang() Answer { return Answer{hang: true} }

// HangAfter says the pieces, and then nothing more.
func HangAfter(pieces ...string) Answer {
	a := Chunks(pieces...)
	a.hang = true
	return a
}

// RetryAfter adds the header, in whole seconds.
func (a Answer) RetryAfter(d time.Duration) Answer {
	a.retryAfter = strconv.Itoa(int(d / time.Second))
	return a
}

// Finish sets finish_reason.
func (a Answer) Finish(reason string) Answer { a.finish = reason; return a }

// NoFinish leaves finish_reason out, as the DICOM container does.
func (a Answer) NoFinish() Answer { a.finish = ""; return a }

// Usage sets the token counts instead of counting.
func (a Answer) Usage(prompt, completion int) Answer { a.usage = &[2]int{prompt, completion}; return a }

// Pieces sets how many characters come in one event.
func (a Answer) Pieces(runes int) Answer { a.piece = max(1, runes); return a }

// Gate makes each piece wait for a value from c; a closed c opens it for good.
func (a Answer) Gate(c <-chan struct{}) Answer { a.gate = c; return a }

// Pause makes each piece wait for d; 0 for none.
func (a Answer) Pause(d time.Duration) Answer { a.pause = d; return a }

// CutAfter breaks the connection after n bytes of the body.
func (a Answer) CutAfter(n int) Answer { a.cut, a.cutSet = n, true; return a }

// Unended ends the stream in good order, but without [DONE] and finish_reason.
func (a Answer) Unended() Answer { a.unended, a.finish = true, ""; return a }

// Form sets the shape of predictions.
func (a Answer) Form(f ListForm) Answer { a.list = f; return a }

// AsJSON answers a stream with one JSON object, as servers do that ignore the wish.
func (a Answer) AsJSON() Answer { a.asJSON = true; return a }

// Times is the answer n times, for Queue.
func (a Answer) Times(n int) []Answer {
	all := make([]Answer, n)
	for i := range all {
		all[i] = a
	}
	return all
}
