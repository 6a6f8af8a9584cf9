package bot

import (
	"context"
	"fmt"

	"github.com/medbuddy/medbuddy/store"
)

// settings are what a question is answered with.
type settings struct {
	temperature float64
	maxTokens   int
}

// over lays what was set in a narrower scope over these.
func (s settings) over(set store.Settings) settings {
	if set.Temperature != nil {
		s.temperature = *set.Temperature
	}
	if set.MaxTokens != nil {
		s.maxTokens = *set.MaxTokens
	}
	return s
}

// settingsFor resolves thread over channel over default, for the scope of a
// thread or of a channel.
func (b *Bot) settingsFor(ctx context.Context, scope store.Scope) (settings, error) {
	s := b.defaults()
	channel, err := b.cfg.Store.Settings(ctx, store.Scope{Team: scope.Team, Channel: scope.Channel})
	if err != nil {
		return s, fmt.Errorf("reading the channel's settings: %w", err)
	}
	s = s.over(channel)
	if scope.Thread == "" {
		return s, nil
	}
	thread, err := b.cfg.Store.Settings(ctx, scope)
	if err != nil {
		return s, fmt.Errorf("reading the thread's settings: %w", err)
	}
	return s.over(thread), nil
}

// obey carries a command out in a scope, for user. answer is for the person who
// gave it; told is the line for the channel, empty when nothing changed.
func (b *Bot) obey(ctx context.Context, scope store.Scope, user string, c command) (answer, told string, err error) {
	var change func(store.Settings) store.Settings
	switch c.verb {
	case verbTemperature:
		if c.value == "" {
			break
		}
		t, ok := parseTemperature(c.value)
		if !ok {
			return textBadTemperature, "", nil
		}
		change = func(s store.Settings) store.Settings { s.Temperature, s.By = &t, user; return s }
	case verbMaxTokens:
		if c.value == "" {
			break
		}
		n, ok := parseMaxTokens(c.value, b.cfg.MaxTokensLimit)
		if !ok {
			return textBadMaxTokens(b.cfg.MaxTokensLimit), "", nil
		}
		change = func(s store.Settings) store.Settings { s.MaxTokens, s.By = &n, user; return s }
	case verbReset:
		change = func(s store.Settings) store.Settings { return store.Settings{Paused: s.Paused, By: s.By} }
	case verbPause, verbQuiet, verbResume:
		return b.pause(ctx, scope, user, c.verb != verbResume)
	case verbUnknown:
		return textUnknownCommand, "", nil
	}
	base := b.defaults()
	if scope.Thread != "" {
		if base, err = b.settingsFor(ctx, store.Scope{Team: scope.Team, Channel: scope.Channel}); err != nil {
			return "", "", err
		}
	}
	if change == nil {
		set, err := b.cfg.Store.Settings(ctx, scope)
		if err != nil {
			return "", "", fmt.Errorf("reading the settings: %w", err)
		}
		if c.verb == verbHelp {
			return textHelp(base.over(set), scope, b.cfg.MaxTokensLimit), "", nil
		}
		return textSettings(base.over(set), scope, b.cfg.MaxTokensLimit), "", nil
	}
	old, set, err := b.save(ctx, scope, user, change)
	if err != nil {
		return "", "", err
	}
	before, after := base.over(old), base.over(set)
	if before == after {
		return textUnchanged(after, scope), "", nil
	}
	return textChanged(before, after, scope), textTold(before, after, user, scope), nil
}

func (b *Bot) defaults() settings { return settings{b.cfg.Temperature, b.cfg.MaxTokens} }
