package bot_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// look presses Second look under the newest answer and returns what comes of it. The
// model says again in other words and without the image.
func (w *world) secondLook(root string, answers ...modelsim.Script) string {
	w.t.Helper()
	n := len(w.said(root))
	w.model.Answer(answers...)
	w.press(w.ben, root, "second")
	return w.answer(root, n+1)
}

// asksAboutEffusion opens a thread in which the model has found an effusion.
func (w *world) asksAboutEffusion() (root string) {
	w.t.Helper()
	w.model.Answer(modelsim.Text("There is a left pleural effusion."))
	root = w.post(w.ann, w.channel, "", "@MedBuddy is there a pleural effusion?", film(w.t, 1))
	w.answer(root, 1)
	return root
}

// The same answer without the image says that the answer may not rest on it. Of the
// two calls exactly one goes without an image, and it knows nothing of the thread;
// neither stands in the history later.
func TestSecondLookWithoutTheImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.asksAboutEffusion()
	text := w.secondLook(root,
		modelsim.Text("For: the left angle is blunted.\nAgainst: nothing.\nAnswer: There is a left pleural effusion."),
		modelsim.Text("There is a left pleural effusion."))
	hasAll(t, "the second look", text, "Both looks come to the same", "may not rest on the image",
		"Asked in other words", "Asked without the image", "Looked at: Image 1", "AI draft")
	if n := len(w.model.Requests()); n != 3 {
		t.Fatalf("%d model calls, want 3", n)
	}
	if n := len(w.request(1).images()); n != 1 {
		t.Errorf("in other words: %d images", n)
	}
	if strings.Contains(w.asked(1), "There is a left pleural effusion.") {
		t.Error("in other words: the model is told what it said before")
	}
	blind := w.request(2)
	if len(blind.images()) != 0 || len(blind.Messages) != 2 || strings.Contains(string(blind.raw), "left pleural") {
		t.Errorf("without the image: %s", blind.raw)
	}
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.ask(w.ann, root, "which view is it?")
	if history := w.asked(3); strings.Contains(history, "blunted") || !strings.HasPrefix(w.request(3).prefix(), w.request(0).prefix()) {
		t.Errorf("the history has grown by the second look: %.900s", history)
	}
}

// While it is asked twice nothing of what the model says is shown.
func TestSecondLookDoesNotGrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.asksAboutEffusion()
	w.secondLook(root, modelsim.Text("Answer: No pleural effusion. ", modelsim.Chunks(3)), modelsim.Text("I cannot see an image."))
	m := w.ofBot(root)[1]
	for _, text := range m.Edits[:len(m.Edits)-1] {
		if strings.Contains(text, "effusion") {
			t.Errorf("it showed %q", text)
		}
	}
	hasAll(t, "the second look", m.Text, "The two looks differ", "pleural effusion", "cannot tell")
	if strings.Contains(m.Text, "may not rest on the image") {
		t.Errorf("the second look says %q", m.Text)
	}
}

// What the model cannot answer is said, and nothing is compared with it.
func TestSecondLookOfAFailingModel(t *testing.T) {
	t.Parallel()
	refuses := modelsim.Status(http.StatusBadRequest, `{"error":{"message":"no"}}`)
	for name, c := range map[string]struct {
		answers []modelsim.Script
		says    []string
		calls   int
	}{
		"in other words":    {[]modelsim.Script{refuses}, nil, 2},
		"without the image": {[]modelsim.Script{modelsim.Text("Answer: There is a left pleural effusion."), refuses}, []string{"Both looks come to the same", "could not ask the model without the image"}, 3},
		"cut off":           {[]modelsim.Script{modelsim.Text("For: the left angle is blunted. There is a left pleural effusion.", modelsim.Finish("length")), modelsim.Text("I cannot see an image.")}, []string{"I cannot tell whether", "not whole", "Cut off at max tokens"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root := w.asksAboutEffusion()
			text := w.secondLook(root, c.answers...)
			hasAll(t, "the second look", text, c.says...)
			if c.says == nil && (strings.Contains(text, "Second look*") || strings.Contains(text, "AI draft")) {
				t.Errorf("without a second answer it says %q", text)
			}
			if n := len(w.model.Requests()); n != c.calls {
				t.Errorf("%d model calls, want %d", n, c.calls)
			}
		})
	}
}

// It is offered where an image was looked at. One that came to nothing can be had again.
func TestSecondLookIsOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	none := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?")
	w.answer(none, 1)
	if strings.Contains(string(w.ofBot(none)[0].Blocks), `"action_id":"second"`) {
		t.Error("offered without an image")
	}
	root := w.asksAboutEffusion()
	first := w.ofBot(root)[0]
	w.model.Answer(modelsim.Text(""))
	w.press(w.ben, root, "second")
	w.answer(root, 2)
	w.closed(root)
	w.model.Answer(modelsim.Text("Answer: yes, left."), modelsim.Text("I cannot see an image."))
	w.pressAt(w.ann, first.TS, "second")
	hasAll(t, "the second look", w.answer(root, 3), "*Second look*")
}

// A second look compares with the answer under which it was pressed, and an answer is
// gone on with under the newest one only.
func TestPressIsAboutItsMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Text("There is a left pleural effusion.", modelsim.Finish("length")))
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a pleural effusion?", film(t, 1))
	w.answer(root, 1)
	w.model.Answer(modelsim.Text("There is no pleural effusion."))
	w.press(w.ben, root, "again")
	w.answer(root, 2)
	first := w.ofBot(root)[0]
	w.model.Answer(modelsim.Text("Answer: There is a left pleural effusion."), modelsim.Text("I cannot see an image."))
	w.pressAt(w.ben, first.TS, "second")
	hasAll(t, "the second look at the first answer", w.answer(root, 3), "Both looks come to the same")
	w.pressAt(w.ben, first.TS, "continue")
	hasAll(t, "going on with the first answer", w.answer(root, 4), "There is a newer answer")
	w.until("it to be counted", func() bool { return w.metric("medbuddy_answers_total", "newer_answer") == 1 })
	if n := len(w.model.Requests()); n != 4 {
		t.Errorf("%d model calls, want 4", n)
	}
}
