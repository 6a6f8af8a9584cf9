package bot_test

import "testing"

// Saved is what a person has changed in the form: what somebody else has set since, or
// what the thread has of its own, is no part of that.
func TestSettingsFormSavesWhatWasChanged(t *testing.T) {
	t.Parallel()
	t.Run("of two forms", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{})
		root := w.lookedAt("It is a PA view.")
		w.press(w.ann, root, "settings")
		of := w.dialog(w.ann, "number_input")
		w.press(w.ben, root, "settings")
		other := w.dialog(w.ben, "number_input")
		w.accepted(of, entered("0.7", "500", "thread"))
		w.answer(root, 2)
		w.accepted(other, entered("0.1", "800", "thread"))
		hasAll(t, "the thread", w.answer(root, 3), "max tokens from 500 to 800")
		w.ask(w.ann, root, "and the heart?")
		if r := w.request(1); *r.Temperature != 0.7 || *r.MaxTokens != 800 {
			t.Errorf("asked with %v, %v", *r.Temperature, *r.MaxTokens)
		}
	})
	t.Run("for the channel, opened in a thread", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{})
		root := w.lookedAt("It is a PA view.")
		w.press(w.ann, root, "settings")
		w.accepted(w.dialog(w.ann, "number_input"), entered("0.1", "900", "thread"))
		w.answer(root, 2)
		w.press(w.ann, root, "settings")
		w.accepted(w.dialog(w.ann, "number_input"), entered("0.3", "900", "channel"))
		w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 1 })
		if got, err := w.store.Settings(w.ctx, w.threadKey("").ChannelScope()); err != nil || got.Temperature == nil || *got.Temperature != 0.3 || got.MaxTokens != nil {
			t.Errorf("the channel has %+v, %v", got, err)
		}
		// Nothing changed: then the channel is to have what the thread has.
		w.press(w.ann, root, "settings")
		w.accepted(w.dialog(w.ann, "number_input"), entered("0.3", "900", "channel"))
		w.wait("the channel to be told", func() bool { return len(w.toldInChannel()) == 2 })
		if got, err := w.store.Settings(w.ctx, w.threadKey("").ChannelScope()); err != nil || got.Temperature == nil || *got.Temperature != 0.3 || got.MaxTokens == nil || *got.MaxTokens != 900 {
			t.Errorf("the channel has %+v, %v", got, err)
		}
	})
}
