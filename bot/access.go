package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// access finds out who may ask. What Slack says of a user or a channel is kept
// for accessFor; whatever needs the same answer at the same time waits for one
// call. That call goes on when nobody can wait for it any longer: where Slack is slow,
// what it says is there when it delivers the message again.
type access struct {
	web       *web
	self      identity
	recovered func(value any)
	work      context.Context //nolint:containedctx // of the lookups, which outlive whoever asks first
	stop      context.CancelFunc
	running   sync.WaitGroup
	slots     chan struct{} // of lookups under way

	mu       sync.Mutex
	closed   bool
	users    map[string]known
	channels map[string]known
	asking   map[string]*lookup // by id: those of users and of channels differ
}

type known struct {
	external bool
	until    time.Time
}

const (
	accessFor     = 10 * time.Minute
	accessTimeout = 1500 * time.Millisecond // of an ack's three seconds
	accessEntries = 10_000

	lookupTimeout = 30 * time.Second
	lookupsAtOnce = lanesAtOnce // as many as envelopes may wait for
)

var errLookup = errors.New("bot: a lookup ended in a panic")

func newAccess(w *web, recovered func(any)) *access {
	a := &access{web: w, recovered: recovered, slots: make(chan struct{}, lookupsAtOnce),
		users: map[string]known{}, channels: map[string]known{}, asking: map[string]*lookup{}}
	a.work, a.stop = context.WithCancel(context.Background())
	return a
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

// asker asks Slack about an id.
type asker func(ctx context.Context, id string) (external bool, err error)

// lookup is one call about an id. What came of it may be read once done is closed.
type lookup struct {
	done     chan struct{}
	external bool
	err      error
}

// lookup says what is known of a user or a channel, or has it asked and waits as long
// as ctx allows.
func (a *access) lookup(ctx context.Context, kept map[string]known, id string, ask asker) (bool, error) {
	a.mu.Lock()
	k, l := a.look(kept, id)
	a.mu.Unlock()
	if k == nil && l == nil {
		select {
		case a.slots <- struct{}{}:
		case <-ctx.Done():
			return false, ctx.Err()
		}
		k, l = a.begin(kept, id, ask)
	}
	if k != nil {
		return k.external, nil
	}
	select {
	case <-l.done:
		return l.external, l.err
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// look finds what is known, or else the lookup that is under way. a.mu is held.
func (a *access) look(kept map[string]known, id string) (*known, *lookup) {
	if k, ok := kept[id]; ok && time.Now().Before(k.until) {
		return &k, nil
	}
	return nil, a.asking[id]
}

// begin begins a lookup with the slot that was taken, unless there is no need any more.
func (a *access) begin(kept map[string]known, id string, ask asker) (*known, *lookup) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, l := a.look(kept, id)
	if k != nil || l != nil {
		<-a.slots
		return k, l
	}
	l = &lookup{done: make(chan struct{}), err: errStopping}
	if a.closed {
		<-a.slots
		close(l.done)
		return nil, l
	}
	a.asking[id] = l
	a.running.Go(func() {
		defer a.end(id, l)
		ctx, cancel := context.WithTimeout(a.work, lookupTimeout)
		defer cancel()
		if l.external, l.err = ask(ctx, id); l.err == nil {
			a.keep(kept, id, known{l.external, time.Now().Add(accessFor)})
		}
	})
	return nil, l
}

// end tells whoever waits what came of a lookup.
func (a *access) end(id string, l *lookup) {
	if v := recover(); v != nil {
		a.recovered(v)
		l.err = errLookup
	}
	a.mu.Lock()
	delete(a.asking, id)
	a.mu.Unlock()
	close(l.done)
	<-a.slots
}

// close ends what is under way and waits for it. Nothing is asked any more.
func (a *access) close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.stop()
	a.running.Wait()
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
