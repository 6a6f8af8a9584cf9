package medgemma

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// maxAnswer bounds one JSON answer, and one line of a stream, in bytes. The
// longest answer MedGemma can give, 8192 tokens, is some 40 kB.
const maxAnswer = 16 << 20

// answer reads one HTTP answer and yields what it says.
type answer struct {
	g     *generation
	t     *target
	form  form
	watch *watchdog
	body  io.ReadCloser

	loops   loops // of all that comes, the trace included
	filter  filter
	visible bool   // text other than white space was yielded and not dropped
	said    []byte // the end of what was yielded and not dropped
	end     End
}

// refused reads an answer whose status is not 200.
func (a *answer) refused(res *http.Response) error {
	// What of the body cannot be read does not matter: the status stands.
	body, _ := io.ReadAll(io.LimitReader(a.body, maxErrorBody))
	err := refusal(a.t, a.form, res.StatusCode, body)
	var e *Error
	if errors.As(err, &e) {
		e.retryAfter = retryAfter(res.Header, a.g.c.now())
	}
	return err
}

// read decides by the first byte what came: labels are wrong too often, and a
// proxy's login page comes with status 200 as well.
func (a *answer) read() error {
	br := bufio.NewReaderSize(a.body, 64<<10)
	first, err := firstByte(br)
	switch {
	case errors.Is(err, io.EOF):
		return &Error{Kind: KindServer, Status: http.StatusOK, Err: errors.New("an answer without a body")}
	case err != nil:
		return connectionError(err)
	case first == '{' || first == '[':
		return a.readWhole(br)
	case first == '<':
		return &Error{Kind: KindServer, Status: http.StatusOK, Err: errors.New("a web page instead of an answer")}
	}
	return a.readStream(br)
}

func firstByte(br *bufio.Reader) (byte, error) {
	for {
		b, err := br.ReadByte()
		if err != nil {
			return 0, err
		}
		switch b {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return b, br.UnreadByte()
	}
}

// readWhole reads an answer that comes in one piece, also to a request that
// asked for a stream.
func (a *answer) readWhole(br *bufio.Reader) error {
	body, err := io.ReadAll(io.LimitReader(br, maxAnswer+1))
	if err != nil {
		return connectionError(err)
	}
	if len(body) > maxAnswer {
		return &Error{Kind: KindServer, Status: http.StatusOK, Err: errors.New("an answer beyond all measure")}
	}
	if _, isError := parseError(body); isError {
		return refusal(a.t, a.form, http.StatusOK, body)
	}
	c, ok := parseCompletion(body)
	if !ok {
		return &Error{Kind: KindServer, Status: http.StatusOK, Err: errors.New("an answer that cannot be understood")}
	}
	if done, err := a.take(c); done || err != nil {
		return err
	}
	return a.finish()
}

// take yields the text of a completion, or of a piece of one, and keeps the
// rest. It says whether the answer is done with, because it has come to loop.
func (a *answer) take(c completion) (done bool, err error) {
	if c.Model != "" && c.Model != "placeholder" { // the DICOM container's word for itself
		a.end.Model = c.Model
	}
	if c.Usage != nil {
		a.end.PromptTokens, a.end.CompletionTokens = c.Usage.PromptTokens, c.Usage.CompletionTokens
	}
	if len(c.Choices) == 0 {
		return false, nil
	}
	ch := c.Choices[0]
	if ch.FinishReason != "" {
		a.end.Finish = ch.FinishReason
	}
	if trace := ch.trace(); trace != "" {
		a.filter.traced = true
		if _, found := a.loops.feed(trace); found {
			return true, a.looped(true)
		}
	}
	text := ch.content()
	n, found := a.loops.feed(text)
	if err := a.say(a.filter.write(text[:n])); err != nil {
		return false, err
	}
	if found {
		return true, a.looped(a.filter.state == stateTrace)
	}
	return false, nil
}

// looped ends an answer that has come to loop, in its trace or in its text.
func (a *answer) looped(inTrace bool) error {
	a.filter.buf = "" // half a tag, when the loop is one of tags
	if err := a.say(a.filter.close(), false); err != nil {
		return err
	}
	if !a.visible {
		return &Error{Kind: KindRepetition, Status: http.StatusOK, Err: errors.New("nothing was said but a loop")}
	}
	a.end.Finish = FinishRepetition
	if !inTrace {
		a.end.Repeated = repeated(a.said)
	}
	return a.g.emit(Chunk{End: &a.end})
}

func (a *answer) say(text string, drop bool) error {
	// How long the reader takes to show it is not the server's silence.
	a.watch.pause()
	defer a.watch.heard()
	if drop {
		a.visible, a.said = false, a.said[:0]
		if err := a.g.emit(Chunk{Drop: true}); err != nil {
			return err
		}
	}
	if text == "" {
		return nil
	}
	a.visible = a.visible || !blank(text)
	if a.said = append(a.said, text...); len(a.said) > 4*loopWindow {
		a.said = append(a.said[:0], a.said[len(a.said)-loopWindow:]...)
	}
	return a.g.emit(Chunk{Text: text, Model: a.end.Model})
}

// finish ends an answer that the server says is whole.
func (a *answer) finish() error {
	inTrace := a.filter.state == stateTrace
	if err := a.say(a.filter.close(), false); err != nil {
		return err
	}
	switch {
	case inTrace && a.end.Finish == "length", !a.visible && a.filter.traced:
		return &Error{Kind: KindThinking, Status: http.StatusOK, Err: errors.New("no tokens were left for the answer")}
	case !a.visible && a.end.Finish == "content_filter":
		return &Error{Kind: KindEmpty, Status: http.StatusOK, Err: errors.New("the endpoint's filter withheld it")}
	case !a.visible:
		return &Error{Kind: KindEmpty, Status: http.StatusOK}
	}
	return a.g.emit(Chunk{End: &a.end})
}

// cut ends an answer that stopped before its end.
func (a *answer) cut(err error) error {
	if sayErr := a.say(a.filter.close(), false); sayErr != nil {
		return sayErr
	}
	return err
}

// parseCompletion finds the completion in the shapes that containers and
// client libraries make of it: bare, in a list, under predictions as an object,
// in a list, or as a list of lists of choices; and the plain string of
// the format before chat.
func parseCompletion(body []byte) (completion, bool) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return completion{}, false
	}
	switch body[0] {
	case '"':
		var s string
		if json.Unmarshal(body, &s) != nil {
			return completion{}, false
		}
		return completion{Choices: []choice{{Text: text(s)}}}, true
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			return completion{}, false
		}
		var ch choice
		if json.Unmarshal(list[0], &ch) == nil && (ch.Message != nil || ch.Text != "") {
			return completion{Choices: []choice{ch}}, true
		}
		return parseCompletion(list[0])
	}
	var m struct {
		completion
		Predictions json.RawMessage `json:"predictions"`
		DisplayName string          `json:"modelDisplayName"`
	}
	if json.Unmarshal(body, &m) != nil {
		return completion{}, false
	}
	c, ok := m.completion, m.Choices != nil
	if len(m.Predictions) > 0 {
		c, ok = parseCompletion(m.Predictions)
	}
	if c.Model == "" || c.Model == "placeholder" {
		c.Model = m.DisplayName
	}
	return c, ok
}
