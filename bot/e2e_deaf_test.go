package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/store"
)

// shift is a clock that can be put forward.
type shift struct{ ahead atomic.Int64 }

func (s *shift) now() time.Time          { return time.Now().Add(time.Duration(s.ahead.Load())) }
func (s *shift) forward(d time.Duration) { s.ahead.Add(int64(d)) }

// deaf is a world in which Slack never delivers what happens while no socket is
// open: catch-up alone can find it.
func deaf(t *testing.T, o options) (*world, *shift) {
	t.Helper()
	clock := &shift{}
	o.slack.Now, o.slack.LoseUnheard, o.now = clock.now, true, clock.now
	change := o.bot
	o.bot = func(c *bot.Config) {
		c.AllowTextOnly = true
		if change != nil {
			change(c)
		}
		c.Store = markStore{c.Store, make(chan struct{}, 1)}
	}
	return newWorld(t, o), clock
}

// saidIn lists what the bot has posted in a thread of any channel.
func (w *world) saidIn(channel, root string) []string {
	var out []string
	for _, m := range w.sim.Thread(channel, root) {
		if m.User == w.sim.BotUserID() && len(m.Files) == 0 {
			out = append(out, m.Text)
		}
	}
	return out
}

// settledIn says whether the bot's only words in a thread hold text.
func (w *world) settledIn(channel, root, text string) bool {
	said := w.saidIn(channel, root)
	return len(said) == 1 && strings.Contains(said[0], text)
}

// catchUpOnce waits until a catch-up that begins after the call is over.
func (w *world) catchUpOnce() {
	w.t.Helper()
	for range 3 { // the first to read may have begun before; when the third reads, the second is over
		read := w.sim.Count("conversations.history")
		w.sim.DropSockets()
		w.wait("a catch-up", func() bool { return w.sim.Count("conversations.history") > read })
	}
}

// markStore tells when the mark has moved.
type markStore struct {
	store.Store
	moved chan struct{}
}

func (s markStore) SetMark(ctx context.Context, team, ts string) error {
	err := s.Store.SetMark(ctx, team, ts)
	select {
	case s.moved <- struct{}{}:
	default: // nobody has looked since the last time
	}
	return err
}

// waitMark waits until the mark has come to ts.
func (w *world) waitMark(ts string) {
	w.t.Helper()
	marks, ok := w.cfg.Store.(markStore)
	if !ok {
		w.t.Fatal("this world's store does not tell of the mark")
	}
	for w.mark() < ts {
		select {
		case <-marks.moved:
		case <-w.ctx.Done():
			w.t.Fatalf("the mark stays at %q, want %q", w.mark(), ts)
		}
	}
}

// mark is the mark in the store.
func (w *world) mark() string {
	mark, err := w.store.Mark(w.ctx, w.sim.TeamID())
	must(w.t, err)
	return mark
}
