package bot

import (
	"context"
	"encoding/json"
	"errors"
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
	firstMention := "" // by which a thread may have become a served one
	for _, m := range page {
		msg, err := decodeFound(m, ch, b.self)
		if err != nil {
			continue
		}
		if msg.mention && (firstMention == "" || after(firstMention, msg.ts)) {
			firstMention = msg.ts
		}
		if after(msg.ts, c.oldest) {
			list = append(list, msg)
		}
	}
	slices.SortFunc(list, func(a, z message) int { return store.CompareTS(a.ts, z.ts) })
	results := make(chan bool, len(list))
	for _, m := range list {
		b.seen.begin(m.ts)
		queued := b.intake.do(m.channel+m.root(), m.user, func() {
			recorded := true
			defer func() { b.seen.end(m.ts); results <- recorded }()
			env := envelope{at: time.Now(), found: true, ack: func(any) {}}
			asked, err := c.askedBefore(m, firstMention, env.at)
			switch {
			case err != nil:
				recorded = false
			case asked:
				recorded = b.take(c.work, env, m)
			}
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

// askedBefore says whether a message that was found is to go through the gate. A
// reply without a mention is a question only in a thread that MedBuddy served by
// then: a remark from before the first question is none, though the thread is a
// served one now.
func (c *catchUp) askedBefore(m message, firstMention string, at time.Time) (bool, error) {
	if m.mention || m.direct || !m.reply() {
		return true, nil
	}
	ctx, cancel := context.WithDeadline(c.work, at.Add(admitTimeout))
	defer cancel()
	key := store.ThreadKey{Team: c.b.self.team, Channel: m.channel, TS: m.root()}
	asked, err := c.b.isAsked(ctx, key)
	if err != nil || !asked {
		return false, err
	}
	first := firstMention
	earlier := func(ts string) {
		if first == "" || after(first, ts) {
			first = ts
		}
	}
	t, err := c.b.cfg.Store.Thread(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	for _, turn := range t.Turns {
		if n := len(turn.Messages); n > 0 {
			earlier(turn.Messages[n-1].TS) // the question
			break
		}
	}
	open, err := c.b.cfg.Store.Open(ctx, key)
	if err != nil {
		return false, err
	}
	if len(open) > 0 {
		earlier(open[0].Key.TS)
	}
	return first == "" || after(m.ts, first), nil
}
