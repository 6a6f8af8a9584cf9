package bot

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// second is the ts of a message in a thread that began at second 1.
func second(n int) string { return fmt.Sprintf("17000%05d.000100", n) }

// listed is what Slack lists: messages at the seconds, each with files, of which each
// is told as "id" or "id mode"; " buried" is a tombstone.
func listed(whole bool, messages map[int][]string) listing {
	l := listing{whole: whole, from: second(0), until: second(90), subtypes: map[string]string{}}
	for n, files := range messages {
		m := slack.Message{Msg: slack.Msg{Timestamp: second(n)}}
		for _, f := range files {
			var id, mode string
			if _, err := fmt.Sscan(f, &id, &mode); err != nil {
				id = f
			}
			switch id {
			case "buried":
				m.SubType = "tombstone"
			case "forwarded":
				m.Attachments = append(m.Attachments, slack.Attachment{Files: []slack.File{{ID: mode, Mode: "hosted"}}})
			default:
				m.Files = append(m.Files, slack.File{ID: id, Mode: mode})
			}
		}
		l.messages, l.subtypes[m.Timestamp] = append(l.messages, m), m.SubType
	}
	return l
}

func TestLost(t *testing.T) {
	question := store.Question{Key: store.QuestionKey{TS: second(30)}}
	dialog := store.Question{Key: store.QuestionKey{TS: second(2), Act: "ask.V1"}, AskedTS: second(31)}
	thread := store.Thread{
		Turns: []store.Turn{
			{Role: store.RoleUser, Messages: []store.Message{
				{TS: second(1), Posted: true, Text: "film", Images: []int{1}},
				{TS: second(2), Posted: true, Text: "films", Images: []int{2}},
				{TS: second(3), Text: "asked in a dialog, or by an older version", Images: []int{3}},
				{TS: second(4), Posted: true, Gone: true}}},
			{Role: store.RoleModel, Text: "said", Of: second(3), AnswerTS: second(7), Parts: []string{second(5), second(6)}},
			{Role: store.RoleModel, Of: second(3), AnswerTS: second(8)}, // emptied
			{Role: store.RoleUser, Messages: []store.Message{{TS: second(95), Posted: true, Text: "a moment ago"}}},
		},
		Images: []store.ImageRecord{
			{Label: 1, MessageTS: second(1), Files: []string{"F1"}},
			{Label: 2, MessageTS: second(2), Files: []string{"F2", "F3"}},
			{Label: 3, MessageTS: second(3), Files: []string{"F1"}}, // another view of Image 1
			{Label: 4, MessageTS: second(4), Gone: true},
			{Label: 5, MessageTS: second(9), Files: []string{"F5"}}, // no turn holds it
		},
	}
	all := func(change func(map[int][]string)) map[int][]string {
		m := map[int][]string{1: {"F1 hosted"}, 2: {"F2 hosted", "F3 hosted"}, 5: nil, 6: nil, 7: nil, 9: {"F5 hosted"}, 30: nil}
		if change != nil {
			change(m)
		}
		return m
	}
	for name, c := range map[string]struct {
		change func(map[int][]string)
		cut    bool
		want   losses
	}{
		"nothing":                   {},
		"a message":                 {change: func(m map[int][]string) { delete(m, 2) }, want: losses{messages: []string{second(2)}}},
		"a message, and it was cut": {change: func(m map[int][]string) { delete(m, 2) }, cut: true},
		"the root":                  {change: func(m map[int][]string) { m[1] = []string{"buried"} }, want: losses{messages: []string{second(1)}, doubtful: []string{"F1"}}},
		"the root, and it was cut":  {change: func(m map[int][]string) { m[1] = []string{"buried"} }, cut: true, want: losses{messages: []string{second(1)}}},
		"one of an older version":   {change: func(m map[int][]string) { m[3] = []string{"buried"} }, want: losses{messages: []string{second(3)}}},
		"a part of an answer":       {change: func(m map[int][]string) { delete(m, 5) }, want: losses{messages: []string{second(5)}}},
		"the end of an answer":      {change: func(m map[int][]string) { delete(m, 7) }, want: losses{messages: []string{second(7)}}},
		"the question":              {change: func(m map[int][]string) { delete(m, 30) }, want: losses{messages: []string{second(30)}}},
		"an image without a turn":   {change: func(m map[int][]string) { delete(m, 9) }, want: losses{messages: []string{second(9)}}},
		"a file":                    {change: func(m map[int][]string) { m[2][0] = "F2 tombstone" }, want: losses{files: []string{"F2"}}},
		"a file, and it was cut":    {change: func(m map[int][]string) { m[2][0] = "F2 tombstone" }, cut: true, want: losses{files: []string{"F2"}}},
		"a file that is nowhere":    {change: func(m map[int][]string) { m[2] = m[2][1:] }, want: losses{doubtful: []string{"F2"}}},
		"a hidden file":             {change: func(m map[int][]string) { m[2][0] = "F2 hidden_by_limit" }},
		"a file without access":     {change: func(m map[int][]string) { m[2][0] = "F2 file_access" }},
		"a forwarded file":          {change: func(m map[int][]string) { m[2][0] = "forwarded F2" }},
	} {
		got := lost(thread, []store.Question{question, dialog}, listed(!c.cut, all(c.change)))
		if d := cmp.Diff(c.want, got, cmp.AllowUnexported(losses{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// What is older than Slack may hide, or as new as it may not list yet, is not lost.
func TestLostNeedsTime(t *testing.T) {
	l := listed(true, map[int][]string{50: nil})
	l.from, l.until = second(20), second(70)
	var lacking []int
	for n := range 100 {
		if l.lacks(second(n)) {
			lacking = append(lacking, n)
		}
	}
	if len(lacking) != 49 || lacking[0] != 21 || lacking[48] != 70 || slices.Contains(lacking, 50) {
		t.Errorf("lacking: %v", lacking)
	}
}

func TestWholes(t *testing.T) {
	var w wholes
	key := store.ThreadKey{TS: second(1)}
	since := w.since()
	w.note(key, since)
	if !w.has(key) || w.has(store.ThreadKey{TS: second(2)}) {
		t.Error("after a reading: not that thread, or another one")
	}
	w.deaf()
	if w.has(key) {
		t.Error("known though nobody listened")
	}
	if w.note(key, since); w.has(key) {
		t.Error("known by a reading that began before nobody listened")
	}
	w.note(key, w.since())
	if w.lose(key); w.has(key) {
		t.Error("known though it is to be looked at again")
	}
}
