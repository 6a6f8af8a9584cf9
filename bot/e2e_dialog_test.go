package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// values are what is entered in a dialog, as Slack nests it.
type values map[string]map[string]any

// entered fills fields of the settings' dialog; "" leaves a field as it is.
func entered(temperature, tokens, scope string) values {
	v := values{}
	for id, text := range map[string]string{"temperature": temperature, "max_tokens": tokens} {
		if text != "" {
			v[id] = map[string]any{id: map[string]string{"value": text}}
		}
	}
	if scope != "" {
		v["scope"] = chosen("scope", scope)["scope"]
	}
	return v
}

// chosen chooses an option of radio buttons.
func chosen(id, value string) values {
	return values{id: {id: map[string]any{"selected_option": map[string]string{"value": value}}}}
}

// typedQuestion is what is typed into the dialog of the shortcut.
func typedQuestion(text string) values {
	return values{"question": {"question": map[string]string{"value": text}}}
}

// dialog waits until a person sees a dialog with that text in it.
func (w *world) dialog(user, text string) (seen slacksim.View) {
	w.t.Helper()
	w.wait("a dialog with "+text, func() (ok bool) {
		seen, ok = w.sim.OpenView(user)
		return ok && strings.Contains(string(seen.JSON), text)
	})
	return seen
}

// noDialog fails when a person sees one.
func (w *world) noDialog(user string) {
	w.t.Helper()
	if v, ok := w.sim.OpenView(user); ok {
		w.t.Errorf("a dialog is open: %s", v.Blocks)
	}
}

// submit presses the submit button; what is wrong at a field is returned.
func (w *world) submit(v slacksim.View, entry values) map[string]string {
	w.t.Helper()
	faults, err := w.sim.Submit(w.ctx, v.ID, entry)
	must(w.t, err)
	return faults
}

// accepted is submit of what must be taken.
func (w *world) accepted(v slacksim.View, entry values) {
	w.t.Helper()
	if faults := w.submit(v, entry); len(faults) > 0 {
		w.t.Fatalf("refused: %v", faults)
	}
}

// whispered waits until a person was told something alone, and returns it.
func (w *world) whispered(user, text string) (told slacksim.Message) {
	w.t.Helper()
	w.wait("the private sentence with "+text, func() bool {
		for _, m := range w.sim.Ephemerals(w.channel) {
			if m.User == w.sim.BotUserID() || m.User == user {
				if strings.Contains(m.Text, text) {
					told = m
					return true
				}
			}
		}
		return false
	})
	return told
}

// lookedAt asks about a film and returns the root of the thread, when it is answered
// and that is remembered.
func (w *world) lookedAt(answer string) (root string) {
	w.t.Helper()
	w.model.Answer(modelsim.Text(answer))
	root = w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(w.t, 1))
	w.answer(root, 1)
	w.closed(root)
	return root
}

// moodyStore is a store that is down, or whose settings nobody gets to read before
// the gate opens.
type moodyStore struct {
	store.Store
	down  atomic.Bool
	mute  atomic.Bool // no thread can be read
	keeps atomic.Bool // nothing can be forgotten
	lose  atomic.Bool // records are made, and the word of it is lost
	gate  atomic.Pointer[chan struct{}]
	first atomic.Pointer[func()] // is called once before a thread is forgotten
}

// moody puts a moodyStore before the world's store.
func moody() (*moodyStore, options) {
	s := &moodyStore{}
	return s, options{bot: func(c *bot.Config) { s.Store, c.Store = c.Store, s }}
}

// block lets nobody read settings until open is called.
func (s *moodyStore) block() (open func()) {
	gate := make(chan struct{})
	s.gate.Store(&gate)
	return func() { close(gate) }
}

var errDown = errors.Join(store.ErrUnavailable, errors.New("a disk that is gone"))

func (s *moodyStore) Settings(ctx context.Context, scope store.Scope) (store.Settings, error) {
	if gate := s.gate.Load(); gate != nil {
		select {
		case <-*gate:
		case <-ctx.Done():
			return store.Settings{}, ctx.Err()
		}
	}
	if s.down.Load() {
		return store.Settings{}, errDown
	}
	return s.Store.Settings(ctx, scope)
}

func (s *moodyStore) SetSettings(ctx context.Context, scope store.Scope, change func(store.Settings) store.Settings) (before, after store.Settings, err error) {
	if s.down.Load() {
		return before, after, errDown
	}
	before, after, err = s.Store.SetSettings(ctx, scope, change)
	if err == nil && s.lose.Load() {
		return store.Settings{}, store.Settings{}, errDown
	}
	return before, after, err
}

func (s *moodyStore) Admit(ctx context.Context, q store.Question) (bool, error) {
	if s.down.Load() {
		return false, errDown
	}
	first, err := s.Store.Admit(ctx, q)
	if err == nil && s.lose.Load() {
		return false, errDown
	}
	return first, err
}

func (s *moodyStore) SetVerdict(ctx context.Context, t store.ThreadKey, answerTS, user string, change func(store.Verdict) store.Verdict) ([]store.Verdict, error) {
	if s.down.Load() {
		return nil, errDown
	}
	return s.Store.SetVerdict(ctx, t, answerTS, user, change)
}

func (s *moodyStore) Thread(ctx context.Context, t store.ThreadKey) (store.Thread, error) {
	if s.down.Load() || s.mute.Load() {
		return store.Thread{}, errDown
	}
	return s.Store.Thread(ctx, t)
}

func (s *moodyStore) Forget(ctx context.Context, t store.ThreadKey) (store.Deleted, error) {
	if first := s.first.Swap(nil); first != nil {
		(*first)()
	}
	if s.down.Load() || s.keeps.Load() {
		return store.Deleted{}, errDown
	}
	return s.Store.Forget(ctx, t)
}

// hasAll fails for each text that is missing.
func hasAll(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %q: %s", what, want, text)
		}
	}
}
