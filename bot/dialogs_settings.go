package bot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// This file opens the dialog of the settings and saves what is entered in it.

// openSettings opens the settings of a place for a person: an empty dialog at once,
// and the form in it when the store has answered, however long that takes. When nobody
// knows whether there is a dialog (errUnsure) it is looked for all the same, and looked
// is told what came of that.
func (b *Bot) openSettings(ctx context.Context, trigger string, a about, looked func(stands bool)) error {
	name, err := b.openDialog(ctx, trigger, settingsLoading(a))
	if err != nil {
		b.lg.Warn("a dialog was not opened", "channel", clip(a.Channel, 32), "error", err)
		if !errors.Is(err, errUnsure) {
			return err
		}
	}
	unsure, work := err != nil, context.WithoutCancel(ctx)
	b.threads.do("dialog "+name, "", func() {
		err := b.fillSettings(work, name, a)
		if unsure {
			looked(err == nil)
		}
		if err == nil || slackCode(err) == "not_found" { // closed meanwhile, or never there
			return
		}
		b.lg.Warn("a dialog was not filled", "channel", clip(a.Channel, 32), "error", err)
		if tokenRefused(err) {
			b.giveUp(err)
		}
	})
	return err
}

// fillSettings puts the form into the dialog, or says in it why there is none.
func (b *Bot) fillSettings(ctx context.Context, name string, a about) error {
	reading, cancel := context.WithTimeout(ctx, b.timing.form)
	defer cancel()
	view, err := b.settingsView(reading, a)
	if err != nil {
		ref := randomID(3)
		b.lg.Error("the settings could not be read for a dialog", "ref", ref, "channel", clip(a.Channel, 32), "error", err)
		view = settingsTrouble(a, textNotRead+ref)
	}
	ctx, cancel = context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	return persist(ctx, transient, func() error { return b.updateDialog(ctx, name, view) })
}

// formTimeout is how long the settings may take to be read before the dialog says that
// they cannot be.
const formTimeout = 20 * time.Second

func (b *Bot) settingsView(ctx context.Context, a about) (slack.ModalViewRequest, error) {
	f := settingsForm{about: a, defaults: b.defaults(), limit: b.cfg.MaxTokensLimit}
	var err error
	if f.channel, err = b.cfg.Store.Settings(ctx, store.Scope{Team: b.self.team, Channel: a.Channel}); err == nil && a.Thread != "" {
		f.thread, err = b.cfg.Store.Settings(ctx, store.Scope{Team: b.self.team, Channel: a.Channel, Thread: a.Thread})
	}
	return settingsModal(f), err
}

func (b *Bot) submitSettings(ctx, work context.Context, a about, in interaction) (map[string]string, error) {
	e, faults := parseSettingsEntry(a, &in.View.State, b.cfg.MaxTokensLimit)
	if len(faults) > 0 {
		return faults, nil
	}
	scope, base := store.Scope{Team: b.self.team, Channel: a.Channel}, b.defaults()
	if e.thread {
		var err error
		if base, err = b.settingsFor(ctx, scope); err != nil {
			return nil, err
		}
		scope.Thread = a.Thread
	}
	old, set, err := b.save(ctx, scope, in.User.ID, func(s store.Settings) store.Settings { return e.change(s, base, in.User.ID) })
	if err != nil {
		return nil, err
	}
	before, after := base.over(old), base.over(set)
	if before == after {
		return nil, nil
	}
	told := textTold(before, after, in.User.ID, scope)
	b.threads.do("told "+in.User.ID, in.User.ID, func() {
		ctx, cancel := context.WithTimeout(work, tellTimeout)
		defer cancel()
		var err error
		if e.thread {
			_, err = b.post(ctx, store.ThreadKey{Team: b.self.team, Channel: a.Channel, TS: a.Thread}, turn{usual, in.User.ID}, nil, note(told))
		} else {
			err = b.tellChannel(ctx, a.Channel, told)
		}
		if err != nil {
			b.lg.Warn("a change of settings could not be told", "channel", clip(a.Channel, 32), "error", err)
		}
		if tokenRefused(err) {
			b.giveUp(err)
		}
	})
	return nil, nil
}
