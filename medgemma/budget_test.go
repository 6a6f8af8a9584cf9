package medgemma

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// An outage is not multiplied: with many calls at an endpoint that is down for
// hours, the tries again stay within a tenth of the calls, what was saved up,
// and two in a minute.
func TestTriesAgainHaveABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{answer: func(int, time.Time) (int, http.Header, string) { return http.StatusServiceUnavailable, nil, "" }}
		c, err := New(g.config())
		if err != nil {
			t.Fatal(err)
		}
		const calls = 2000
		began := time.Now()
		var all sync.WaitGroup
		for range calls / 20 {
			for range 20 {
				all.Go(func() {
					if _, err := collect(t.Context(), c, question("q")); kindOfErr(err) != KindBusy {
						t.Errorf("error %v", err)
					}
				})
			}
			<-time.After(30 * time.Second)
		}
		all.Wait()
		most := calls + calls/10 + retryBurst + int(time.Since(began)/retryEvery)
		if n := g.reset(); n > most || n < calls+calls/10 {
			t.Errorf("%d requests for %d calls, want at most %d", n, calls, most)
		}
		// Who asks alone has his tries back some minutes later.
		<-time.After(5 * time.Minute)
		if _, err := collect(t.Context(), c, question("q")); kindOfErr(err) != KindBusy || g.reset() != 5 {
			t.Errorf("after a pause: error %v", err)
		}
	})
}

// Eight calls at once, as many as one process makes, outlast a short outage.
func TestBudgetBearsAShortOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		g := &gate{answer: func(_ int, came time.Time) (int, http.Header, string) {
			if came.Sub(began) < 3*time.Second {
				return http.StatusBadGateway, nil, ""
			}
			return http.StatusOK, nil, clearStream
		}}
		c, err := New(g.config())
		if err != nil {
			t.Fatal(err)
		}
		c.jitter = func() float64 { return 0.5 }
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if got, err := collect(t.Context(), c, question("q")); err != nil || got.text != "Clear." {
					t.Errorf("%q, error %v", got.text, err)
				}
			})
		}
		all.Wait()
	})
}

func TestBudgetArithmetic(t *testing.T) {
	var b budget
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	taken := func() (n int) {
		for b.take(now) {
			n++
		}
		return n
	}
	if n := taken(); n != retryBurst {
		t.Errorf("%d at first, want %d", n, retryBurst)
	}
	now = now.Add(3*retryEvery + time.Second)
	if n := taken(); n != 3 {
		t.Errorf("%d after a while, want 3", n)
	}
	for range 25 {
		b.called()
	}
	if n := taken(); n != 2 {
		t.Errorf("%d after 25 calls, want 2", n)
	}
	now = now.Add(-time.Hour)
	if taken() != 0 {
		t.Error("a clock that goes back gives more")
	}
	now = now.Add(1000 * time.Hour)
	if n := taken(); n != retryBurst {
		t.Errorf("%d after a long while, want %d", n, retryBurst)
	}
}
