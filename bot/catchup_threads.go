package bot

import (
	"cmp"
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// replyUsers is how many of those who replied Slack names, at most.
const replyUsers = 5

// onlyOwn says that nobody but MedBuddy has replied in a thread.
func (b *Bot) onlyOwn(users []string) bool {
	return len(users) > 0 && len(users) < replyUsers && !slices.ContainsFunc(users, func(id string) bool { return id != b.self.user })
}

// note remembers a thread and its newest reply.
func (c *catchUp) note(channel, root, newest string) {
	t := store.ThreadKey{Team: c.b.self.team, Channel: channel, TS: root}
	if known, ok := c.threads[t]; !ok || after(newest, known) {
		c.threads[t] = newest
	}
}

// readThreads takes what is new in threads: those of which the channels told, first
// those that were not read yet and of these the liveliest, and then the served ones
// that the channels' pages did not hold.
func (c *catchUp) readThreads(ctx context.Context, channels []place, served []store.ThreadKey) error {
	var list []store.ThreadKey
	for t, newest := range c.threads {
		if after(newest, c.oldest) && c.b.reading.upTo[t] != newest {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, z store.ThreadKey) int {
		return cmp.Or(rank(c.b.reading.upTo[a] == "")-rank(c.b.reading.upTo[z] == ""), store.CompareTS(c.threads[z], c.threads[a]))
	})
	if len(list) > catchUpThreads {
		c.b.lg.Warn("more threads with news than are read to catch up", "left_out", len(list)-catchUpThreads)
		list = list[:catchUpThreads]
	}
	for _, t := range served {
		if _, known := c.threads[t]; !known {
			list = append(list, t)
		}
	}
	for _, t := range list {
		if c.read >= catchUpTurn && len(c.b.seen.wake) > 0 {
			return errMoreMissed // what was read is not read again
		}
		i := slices.IndexFunc(channels, func(ch place) bool { return ch.id == t.Channel })
		if i < 0 {
			continue // MedBuddy is there no more, or not allowed
		}
		if err := c.turn(ctx, "conversations.replies", c.b.reading.replies); err != nil {
			return err
		}
		var replies []slack.Message
		err := c.b.eachReply(ctx, slack.GetConversationRepliesParameters{ChannelID: t.Channel, Timestamp: t.TS, Oldest: c.oldest},
			func(m slack.Message) bool { replies = append(replies, m); return false })
		if over, err := c.failure(ctx, "conversations.replies", err); over {
			return err
		} else if err != nil {
			continue
		}
		c.read++
		if err := c.take(ctx, channels[i], replies); err != nil {
			return err
		}
		if newest := c.threads[t]; newest != "" && c.failed == nil {
			c.b.reading.upTo[t] = newest
		}
	}
	return nil
}
