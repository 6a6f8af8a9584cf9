package bot

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Answers begin after a burst of envelopes is taken in, and however long that takes
// no later than Slack would wait for an ack.
func TestAfterIntake(t *testing.T) {
	for name, c := range map[string]struct {
		burst  int
		takes  time.Duration
		served int           // threads
		want   time.Duration // at most
	}{
		"no burst":     {manyEnvelopes, time.Hour, fewThreads + 1, 0},
		"a burst":      {manyEnvelopes + 1, time.Second, fewThreads + 1, time.Second},
		"a large one":  {lanesAtOnce + 1, time.Second, fewThreads + 1, 2 * time.Second},
		"a slow store": {10 * lanesAtOnce, time.Hour, fewThreads + 1, ackTimeout},
		"few threads":  {10 * lanesAtOnce, time.Hour, fewThreads, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lanes := func() *lanes { return newLanes(lanesAtOnce, func(v any) { t.Errorf("panic %v", v) }) }
				b := &Bot{intake: lanes(), threads: lanes()}
				for i := range c.served {
					b.threads.do(fmt.Sprint(i), fmt.Sprint(i), func() { _ = sleep(t.Context(), time.Hour) })
				}
				for i := range c.burst {
					b.intake.do(fmt.Sprint(i), fmt.Sprint(i), func() { _ = sleep(t.Context(), c.takes) })
				}
				synctest.Wait()
				start := time.Now()
				b.afterIntake(t.Context())
				if d := time.Since(start); d > c.want || c.want > 0 && d < min(c.takes, ackTimeout) {
					t.Errorf("began after %v, want about %v", d, c.want)
				}
			})
		})
	}
}
