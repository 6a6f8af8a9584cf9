package bot

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// take has the people's messages recorded that came after oldest, in their order,
// and waits until they are.
func (c *catchUp) take(ctx context.Context, ch place, page []slack.Message) error {
	b := c.b
	var list []message
	for _, m := range page {
		msg, err := decodeFound(m, ch, b.self)
		if err != nil {
			continue
		}
		if after(msg.ts, c.oldest) {
			list = append(list, msg)
			if after(msg.ts, c.newest) && !after(msg.ts, c.began) {
				c.newest = msg.ts
			}
		}
	}
	slices.SortFunc(list, func(a, z message) int { return store.CompareTS(a.ts, z.ts) })
	results := make(chan bool, len(list))
	for _, m := range list {
		b.seen.begin(m.ts)
		queued := b.intake.do(m.channel+m.root(), m.user, func() {
			recorded := false
			defer func() { b.seen.end(m.ts, recorded); results <- recorded }()
			recorded = b.take(c.work, envelope{at: time.Now(), found: true, ack: func(any) {}}, m)
		})
		if !queued {
			return errStopping
		}
	}
	c.found += len(list)
	for range list {
		select {
		case recorded := <-results:
			if !recorded {
				c.failed = errNotRecorded
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// overtook has replies recorded that stood in a thread below its first question
// when that was answered. On another socket, or in another process, one may have
// come before the question had made the thread a served one, and have been left
// alone as a remark.
func (b *Bot) overtook(ctx context.Context, t store.ThreadKey, later []slack.Message) {
	for _, m := range later {
		msg, err := decodeFound(m, place{id: t.Channel}, b.self)
		if err == nil && msg.reply() && !msg.mention && !msg.direct { // those come by themselves
			b.record(ctx, envelope{at: time.Now(), found: true, ack: func(any) {}}, msg)
		}
	}
}

// decodeFound is decodeEvent for a message that was read. That it was edited since
// does not matter: the first version may never have come.
func decodeFound(m slack.Message, ch place, self identity) (message, error) {
	if !slices.Contains(human, m.SubType) || m.Type != "message" && m.Type != "" {
		return message{}, errIgnored
	}
	files := make([]map[string]string, len(m.Files))
	for i, f := range m.Files {
		files[i] = map[string]string{"id": f.ID}
	}
	raw, err := json.Marshal(files)
	if err != nil {
		return message{}, err
	}
	return wireEvent{
		Type: "message", Subtype: m.SubType, Channel: ch.id, User: m.User, BotID: m.BotID, Text: m.Text,
		TS: m.Timestamp, ThreadTS: m.ThreadTimestamp, Team: m.Team, Hidden: m.Hidden, Files: raw,
	}.message(self, ch.external)
}
