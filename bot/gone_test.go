package bot

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// emptied are records as the store gives them: of those with the labels nothing is
// left but that they were there.
func emptied(images []store.ImageRecord, labels ...int) []store.ImageRecord {
	for _, label := range labels {
		images[label-1] = images[label-1].Emptied()
	}
	return images
}

// withFiles gives each image a file of its own, and all of them one message.
func withFiles(images []store.ImageRecord) []store.ImageRecord {
	for i := range images {
		images[i].Files, images[i].MessageTS = []string{"F" + string(rune('1'+i))}, "1.0"
	}
	return images
}

// Whoever walks the images of a thread passes by those that were deleted, and no
// label is given twice.
func TestDeletedImagesArePassedBy(t *testing.T) {
	t.Run("of a try that did not come to its end", func(t *testing.T) {
		thread := store.Thread{Images: emptied(withFiles(thread(1, 1, 1)), 2, 3)}
		if got := whole(thread); len(got) != 3 {
			t.Errorf("%d labels are taken, want all 3", len(got))
		}
		if got := orphans(thread); len(got) != 1 || got[0].Label != 1 {
			t.Errorf("orphans = %+v, want Image 1", got)
		}
	})
	t.Run("beside half an archive", func(t *testing.T) {
		images := withFiles(thread(1, 1, 1))
		images[2].Notes = []string{noteSiblings(2)}
		if got := whole(store.Thread{Images: emptied(images, 1)}); len(got) != 2 {
			t.Errorf("%d labels are taken, want the 2 before it", len(got))
		}
	})
	t.Run("of questions without an answer", func(t *testing.T) {
		thread := store.Thread{Images: emptied(withFiles(thread(1, 1)), 1), Turns: []store.Turn{userTurn(wrote("1.0", "U1", "", 1, 2))}}
		if got := unanswered(thread); !slices.Equal(got, []int{2}) {
			t.Errorf("unanswered = %v, want 2", got)
		}
	})
	t.Run("a file that comes again", func(t *testing.T) {
		thread := store.Thread{Images: emptied(withFiles(thread(1)), 1)}
		items := newItems(thread, []threadMessage{{store.Message{TS: "2.0"}, []file{{ID: "F1"}}}})
		if len(items) != 1 {
			t.Error("a file that was posted anew is not read")
		}
	})
	t.Run("in another view", func(t *testing.T) {
		images := withFiles(thread(9, 9))
		for i := range images {
			images[i].Modality, images[i].Files = "CT", []string{"F1"}
			images[i].View = viewWords(imaging.View{First: 2, Last: 4})
		}
		asked := wishOf("slices 2 to 4 in the lung window")
		if r, ok := target(emptied(slices.Clone(images), 2), []int{2}, asked); !ok || r.Label != 1 {
			t.Errorf("target = %+v, %v, want Image 1", r, ok)
		}
		if r, ok := target(emptied(slices.Clone(images), 1, 2), nil, asked); ok {
			t.Errorf("target = %+v, want none", r)
		}
		if got := alreadyShown(without(slices.Clone(images), 2), images[0], imaging.View{First: 2, Last: 4}, wishOf("slices 2 to 4")); got != 1 {
			t.Errorf("alreadyShown = %d, want 1", got)
		}
	})
}

// A question about an image that was deleted gets a sentence, never another image;
// a thread whose images are all gone is one without.
func TestBlindAfterDeletions(t *testing.T) {
	for name, c := range map[string]struct {
		gone     []int
		question string
		textOnly bool
		want     string // "": the model is asked
	}{
		"another one":           {[]int{2}, "is there an effusion in Image 1?", false, ""},
		"none is named":         {[]int{2}, "is there an effusion?", false, ""},
		"a deleted one":         {[]int{2}, "is there an effusion in Image 2?", false, "Image 2 was deleted in Slack, so I no longer have it. This thread has Image 1, Image 3: name one"},
		"two deleted ones":      {[]int{1, 2}, "compare Image 1 with Image 2", false, "Image 1, Image 2 were deleted in Slack, so I no longer have them. This thread has Image 3 only: name one"},
		"one of two":            {[]int{2}, "compare Image 1 with Image 2", false, "Image 2 was deleted"},
		"it is left aside":      {[]int{2}, "ignore Image 2: is there an effusion?", false, ""},
		"that alone":            {[]int{2}, "only Image 2", false, "Image 2 was deleted"},
		"nothing is left":       {[]int{2}, "without images 1 and 3, is there an effusion?", false, "leaves out every image"},
		"one that never was":    {[]int{2}, "is there an effusion in Image 4?", false, "There is no Image 4 in this thread; it has Image 1, Image 3."},
		"all":                   {[]int{1, 2, 3}, "is there an effusion?", false, textAllGone},
		"all, and one is named": {[]int{1, 2, 3}, "is there an effusion in Image 2?", false, textAllGone},
		"all, text allowed":     {[]int{1, 2, 3}, "is there an effusion in the picture?", true, textAllGone},
		"all, and not about it": {[]int{1, 2, 3}, "what is the dose of amoxicillin?", true, ""},
		"a slice, not a label":  {nil, "is there a lesion on series 2, image 25?", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := &Bot{cfg: Config{MaxImages: 16, AllowTextOnly: c.textOnly}, self: self}
			seen := sight{images: emptied(withFiles(thread(1, 1, 1)), c.gone...), now: []store.Message{wrote("9.0", "U1", c.question)}}
			seen.attend(plainCitations(c.question))
			seen.confine()
			if got := b.blind(seen, nil); c.want == "" && got != "" || !strings.HasPrefix(got, c.want) && !strings.Contains(got, c.want) {
				t.Errorf("blind = %q, want %q", got, c.want)
			}
		})
	}
}

// Images that vanish while their question is being answered are gone for it too.
func TestLose(t *testing.T) {
	records := thread(1, 1, 1)
	s := sight{images: records, now: []store.Message{wrote("9.0", "U1", "compare Image 1 with Image 3")}}
	s.attend("compare Image 1 with Image 3")
	s.confine()
	s.lose([]int{3})
	if diff := cmp.Diff([]int{1}, s.only); diff != "" || !isGone(s.images, 3) || isGone(s.images, 1) {
		t.Errorf("after it: only %v of %+v", s.only, s.images)
	}
	if records[2].Gone {
		t.Error("the thread's own records were changed")
	}
}
