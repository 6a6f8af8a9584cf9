package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// This file keeps the Home tab: it is made anew whenever a person opens it.

// homeOpened reads an app_home_opened event; user is "" for any other event, and for
// the Messages tab, which Slack fills itself.
func homeOpened(payload json.RawMessage) (user string) {
	if !bytes.Contains(payload, []byte(`"app_home_opened"`)) {
		return "" // each of MedBuddy's own updates comes by here
	}
	var cb struct {
		Event struct {
			Type string `json:"type"`
			User string `json:"user"`
			Tab  string `json:"tab"`
		} `json:"event"`
	}
	if json.Unmarshal(payload, &cb) != nil || cb.Event.Type != "app_home_opened" || cb.Event.Tab != "home" {
		return ""
	}
	return cb.Event.User
}

// showHome makes the Home tab of a person. Slack tells of its opening each time, so one
// that could not be made is made the next time.
func (b *Bot) showHome(ctx context.Context, user string) {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	h := home{defaults: b.defaults(), limit: b.cfg.MaxTokensLimit, retention: b.cfg.Retention, urgent: b.cfg.UrgentText}
	external, err := b.access.lookup(ctx, b.access.users, user, b.access.userIsExternal)
	switch {
	case err != nil:
	case external && !b.cfg.AllowExternal:
		h.instead = textHomeGuest
	default:
		h.channels, err = b.homeChannels(ctx, user)
	}
	if err != nil {
		b.lg.Warn("a Home tab goes without the settings of channels", "error", err)
		h.instead = textHomeUnread
	}
	view := homeView(h)
	err = b.web.try(ctx, viewsPublish, true, func() error {
		_, err := b.web.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
		return err
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		b.lg.Warn("a Home tab could not be shown", "error", err)
	}
	if tokenRefused(err) {
		b.giveUp(err)
	}
}

// homeChannels lists the channels that both the person and MedBuddy are in, with what
// is set there.
func (b *Bot) homeChannels(ctx context.Context, user string) ([]homeChannel, error) {
	theirs, err := b.channelsOf(ctx, user)
	if err != nil {
		return nil, err
	}
	ours, err := b.channelsOf(ctx, "")
	if err != nil {
		return nil, err
	}
	var list []homeChannel
	for _, id := range theirs {
		if !slices.Contains(ours, id) || len(b.cfg.AllowedChannels) > 0 && !slices.Contains(b.cfg.AllowedChannels, id) {
			continue
		}
		if len(list) > maxHomeChannels { // one more, so that it says that there are more
			break
		}
		set, err := b.cfg.Store.Settings(ctx, store.Scope{Team: b.self.team, Channel: id})
		if err != nil {
			return nil, fmt.Errorf("reading the settings of a channel: %w", err)
		}
		list = append(list, homeChannel{id, set})
	}
	return list, nil
}

// channelsOf lists the channels that a person is in, or MedBuddy when user is "".
func (b *Bot) channelsOf(ctx context.Context, user string) (ids []string, err error) {
	params := slack.GetConversationsForUserParameters{UserID: user, Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true, Limit: catchUpPage}
	for range catchUpPages {
		var page []slack.Channel
		err := b.web.try(ctx, "users.conversations", true, func() (err error) {
			page, params.Cursor, err = b.web.api.GetConversationsForUserContext(ctx, &params)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, ch := range page {
			ids = append(ids, ch.ID)
		}
		if params.Cursor == "" {
			break
		}
	}
	return ids, nil
}
