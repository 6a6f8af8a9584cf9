package bot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// buttonsOf lists the action ids of a block, and checks what Slack asks of buttons
// and what people who hear them need.
func buttonsOf(t *testing.T, b slack.Block, of string) (ids []string) {
	t.Helper()
	raw, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var block struct {
		Type     string
		Elements []struct {
			Type  string
			Text  struct{ Type, Text string }
			ID    string `json:"action_id"`
			Value string
			Label string `json:"accessibility_label"`
		}
	}
	if err := json.Unmarshal(raw, &block); err != nil {
		t.Fatal(err)
	}
	if block.Type != "actions" {
		t.Errorf("a block of type %q", block.Type)
	}
	for _, e := range block.Elements {
		ids = append(ids, e.ID)
		if e.Type != "button" || e.Text.Type != "plain_text" || e.Value != of || e.Label == "" || e.Label == e.Text.Text || len(e.Label) > 75 || len(e.Text.Text) > 20 {
			t.Errorf("button %+v", e)
		}
	}
	return ids
}

func TestControls(t *testing.T) {
	const of = "1700000000.000100"
	if diff := cmp.Diff([]string{"stop"}, buttonsOf(t, stopControls(of), of)); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		controls
		want []string
	}{
		{controls{}, []string{"good", "bad", "reviewed", "again", "settings"}},
		{controls{pictures: true}, []string{"good", "bad", "reviewed", "again", "second", "settings"}},
		{controls{cut: true}, []string{"good", "bad", "reviewed", "again", "continue", "settings"}},
		{controls{cut: true, pictures: true}, []string{"good", "bad", "reviewed", "again", "continue", "second", "settings"}},
		{controls{failed: true}, []string{"again", "settings"}},
		{controls{failed: true, cut: true, pictures: true}, []string{"again", "settings"}},
	} {
		if diff := cmp.Diff(c.want, buttonsOf(t, answerControls(of, c.controls), of)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.controls, diff)
		}
	}
}

func TestReviewLine(t *testing.T) {
	at := time.Date(2026, 11, 28, 14, 2, 0, 0, time.UTC)
	review := func(user string, minutes int) store.Verdict {
		return store.Verdict{AnswerTS: "2.0", User: user, Reviewed: at.Add(time.Duration(minutes) * time.Minute)}
	}
	other := review("U9", 0)
	other.AnswerTS = "3.0"
	bad := store.Verdict{AnswerTS: "2.0", User: "U8", Feedback: feedbackUnsafe}
	if got := reviewLine([]store.Verdict{other, bad}, "2.0"); got != "" {
		t.Errorf("without a review: %q", got)
	}
	got := reviewLine([]store.Verdict{review("U2", 8), review("U1", 0), other, bad}, "2.0")
	want := "Reviewed by <@U1> <!date^1795874520^{date_short_pretty} {time}|2026-11-28 14:02 UTC>, <@U2> <!date^1795875000^{date_short_pretty} {time}|2026-11-28 14:10 UTC>"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var many []store.Verdict
	for i := range 8 {
		many = append(many, review("U"+strings.Repeat("1", i+1), i))
	}
	got = reviewLine(many, "2.0")
	if !strings.HasSuffix(got, " and 3 more") || strings.Count(got, "<@") != 5 {
		t.Errorf("eight reviews: %q", got)
	}
	if got := reviewLine([]store.Verdict{review("<!here>", 0)}, "2.0"); strings.Contains(got, "<!here") {
		t.Errorf("live: %q", got)
	}
}
