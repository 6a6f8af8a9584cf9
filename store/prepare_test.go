package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What surrounds the text counts too, or a document grows over its limit by
// many small parts.
func TestPrepareLimitsWhatSurroundsTheText(t *testing.T) {
	many := make([]Message, 5000)
	_, turns := PrepareTurns([]Turn{{Role: RoleUser, Messages: many}})
	_, unread := PrepareTurns([]Turn{{Role: RoleUser, Messages: []Message{{Unread: make([]UnreadFile, 5000)}}}})
	_, shown := PrepareTurns([]Turn{{Role: RoleModel, Images: make([]int, 20000)}})
	_, model := PrepareTurns([]Turn{{Role: RoleModel, Model: strings.Repeat("m", 100<<10)}})
	picture := func(r ImageRecord) error {
		r.Label, r.Slices = 1, []SliceRecord{{}}
		_, _, err := PrepareImage(r, make([][]byte, 1))
		return err
	}
	if err := picture(ImageRecord{}); err != nil {
		t.Error(err)
	}
	_, question := PrepareQuestion(Question{Key: QuestionKey{Team: "T", Channel: "C", TS: "1.0"}, Thread: ThreadKey{"T", "C", "1.0"},
		Kind: KindAsk, Files: make([]string, 7000)})
	for name, err := range map[string]error{"messages": turns, "unread": unread, "model": model, "shown": shown, "files": question,
		"notes":          picture(ImageRecord{Notes: make([]string, 7000)}),
		"files of image": picture(ImageRecord{Files: make([]string, 7000)}),
		"view":           picture(ImageRecord{View: strings.Repeat("v", 100<<10)})} {
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
}

func TestPrepareDropsWhatTheStoreSets(t *testing.T) {
	ts, err := PrepareTurns([]Turn{{Role: RoleModel, Seq: 3, At: time.Now()}})
	if err != nil || ts[0].Seq != 0 || !ts[0].At.IsZero() {
		t.Error(ts, err)
	}
	q, err := PrepareQuestion(Question{Key: QuestionKey{Team: "T", Channel: "C", TS: "1.0"}, Thread: ThreadKey{"T", "C", "1.0"},
		Kind: KindRefused, User: "U1", Text: "x", Files: []string{"F"}, AnswerTS: "1.0", AdmittedAt: time.Now()})
	if err != nil || q.User+q.Text+q.AnswerTS != "" || q.Files != nil || !q.AdmittedAt.IsZero() {
		t.Error("a refused message keeps more than its key", err)
	}
}

func TestPrepareQuestionOfAPress(t *testing.T) {
	press := Question{Key: QuestionKey{Team: "T", Channel: "C", TS: "2.0", Act: "again"}, Thread: ThreadKey{"T", "C", "1.0"},
		Kind: KindAgain, User: "U1", Of: "1.0", AskedTS: "3.0", StoppedBy: "U2"}
	for _, kind := range []Kind{KindAsk, KindCommand, KindAgain, KindContinue, KindSecond} {
		q := press
		q.Kind = kind
		got, err := PrepareQuestion(q)
		q.StoppedBy = "" // Stop's to set
		if d := cmp.Diff(q, got); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", kind, err, d)
		}
	}
	for name, spoil := range map[string]func(q *Question){
		"kind":     func(q *Question) { q.Kind = "shout" },
		"act":      func(q *Question) { q.Key.Act = "a-b" },
		"of":       func(q *Question) { q.Of = "1" },
		"asked ts": func(q *Question) { q.AskedTS = "now" },
	} {
		q := press
		spoil(&q)
		if _, err := PrepareQuestion(q); !errors.Is(err, ErrInvalidKey) {
			t.Errorf("%s: %v, want ErrInvalidKey", name, err)
		}
	}
}

func TestPrepareTurnsOfAnAnswer(t *testing.T) {
	for _, kind := range []Kind{"", KindAsk, KindAgain, KindContinue, KindSecond} {
		turn := Turn{Role: RoleModel, Text: "said", Of: "1.0", Kind: kind, User: "U1", AnswerTS: "2.0", Images: []int{2, 1}}
		got, err := PrepareTurns([]Turn{turn})
		if d := cmp.Diff([]Turn{turn}, got); d != "" || err != nil {
			t.Fatalf("%q: %v (-want +got):\n%s", kind, err, d)
		}
		if got[0].Images[0] = 9; turn.Images[0] != 2 {
			t.Error("the labels are the caller's own")
		}
	}
	for _, kind := range []Kind{KindCommand, KindRefused, "shout"} {
		if _, err := PrepareTurns([]Turn{{Role: RoleModel, Kind: kind}}); !errors.Is(err, ErrInvalidKey) {
			t.Errorf("%q: %v, want ErrInvalidKey", kind, err)
		}
	}
}

// A message handed in as Gone keeps nothing of what it held.
func TestPrepareTurnsOfAMessageThatIsGone(t *testing.T) {
	got, err := PrepareTurns([]Turn{{Role: RoleUser, Messages: []Message{
		{TS: "1.0", User: "U1", Text: "x", Images: []int{1}, Unread: []UnreadFile{{FileID: "F1"}}, Gone: true}}}})
	want := []Turn{{Role: RoleUser, Messages: []Message{{TS: "1.0", User: "U1", Images: []int{1}, Gone: true}}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

func TestPrepareImageIsNotGone(t *testing.T) {
	r, _, err := PrepareImage(ImageRecord{Label: 1, Gone: true, Slices: make([]SliceRecord, 1)}, make([][]byte, 1))
	if r.Gone || err != nil {
		t.Errorf("gone: %v, %v", r.Gone, err)
	}
}

func TestPrepareSettings(t *testing.T) {
	for _, c := range []struct{ set, want Settings }{
		{Settings{}, Settings{}},
		{Settings{By: "U1", At: time.Now()}, Settings{}},
		{Settings{Paused: true, By: "U1", At: time.Now()}, Settings{Paused: true, By: "U1"}},
		{Settings{Temperature: new(0.5), Paused: true}, Settings{Temperature: new(0.5), Paused: true}},
		{Settings{MaxTokens: new(5)}, Settings{MaxTokens: new(5)}},
	} {
		got, err := PrepareSettings(c.set)
		if d := cmp.Diff(c.want, got); d != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, d)
		}
	}
}
