package medgemma

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"
)

// Generate asks the model and yields its answer as it comes: any number of
// Text, Wait and Drop chunks, then one End. When the answer does not complete,
// the last pair holds the error instead: an *Error, or one that wraps the
// context's. When the reader stops, the request is cancelled.
//
// A call is tried again only as long as no text was yielded. What it may wait
// is set by Config.Timing; ctx bounds it all.
func (c *Client) Generate(ctx context.Context, r Request) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		if err := r.validate(); err != nil {
			yield(Chunk{}, &Error{Kind: KindRejected, Err: err})
			return
		}
		g := &generation{
			c: c, req: r, messages: encodeMessages(r), yield: yield, form: form(c.form.Load()),
			retries: retries{t: c.cfg.Timing, jitter: c.jitter, began: c.now()},
		}
		c.budget.called()
		if err := g.run(ctx); err != nil && !g.stopped {
			yield(Chunk{}, ctxOr(ctx, err))
		}
	}
}

// generation is one call of Generate.
type generation struct {
	c        *Client
	req      Request
	messages []byte
	yield    func(Chunk, error) bool

	form     form // lowered when the endpoint does not understand it
	retries  retries
	searched bool // the endpoint was discovered anew after a 404
	shown    bool // text was yielded, so the call cannot be tried again
	stopped  bool // the reader wants no more
}

// errStopped ends the work when the reader has stopped. It never leaves.
var errStopped = errors.New("reader stopped")

func (g *generation) emit(ch Chunk) error {
	if ch.Text != "" {
		g.shown = true
	}
	if !g.yield(ch, nil) {
		g.stopped = true
		return errStopped
	}
	return nil
}

func (g *generation) run(ctx context.Context) error {
	for {
		if err := g.turn(ctx); err != nil {
			return err
		}
		err := g.ask(ctx)
		var e *Error
		if err == nil || g.stopped || ctx.Err() != nil || !errors.As(err, &e) {
			return err
		}
		if g.shown {
			return afterText(e)
		}
		if e.Kind == KindWaking {
			continue // and wait for the next turn
		}
		now := g.c.now()
		w, again := g.retries.next(e, now)
		if !again || !g.c.budget.take(now) {
			return err
		}
		if err := g.emit(Chunk{Wait: &w}); err != nil {
			return err
		}
		if err := g.c.sleep(ctx, w.Next, nil); err != nil {
			return err
		}
	}
}

// afterText is e for an answer of which a part was shown: whatever happened,
// the answer was cut, and what is there stands.
func afterText(e *Error) *Error {
	if e.Kind == KindThinking || e.Kind == KindRepetition {
		return e
	}
	cause := e.Err
	if cause == nil {
		cause = errors.New(string(e.Kind))
	}
	return &Error{Kind: KindCut, Status: e.Status, Err: cause}
}

// try sends the request once in the best form that the endpoint understands.
func (g *generation) try(ctx context.Context) error {
	before := g.c.found.Load()
	t, err := g.c.target(ctx)
	if err != nil {
		return err
	}
	err = g.descend(ctx, t)
	var e *Error
	stale := errors.As(err, &e) && e.Kind == KindNotFound && t.discovered && t == before
	if !stale || g.shown || g.searched {
		return err
	}
	// Endpoints move: once made dedicated, the old host answers 404.
	g.c.forget(t)
	g.searched, g.form = true, formUsage
	if t, err = g.c.target(ctx); err != nil {
		return err
	}
	return g.descend(ctx, t)
}

// descend goes down the ladder of forms until one is understood, and then
// remembers that one. One that only led to another failure is not remembered:
// the refusal may have had another reason.
func (g *generation) descend(ctx context.Context, t *target) error {
	for {
		err := g.send(ctx, t, g.form)
		var no *notOffered
		if !errors.As(err, &no) {
			if err == nil || g.shown {
				g.c.form.Store(int32(g.form))
			}
			return err
		}
		if g.form == formPlain {
			return no.because
		}
		g.form++
		if no.plain {
			g.form = formPlain
		}
	}
}

// notOffered says that the endpoint does not know the form of the request.
type notOffered struct {
	plain   bool // no kind of streaming, so the next rung is the last
	because *Error
}

func (n *notOffered) Error() string { return n.because.Error() }

// refusal is the error of an answer that is none.
func refusal(t *target, f form, status int, body []byte) error {
	e := classify(status, body)
	if f == formPlain {
		return e
	}
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		// On Vertex AI streaming has a path of its own. On a server both
		// forms share one, and then it is the model that is not found.
		if t.name != "" {
			return &notOffered{plain: true, because: e}
		}
	case http.StatusNotImplemented:
		return &notOffered{plain: true, because: e}
	case http.StatusOK, http.StatusBadRequest, http.StatusUnprocessableEntity:
		if refusesStream(body) {
			return &notOffered{because: e}
		}
		// On Vertex AI a container that knows no chat path may say so in many
		// words; :predict then answers, or refuses for the real reason.
		if t.name != "" && e.Kind == KindRejected {
			return &notOffered{plain: true, because: e}
		}
	}
	return e
}

// send posts the request in form f and reads its answer.
func (g *generation) send(parent context.Context, t *target, f form) error {
	body := encodeBody(t, f, g.c.cfg.Name, g.messages, g.req)
	if len(body) > t.maxBody {
		return &Error{Kind: KindTooLarge, Limit: t.maxBody, Err: errors.New("not sent")}
	}
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	timing := g.c.cfg.Timing
	first := timing.FirstToken
	if f == formPlain {
		first = timing.Plain
	}
	w := newWatchdog(first, timing.Idle, cancel)
	defer w.stop()

	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url(f), bytes.NewReader(body))
	if err != nil {
		return &Error{Kind: KindRejected, Err: errors.New("the URL cannot be requested")}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream, application/json")
	if err := g.c.sign(req, t); err != nil {
		return w.explain(ctx, err)
	}
	res, err := g.c.http.Do(req)
	if err != nil {
		return w.explain(ctx, connectionError(err))
	}
	defer func() { _ = res.Body.Close() }()
	a := &answer{g: g, t: t, form: f, watch: w, body: res.Body}
	if res.StatusCode != http.StatusOK {
		return w.explain(ctx, a.refused(res))
	}
	g.c.waker.woke()
	return w.explain(ctx, a.read())
}

// errStalled is the cause of a request that was cancelled for its silence.
var errStalled = errors.New("nothing came for too long")

// watchdog cancels a request that has gone silent.
type watchdog struct {
	timer *time.Timer
	idle  time.Duration
}

func newWatchdog(first, idle time.Duration, cancel context.CancelCauseFunc) *watchdog {
	return &watchdog{timer: time.AfterFunc(first, func() { cancel(errStalled) }), idle: idle}
}

func (w *watchdog) heard() { w.timer.Reset(w.idle) }
func (w *watchdog) stop()  { w.timer.Stop() }

// nearlyDone shortens the patience: the answer is whole, and only the token
// counts may still come.
func (w *watchdog) nearlyDone() { w.timer.Reset(min(w.idle, 5*time.Second)) }

// pause holds the watch while the reader is busy: that silence is not the
// server's.
func (w *watchdog) pause() { w.timer.Stop() }

// explain replaces what a request reports that was cancelled for its silence.
// What the server had said by then stands.
func (w *watchdog) explain(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, errStopped) || !errors.Is(context.Cause(ctx), errStalled) {
		return err
	}
	var e *Error
	if errors.As(err, &e) && e.Kind != KindUnreachable && e.Kind != KindCut {
		return err
	}
	return &Error{Kind: KindTimeout, Err: errStalled}
}

// ctxOr is the context's error when that is why err came about, else err.
func ctxOr(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(cause, ctx.Err()) {
		return fmt.Errorf("medgemma: %w: %w", ctx.Err(), cause)
	}
	return fmt.Errorf("medgemma: %w", ctx.Err())
}

// blank says whether a person would see nothing in s.
func blank(s string) bool { return strings.TrimSpace(s) == "" }
