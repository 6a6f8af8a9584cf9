package bot

import (
	"context"
	"fmt"

	"github.com/medbuddy/medbuddy/store"
)

// save changes the settings of a scope for a person, and says what held before.
//
// The store may have saved a change without saying so. The person is then told that it
// was not, and makes it again, which changes nothing any more; but nobody has been
// told of it yet. So it counts as the change that it was the first time.
func (b *Bot) save(ctx context.Context, scope store.Scope, user string, change func(store.Settings) store.Settings) (before, after store.Settings, err error) {
	var tried saving
	before, after, err = b.cfg.Store.SetSettings(ctx, scope, func(s store.Settings) store.Settings {
		tried = saving{before: s, after: change(s)}
		return tried.after
	})
	who := saver{scope, user}
	if err != nil {
		if tried.changes() {
			b.unsaved.put(who, tried)
		}
		return before, after, fmt.Errorf("saving the settings: %w", err)
	}
	if lost, ok := b.unsaved.take(who); ok && !tried.changes() && sameSet(lost.after, before) {
		before = lost.before
	}
	return before, after, nil
}

// saving is a change of settings.
type saving struct{ before, after store.Settings }

func (s saving) changes() bool { return !sameSet(s.before, s.after) }

// sameSet says whether the same is set, by the same person, whenever that was.
func sameSet(a, b store.Settings) bool {
	return equal(a.Temperature, b.Temperature) && equal(a.MaxTokens, b.MaxTokens) && a.Paused == b.Paused && a.By == b.By
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// saver is who changes which settings.
type saver struct {
	scope store.Scope
	user  string
}
