package modelsim

import (
	"strconv"
	"time"
)

// Form is the shape of the predictions of :predict.
type Form int

const (
	Object      Form = iota // {"predictions": completion}, what the container does
	List                    // {"predictions": [completion]}
	ListOfLists             // {"predictions": [[choice]]}
	Bare                    // the completion alone, as from rawPredict
)

// Times makes the script one for n requests in a row.
func Times(n int) Option { return func(s *Script) { s.times = n } }

// Chunks sets how many characters come in one event of a stream.
func Chunks(runes int) Option { return func(s *Script) { s.piece = max(1, runes) } }

// Finish sets finish_reason.
func Finish(reason string) Option { return func(s *Script) { s.finish = reason } }

// NoFinish leaves finish_reason out, as the DICOM container does.
func NoFinish() Option { return Finish("") }

// Usage sets the token counts instead of counting.
func Usage(prompt, completion int) Option {
	return func(s *Script) { s.usage = &[2]int{prompt, completion} }
}

// Obey stops at max_tokens, roughly, with finish_reason "length".
func Obey() Option { return func(s *Script) { s.obey = true } }

// Gate makes each piece wait for a value from c; a closed c opens it for good.
func Gate(c <-chan struct{}) Option { return func(s *Script) { s.gate = c } }

// Delay makes the whole answer wait for d, a refusal too: nothing is sent before.
func Delay(d time.Duration) Option { return func(s *Script) { s.delay = d } }

// Slices sends the body n bytes at a time with a gap between them, so that
// events, and the runes in them, come in parts.
func Slices(n int, gap time.Duration) Option {
	return func(s *Script) { s.slice, s.gap = max(1, n), gap }
}

// Pause makes each piece wait for d; 0 for none.
func Pause(d time.Duration) Option { return func(s *Script) { s.pause = d } }

// CutAfter breaks the connection after n bytes of the HTTP body.
func CutAfter(n int) Option { return func(s *Script) { s.cut, s.cutSet = n, true } }

// Unended ends the stream in good order, but without [DONE] and finish_reason.
func Unended() Option { return func(s *Script) { s.unended, s.finish = true, "" } }

// AsForm sets the shape of predictions.
func AsForm(f Form) Option { return func(s *Script) { s.form = f } }

// AsJSON answers a stream with one JSON object, as servers do that ignore the wish.
func AsJSON() Option { return func(s *Script) { s.asJSON = true } }

// RetryAfter adds the header, in whole seconds.
func RetryAfter(d time.Duration) Option {
	return func(s *Script) { s.retryAfter = strconv.Itoa(int(d / time.Second)) }
}
