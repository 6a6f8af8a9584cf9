package modelsim

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// play puts a request to s without a network, so that it works in a bubble.
func play(ctx context.Context, s *Server, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, chatPath, strings.NewReader(body)).WithContext(ctx))
	return w
}

func TestWhenAnAnswerComes(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  Config
		took time.Duration
	}{
		"delay":           {Config{Handler: Text("a", Delay(3*time.Second))}, 3 * time.Second},
		"delayed refusal": {Config{Handler: Busy(1, Delay(3*time.Second))}, 3 * time.Second},
		"all of them":     {Config{Delay: 2 * time.Second}, 2 * time.Second},
		"its own delay":   {Config{Delay: 2 * time.Second, Handler: Text("a", Delay(time.Second))}, time.Second},
		"pauses":          {Config{Handler: Text("abc", Chunks(1), Pause(time.Second))}, 3 * time.Second},
		// Eleven bytes, four at once: a gap after the first and the second.
		"slices": {Config{Handler: Status(200, "hello world", Slices(4, time.Second))}, 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			play(t.Context(), New(c.cfg), ask)
			if took := time.Since(began); took != c.took {
				t.Errorf("%s: it took %v, want %v", name, took, c.took)
			}
		})
	}
}

func TestBusiestIsTheMostAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Delay: time.Second})
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() { play(t.Context(), s, ask) })
		}
		all.Wait()
		play(t.Context(), s, ask)
		if s.Busiest() != 5 || s.Count() != 6 {
			t.Errorf("%d at once of %d, want 5 of 6", s.Busiest(), s.Count())
		}
	})
}

func TestLoopGoesOnUntilTheClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Handler: Loop("The heart. ", "Normal. ", 0, Pause(time.Second))})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
		defer cancel()
		w := play(ctx, s, ask)
		// The prefix takes the first second.
		if n := strings.Count(w.Body.String(), "Normal. "); n != 9 || s.Gone() != 1 {
			t.Errorf("%d units, %d gone; want 9 and 1", n, s.Gone())
		}
	})
	s := start(t, Config{Handler: Loop("a ", "bc ", 3)})
	if _, got := send(t, s, "POST", chatPath, body(user(textPart("q")))); content(t, got) != "a bc bc bc " {
		t.Errorf("three times is %s", got)
	}
	s = start(t, Config{Handler: Loop("a ", "bc ", 0)})
	if _, got := send(t, s, "POST", chatPath, body(user(textPart("q")))); len(content(t, got)) < 2000 || !strings.Contains(got, `"finish_reason":"length"`) {
		t.Errorf("without a stream it says %d bytes", len(got))
	}
}

func TestFailureInTheMiddle(t *testing.T) {
	s := start(t, Config{Handler: ErrorAfter("The heart", "engine died", 500)})
	code, got := send(t, s, "POST", chatPath, ask)
	if code != 200 || !strings.Contains(got, `"content":"The heart"`) || !strings.Contains(got, `data: {"error":{"message":"engine died"`) || strings.Contains(got, `"finish_reason":"`) {
		t.Errorf("%d %s", code, got)
	}
	if code, got := send(t, s, "POST", chatPath, body(user(textPart("q")))); code != 500 || strings.Contains(got, "heart") {
		t.Errorf("without a stream: %d %s", code, got)
	}
	s = start(t, Config{Handler: Filtered("The")})
	if _, got := send(t, s, "POST", chatPath, ask); !strings.Contains(got, `"finish_reason":"content_filter"`) {
		t.Errorf("withheld: %s", got)
	}
}

func TestFaultsBefallTheirShare(t *testing.T) {
	fates := func(seed uint64) (all []int) {
		s := New(Config{Seed: seed, Faults: []Fault{{0.2, Status(500, "")}, {0.1, Busy(1)}}})
		for range 1000 {
			all = append(all, play(t.Context(), s, ask).Code)
		}
		return all
	}
	one := fates(1)
	count := map[int]int{}
	for _, code := range one {
		count[code]++
	}
	// Four standard deviations to each side.
	if count[500] < 150 || count[500] > 250 || count[429] < 62 || count[429] > 138 || count[200]+count[500]+count[429] != 1000 {
		t.Errorf("of 1000: %v, want 200 of 500 and 100 of 429", count)
	}
	if !equal(one, fates(1)) || equal(one, fates(2)) {
		t.Error("the same seed must be the same fate, and another another")
	}
	if p := New(Config{Faults: []Fault{{0.6, Busy(1)}, {0.6, Hang()}}}).Problems(); len(p) != 1 {
		t.Errorf("faults of more than all requests: %v", p)
	}
}

// A run of 20,000 requests must not grow with their number.
func TestForgottenRequestsTakeNoRoom(t *testing.T) {
	s := New(Config{Forget: true})
	b := stream(user(textPart("Image 1"), imagePart(pngURL(t, 64, 64)), textPart("q"+strings.Repeat(" and so on", 100))))
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	play(t.Context(), s, b)
	before := heap()
	for range 500 {
		if w := play(t.Context(), s, b); w.Code != 200 {
			t.Fatal(w.Body)
		}
	}
	if grown := heap() - before; grown > 1<<20 || len(s.Requests()) != 0 || s.Count() != 501 {
		t.Errorf("%d bytes more after %d requests, %d kept", grown, s.Count(), len(s.Requests()))
	}
	if _, err := s.Wait(t.Context(), 501); err != nil {
		t.Error(err)
	}
	// Only so many problems are kept, too.
	for range 1000 {
		play(t.Context(), s, "{}")
	}
	if n := len(s.Problems()); n != 100 {
		t.Errorf("%d problems are kept, want 100", n)
	}
}

func TestClosingEndsALoop(t *testing.T) {
	s := start(t, Config{Handler: Loop("", "again ", 0)})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+chatPath, strings.NewReader(ask))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	// In good order or not: it ends, and claims no end of the answer.
	got, _ := io.ReadAll(res.Body)
	if strings.Contains(string(got), `"finish_reason":"`) {
		t.Error("the loop claims to be a whole answer")
	}
}
