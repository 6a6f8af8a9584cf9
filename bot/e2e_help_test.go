package bot_test

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/store"
)

// brokenStore is a store that can be down.
type brokenStore struct {
	store.Store
	down     atomic.Bool
	refused  atomic.Int64
	finishes atomic.Int64 // so many calls of Finish fail
}

// breaking puts a brokenStore before the world's store, and lets a bot that is stopped
// hand its answers over at once.
func breaking() (*brokenStore, options) {
	s := &brokenStore{}
	return s, options{bot: func(c *bot.Config) { s.Store, c.Store, c.DrainTimeout = c.Store, s, time.Millisecond }}
}

func (s *brokenStore) Finish(ctx context.Context, l store.Lease, q store.QuestionKey, turns []store.Turn) error {
	if s.finishes.Add(-1) >= 0 {
		return store.ErrUnavailable
	}
	return s.Store.Finish(ctx, l, q, turns)
}

func (s *brokenStore) Admit(ctx context.Context, q store.Question) (bool, error) {
	if s.down.Load() {
		s.refused.Add(1)
		return false, store.ErrUnavailable
	}
	return s.Store.Admit(ctx, q)
}

func (s *brokenStore) Ping(ctx context.Context) error {
	if s.down.Load() {
		return store.ErrUnavailable
	}
	return s.Store.Ping(ctx)
}

// postAsBot posts a placeholder as a process of MedBuddy does that dies then.
func (w *world) postAsBot(root string, q store.QuestionKey) string {
	w.t.Helper()
	return w.postPartAsBot(root, q, 0, "Reading 1 file…")
}

func (w *world) postPartAsBot(root string, q store.QuestionKey, part int, text string) string {
	w.t.Helper()
	api := slack.New(w.sim.BotToken(), slack.OptionAPIURL(w.sim.APIURL()))
	_, ts, err := api.PostMessageContext(w.ctx, w.channel, slack.MsgOptionText(text, false), slack.MsgOptionTS(root),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "medbuddy_answer", EventPayload: map[string]any{"question": q.String(), "part": part}}))
	must(w.t, err)
	return ts
}
