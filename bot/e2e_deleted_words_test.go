package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

const (
	zebra     = "There is a ZEBRAFINDING in Image 2."
	goneWords = "[This answer was about an image that has been deleted, and is left out.]"
)

// wrongPatient opens a thread of two films in which the model has found something in
// the second; then that film is deleted. The answer was cut off, so that it can be
// continued.
func (w *world) wrongPatient() (root string) {
	w.t.Helper()
	root = w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(w.t, 1))
	scan := w.post(w.ben, w.channel, root, "and the second one", film(w.t, 2))
	w.model.Answer(modelsim.Text(zebra, modelsim.Finish("length")))
	w.ask(w.ann, root, "@MedBuddy is there anything in them?")
	w.closed(root)
	must(w.t, w.sim.Delete(w.channel, scan))
	w.erased(root, 2)
	return root
}

// What the model said of an image that was deleted steers no later answer.
func TestWordsAboutADeletedImageAreLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.wrongPatient()
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.ask(w.ann, root, "which view is it?")
	w.closed(root)
	w.ask(w.ann, root, "is that sure?")
	for n, want := range map[int]string{1: goneWords, 2: "It is a PA view."} {
		if text := w.asked(n); strings.Contains(text, "ZEBRA") || !strings.Contains(text, goneWords) || !strings.Contains(text, want) {
			t.Errorf("request %d says %.900s", n+1, text)
		}
	}
	w.command(w.ann, root, "summary")
	if note := w.answer(root, 4); !strings.Contains(note, "Image 1, Image 2 (Image 2 deleted in Slack since)") {
		t.Errorf("the summary is %q", note)
	}
}

// Nothing goes on from an answer about a deleted image; tried again, its question is
// asked about what is left.
func TestPressesOnAnAnswerAboutADeletedImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.wrongPatient()
	answer := w.ofBot(root)[0].TS
	for i, action := range []string{"continue", "second"} {
		w.pressAt(w.ann, answer, action)
		hasAll(t, action, w.answer(root, i+2), "Image 2 was deleted in Slack")
	}
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls, want the one before", n)
	}
	w.model.Answer(modelsim.Text("There is nothing."))
	w.pressAt(w.ann, answer, "again")
	hasAll(t, "the second try", w.answer(root, 4), "There is nothing.", "Looked at: Image 1 (")
	w.closed(root)
	w.ask(w.ann, root, "is that sure?")
	for n := range 2 {
		if text := w.asked(n + 1); strings.Contains(text, "ZEBRA") || len(w.request(n+1).images()) != 1 {
			t.Errorf("request %d says %.900s", n+2, text)
		}
	}
	if text := w.asked(2); !strings.Contains(text, "There is nothing.") {
		t.Errorf("the second try is not remembered: %.900s", text)
	}
}

// A file is deleted while the model answers about it: whoever reads the answer is told.
func TestDeletedWhileTheModelLooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	release := w.holdModel()
	wrong := film(t, 2)
	wrong.ID = "FWRONG"
	root := w.post(w.ann, w.channel, "", "@MedBuddy which views are these?", film(t, 1), wrong)
	must(t, w.model.WaitHeld(w.ctx, 1))
	must(t, w.sim.DeleteFile("FWRONG"))
	w.erased(root, 2)
	release()
	hasAll(t, "the answer", w.answer(root, 1), "It was slow.", "Image 2 was deleted in Slack while I was answering", "Looked at: Image 1", "AI draft")
	w.closed(root)
	if got := w.ask(w.ann, root, "and the heart?"); strings.Contains(got, "deleted in Slack") || !strings.Contains(w.asked(1), goneWords) {
		t.Errorf("the next answer is %q, to %.900s", got, w.asked(1))
	}
}
