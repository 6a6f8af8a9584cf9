package bot

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// The lease of a thread.
const (
	leaseFor   = 15 * time.Second
	leaseRenew = 5 * time.Second
	leaseAgain = 500 * time.Millisecond // after a renewal that failed
)

// tenure is how long this process may act for a thread. It travels in the context
// of an answer to the transport (web.go), which lets no call out once it is
// over: a process that was paused past its lease wakes up in the middle of
// something, before any timer has told it, and must not write over what another
// one has answered meanwhile. The store refuses its writes by the fence; Slack
// knows no fences.
type tenure struct {
	mu    sync.Mutex
	until time.Time
}

type tenureKey struct{}

func (t *tenure) end() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.until
}

func (t *tenure) extend(until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.until = until
}

// live asks both clocks: the monotonic one, which nobody sets, stands still while the
// machine is suspended.
func (t *tenure) live() bool {
	now, until := time.Now(), t.end()
	return now.Before(until) && now.Round(0).Before(until.Round(0))
}

// mayAct returns store.ErrLeaseLost when ctx is that of an answer whose tenure is
// over.
func mayAct(ctx context.Context) error {
	if t, ok := ctx.Value(tenureKey{}).(*tenure); ok && !t.live() {
		return store.ErrLeaseLost
	}
	return nil
}

// fenced is a request whose body is given out only as long as mayAct allows. Between
// the first look and the writing lies the waiting for a connection, and a process
// may be paused there as well; a request that lacks its body is not served.
func fenced(req *http.Request) *http.Request {
	if _, ok := req.Context().Value(tenureKey{}).(*tenure); !ok || req.Body == nil {
		return req
	}
	out := req.WithContext(req.Context()) // a copy: a RoundTripper does not change what it is given
	out.Body = fencedBody{req.Body, req.Context()}
	if get := req.GetBody; get != nil { // by which a request is written again, on a fresh connection
		out.GetBody = func() (io.ReadCloser, error) {
			body, err := get()
			if err != nil {
				return nil, err
			}
			return fencedBody{body, req.Context()}, nil
		}
	}
	return out
}

type fencedBody struct {
	io.ReadCloser
	ctx context.Context //nolint:containedctx // it is the request's, as long as the body
}

func (f fencedBody) Read(b []byte) (int, error) {
	if err := mayAct(f.ctx); err != nil {
		return 0, err
	}
	return f.ReadCloser.Read(b)
}

// hold renews the lease until release is called. The context it returns ends
// when the lease is lost or until, its end, has passed without a renewal, so that
// nobody goes on working on another's thread. release gives the lease back, unless
// it is to be kept until it passes by itself.
func (b *Bot) hold(ctx context.Context, l store.Lease, until time.Time) (held context.Context, release func(keep bool)) {
	t := &tenure{until: until}
	held, cancel := context.WithCancelCause(context.WithValue(ctx, tenureKey{}, t))
	var renewing sync.WaitGroup
	renewing.Go(func() {
		for pause := leaseRenew; sleep(held, pause) == nil; {
			start := time.Now() // the store counts from later: this side gives up first
			limited, stop := context.WithDeadline(held, t.end())
			_, err := b.cfg.Store.Renew(limited, l, leaseFor)
			stop()
			switch {
			case err == nil:
				pause = leaseRenew
				t.extend(start.Add(leaseFor))
			case errors.Is(err, store.ErrLeaseLost), !t.live():
				t.extend(time.Time{}) // whatever is left of it by this process's clock
				cancel(store.ErrLeaseLost)
				return
			default:
				pause = leaseAgain
			}
		}
	})
	return held, func(keep bool) {
		cancel(nil)
		renewing.Wait()
		if !t.live() {
			b.lg.Warn("a lease was lost; another process goes on", "thread", l.Thread.String())
			return
		}
		if keep {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if err := b.cfg.Store.Release(ctx, l); err != nil {
			b.lg.Warn("a lease was not released; it passes by itself", "thread", l.Thread.String(), "error", err)
		}
	}
}
