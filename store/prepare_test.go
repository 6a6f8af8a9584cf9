package store

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// What surrounds the text counts too, or a document grows over its limit by
// many small parts.
func TestPrepareLimitsWhatSurroundsTheText(t *testing.T) {
	many := make([]Message, 5000)
	_, turns := PrepareTurns([]Turn{{Role: RoleUser, Messages: many}})
	_, unread := PrepareTurns([]Turn{{Role: RoleUser, Messages: []Message{{Unread: make([]UnreadFile, 5000)}}}})
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
	for name, err := range map[string]error{"messages": turns, "unread": unread, "model": model, "files": question,
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
