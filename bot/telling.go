package bot

import (
	"context"
	"fmt"

	"github.com/medbuddy/medbuddy/store"
)

// This file tells a thread of what was changed in it by a command: that changes the
// answers of everybody there.

// tellThread says told in the thread of a command, once.
func (b *Bot) tellThread(ctx context.Context, j *job, told string) error {
	_, _, err := b.postOnce(ctx, j.question, 0, mark{}, !j.fresh, nil, plain(told))
	return err
}

// toldAnew is the line for a thread when a command may have been carried out before, by
// a process that came to no end: then it changes nothing now, and nobody may know of it
// yet. What held before it is not known any more. It is "" where the command is not
// what has set what holds.
func (b *Bot) toldAnew(ctx context.Context, scope store.Scope, user string, c command) (string, error) {
	set, err := b.cfg.Store.Settings(ctx, scope)
	if err != nil {
		return "", fmt.Errorf("reading the settings of the thread: %w", err)
	}
	its := false
	switch c.verb {
	case verbTemperature:
		t, ok := parseTemperature(c.value)
		its = ok && set.By == user && equal(set.Temperature, &t)
	case verbMaxTokens:
		n, ok := parseMaxTokens(c.value, b.cfg.MaxTokensLimit)
		its = ok && set.By == user && equal(set.MaxTokens, &n)
	case verbQuiet, verbResume:
		if set.Paused != (c.verb == verbQuiet) {
			return "", nil
		}
		return textPausedTold(set.Paused, user, scope), nil
	case verbReset:
		its = set.Temperature == nil && set.MaxTokens == nil
	}
	if !its {
		return "", nil
	}
	now, err := b.settingsFor(ctx, scope)
	return textToldAnew(now, user, scope), err
}
