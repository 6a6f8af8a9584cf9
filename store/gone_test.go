package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWithout(t *testing.T) {
	user := func() Turn {
		return Turn{Role: RoleUser, Messages: []Message{
			{TS: "1.0", User: "U1", Text: "a", Images: []int{1}, Unread: []UnreadFile{{FileID: "F1", Reason: "html"}}},
			{TS: "2.0", User: "U2", Text: "b"},
			{TS: "3.0", User: "U2", Gone: true},
		}}
	}
	given := user()
	got, n := given.Without(func(ts string) bool { return ts != "2.0" })
	want := user()
	want.Messages[0] = Message{TS: "1.0", User: "U1", Images: []int{1}, Gone: true}
	if d := cmp.Diff(want, got); d != "" || n != 1 {
		t.Errorf("%d emptied (-want +got):\n%s", n, d)
	}
	if d := cmp.Diff(user(), given); d != "" {
		t.Errorf("the turn handed in has changed:\n%s", d)
	}

	model := Turn{Role: RoleModel, Text: "said", Model: "m", Of: "1.0", AnswerTS: "4.0", Images: []int{1}}
	if got, n := model.Without(func(ts string) bool { return ts == "1.0" }); n != 0 || got.Text != "said" {
		t.Errorf("an answer went with its question: %d, %q", n, got.Text)
	}
	got, n = model.Without(func(ts string) bool { return ts == "4.0" })
	want = model
	want.Text = ""
	if d := cmp.Diff(want, got); d != "" || n != 1 {
		t.Errorf("%d emptied (-want +got):\n%s", n, d)
	}
	model.Parts = []string{"3.1", "3.2"}
	if got, n := model.Without(func(ts string) bool { return ts == "3.2" }); n != 1 || got.Text != "" {
		t.Errorf("emptied %d for a part of the answer, text %q", n, got.Text)
	}
	model.Parts = nil
	// What older versions wrote names no message.
	model.AnswerTS = ""
	if got, n := model.Without(func(string) bool { return true }); n != 0 || got.Text != "said" {
		t.Errorf("emptied %d, text %q", n, got.Text)
	}
}

func TestCameWith(t *testing.T) {
	images := []ImageRecord{
		{Label: 1, MessageTS: "1.0", Files: []string{"F1", "F2"}},
		{Label: 2, MessageTS: "2.0", Files: []string{"F2"}},
		{Label: 3, MessageTS: "2.0", Files: []string{"F3"}},
		{Label: 4, MessageTS: "1.0", Gone: true},
		{Label: 5, MessageTS: "3.0", Gone: true},
	}
	with := CameWith(images, "1.0")
	for _, r := range images {
		if got, want := with(r), r.Label != 3 && r.Label != 5; got != want {
			t.Errorf("Image %d: %v, want %v", r.Label, got, want)
		}
	}
}

func TestEmptiedRecord(t *testing.T) {
	r := ImageRecord{Label: 2, Files: []string{"F1"}, MessageTS: "1.0", User: "U1", Width: 3, Height: 4, Side: 5,
		Slices: []SliceRecord{{Number: 1}}, Of: 6, Modality: "CT", Series: 7, View: "bone", Notes: []string{"padded"}}
	want := ImageRecord{Label: 2, MessageTS: "1.0", User: "U1", Width: 3, Height: 4, Side: 5, Of: 6, Modality: "CT", Series: 7,
		View: "bone", Gone: true}
	if d := cmp.Diff(want, r.Emptied()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
