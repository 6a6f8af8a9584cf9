package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// films opens a thread with so many films, each in a message of its own, and asks a
// first question about them.
func (w *world) films(n int) (root string) {
	w.t.Helper()
	for i := range n {
		ts := w.post(w.ben, w.channel, root, "a film of the patient in bed 4", film(w.t, i+1))
		if root == "" {
			root = ts
		}
	}
	w.ask(w.ann, root, "@MedBuddy which views are these?")
	return root
}

// held lists the labels of the images that a request holds: those whose name is
// followed by a picture.
func (r wireRequest) held(t *testing.T) (labels []string) {
	t.Helper()
	for i, m := range r.Messages {
		if _, ok := m.Content.(string); ok {
			continue
		}
		parts := r.parts(t, i)
		for k, p := range parts {
			if p.ImageURL != nil && k > 0 {
				lines := strings.Split(parts[k-1].Text, "\n")
				labels = append(labels, lines[len(lines)-1])
			}
		}
	}
	return labels
}

// What is said of the images to look at is done: the request holds those and no
// others, the model is told of the others by name alone, and so is the thread.
func TestWordsSteerWhatIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.films(4)
	all := w.request(0).images()
	for _, c := range []struct {
		question string
		sent     []int
		not      string
	}{
		{"compare Image 1 with Image 3", []int{1, 3}, "Image 2, Image 4"},
		{"only Image 2: is there an effusion?", []int{2}, "Image 1, Image 3, Image 4"},
		{"and without image 4?", []int{1, 2, 3}, "Image 4"},
		{"ignore Image 1, is the heart enlarged?", []int{2, 3, 4}, "Image 1"},
		{"only the last image: is there an effusion?", []int{4}, "Image 1 to Image 3"},
		{"first image only, please", []int{1}, "Image 2 to Image 4"},
		{"#2 only", []int{2}, "Image 1, Image 3, Image 4"},
		{"image three only", []int{3}, "Image 1, Image 2, Image 4"},
		{"compare the first and the newest film", []int{1, 4}, "Image 2, Image 3"},
		{"is it larger compared with the last film?", []int{1, 2, 3, 4}, ""},
		{"in Image 2, is there a fracture?", []int{1, 2, 3, 4}, ""},
		{"is the heart enlarged?", []int{1, 2, 3, 4}, ""},
	} {
		before := len(w.model.Requests())
		got := w.ask(w.ann, root, c.question)
		req := w.request(before)
		var names, urls []string
		for _, label := range c.sent {
			names, urls = append(names, "Image "+string(rune('0'+label))), append(urls, all[label-1])
		}
		if held := req.held(t); !slices.Equal(held, names) || !slices.Equal(req.images(), urls) {
			t.Errorf("%q: the request holds %v, want %v with their pictures", c.question, held, names)
		}
		for n := 1; n <= 4; n++ {
			note := "Image " + string(rune('0'+n)) + " [not sent with this question; do not describe it]"
			if has := strings.Contains(string(req.raw), note); has == slices.Contains(c.sent, n) {
				t.Errorf("%q: the request says of Image %d that it is not sent: %v", c.question, n, has)
			}
		}
		_, not, said := strings.Cut(got, "Not looked at this time: ")
		if said != (c.not != "") || said && !strings.HasPrefix(not, c.not+". ") {
			t.Errorf("%q: the thread is told %q, want it to name %q", c.question, got, c.not)
		}
	}
}

// Steering never ends in a question about an image without one, nor in an answer
// about another image than the one that was meant.
func TestSteeringNeedsAnImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.AllowTextOnly = true }})
	root := w.films(2)
	for question, want := range map[string]string{
		"ignore images 1 and 2, is there an effusion?": "leaves out every image",
		"only Image 7, please":                         "There is no Image 7 in this thread; it has Image 1 to Image 2.",
		"only the seventh image, please":               "There is no Image 7 in this thread; it has Image 1 to Image 2.",
		"compare Image 1 with Image 7":                 "There is no Image 7 in this thread",
		"without Image 7, is there an effusion?":       "There is no Image 7 in this thread",
	} {
		if got := w.ask(w.ann, root, question); !strings.Contains(got, want) || strings.Contains(got, "AI draft") {
			t.Errorf("%q: the thread is told %q", question, got)
		}
	}
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls, want the first one alone", n)
	}
}

// A comparison has part in what came with it, named or not; "only" has not.
func TestSteeringAndNewImages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.films(3)
	w.ask(w.ann, root, "compare Image 1 and Image 3, here is one more", film(t, 9))
	if held := w.request(1).held(t); !slices.Equal(held, []string{"Image 1", "Image 3", "Image 4"}) {
		t.Errorf("the comparison holds %v", held)
	}
	got := w.ask(w.ann, root, "only Image 2 for now", film(t, 10))
	if held := w.request(2).held(t); !slices.Equal(held, []string{"Image 2"}) || !strings.Contains(got, "Not looked at this time: Image 1, Image 3 to Image 5.") {
		t.Errorf("only Image 2 holds %v, and the thread is told %q", held, got)
	}
}

// A view that is made anew of a named series takes its place in what was chosen.
func TestSteeringAndViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a nodule?", packed(t, ct(t, 3, 2)...))
	w.answer(root, 1)
	w.ask(w.ann, root, "and on this film?", film(t, 5))
	got := w.ask(w.ann, root, "only Image 1, in the lung window")
	if held := w.request(2).held(t); len(held) != 3 || !strings.HasPrefix(held[0], "Image 3 (CT") {
		t.Errorf("the request holds %v", held)
	}
	if !strings.Contains(got, "Looked at: Image 3 (CT") || !strings.Contains(got, "Not looked at this time: Image 1, Image 2.") {
		t.Errorf("the thread is told %q", got)
	}
}

// So does a view of a series that is named by its place.
func TestSteeringByPlaceAndViews(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a nodule?", packed(t, ct(t, 3, 2)...))
	w.answer(root, 1)
	w.ask(w.ann, root, "and here?", packed(t, ct(t, 3, 5)...))
	w.ask(w.ann, root, "only the first image in the lung window")
	if held := w.request(2).held(t); len(held) != 3 || !strings.HasPrefix(held[0], "Image 3 (CT") {
		t.Errorf("the request holds %v", held)
	}
	thread, err := w.store.Thread(w.ctx, w.threadKey(root))
	must(t, err)
	if len(thread.Images) != 3 || !slices.Equal(thread.Images[2].Files, thread.Images[0].Files) {
		t.Errorf("the new view is not of the first series: %+v", thread.Images)
	}
}

// What is pressed under an answer goes on with the images that it had looked at, and
// ends with a sentence when one of those was deleted.
func TestPressesKeepWhatWasChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.films(3)
	w.model.Answer(modelsim.Text("The heart is", modelsim.Finish("length")), modelsim.Text("not enlarged."))
	w.ask(w.ann, root, "only Image 2: how large is the heart?")
	w.press(w.ann, root, "continue")
	w.answer(root, 3)
	w.press(w.ann, root, "again")
	w.answer(root, 4)
	for n := 1; n <= 3; n++ {
		if held := w.request(n).held(t); !slices.Equal(held, []string{"Image 2"}) {
			t.Errorf("request %d holds %v, want Image 2 alone", n+1, held)
		}
	}
	w.closed(root)
	must(t, w.sim.Delete(w.channel, w.sim.Thread(w.channel, root)[1].TS))
	w.erased(root, 2)
	asked := len(w.model.Requests())
	w.press(w.ben, root, "again")
	if got := w.answer(root, 5); !strings.Contains(got, "Image 2 was deleted in Slack") {
		t.Errorf("the thread is told %q", got)
	}
	if n := len(w.model.Requests()); n != asked {
		t.Errorf("%d model calls about what is gone", n-asked)
	}
}

// What is tried again looks at the images at which the question looked.
func TestSteeringIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.films(2)
	before := len(w.model.Requests())
	w.ask(w.ann, root, "only Image 2: is there an effusion?")
	w.press(w.ann, root, "again")
	w.answer(root, len(w.said(root)))
	w.wait("the second try", func() bool { return len(w.model.Requests()) == before+2 })
	if a, b := w.asked(before), w.asked(before+1); a != b {
		t.Errorf("the second try was asked otherwise:\n%.900s\n%.900s", a, b)
	}
}
