package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"
)

// access finds out who may ask. What Slack says of a user or a channel is kept
// for accessFor; whatever needs the same answer at the same time waits for one
// call.
type access struct {
	web    *web
	self   identity
	asking singleflight.Group // by id: those of users and of channels differ

	mu       sync.Mutex
	users    map[string]known
	channels map[string]known
}

type known struct {
	external bool
	until    time.Time
}

const (
	accessFor     = 10 * time.Minute
	accessTimeout = 1500 * time.Millisecond // of an ack's three seconds
	accessEntries = 10_000
)

func newAccess(w *web) *access {
	return &access{web: w, users: map[string]known{}, channels: map[string]known{}}
}

// check decides for a person in a channel. external is what the event itself
// said: a channel shared with, or an author of, another organisation.
// An error means that Slack could not say just now.
func (a *access) check(ctx context.Context, cfg Config, channel, user string, external bool) (verdict, error) {
	switch {
	case len(cfg.AllowedChannels) > 0 && !slices.Contains(cfg.AllowedChannels, channel):
		return verdictChannel, nil
	case cfg.AllowExternal:
		return verdictTake, nil
	case external:
		return verdictPerson, nil
	}
	ctx, cancel := context.WithTimeout(ctx, accessTimeout)
	defer cancel()
	return verdictOf(a.lookup(ctx, a.users, user, a.userIsExternal))
}

// verdictOf turns what Slack said into a verdict. What will be the same next time,
// such as a missing scope, is a verdict too; a refused token says nothing of the
// person.
func verdictOf(external bool, err error) (verdict, error) {
	switch {
	case err != nil && !transient(err) && !tokenRefused(err):
		return verdictUnknown, nil
	case err != nil:
		return verdictUnknown, fmt.Errorf("finding out who may ask: %w", err)
	case external:
		return verdictPerson, nil
	}
	return verdictTake, nil
}

// checkCommand is check for a slash command, whose payload does not say whether
// the channel is shared.
func (a *access) checkCommand(ctx context.Context, cfg Config, channel, user string) (verdict, error) {
	v, err := a.check(ctx, cfg, channel, user, false)
	if err != nil || v != verdictTake || cfg.AllowExternal {
		return v, err
	}
	ctx, cancel := context.WithTimeout(ctx, accessTimeout)
	defer cancel()
	return verdictOf(a.lookup(ctx, a.channels, channel, a.channelIsShared))
}

func (a *access) lookup(ctx context.Context, kept map[string]known, id string, ask func(context.Context, string) (bool, error)) (bool, error) {
	a.mu.Lock()
	k, ok := kept[id]
	a.mu.Unlock()
	if ok && time.Now().Before(k.until) {
		return k.external, nil
	}
	said, err, _ := a.asking.Do(id, func() (any, error) {
		// The others' time may not be over when that of the first is.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), accessTimeout)
		defer cancel()
		external, err := ask(ctx, id)
		if err == nil {
			a.keep(kept, id, known{external, time.Now().Add(accessFor)})
		}
		return external, err
	})
	external, _ := said.(bool) // nil with some errors
	return external, err
}

func (a *access) keep(kept map[string]known, id string, k known) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(kept) >= accessEntries {
		clear(kept)
	}
	kept[id] = k
}

func (a *access) userIsExternal(ctx context.Context, id string) (bool, error) {
	var u *slack.User
	err := a.web.try(ctx, "users.info", true, func() (err error) { u, err = a.web.api.GetUserInfoContext(ctx, id); return err })
	switch slackCode(err) {
	case "user_not_found", "user_not_visible":
		return true, nil // of another workspace
	case "unknown_method":
		return false, nil // a server without this method has no guests
	}
	if err != nil {
		return false, err
	}
	if u == nil {
		return false, errors.New("users.info: no user")
	}
	return u.IsRestricted || u.IsUltraRestricted || u.IsStranger || u.TeamID != "" && u.TeamID != a.self.team, nil
}

func (a *access) channelIsShared(ctx context.Context, id string) (bool, error) {
	var c *slack.Channel
	err := a.web.try(ctx, "conversations.info", true, func() (err error) {
		c, err = a.web.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		return err
	})
	switch slackCode(err) {
	case "channel_not_found", "unknown_method":
		return false, nil // a private channel that MedBuddy is not in: the person was checked
	}
	if err != nil {
		return false, err
	}
	return c.IsExtShared || c.IsPendingExtShared, nil
}
