package bot

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// listing is a thread as Slack lists it.
type listing struct {
	messages []slack.Message
	err      error             // why there are no more
	subtypes map[string]string // of the messages, by ts
	// whole says that what is not in messages is not in Slack, when it is newer than
	// from and not newer than until.
	whole       bool
	from, until string
}

const (
	// listedAfter is how long Slack may take to list a message that it has taken.
	listedAfter = time.Minute
	// hiddenAfter is how old messages are that Slack may hide without their being
	// deleted: on its free plan 90 days (slack.com/help/articles/27204752526611).
	hiddenAfter = 89 * 24 * time.Hour
)

// list reads a thread from its beginning. before is called before each page but the
// first, and may end it.
func (b *Bot) list(ctx context.Context, t store.ThreadKey, before func() error) listing {
	now := b.web.clock.now()
	l := listing{subtypes: map[string]string{}, from: tsAt(now.Add(-hiddenAfter)), until: tsAt(now.Add(-listedAfter))}
	params := slack.GetConversationRepliesParameters{ChannelID: t.Channel, Timestamp: t.TS, Inclusive: true}
	l.whole, l.err = b.pageReplies(ctx, params, before, func(m slack.Message) bool {
		l.messages, l.subtypes[m.Timestamp] = append(l.messages, m), m.SubType
		return false
	})
	switch {
	case slackCode(l.err) == "thread_not_found":
		l.whole = b.rootGone(ctx, t)
	case l.err != nil || !l.has(t.TS): // the root comes first, or its tombstone; else it is not this thread
		l.whole = false
	}
	return l
}

// rootGone says whether a thread of which Slack knows nothing is not in its channel
// either. The word thread_not_found alone might be a mistake of somebody's.
func (b *Bot) rootGone(ctx context.Context, t store.ThreadKey) bool {
	var page *slack.GetConversationHistoryResponse
	params := slack.GetConversationHistoryParameters{ChannelID: t.Channel, Oldest: t.TS, Latest: t.TS, Inclusive: true, Limit: 1}
	err := b.web.try(ctx, "conversations.history", true, func() (err error) {
		page, err = b.web.api.GetConversationHistoryContext(ctx, &params)
		return err
	})
	return err == nil && page.Ok && !slices.ContainsFunc(page.Messages, func(m slack.Message) bool { return m.Timestamp == t.TS })
}

func (l listing) has(ts string) bool {
	_, ok := l.subtypes[ts]
	return ok
}

// buried says whether a message was deleted and its place is left, as of a root with
// replies.
func (l listing) buried(ts string) bool { return l.subtypes[ts] == "tombstone" }

// covers says whether a message that was written at ts would be listed.
func (l listing) covers(ts string) bool { return l.whole && after(ts, l.from) && !after(ts, l.until) }

// lacks says whether a message is not there where it would be.
func (l listing) lacks(ts string) bool { return l.covers(ts) && !l.has(ts) }

// fileState is what a listing says of a file.
type fileState int

const (
	listedNowhere fileState = iota // it is in no message
	listedThere                    // also one that Slack hides, or of which it says little
	listedDeleted                  // its place is empty
)

// files are the files of all messages, forwarded ones too, by id.
func (l listing) files() map[string]fileState {
	files := map[string]fileState{}
	for _, m := range l.messages {
		for _, f := range filesOf(m) {
			state := listedThere
			if f.Mode == "tombstone" {
				state = listedDeleted
			}
			files[f.ID] = max(files[f.ID], state)
		}
	}
	return files
}
