package medgemma

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// gate is an endpoint in a bubble. Each request takes a second, and gets what
// answer says at its end.
type gate struct {
	mu     sync.Mutex
	came   []time.Time // when each request came
	now    int         // requests under way
	most   int
	answer func(n int, came time.Time) (status int, header http.Header, body string)
}

func (g *gate) config() Config {
	return Config{URL: "http://127.0.0.1:1/v1", Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		g.mu.Lock()
		came := time.Now()
		g.came = append(g.came, came)
		n := len(g.came)
		g.now++
		g.most = max(g.most, g.now)
		g.mu.Unlock()
		defer func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.now--
		}()
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(time.Second):
		}
		status, header, body := g.answer(n, came)
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})}
}

// reset forgets the requests so far and returns how many there were.
func (g *gate) reset() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.came)
	g.came, g.most = nil, 0
	return n
}

const (
	startingText = "Model is not yet ready for inference. Please wait while model completes scale-up from zero"
	clearStream  = "data: {\"choices\":[{\"delta\":{\"content\":\"Clear.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
)

// starting is an endpoint that wakes up at a given time.
func starting(until time.Time) *gate {
	return &gate{answer: func(_ int, came time.Time) (int, http.Header, string) {
		if came.Before(until) {
			return http.StatusTooManyRequests, nil, startingText
		}
		return http.StatusOK, nil, clearStream
	}}
}

// callers asks n times at once and returns what each of them got.
func callers(t *testing.T, c *Client, n int) (wait func() []error) {
	t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			got, err := collect(t.Context(), c, question("q"))
			if err == nil && got.text != "Clear." {
				err = fmt.Errorf("the text %q", got.text)
			}
			for _, w := range got.waits {
				if !w.Waking || w.Next < 0 {
					err = fmt.Errorf("told %+v", w)
				}
			}
			if len(got.waits) == 0 && err == nil {
				err = fmt.Errorf("told of no wait")
			}
			errs[i] = err
		})
	}
	return func() []error { all.Wait(); return errs }
}

func TestOneCallLooksForAllThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		g := starting(began.Add(10 * time.Minute))
		c, err := New(g.config())
		if err != nil {
			t.Fatal(err)
		}
		first := callers(t, c, 30)
		<-time.After(5 * time.Second)
		if n := g.reset(); n != 30 {
			t.Errorf("%d requests before anyone could know", n)
		}
		later := callers(t, c, 30)
		<-time.After(10*time.Minute - 10*time.Second)
		synctest.Wait()
		if g.most > 1 {
			t.Errorf("%d looked at once", g.most)
		}
		for i := 1; i < len(g.came); i++ {
			if gap := g.came[i].Sub(g.came[i-1]); gap < 10*time.Second || gap > 31*time.Second {
				t.Errorf("a look %v after the one before, want 10 to 31 s", gap)
			}
		}
		if n := g.reset(); n < 15 || n > 60 {
			t.Errorf("%d looks in 10 minutes for 60 calls", n)
		}
		for _, err := range append(first(), later()...) {
			if err != nil {
				t.Error(err)
			}
		}
		// One look every 30 s at the latest, a second for it, one for the answer.
		if took := time.Since(began); took > 10*time.Minute+35*time.Second {
			t.Errorf("all were answered after %v", took)
		}
		if n := g.reset(); n > 61 {
			t.Errorf("%d requests after it woke up, want one for each call", n)
		}
	})
}

// Who looks may leave in the middle of it: another takes over at once.
func TestAnotherLooksWhenTheLookerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := starting(time.Now().Add(time.Second))
		c, err := New(g.config())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := collect(ctx, c, question("q"))
			left <- err
		}()
		// It knows that the endpoint sleeps, and looks again.
		for looks := false; !looks; {
			<-time.After(100 * time.Millisecond)
			g.mu.Lock()
			looks = g.now == 1 && len(g.came) == 2
			g.mu.Unlock()
		}
		wait := callers(t, c, 3)
		synctest.Wait()
		if n := g.reset(); n != 2 {
			t.Errorf("%d requests, want none beside the look", n)
		}
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("it left with %v", err)
		}
		gone := time.Now()
		for _, err := range wait() {
			if err != nil {
				t.Error(err)
			}
		}
		// One looks for a second, and then the others ask.
		if took := time.Since(gone); took != 2*time.Second || len(g.came) != 3 {
			t.Errorf("answered after %v with %d requests, want 2 s and 3", took, len(g.came))
		}
	})
}

// A server's Retry-After holds for all that wait.
func TestRetryAfterHoldsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		g := &gate{answer: func(n int, _ time.Time) (int, http.Header, string) {
			if n <= 8 {
				return http.StatusTooManyRequests, http.Header{"Retry-After": {"240"}}, startingText
			}
			return http.StatusOK, nil, clearStream
		}}
		c, err := New(g.config())
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range callers(t, c, 8)() {
			if err != nil {
				t.Error(err)
			}
		}
		if first := g.came[8].Sub(began); first < 241*time.Second {
			t.Errorf("asked again after %v, want 240 s after the answer", first)
		}
	})
}

// An endpoint that never starts ends every call after its 20 minutes.
func TestAllGiveUpInTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := starting(time.Now().Add(24 * time.Hour))
		c, err := New(g.config())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, err := range callers(t, c, 10)() {
			if kindOfErr(err) != KindWaking {
				t.Errorf("error %v", err)
			}
		}
		if took := time.Since(began); took > 20*time.Minute || took < 19*time.Minute {
			t.Errorf("they gave up after %v", took)
		}
		// Much later nobody waits, and who comes may look at once.
		<-time.After(time.Hour)
		g.answer = func(int, time.Time) (int, http.Header, string) { return http.StatusOK, nil, clearStream }
		began = time.Now()
		if got, err := collect(context.WithoutCancel(t.Context()), c, question("q")); err != nil || got.text != "Clear." || time.Since(began) > time.Second {
			t.Errorf("%q, error %v after %v", got.text, err, time.Since(began))
		}
	})
}
