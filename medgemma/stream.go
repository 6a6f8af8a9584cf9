package medgemma

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// readStream reads server-sent events as OpenAI's chat completions use them:
// each "data:" line is one JSON object, and "[DONE]" ends the stream. An
// answer is whole with [DONE] or with a finish_reason, and cut without both.
func (a *answer) readStream(br *bufio.Reader) error {
	events := false
	for {
		line, err := readLine(br)
		if data, ok := eventData(line); ok {
			events = true
			// A last line without its end may be half of one: then it says
			// nothing, and is no fault of the server's.
			if err == nil || whole(data) {
				done, err := a.event(data)
				if done || err != nil {
					return err
				}
			}
		}
		switch {
		case err == nil:
			continue
		case a.end.Finish != "":
			return a.finish()
		case errors.Is(err, errLine):
			return a.cut(&Error{Kind: KindServer, Status: http.StatusOK, Err: errLine})
		case !events && errors.Is(err, io.EOF):
			return &Error{Kind: KindServer, Status: http.StatusOK, Err: errors.New("an answer that cannot be understood")}
		case errors.Is(err, io.EOF):
			return a.cut(&Error{Kind: KindCut, Status: http.StatusOK, Err: errors.New("the stream ended early")})
		}
		e := connectionError(err)
		return a.cut(&Error{Kind: KindCut, Status: http.StatusOK, Err: e.Err})
	}
}

// whole says whether an event has come to its end.
func whole(data []byte) bool { return string(data) == "[DONE]" || json.Valid(data) }

// event takes one data line and says whether it was the last.
func (a *answer) event(data []byte) (done bool, err error) {
	if string(data) == "[DONE]" {
		return true, a.finish()
	}
	if _, isError := parseError(data); isError {
		return false, a.failed(data)
	}
	var c completion
	if json.Unmarshal(data, &c) != nil {
		return false, a.cut(&Error{Kind: KindServer, Status: http.StatusOK, Err: errors.New("an event that cannot be understood")})
	}
	a.watch.heard()
	if done, err := a.take(c); done || err != nil {
		return done, err
	}
	if a.end.Finish != "" {
		a.watch.nearlyDone()
	}
	return false, nil
}

// failed ends a stream in which the server reports an error.
func (a *answer) failed(data []byte) error {
	if err := a.cut(nil); err != nil {
		return err
	}
	err := refusal(a.t, a.form, http.StatusOK, data)
	var no *notOffered
	if errors.As(err, &no) && a.g.shown {
		return no.because // whatever it means, it streams
	}
	return err
}

var errLine = errors.New("a line beyond all measure")

// readLine returns a line without its end. Lines are as long as the server
// likes, up to maxAnswer. At the end of the stream the last line comes with
// the error.
func readLine(br *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, part...); len(long) > maxAnswer {
				return nil, errLine
			}
			continue
		}
		if long != nil {
			part = append(long, part...)
		}
		return bytes.TrimRight(part, "\r\n"), err
	}
}

// eventData returns what a "data:" line holds. Comments, other fields and blank
// lines hold nothing for us.
func eventData(line []byte) ([]byte, bool) {
	data, ok := bytes.CutPrefix(line, []byte("data:"))
	data = bytes.TrimSpace(data)
	return data, ok && len(data) > 0
}
