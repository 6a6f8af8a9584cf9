package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/store"
)

// feedback is what the store keeps of what a person says of the thread's answers.
func (w *world) feedback(root, user string) (said []string) {
	w.t.Helper()
	thread, err := w.store.Thread(w.ctx, w.threadKey(root))
	must(w.t, err)
	for _, v := range thread.Verdicts {
		if v.User == user {
			said = append(said, v.Feedback)
		}
	}
	return said
}

// A good answer is noted with thanks that only the person sees; nothing of it stands
// under the answer.
func TestGoodAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	before := w.ofBot(root)[0]
	w.press(w.ben, root, "good")
	if told := w.whispered(w.ben, "Thank you"); told.ThreadTS != root {
		t.Errorf("told in %q, want the thread", told.ThreadTS)
	}
	if said := w.feedback(root, w.ben); !slices.Equal(said, []string{"good"}) {
		t.Errorf("kept: %q", said)
	}
	if after := w.ofBot(root); len(after) != 1 || string(after[0].Blocks) != string(before.Blocks) {
		t.Errorf("the thread shows it: %s", after[0].Blocks)
	}
}

// What is not good is asked for its reason; the last word counts, and each person's
// stands for itself.
func TestNotGoodAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.press(w.ann, root, "good")
	for _, reason := range []string{"wrong_finding", "missed_finding", "wrong_side", "wrong_image", "unsafe", "other"} {
		w.press(w.ben, root, "bad")
		w.accepted(w.dialog(w.ben, "What is wrong with this answer?"), chosen("reason", reason))
		w.noDialog(w.ben)
		if said := w.feedback(root, w.ben); !slices.Equal(said, []string{reason}) {
			t.Errorf("kept %q, want %s", said, reason)
		}
	}
	if said := w.feedback(root, w.ann); !slices.Equal(said, []string{"good"}) {
		t.Errorf("of the other one is kept %q", said)
	}
	w.press(w.ben, root, "bad")
	form := w.dialog(w.ben, "What is wrong with this answer?")
	faults, err := w.sim.SubmitRaw(w.ctx, form.ID, chosen("reason", "<script>"))
	must(t, err)
	if !strings.Contains(faults["reason"], "Choose a reason") {
		t.Errorf("a reason that there is not: %v", faults)
	}
	w.press(w.ben, root, "good")
	if said := w.feedback(root, w.ben); !slices.Equal(said, []string{"good"}) {
		t.Errorf("kept %q, want the last word", said)
	}
}

// Of a thread that is forgotten nothing more is kept, and the person is told.
func TestFeedbackAfterForget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.press(w.ben, root, "bad")
	form := w.dialog(w.ben, "What is wrong with this answer?")
	_, err := w.store.Forget(w.ctx, w.threadKey(root))
	must(t, err)
	if faults := w.submit(form, chosen("reason", "unsafe")); !strings.Contains(faults["reason"], "no longer hold this thread") {
		t.Errorf("told %v", faults)
	}
	w.press(w.ann, root, "good")
	w.whispered(w.ann, "no longer hold this thread")
	w.press(w.ann, root, "reviewed")
	w.wait("both to be told", func() bool { return len(w.sim.Ephemerals(w.channel)) == 2 })
	if _, err := w.store.Thread(w.ctx, w.threadKey(root)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a thread came back: %v", err)
	}
}

// A word that cannot be kept is not acked, and the person is told; a reason stays in
// its dialog.
func TestFeedbackWhileTheStoreIsDown(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	root := w.lookedAt("It is a PA view.")
	w.press(w.ben, root, "bad")
	form := w.dialog(w.ben, "What is wrong with this answer?")
	s.down.Store(true)
	if faults := w.submit(form, chosen("reason", "unsafe")); !strings.Contains(faults["reason"], "not carried out") {
		t.Errorf("told %v", faults)
	}
	s.down.Store(false)
	w.accepted(form, nil)
	if said := w.feedback(root, w.ben); !slices.Equal(said, []string{"unsafe"}) {
		t.Errorf("kept %q", said)
	}
}
