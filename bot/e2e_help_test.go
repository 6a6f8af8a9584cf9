package bot_test

import (
	"context"
	"sync/atomic"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// brokenStore is a store that can be down.
type brokenStore struct {
	store.Store
	down    atomic.Bool
	refused atomic.Int64
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
	api := slack.New(w.sim.BotToken(), slack.OptionAPIURL(w.sim.APIURL()))
	_, ts, err := api.PostMessageContext(w.ctx, w.channel, slack.MsgOptionText("Reading 1 file…", false), slack.MsgOptionTS(root),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "medbuddy_answer", EventPayload: map[string]any{"question": q.String(), "part": 0}}))
	must(w.t, err)
	return ts
}
