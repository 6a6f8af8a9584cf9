package bot

import (
	"regexp"
	"strings"
	"testing"
)

func TestSecondLookGolden(t *testing.T) {
	for name, l := range map[string]secondLook{
		"agree":       {longAnswers[0].a, longAnswers[0].b, "I cannot see an image in this conversation.", false},
		"differ":      {longAnswers[1].a, longAnswers[1].b, "There is a left pleural effusion.", false},
		"open":        {"There is a pleural effusion.", "Answer: There is a left pleural effusion.", "There is a pneumothorax.", false},
		"no-answers":  {"There is a pleural effusion.", "", "", false},
		"not-whole":   {"There is a pleural effusion.", "For: there is a pleural effusion", "", true},
		"live-markup": {"A nodule.", "<!channel> **A nodule** [x](https://evil.example)", "<@U1> no image was provided", false},
	} {
		t.Run(name, func(t *testing.T) { golden(t, "second", name, textSecondLook(l)) })
	}
}

// Nobody is shown a figure of how alike answers are.
func TestSecondLookHasNoPercentage(t *testing.T) {
	figure := regexp.MustCompile(`%|per ?cent|\bconfiden|\d`)
	for _, p := range append(comparedAnswers[:len(comparedAnswers):len(comparedAnswers)], longAnswers...) {
		text := textSecondLook(secondLook{first: p.a, again: p.b, without: p.b})
		verdict, _, _ := strings.Cut(text, "\n\n")
		verdict = regexp.MustCompile(`\d+(\.\d+)? mm|[CTLS]\d`).ReplaceAllString(verdict, "") // of the answers
		if figure.MatchString(verdict) {
			t.Errorf("%s: %s", p.name, verdict)
		}
	}
}

func TestOtherWordsGolden(t *testing.T) {
	golden(t, "second", "asked-in-other-words", otherWords("is there an effusion?\nand how large?"))
	if got := sameWords(" is it left?\n"); got != "is it left?" {
		t.Errorf("sameWords changed the question: %q", got)
	}
	if got := sameWords(" "); got != defaultQuestion {
		t.Errorf("without words: %q", got)
	}
}
