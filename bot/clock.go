package bot

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// clock is Slack's, as near as the Date header of its answers tells: what is read
// of a channel by time must not depend on how well this machine's clock is set.
// The zero value is this machine's clock.
type clock struct{ ahead atomic.Int64 } // nanoseconds

// clockSlack is how far apart the clocks may be without being told apart: the
// header has whole seconds, and the answer was on its way.
const clockSlack = 5 * time.Second

// learn takes the header of an answer that has just come.
func (c *clock) learn(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	ahead := time.Until(date)
	if ahead.Abs() < clockSlack {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// tsAt is the ts of a message that would be written at t.
func tsAt(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }
