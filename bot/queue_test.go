package bot

import (
	"testing"
	"testing/synctest"
	"time"
)

// Answers begin after a burst of envelopes is taken in, and however long that takes
// no later than Slack would wait for an ack.
func TestAfterIntake(t *testing.T) {
	for name, c := range map[string]struct {
		burst int
		takes time.Duration
		want  time.Duration // at most
	}{
		"no burst":     {lanesAtOnce, time.Hour, 0},
		"a burst":      {2*lanesAtOnce + 1, time.Second, time.Second + intakeEvery},
		"a slow store": {10 * lanesAtOnce, time.Hour, ackTimeout + intakeEvery},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &Bot{intake: newLanes(lanesAtOnce, func(v any) { t.Errorf("panic %v", v) })}
				for i := range c.burst {
					b.intake.do(string(rune(i)), string(rune(i)), func() { _ = sleep(t.Context(), c.takes) })
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
