package bot_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Slack takes longer to say who somebody is than a message can wait for its ack. The
// message is not acked, and when Slack delivers it again the answer is there: nobody
// asks anew, which could last as long each time.
func TestSlowLookupGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{catchUp: time.Hour, slack: slacksim.Config{RetryAfter: []time.Duration{time.Hour}}})
	slow := make(chan struct{})
	w.sim.Fail("users.info", slacksim.Fault{Gate: slow})
	w.sim.Fail("users.info", slacksim.Fault{HTTPStatus: http.StatusServiceUnavailable, Times: -1})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.until("the message to be left", func() bool { return strings.Contains(w.log.String(), "could not be recorded") })
	if len(w.sim.Unacked()) == 0 {
		t.Error("it was acked")
	}
	close(slow)
	w.sim.RetryUnacked()
	w.answer(root, 1)
	if n := w.sim.Count("users.info"); n != 1 {
		t.Errorf("Slack was asked %d times who that is, want once", n)
	}
}

// A lookup that lasts does not outlive the bot (see TestMain), and the next one asks
// anew.
func TestSlowLookupEndsWithTheBot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{catchUp: time.Hour, slack: slacksim.Config{RetryAfter: []time.Duration{time.Hour}}})
	never := make(chan struct{})
	defer close(never)
	w.sim.Fail("users.info", slacksim.Fault{Gate: never})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.until("the message to be left", func() bool { return strings.Contains(w.log.String(), "could not be recorded") })
	must(t, w.stop())
	w.start()
	w.sim.RetryUnacked()
	w.answer(root, 1)
}
