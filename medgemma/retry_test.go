package medgemma

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// total is what a call has taken by the fake clock.
func total(slept []time.Duration) (sum time.Duration) {
	for _, d := range slept {
		sum += d
	}
	return sum
}

func TestWakingEndpointIsWaitedOutAndTold(t *testing.T) {
	s := startSim(t, modelsim.Config{})
	s.Answer(modelsim.Waking(12), modelsim.Text("Awake."))
	c, k := newClient(t, vertexConfig(s))
	got, err := collect(t.Context(), c, question("q"))
	if err != nil || got.text != "Awake." || len(got.waits) != 12 {
		t.Fatalf("%q after %d waits, error %v", got.text, len(got.waits), err)
	}
	for i, w := range got.waits {
		// With a jitter of one half it is the middle of 10 to 30 seconds.
		want := Wait{Waking: true, Elapsed: time.Duration(i) * 20 * time.Second, Next: 20 * time.Second}
		if w != want || k.slept[i] != w.Next {
			t.Errorf("wait %d is %+v and took %v, want %+v", i, w, k.slept[i], want)
		}
	}
}

func TestWakingGivesUpAfterTwentyMinutes(t *testing.T) {
	s := startSim(t, modelsim.Config{Handler: modelsim.Waking(1)})
	c, k := newClient(t, vertexConfig(s))
	_, err := collect(t.Context(), c, question("q"))
	if kindOfErr(err) != KindWaking || total(k.slept) != 20*time.Minute {
		t.Errorf("error %v after %v, want waking after 20 min", err, total(k.slept))
	}
}

func TestBusyEndpointIsTriedAgain(t *testing.T) {
	for name, script := range map[string]modelsim.Script{
		"429": modelsim.Busy(2), "503": modelsim.Unavailable(2), "502": modelsim.Status(502, "", modelsim.Times(2)),
		"lost": modelsim.Text("never seen", modelsim.CutAfter(0), modelsim.Times(2)),
	} {
		s := startSim(t, modelsim.Config{})
		s.Answer(script)
		c, k := newClient(t, vertexConfig(s))
		got, err := collect(t.Context(), c, question("q"))
		if err != nil || got.text != "You asked: q" {
			t.Errorf("%s: %q, error %v", name, got.text, err)
		}
		// Half of 2 s, and half of three times that.
		if diff := cmp.Diff([]time.Duration{time.Second, 3 * time.Second}, k.slept); diff != "" {
			t.Errorf("%s: pauses (-want +got):\n%s", name, diff)
		}
		if len(got.waits) != 2 || got.waits[0].Waking || got.waits[1].Elapsed != time.Second {
			t.Errorf("%s: told %+v", name, got.waits)
		}
	}
}

func TestNeverBeforeRetryAfter(t *testing.T) {
	s := startSim(t, modelsim.Config{})
	s.Answer(modelsim.Busy(1, modelsim.RetryAfter(17*time.Second)), modelsim.Waking(1, modelsim.RetryAfter(90*time.Second)))
	c, k := newClient(t, vertexConfig(s))
	if _, err := collect(t.Context(), c, question("q")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{18 * time.Second, 90 * time.Second}, k.slept); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	// A wish beyond what is waited for ends the call at once.
	s.Answer(modelsim.Busy(1, modelsim.RetryAfter(time.Hour)))
	k.slept = nil
	if _, err := collect(t.Context(), c, question("q")); kindOfErr(err) != KindBusy || len(k.slept) > 0 {
		t.Errorf("error %v after waiting %v, want busy at once", err, k.slept)
	}
}

// Once a person has seen text, another answer would contradict it.
func TestNothingIsTriedAgainAfterText(t *testing.T) {
	for name, script := range map[string]modelsim.Script{
		"broken": modelsim.Cut(long+long, len(long)),
		"ended":  modelsim.Text(long, modelsim.Unended()),
		"stream": modelsim.Raw("text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\""+long+"\"}}]}\n\ndata: {\"error\":\"unexpected end of stream\"}\n\n"),
		"busy":   modelsim.Raw("text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\""+long+"\"}}]}\n\ndata: {\"error\":{\"message\":\"x\",\"code\":429}}\n\n"),
	} {
		s := startSim(t, modelsim.Config{Handler: script})
		c, k := newClient(t, vertexConfig(s))
		got, err := collect(t.Context(), c, question("q"))
		if kindOfErr(err) != KindCut || got.text != long || len(k.slept) > 0 || len(s.Requests()) != 1 {
			t.Errorf("%s: %q, error %v, %d pauses, %d requests", name, got.text, err, len(k.slept), len(s.Requests()))
		}
	}
}

func TestWhatIsHeldBackIsShownWhenTheStreamBreaks(t *testing.T) {
	s := startSim(t, modelsim.Config{Handler: modelsim.Cut("The heart is enlarged", 9)})
	got, err := collect(t.Context(), vertexClient(t, s), question("q"))
	if kindOfErr(err) != KindCut || got.text != "The heart" {
		t.Errorf("%q, error %v", got.text, err)
	}
}

func TestWaitingHearsTheReader(t *testing.T) {
	s := startSim(t, modelsim.Config{Handler: modelsim.Waking(1)})
	c, k := newClient(t, vertexConfig(s))
	for ch := range c.Generate(t.Context(), question("q")) {
		if ch.Wait == nil {
			t.Fatalf("%+v", ch)
		}
		break
	}
	if len(k.slept) > 0 || len(s.Requests()) != 1 {
		t.Errorf("went on after the reader stopped: %v, %d requests", k.slept, len(s.Requests()))
	}
}

func TestRetryPlan(t *testing.T) {
	began := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	plan := func() *retries {
		return &retries{t: Timing{}.withDefaults(), jitter: func() float64 { return 0.999 }, began: began}
	}
	for _, e := range []*Error{{Kind: KindRejected}, {Kind: KindTimeout}, {Kind: KindServer, Status: 500}, {Kind: KindEmpty}, {Kind: KindUnreachable, permanent: true}} {
		if _, again := plan().next(e, began); again {
			t.Errorf("%v is tried again", e)
		}
	}
	r, now := plan(), began
	for tries := 1; ; tries++ {
		w, again := r.next(&Error{Kind: KindBusy}, now)
		if !again {
			if tries != 5 {
				t.Errorf("gave up at try %d, want 5", tries)
			}
			break
		}
		now = now.Add(w.Next)
	}
	if now.Sub(began) > 2*time.Minute {
		t.Errorf("was busy for %v", now.Sub(began))
	}
	// Asleep after having been busy: the tries count from the wake-up.
	if d := r.wake(); d < 10*time.Second || d > 30*time.Second {
		t.Errorf("the next look is in %v, want 10 to 30 s", d)
	}
	if _, again := r.next(&Error{Kind: KindBusy}, now); !again {
		t.Error("an endpoint that has just woken up may not be busy")
	}
}

func TestRetryAfterHeader(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, "0": 0, "-5": 0, "soon": 0, "1.5": 1500 * time.Millisecond, "NaN": 0,
		"99999999999999999999":          24 * time.Hour,
		"Mon, 23 Nov 2026 12:00:07 GMT": 7 * time.Second,
		"Mon, 23 Nov 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {v}}, now); got != want {
			t.Errorf("%q is %v, want %v", v, got, want)
		}
	}
}

func TestSleepHearsTheContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if err := sleep(ctx, time.Hour, nil); !errors.Is(err, ctx.Err()) || err == nil {
		t.Errorf("error %v", err)
	}
	if err := sleep(t.Context(), time.Nanosecond, nil); err != nil {
		t.Error(err)
	}
}
