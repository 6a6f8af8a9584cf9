package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// Another view is another image: made from the same file, sent with the question
// that asked for it, and made once.
func TestViewsAreAskedForInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, append(ct(t, 12, 2), ct(t, 5, 3)...)...))
	w.answer(root, 1)
	for _, step := range []struct {
		question, looked string
		slices           []string // of the picture that is last on the wire
		about            string   // that announces it
	}{
		{"use slices 3 to 5: better?", "Image 2 (CT, 3 of 12 slices", []string{"3", "4", "5"}, "Image 2 (CT, 3 of 12 slices)"},
		{"and in the lung window?", "W 1500 L −600", []string{"3", "4", "5"}, "Image 3 (CT, 3 of 12 slices, W 1500 L −600)"},
		{"series 3 please", "Image 4 (CT, 5 slices", []string{"1", "2", "3", "4", "5"}, "Image 4 (CT, 5 slices)"},
		{"what is on slice 4 of it?", "Image 4", nil, ""},
		{"is it in series 3 only?", "Image 4", nil, ""},
		{"Image 1 in W 80 L 40", "Image 5: CT, 12 slices", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}, "Image 5 (CT, 12 slices, W 80 L 40)"},
	} {
		got := w.ask(w.ann, root, step.question)
		if !strings.Contains(got, step.looked) {
			t.Errorf("%q: the answer says %q", step.question, got)
		}
		all := w.model.Requests()
		r := w.request(len(all) - 1)
		parts := r.parts(t, len(r.Messages)-1)
		if numbers := sliceNumbers(t, parts); !slices.Equal(numbers, step.slices) {
			t.Errorf("%q: slices %v, want %v", step.question, numbers, step.slices)
		}
		if step.about != "" && !slices.ContainsFunc(parts, func(p wirePart) bool { return strings.Contains(p.Text, step.about) }) {
			t.Errorf("%q: nothing announces %q", step.question, step.about)
		}
	}
	shown := len(w.shown(root))
	before := len(w.model.Requests())
	if got := w.ask(w.ann, root, "once more Image 1 in W 80 L 40?"); !strings.Contains(got, "Image 5") || strings.Contains(got, "Image 6") {
		t.Errorf("the view that there is already: %q", got)
	}
	if len(w.model.Requests()) != before+1 || len(w.shown(root)) != shown {
		t.Error("it was made again")
	}
	w.mute(root)
}

// A view that is not there gets a sentence that says what there is, and no answer
// about something else.
func TestViewThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, append(ct(t, 12, 2), ct(t, 5, 3)...)...))
	w.answer(root, 1)
	for question, want := range map[string]string{
		"series 9 please":        "There is no series 9 in it; it has series 2 (CT, 12), series 3 (CT, 5)",
		"look at slices 40-60":   "It has slices 1 to 12",
		"now series 2, slice 77": "It has slices 1 to 12",
	} {
		if got := w.ask(w.ann, root, question); !strings.Contains(got, want) {
			t.Errorf("%q: %q", question, got)
		}
	}
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls, want 1", n)
	}
	mr := dicomtest.Phantom{Modality: "MR"}.Series(t, dicomtest.Series{Slices: 1, UID: "1.2.9"})
	if got := w.ask(w.ann, "", "@MedBuddy show it in the brain window", loose(mr)...); !strings.Contains(got, "is for CT slices as DICOM, and this is none") {
		t.Errorf("a brain window of an MR: %q", got)
	}
}

// Without the file a view cannot be made, and the thread hears that: also when Slack
// has not told that it was deleted.
func TestViewOfADeletedFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	f := packed(t, ct(t, 4, 2)...)
	f.ID = "FGONE1"
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", f)
	w.answer(root, 1)
	w.sim.Withhold("file_deleted", true)
	must(t, w.sim.DeleteFile("FGONE1"))
	if got := w.ask(w.ann, root, "and in the bone window?"); !strings.Contains(got, "I could not show Image 1 in that way") || !strings.Contains(got, "was deleted") {
		t.Errorf("%q", got)
	}
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls, want 1", n)
	}
}

// The slice that a question names is sent, also when not all slices can be.
func TestNamedSliceIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.MaxImages = 12 }})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, ct(t, 12, 2)...))
	w.answer(root, 1)
	w.model.Answer(modelsim.TooManyImages(4), modelsim.Text("A calcification."))
	w.ask(w.ann, root, "what is the bright spot on slice 7?")
	all := w.model.Requests()
	r := w.request(len(all) - 1)
	if got := sliceNumbers(t, r.parts(t, 1)); len(got) != 4 || !slices.Contains(got, "7") {
		t.Errorf("slices %v were sent", got)
	}
}

// A series of which a file could not be fetched is not taken for whole.
func TestSeriesWithAMissingFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	files := loose(ct(t, 4, 2))
	files[1].Download.Status = 403
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed on slice 4?", files...)
	if got := w.answer(root, 1); !strings.Contains(got, "It has slices 1 to 3") || !strings.Contains(got, "Not read: file 2 of 4") {
		t.Errorf("the thread says %q", got)
	}
	if got := w.ask(w.ann, root, "is there a bleed?"); !strings.Contains(got, "not all of its files could be read") {
		t.Errorf("the thread says %q", got)
	}
}

// What the newest study does not have is not taken from an older one.
func TestWishIsAboutWhatCameWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, ct(t, 12, 2)...))
	w.answer(root, 1)
	if got := w.ask(w.ann, root, "this is the new one of today. What is on slices 8 to 10?", packed(t, ct(t, 5, 7)...)); !strings.Contains(got, "It has slices 1 to 5") {
		t.Errorf("the thread says %q", got)
	}
}

// Two loose series are told apart by their numbers.
func TestLooseSeriesByNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", loose(append(ct(t, 3, 2), ct(t, 4, 3)...))...)
	w.answer(root, 1)
	if got := w.ask(w.ann, root, "look at series 2 again, please"); !strings.Contains(got, "Image 1 (CT, 3 slices") || strings.Contains(got, "Image 3") {
		t.Errorf("the thread says %q", got)
	}
	if got := w.ask(w.ann, root, "series 2, slices 2 to 3"); !strings.Contains(got, "Image 3 (CT, 2 of 3 slices") {
		t.Errorf("the thread says %q", got)
	}
}

// A window cannot be laid over a picture, and the thread hears that beside the
// answer about the picture as it is.
func TestWindowOfAPicture(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	got := w.ask(w.ann, "", "@MedBuddy show it in the lung window", film(t, 1))
	if !strings.Contains(got, "can be chosen where the scan is posted as DICOM") || !strings.Contains(got, "Looked at: Image 1") {
		t.Errorf("the answer says %q", got)
	}
}
