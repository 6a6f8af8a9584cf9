package medgemma

import (
	"strings"
	"unicode"
)

// MedGemma 1.5 and the 27B models think in a trace, also when nobody asked:
//
//	<unused94>thought\n ... <unused95>the answer
//
// Neither tag counts as special to vLLM, so both reach the client.
const (
	traceOpen  = "<unused94>"
	traceClose = "<unused95>"
	traceHead  = "thought\n" // how a trace begins that has lost its opening tag
)

// headWindow is how many bytes of an answer are held back at its start, so that
// a trace without its opening tag can still be told. At a dozen tokens it is
// less than the pause between two updates of a Slack message.
const headWindow = 64

// controls are the other tokens of Gemma's template; none is text for a person.
var controls = []string{
	"<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>",
	"<image_soft_token>", "<bos>", "<eos>", "<pad>", "<unk>", "<mask>",
}

type filterState int

const (
	stateHead  filterState = iota // nothing visible yet; text is held back
	stateText                     // text passes
	stateTrace                    // text is dropped
)

// filter takes an answer in pieces and gives its visible text in pieces. Which
// text that is does not depend on where the pieces are cut.
type filter struct {
	state  filterState
	buf    string // what may be the beginning of a tag
	held   string // text of stateHead
	shown  bool   // text was handed out since the last drop
	traced bool   // a trace was seen
}

// write takes a piece. When drop is true, what was handed out before turned
// out to be a trace and is to be taken back; text follows it.
func (f *filter) write(s string) (text string, drop bool) {
	f.buf += s
	var out strings.Builder
	for f.buf != "" {
		if f.state == stateTrace {
			_, rest, closed := strings.Cut(f.buf, traceClose)
			if !closed {
				f.buf = tail(f.buf, traceClose)
				break
			}
			f.buf = rest
			f.state = stateHead
			if f.shown || out.Len() > 0 {
				f.state = stateText
			}
			continue
		}
		i := strings.IndexByte(f.buf, '<')
		if i != 0 {
			if i < 0 {
				i = len(f.buf)
			}
			s := f.buf[:i]
			f.buf = f.buf[i:]
			f.pass(s, &out)
			continue
		}
		n, partial := control(f.buf)
		switch {
		case partial:
			return f.hand(&out), drop
		case n == 0:
			f.buf = f.buf[1:]
			f.pass("<", &out)
			continue
		}
		tag := f.buf[:n]
		f.buf = f.buf[n:]
		switch tag {
		case traceOpen:
			// Text before a trace that is opened properly is an answer.
			out.WriteString(f.held)
			f.held, f.state, f.traced = "", stateTrace, true
		case traceClose:
			// Nothing was opened, so all that came before is the trace.
			out.Reset()
			drop = drop || f.shown
			f.held, f.state, f.shown, f.traced = "", stateHead, false, true
		}
	}
	return f.hand(&out), drop
}

// close ends the answer and hands out what was held back.
func (f *filter) close() string {
	var out strings.Builder
	if f.state != stateTrace {
		// A cut may fall into a tag; nobody writes "<unused" otherwise.
		if !strings.HasPrefix(f.buf, "<unused") {
			f.pass(f.buf, &out)
		}
		out.WriteString(f.held)
	}
	f.buf, f.held = "", ""
	return f.hand(&out)
}

// pass takes text that holds no tag.
func (f *filter) pass(s string, out *strings.Builder) {
	if f.state == stateText {
		out.WriteString(s)
		return
	}
	f.held = strings.TrimLeftFunc(f.held+s, unicode.IsSpace)
	if rest, ok := strings.CutPrefix(f.held, traceHead); ok {
		f.held, f.state, f.traced = "", stateTrace, true
		f.buf = rest + f.buf
		return
	}
	if len(f.held) >= headWindow {
		out.WriteString(f.held)
		f.held, f.state = "", stateText
	}
}

func (f *filter) hand(out *strings.Builder) string {
	f.shown = f.shown || out.Len() > 0
	return out.String()
}

// control reports the length of the tag that s begins with, 0 when there is
// none, or that s may be the beginning of one.
func control(s string) (n int, partial bool) {
	for _, c := range controls {
		if strings.HasPrefix(s, c) {
			return len(c), false
		}
		partial = partial || strings.HasPrefix(c, s)
	}
	const unused = "<unused"
	if !strings.HasPrefix(s, unused) {
		return 0, partial || strings.HasPrefix(unused, s)
	}
	// Gemma's vocabulary counts its unused tokens with at most four digits.
	for i := len(unused); i < len(s); i++ {
		switch c := s[i]; {
		case c == '>' && i > len(unused):
			return i + 1, false
		case c < '0' || c > '9' || i >= len(unused)+4:
			return 0, false
		}
	}
	return 0, true
}

// tail is the longest end of s that is a beginning of tag.
func tail(s, tag string) string {
	for n := min(len(s), len(tag)-1); n > 0; n-- {
		if strings.HasPrefix(tag, s[len(s)-n:]) {
			return s[len(s)-n:]
		}
	}
	return ""
}
