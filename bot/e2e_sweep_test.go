package bot_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/store"
)

// After a long outage nobody need ask: the served threads are compared.
func TestMissedDeletionIsLookedFor(t *testing.T) {
	t.Parallel()
	w, clock := deaf(t, options{})
	root, scan, _ := w.twoFilms()
	other := w.post(w.ben, w.channel, "", "film of the patient in bed 5", film(w.t, 3))
	w.ask(w.ann, other, "@MedBuddy is there an effusion?")
	w.closed(other)
	w.waitMark(other)
	w.sim.Fail("conversations.replies", slacksim.Fault{HTTPStatus: 403, Times: 3}) // of a proxy, say
	w.away(clock, true, func() { must(t, w.sim.Delete(w.channel, scan)) })
	w.erased(root, 2)
	thread, err := w.store.Thread(w.ctx, w.threadKey(other))
	must(t, err)
	if thread.Images[0].Gone {
		t.Error("the image of another thread is gone")
	}
}

// The whole thread was deleted, MedBuddy's answer too.
func TestMissedDeletionOfAThread(t *testing.T) {
	t.Parallel()
	w, clock := deaf(t, options{})
	root, _, _ := w.twoFilms()
	w.waitMark(root)
	w.away(clock, true, func() {
		for _, m := range slices.Backward(w.sim.Thread(w.channel, root)) {
			must(t, w.sim.Delete(w.channel, m.TS))
		}
	})
	w.erased(root, 1)
	w.erased(root, 2)
	w.until("all to be erased", func() bool {
		thread, err := w.store.Thread(w.ctx, w.threadKey(root))
		must(t, err)
		return !slices.ContainsFunc(thread.Turns, func(turn store.Turn) bool {
			return turn.Text != "" || slices.ContainsFunc(turn.Messages, func(m store.Message) bool { return !m.Gone })
		})
	})
}

// unerasable refuses to erase messages so many times.
type unerasable struct {
	store.Store
	times atomic.Int64
}

func (s *unerasable) EraseMessage(ctx context.Context, t store.ThreadKey, ts string) (store.Deleted, error) {
	if s.times.Add(-1) >= 0 {
		return store.Deleted{}, store.ErrUnavailable
	}
	return s.Store.EraseMessage(ctx, t, ts)
}

// A notice that could not be carried out is not forgotten with the process: the mark
// has not passed it, and the next process looks for what was missed.
func TestUnheededNoticeOutlastsTheProcess(t *testing.T) {
	t.Parallel()
	var whole store.Store
	w, clock := deaf(t, options{
		slack: slacksim.Config{RetryAfter: []time.Duration{}},
		bot: func(c *bot.Config) {
			never := &unerasable{Store: c.Store}
			never.times.Store(1 << 30)
			whole, c.Store = c.Store, never
		},
	})
	root, scan, _ := w.twoFilms()
	w.waitMark(scan)
	w.until("catching up to be over", w.bot.CaughtUp)
	clock.forward(2 * time.Minute)
	w.ask(w.ann, "", "@MedBuddy what is an axial view?") // it learns the time
	must(t, w.sim.Delete(w.channel, scan))
	w.until("the refusal", func() bool { return strings.Contains(w.log.String(), "could not be carried out") })
	clock.forward(5 * time.Minute)
	later := w.post(w.ann, w.channel, "", "@MedBuddy what is a lateral view?")
	w.answer(later, 1)
	if mark := max(w.mark(), w.bot.NextMark()); mark >= later {
		t.Error("the mark passes the notice")
	}
	must(t, w.stop())
	clock.forward(2 * time.Minute)
	w.cfg.Store = whole
	w.start()
	w.erased(root, 2)
}

// Nor is it forgotten while the process lives, should Slack not deliver it again.
func TestUnheededNoticeIsFollowedUp(t *testing.T) {
	t.Parallel()
	var broken *unerasable
	w, clock := deaf(t, options{
		slack: slacksim.Config{RetryAfter: []time.Duration{}},
		bot: func(c *bot.Config) {
			broken = &unerasable{Store: c.Store}
			c.Store = broken
		},
	})
	root, scan, _ := w.twoFilms()
	clock.forward(2 * time.Minute)
	w.ask(w.ann, "", "@MedBuddy what is a lateral view?") // it learns the time
	broken.times.Store(1)
	must(t, w.sim.Delete(w.channel, scan))
	w.erased(root, 2)
	later := w.post(w.ann, w.channel, "", "@MedBuddy what is an oblique view?")
	w.waitMark(later) // it is held no more
}
