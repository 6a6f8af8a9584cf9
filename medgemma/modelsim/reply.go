package modelsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// reply plays one Script.
type reply struct {
	s       *Server
	w       http.ResponseWriter
	r       *http.Request
	req     Request
	predict bool

	a    Script
	left int // bytes until the connection breaks
}

var (
	errGone   = errors.New("the client has left")
	errBroken = errors.New("the connection was broken on purpose")
)

func (p *reply) send(a Script) {
	p.a, p.left = a, a.cut
	err := p.answer()
	if errors.Is(err, errGone) {
		p.s.change(func() { p.s.gone++ })
	}
}

func (p *reply) answer() error {
	a := p.a
	if err := p.rest(a.delay); err != nil {
		return err
	}
	if a.retryAfter != "" {
		p.w.Header().Set("Retry-After", a.retryAfter)
	}
	if a.status != 0 {
		p.w.Header().Set("Content-Type", a.contentType)
		p.w.WriteHeader(a.status)
		return p.write(a.body)
	}
	if a.hang && a.pieces == nil {
		return p.silence()
	}
	pieces, finish := p.say()
	if p.req.Stream && !a.asJSON {
		return p.stream(pieces, finish)
	}
	if a.failure != "" {
		p.w.Header().Set("Content-Type", "application/json")
		p.w.WriteHeader(http.StatusInternalServerError)
		return p.write(a.failure)
	}
	for range pieces {
		if err := p.wait(); err != nil {
			return err
		}
	}
	switch {
	case a.hang:
		return p.silence()
	case a.broken:
		return p.breakOff()
	}
	p.w.Header().Set("Content-Type", "application/json")
	return p.write(p.whole(strings.Join(pieces, ""), finish))
}

// say cuts the text into pieces, and off where the tokens run out.
func (p *reply) say() (pieces []string, finish string) {
	finish = p.a.finish
	if p.a.compose == nil {
		return p.a.pieces, finish
	}
	text := []rune(p.a.compose(p.req))
	if most := 4 * p.req.MaxTokens; p.a.obey && len(text) > most {
		text, finish = text[:most], "length"
	}
	for len(text) > 0 {
		n := min(p.a.piece, len(text))
		pieces = append(pieces, string(text[:n]))
		text = text[n:]
	}
	return pieces, finish
}

func (p *reply) stream(pieces []string, finish string) error {
	p.w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	events := []string{p.event(map[string]any{"role": "assistant", "content": ""}, "")}
	for _, s := range pieces {
		if err := p.wait(); err != nil {
			return err
		}
		events = append(events, p.event(map[string]any{"content": s}, ""))
		if err := p.write(strings.Join(events, "")); err != nil {
			return err
		}
		events = nil
	}
	switch {
	case p.a.unit != "":
		return p.loop(events)
	case p.a.failure != "":
		return p.write(strings.Join(events, "") + "data: " + p.a.failure + "\n\ndata: [DONE]\n\n")
	case p.a.hang:
		return p.silence()
	case p.a.broken:
		return p.breakOff()
	case p.a.unended:
		return p.write(strings.Join(events, ""))
	}
	events = append(events, p.event(map[string]any{}, finish))
	if p.req.IncludeUsage {
		events = append(events, "data: "+marshal(map[string]any{"object": "chat.completion.chunk", "model": p.s.cfg.Model, "choices": []any{}, "usage": p.usage(strings.Join(pieces, ""))})+"\n\n")
	}
	return p.write(strings.Join(events, "") + "data: [DONE]\n\n")
}

// loop says the unit until the client leaves.
func (p *reply) loop(events []string) error {
	again := p.event(map[string]any{"content": p.a.unit}, "")
	if err := p.write(strings.Join(events, "")); err != nil {
		return err
	}
	for {
		if err := p.wait(); err != nil {
			return err
		}
		select {
		case <-p.s.quit:
			return errBroken
		default:
		}
		if err := p.write(again); err != nil {
			return err
		}
	}
}

func (p *reply) event(delta map[string]any, finish string) string {
	choice := map[string]any{"index": 0, "delta": delta, "finish_reason": nil}
	if finish != "" {
		choice["finish_reason"] = finish
	}
	return "data: " + marshal(map[string]any{"id": "chatcmpl-sim", "object": "chat.completion.chunk", "model": p.s.cfg.Model, "choices": []any{choice}}) + "\n\n"
}

// whole is the answer in one piece, in the shape of its path.
func (p *reply) whole(text, finish string) string {
	choice := map[string]any{"index": 0, "message": map[string]any{"role": "assistant", "content": text, "reasoning_content": nil, "tool_calls": []any{}}}
	if finish != "" {
		choice["finish_reason"] = finish
	}
	c := map[string]any{"id": "chatcmpl-sim", "object": "chat.completion", "model": p.s.cfg.Model, "choices": []any{choice}, "usage": p.usage(text)}
	if !p.predict || p.a.form == Bare {
		return marshal(c)
	}
	var predictions any = c
	switch p.a.form {
	case List:
		predictions = []any{c}
	case ListOfLists:
		predictions = []any{[]any{choice}}
	}
	return marshal(map[string]any{"deployedModelId": "1", "modelDisplayName": p.s.cfg.Model, "predictions": predictions})
}

func (p *reply) usage(text string) map[string]int {
	in, out := p.req.Tokens(), roughTokens(text)
	if p.a.usage != nil {
		in, out = p.a.usage[0], p.a.usage[1]
	}
	return map[string]int{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out}
}

// wait holds a piece back until its gate opens and its pause is over.
func (p *reply) wait() error {
	if p.a.gate != nil {
		if err := p.hold(p.a.gate); err != nil {
			return err
		}
	}
	return p.rest(p.a.pause)
}

// rest lets d pass, unless the client leaves or the server is closed.
func (p *reply) rest(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-p.r.Context().Done():
		return errGone
	case <-p.s.quit:
		return errBroken
	}
}

// hold waits for the gate, and counts among the waiting meanwhile.
func (p *reply) hold(gate <-chan struct{}) error {
	p.s.change(func() { p.s.held++ })
	defer p.s.change(func() { p.s.held-- })
	select {
	case <-gate:
		return nil
	case <-p.r.Context().Done():
		return errGone
	case <-p.s.quit:
		return errBroken
	}
}

func (p *reply) silence() error {
	// What was said must be on its way before the silence.
	_ = http.NewResponseController(p.w).Flush()
	return p.hold(nil)
}

// write sends s at once, or as much of it as comes before the cut.
func (p *reply) write(s string) error {
	broken := p.a.cutSet && len(s) > p.left
	if broken {
		s = s[:p.left]
	}
	p.left -= len(s)
	for first := true; first || s != ""; first = false {
		n := len(s)
		if p.a.slice > 0 {
			n = min(n, p.a.slice)
		}
		if !first {
			if err := p.rest(p.a.gap); err != nil {
				return err
			}
		}
		if _, err := p.w.Write([]byte(s[:n])); err != nil {
			return errGone
		}
		if err := http.NewResponseController(p.w).Flush(); err != nil {
			return errGone
		}
		s = s[n:]
	}
	if broken {
		return p.breakOff()
	}
	return nil
}

// breakOff closes the connection without the last chunk of the body, which is
// what a lost connection looks like.
func (p *reply) breakOff() error {
	conn, _, err := http.NewResponseController(p.w).Hijack()
	if err != nil {
		p.s.problem("cannot break the connection: %v", err)
		return fmt.Errorf("breaking the connection: %w", err)
	}
	_ = conn.Close()
	return errBroken
}

func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf(`{"error":%q}`, err)
	}
	return string(b)
}

func quote(s string) string { return marshal(s) }
