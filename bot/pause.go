package bot

import (
	"context"

	"github.com/medbuddy/medbuddy/store"
)

// This file switches follow-ups without a mention off and on: in a channel by pause and
// resume, in one thread by what asks for quiet there, and resume.

// pause does so in the scope of a channel, or of a thread.
func (b *Bot) pause(ctx context.Context, scope store.Scope, user string, paused bool) (answer, told string, err error) {
	if isDirect(scope.Channel) {
		return textNoPause, "", nil
	}
	old, _, err := b.save(ctx, scope, user, func(s store.Settings) store.Settings {
		if s.Paused != paused {
			s.Paused, s.By = paused, user
		}
		return s
	})
	if err != nil {
		return "", "", err
	}
	if old.Paused == paused {
		return textPausedAlready(paused, scope), "", nil
	}
	return textPaused(paused, scope), textPausedTold(paused, user, scope), nil
}

// pausedIn says whether follow-ups without a mention are left alone in a thread.
func (b *Bot) pausedIn(ctx context.Context, t store.ThreadKey) (bool, error) {
	channel, err := b.cfg.Store.Settings(ctx, t.ChannelScope())
	if err != nil || channel.Paused {
		return channel.Paused, err
	}
	thread, err := b.cfg.Store.Settings(ctx, t.Scope())
	return thread.Paused, err
}

// scopeOf is the scope of a command in a thread, or outside of one. A thread's pause
// ends where it was begun; else pause and resume are the channel's.
func (b *Bot) scopeOf(ctx context.Context, j *job, c command) (store.Scope, error) {
	t := j.question.Thread
	inThread := j.question.Key.TS != t.TS
	switch {
	case !inThread, c.verb == verbPause:
		return t.ChannelScope(), nil
	case c.verb != verbResume:
		return t.Scope(), nil
	}
	thread, err := b.cfg.Store.Settings(ctx, t.Scope())
	if err != nil || thread.Paused {
		return t.Scope(), err
	}
	channel, err := b.cfg.Store.Settings(ctx, t.ChannelScope())
	if err == nil && !channel.Paused && !j.fresh { // it may have ended the thread's already
		return t.Scope(), nil
	}
	return t.ChannelScope(), err
}
