package bot

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// place is a channel that is read.
type place struct {
	id       string
	external bool // shared with another organisation
}

// channels lists what is to be read, those with served threads first.
func (c *catchUp) channels(ctx context.Context, served []store.ThreadKey) ([]place, error) {
	var list []place
	if len(c.b.cfg.AllowedChannels) > 0 {
		for _, id := range c.b.cfg.AllowedChannels {
			external, err := c.shared(ctx, id)
			if over, err := c.failure(ctx, "conversations.info", err); over {
				return nil, err
			} else if err == nil {
				list = append(list, place{id, external})
			}
		}
	} else {
		// One call for each kind: a scope that is missing for one of them is then
		// missing for that one only.
		for _, kind := range []string{"im", "mpim", "private_channel", "public_channel"} {
			some, err := c.member(ctx, kind)
			if over, err := c.failure(ctx, "users.conversations of "+kind, err); over {
				return nil, err
			}
			list = append(list, some...)
		}
	}
	busy := map[string]bool{}
	for _, t := range served {
		busy[t.Channel] = true
	}
	slices.SortStableFunc(list, func(a, z place) int { return rank(busy[a.id]) - rank(busy[z.id]) })
	if len(list) > catchUpChannels {
		c.b.lg.Warn("more channels than are read to catch up", "left_out", len(list)-catchUpChannels)
		list = list[:catchUpChannels]
	}
	return list, nil
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// member lists the conversations of a kind that MedBuddy is in.
func (c *catchUp) member(ctx context.Context, kind string) ([]place, error) {
	var list []place
	params := slack.GetConversationsForUserParameters{Types: []string{kind}, ExcludeArchived: true, Limit: catchUpPage}
	for range catchUpPages {
		var page []slack.Channel
		err := c.b.web.try(ctx, "users.conversations", true, func() (err error) {
			page, params.Cursor, err = c.b.web.api.GetConversationsForUserContext(ctx, &params)
			return err
		})
		if err != nil {
			return list, err
		}
		for _, ch := range page {
			list = append(list, place{ch.ID, ch.IsExtShared || ch.IsPendingExtShared})
		}
		if params.Cursor == "" {
			break
		}
	}
	return list, nil
}

// shared says whether another organisation is in the channel, where it matters.
func (c *catchUp) shared(ctx context.Context, id string) (bool, error) {
	if c.b.cfg.AllowExternal {
		return false, nil
	}
	a := c.b.access
	return a.lookup(ctx, a.channels, id, a.channelIsShared)
}
