package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
)

const wardThread = "1700000000.000100"

func at(minute int) string { return fmt.Sprintf("%d.000100", 1700000000+60*minute) }

func wardLink(ts string) string {
	return permalink("https://ward.slack.com/", "C1", ts, wardThread)
}

// wardCase is a thread in which everything has happened once.
func wardCase() store.Thread {
	hash := strings.Repeat("0123456789abcdef", 4)
	return store.Thread{
		Key: store.ThreadKey{Team: "T1", Channel: "C1", TS: wardThread}, Asked: true,
		Images: []store.ImageRecord{
			{Label: 1, Files: []string{"F1"}, MessageTS: at(0), User: "U1", Width: 2022, Height: 2022, Side: 896, Of: 1, Slices: []store.SliceRecord{{Number: 1, MIME: "image/png", SHA256: hash}}, Notes: []string{"stretched"}},
			{Label: 2, MessageTS: at(2), User: "U1", Width: 512, Height: 512, Side: 512, Of: 1, Gone: true},
			{Label: 3, Files: []string{"F3"}, MessageTS: at(5), User: "U2", Width: 512, Height: 512, Side: 512, Of: 120, Modality: "CT",
				Slices: []store.SliceRecord{{Number: 40, MIME: "image/png", SHA256: "f" + hash[1:]}, {Number: 80, MIME: "image/jpeg", SHA256: "e" + hash[1:]}}, Notes: []string{"windows:-1024..1024,-135..215,0..80", "sampled"}},
		},
		Turns: []store.Turn{
			{Seq: 1, Role: store.RoleUser, Messages: []store.Message{
				{TS: at(0), User: "U1", Text: "film of this morning, see <https://pacs.example/x|the report>", Images: []int{1}, Unread: []store.UnreadFile{{FileID: "F8", Reason: "html"}, {FileID: "F9", Reason: "unsupported:PDF"}, {FileID: "F10", Reason: "html"}}},
				{TS: at(2), User: "U1", Gone: true},
				{TS: at(3), User: "U2", Text: "<@UBOT> is there an effusion &amp; <how> *large*?\nasking for <@U3>"},
			}},
			{Seq: 2, Role: store.RoleModel, At: tsTime(at(4)), Text: "**Findings:** Image 1 shows blunting on the left.\n\n**Impression:**\n1. Small left pleural effusion.\n2. Mild cardiomegaly.\n\n**Cannot be judged from this image:** a lateral view would help.",
				Model: "google/medgemma-1.5-4b-it", FinishedBy: "stop", Temperature: 0.1, MaxTokens: 500, Of: at(3), Kind: store.KindAsk, User: "U2", AnswerTS: at(4), Images: []int{1}},
			{Seq: 3, Role: store.RoleUser, Messages: []store.Message{{TS: at(5), User: "U2", Text: "<@UBOT> and on the CT?", Images: []int{3}}}},
			{Seq: 4, Role: store.RoleModel, Text: "There is a left pleural effusion in Image 3, slice 40, and", Model: "google/medgemma-1.5-4b-it", FinishedBy: "length", Temperature: 0, MaxTokens: 64, Of: at(5), Kind: store.KindAsk, User: "U2", AnswerTS: at(6), Images: []int{1, 3}},
			{Seq: 5, Role: store.RoleModel, Text: "no pneumothorax.", Model: "google/medgemma-1.5-4b-it", FinishedBy: "stop", Temperature: 0, MaxTokens: 64, Of: at(5), Kind: store.KindContinue, User: "U3", AnswerTS: at(7), Images: []int{1, 3}},
			{Seq: 6, Role: store.RoleModel, Text: "A right", FinishedBy: finishStopped, Temperature: 0.8, MaxTokens: 500, Of: at(3), Kind: store.KindSecond, User: "U1", AnswerTS: at(8), Images: []int{1}},
			{Seq: 7, Role: store.RoleUser, Messages: []store.Message{{TS: at(9), User: "U4"}}},
			{Seq: 8, Role: store.RoleModel, At: tsTime(at(10)), Text: "An answer of an older version.", FinishedBy: "stop", Temperature: 0.1, MaxTokens: 500},
		},
		Verdicts: []store.Verdict{
			{AnswerTS: at(4), User: "U1", Feedback: feedbackGood, Reviewed: tsTime(at(20))},
			{AnswerTS: at(4), User: "U2", Reviewed: tsTime(at(15))},
			{AnswerTS: at(4), User: "U3", Feedback: feedbackSide},
			{AnswerTS: at(8), User: "U2", Feedback: feedbackUnsafe},
		},
	}
}

func wardOpen() []store.Question {
	return []store.Question{
		{Key: store.QuestionKey{Channel: "C1", TS: at(30)}, Kind: store.KindAsk, User: "U2", Text: "<@UBOT> is it stable?"},
		{Key: store.QuestionKey{Channel: "C1", TS: at(31)}, Kind: store.KindCommand, User: "U2", Text: "<@UBOT> summary"},
		{Key: store.QuestionKey{Channel: "C1", TS: at(4), Act: "again"}, Kind: store.KindAgain, User: "U3", Of: at(3), AskedTS: at(32)},
	}
}

func TestLedgerGolden(t *testing.T) {
	golden(t, "handover", "ledger", textLedger(ledger{wardCase(), wardLink}))
	golden(t, "handover", "ledger-without-links", textLedger(ledger{wardCase(), nil}))
	if got := textLedger(ledger{}); got != textNoLedger {
		t.Errorf("an empty thread: %s", got)
	}
}

func TestSummaryGolden(t *testing.T) {
	golden(t, "handover", "summary", textSummary(handover{thread: wardCase(), open: wardOpen(), set: settings{0.1, 500}, self: testBot, link: wardLink}))
	golden(t, "handover", "summary-of-nothing", textSummary(handover{set: settings{0.1, 500}}))
}

func TestExportGolden(t *testing.T) {
	golden(t, "handover", "export", exportText(export{
		thread: wardCase(), open: wardOpen(), set: settings{0.1, 500}, self: testBot, link: wardLink, by: "U2", at: time.Date(2026, 11, 28, 14, 2, 11, 0, time.UTC),
		names: map[string]string{"U1": "Ana Ruiz", "U2": "Dr. B. Lee", "U3": "Cem\nForged (U9)"},
	}))
}

// crowded is a thread of so many questions, images and verdicts, of the longest texts.
func crowded(n int, letter string) store.Thread {
	th := store.Thread{Key: store.ThreadKey{Channel: "C1", TS: wardThread}}
	long := strings.Repeat(letter, 3000)
	for i := range n {
		th.Turns = append(th.Turns,
			store.Turn{Role: store.RoleUser, Messages: []store.Message{{TS: at(2 * i), User: "U1", Text: long, Images: []int{i + 1}, Unread: []store.UnreadFile{{Reason: "unsupported:" + long}, {Reason: "html"}}}}},
			store.Turn{Role: store.RoleModel, Text: long, Model: long, FinishedBy: "length", Of: at(2 * i), User: "U1", AnswerTS: at(2*i + 1), Images: []int{i + 1}})
		th.Images = append(th.Images, store.ImageRecord{Label: i + 1, MessageTS: at(2 * i), User: "U1", Width: 9999, Height: 9999, Side: 896, Of: 999, Modality: "CT", Slices: make([]store.SliceRecord, 85), Notes: []string{"windows:-1024..1024,-135..215,0..80", "no_geometry", "one_per_place"}})
		for u := range 12 {
			th.Verdicts = append(th.Verdicts, store.Verdict{AnswerTS: at(2*i + 1), User: fmt.Sprint("U", u), Feedback: feedbackWrong, Reviewed: tsTime(at(u))})
		}
	}
	return th
}

func TestNotesAreBounded(t *testing.T) {
	for _, letter := range []string{"a", "&", "𝌆", "<@U1> "} {
		for _, n := range []int{1, 7, 100} {
			th := crowded(n, letter)
			var open []store.Question
			for i := range 30 {
				open = append(open, store.Question{Key: store.QuestionKey{TS: at(i)}, Kind: store.KindAsk, User: "U1", Text: strings.Repeat(letter, 3000)})
			}
			summary := textSummary(handover{thread: th, open: open, set: settings{0.1, 500}, link: wardLink})
			for name, text := range map[string]string{"summary": summary, "ledger": textLedger(ledger{th, wardLink})} {
				if got := utf8.RuneCountInString(text); got > maxNoteRunes {
					t.Errorf("%s of %d of %q: %d characters", name, n, letter, got)
				}
				if !utf8.ValidString(text) || strings.Contains(text, "<!here") {
					t.Errorf("%s of %d of %q is spoiled", name, n, letter)
				}
			}
			if n >= 40 && !strings.Contains(summary, textHandoverMore) {
				t.Errorf("%d questions of %q were cut and it is not said", n, letter)
			}
			if !strings.Contains(summary, "Settings now") {
				t.Errorf("%d questions of %q: the end is missing", n, letter)
			}
		}
	}
}

// The oldest are shortened first: what is newest stands whole as long as anything does.
func TestSummaryShortensTheOldest(t *testing.T) {
	th := crowded(24, "word ")
	th.Images, th.Verdicts = nil, nil
	for i := range th.Turns {
		for k := range th.Turns[i].Messages {
			th.Turns[i].Messages[k].Text = fmt.Sprintf("question %d %s", i/2, strings.Repeat("word ", 100))
		}
	}
	text := textSummary(handover{thread: th, set: settings{0.1, 500}})
	var sizes []int
	for i := range 24 {
		_, rest, found := strings.Cut(text, fmt.Sprintf("“question %d ", i))
		if !found {
			sizes = append(sizes, 0)
			continue
		}
		question, _, _ := strings.Cut(rest, "”")
		sizes = append(sizes, len(question))
	}
	for i := 1; i < len(sizes); i++ {
		if sizes[i] < sizes[i-1]-3 { // the number has more digits
			t.Errorf("question %d has %d characters, the one before it %d", i, sizes[i], sizes[i-1])
		}
	}
	if sizes[0] >= sizes[23] || sizes[23] < 150 || !strings.Contains(text, "The oldest ") {
		t.Errorf("sizes %v", sizes)
	}
}

func TestConcluded(t *testing.T) {
	for in, want := range map[string]string{
		"All of it.":                 "All of it.",
		"Findings: a\nImpression: b": "b",
		"**Findings:** a\n\n**Impression:**\n1. b\n2. c":    "1. b\n2. c",
		"## Impression: b\nLimitations: c":                  "b",
		"Impression: b.\n**Cannot be judged:** c":           "b.",
		"Answer: yes, a nodule: 8 mm":                       "yes, a nodule: 8 mm",
		"Impression:\n":                                     "Impression:\n",
		"My impression is that there is nothing to answer.": "My impression is that there is nothing to answer.",
	} {
		if diff := cmp.Diff(want, strings.TrimSpace(concluded(in)), cmp.Transformer("trim", strings.TrimSpace)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", in, diff)
		}
	}
}

func TestFlat(t *testing.T) {
	for in, want := range map[string]string{
		"a\n\n- b\n- **c**":        "a b c",
		"<!channel> @here &amp;":   "&lt;!channel&gt; ＠here &amp;amp;",
		strings.Repeat("x", 30):    strings.Repeat("x", 19) + "…",
		"see https://evil.example": "see evil.example",
	} {
		if got := flat(in, 20); utf8.RuneCountInString(got) > 20 {
			t.Errorf("flat(%q) = %q", in, got)
		}
		if got := flat(in, 60); want != got && len(in) != 30 {
			t.Errorf("flat(%q) = %q, want %q", in, got, want)
		}
	}
	if got := flat(strings.Repeat("&", 500), 200); utf8.RuneCountInString(got) > 200 || !strings.HasPrefix(got, "&amp;") {
		t.Errorf("%q", got)
	}
}

// The reasons that a file may be kept under all have words.
func TestFileWords(t *testing.T) {
	seen := map[string]string{}
	for _, reason := range []string{"deleted", "hidden", "external", "forbidden", "download", "too_many", "too_much", "crowded", "html", "empty", "unsupported:PDF", "unsupported:Video", "burned_in"} {
		words := fileWords(reason)
		if words == "could not be read" || seen[words] != "" || len(words) > 60 {
			t.Errorf("%s: %q, also of %q", reason, words, seen[words])
		}
		seen[words] = reason
	}
	if got := fileWords("of a later version"); got != "could not be read" {
		t.Error(got)
	}
	if got := fileWords("unsupported:<!here>"); strings.Contains(got, "<!") {
		t.Error(got)
	}
}
