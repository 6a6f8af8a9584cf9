package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/store"
)

// A question that a process recorded and acked before it died is answered by the
// next one, in the message that the dead one posted, if it did.
func TestDeadProcessIsReplaced(t *testing.T) {
	t.Parallel()
	for name, placed := range map[string]string{"before the placeholder": "", "posted, not remembered": "posted", "posted and remembered": "placed"} {
		t.Run(name, func(t *testing.T) {
			var root string
			// The dead process's clock was a minute ago, so its lease has passed.
			past := time.Now().Add(-time.Minute)
			now := past
			w := newWorld(t, options{now: func() time.Time { return now }, before: func(w *world) {
				root = w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
				thread := store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root}
				q := store.Question{Key: thread.Root(), Thread: thread, Kind: store.KindAsk, User: w.ann, Text: "which view is this film?"}
				_, err := w.store.Admit(w.ctx, q)
				must(t, err)
				lease, err := w.store.Lease(w.ctx, thread, "the dead", 15*time.Second)
				must(t, err)
				if placed != "" {
					ts := w.postAsBot(root, q.Key)
					if placed == "placed" {
						must(t, w.store.Place(w.ctx, lease, q.Key, ts))
					}
				}
				now = time.Now()
			}})
			if got := w.answer(root, 1); !strings.Contains(got, "Looked at: Image 1") {
				t.Errorf("answer %q", got)
			}
			if n := len(w.request(0).images()); n != 1 {
				t.Errorf("the model was sent %d images", n)
			}
			if n := len(w.said(root)); n != 1 {
				t.Errorf("%d messages for one question", n)
			}
		})
	}
}

// What a stopped process was in the middle of, the next one goes on with.
func TestStopTellsTheThreadAndTheNextOneGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	release := w.holdModel()
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	must(t, w.model.WaitHeld(w.ctx, 1))
	must(t, w.stop())
	if got := w.said(root); len(got) != 1 || !strings.Contains(got[0], "I am being restarted") {
		t.Errorf("the thread was told %q", got)
	}
	release()
	w.start()
	w.wait("the answer", func() bool { return strings.Contains(w.said(root)[0], "AI draft") })
	if n := len(w.said(root)); n != 1 {
		t.Errorf("%d messages for one question", n)
	}
	w.ask(w.ann, root, "and now a follow-up?")
	for i := range 3 {
		if n := len(w.request(i).images()); n != 1 {
			t.Errorf("request %d holds %d images, want the one that the label names", i, n)
		}
	}
}

// A stop lets a running answer finish when it can.
func TestStopLetsAnswersFinish(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	release := w.holdModel()
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	must(t, w.model.WaitHeld(w.ctx, 1))
	stopped := make(chan error, 1)
	go func() { stopped <- w.stop() }()
	w.wait("the socket to close", func() bool { return len(w.sim.Sockets()) == 0 })
	release()
	must(t, <-stopped)
	if got := w.said(root); len(got) != 1 || !strings.Contains(got[0], "It was slow.") {
		t.Errorf("the thread says %q", got)
	}
}

// When a post is accepted and its reply is lost, nothing is posted twice.
func TestLostReplyOfAPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.sim.Fail("chat.postMessage", slacksim.Fault{DropReply: true})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.wait("the answer", func() bool {
		said := w.said(root)
		return len(said) > 0 && strings.Contains(said[0], "AI draft")
	})
	if n := len(w.said(root)); n != 1 {
		t.Errorf("%d messages for one question", n)
	}
}

// Without a record there is no ack: Slack delivers again, and then it is answered.
func TestNoAckWithoutARecord(t *testing.T) {
	t.Parallel()
	broken := &brokenStore{}
	w := newWorld(t, options{bot: func(c *bot.Config) { broken.Store = c.Store; c.Store = broken }})
	broken.down.Store(true)
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	w.wait("the refusals", func() bool { return broken.refused.Load() >= 2 })
	if err := w.bot.Ready(w.ctx); err == nil {
		t.Error("ready without a store")
	}
	if n := len(w.sim.Unacked()); n == 0 {
		t.Error("acked what was not recorded")
	}
	broken.down.Store(false)
	w.sim.RetryUnacked()
	w.answer(root, 1)
	must(t, w.bot.Ready(w.ctx))
}
