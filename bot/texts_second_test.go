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
		verdict = regexp.MustCompile(`\d+(\.\d+)? mm|[CTLS]\d|Image \d`).ReplaceAllString(verdict, "") // of the answers
		if figure.MatchString(verdict) {
			t.Errorf("%s: %s", p.name, verdict)
		}
	}
}

// Each look has its own word in the brackets, whichever way round they are.
func TestSecondLookNamesWhoSaysWhat(t *testing.T) {
	for _, c := range []struct{ first, again, want string }{
		{"No pneumothorax.", "There is a pneumothorax.", "pneumothorax (first look: not found, second look: found)"},
		{"There is a pneumothorax.", "No pneumothorax.", "pneumothorax (first look: found, second look: not found)"},
		{"A pneumothorax is possible.", "There is a pneumothorax.", "pneumothorax (first look: only possible, second look: found)"},
		{"There is a pneumothorax.", "A pneumothorax is possible.", "pneumothorax (first look: found, second look: only possible)"},
		{"Right pneumothorax.", "Left pneumothorax.", "pneumothorax (first look: right, second look: left)"},
		{"Tiny left effusion.", "Moderate left effusion.", "effusion (first look: tiny, second look: moderate)"},
		{"The fracture is displaced.", "The fracture is non-displaced.", "fracture (first look: displaced, second look: undisplaced)"},
		{"Chronic subdural haematoma.", "Acute subdural haematoma.", "subdural haematoma (first look: chronic, second look: acute)"},
		{"The line tip is in the SVC.", "The line tip is in the right atrium.", "line (first look: SVC, second look: right atrium)"},
		{"Yes.", "No.", "yes or no (first look: yes, second look: no)"},
		{"Pneumonia.", "The lungs are clear.", "pneumonia (first look: found, second look: lungs are clear)"},
		{"Left effusion.", "Left effusion and cardiomegaly.", "cardiomegaly (first look: not mentioned, second look: found)"},
	} {
		if got := textLooks(compared(c.first, c.again)); !strings.Contains(got, "*The two looks differ* on: "+c.want+". ") {
			t.Errorf("%q and %q: %s", c.first, c.again, got)
		}
	}
}

// A finding has the name that the answers give it, and no more exact one.
func TestSecondLookUsesTheirWords(t *testing.T) {
	for _, p := range [][2]string{
		{"Moderate knee joint effusion.", "No knee joint effusion."},
		{"Moderate effusion of the knee.", "No effusion of the knee."},
		{"There is a pericardial effusion.", "No pericardial effusion."},
		{"Middle ear effusion.", "No middle ear effusion."},
		{"There is an opacity.", "No opacity."},
		{"There is an infiltrate.", "No infiltrate."},
		{"There is a bleed.", "No bleed."},
		{"There is a stroke.", "No stroke."},
		{"Collapse of the right lung.", "No collapse of the right lung."},
		{"There is scarring.", "There is no scarring."},
		{"There are osteophytes.", "There are no osteophytes."},
		{"There is a glioma.", "There is no glioma."},
		{"There is a cotton wool spot.", "There is no cotton wool spot."},
		{"Stress fracture of the tibia.", "No stress fracture of the tibia."},
	} {
		c := compared(p[0], p[1])
		if c.likeness != differing {
			t.Errorf("%q and %q: %v %v", p[0], p[1], c.likeness, c.on)
		}
		said := strings.ToLower(p[0] + " " + p[1])
		for _, d := range c.on {
			if d.of == "" || !strings.Contains(said, d.of) {
				t.Errorf("%q and %q: it speaks of %q", p[0], p[1], d.of)
			}
		}
	}
}

// Of the answer without the image it is said that the image made a difference only when
// a difference can be named, and never when the answer is the same.
func TestSecondLookBlind(t *testing.T) {
	const made = "the image made a difference"
	for _, c := range []struct{ with, without, want string }{
		{"Normal.", "The chest X-ray is normal.", textSameBlind},
		{"There is a left pleural effusion.", "Left pleural effusion.", textSameBlind},
		{"The line tip is in the SVC.", "The line tip is in the superior vena cava.", textSameBlind},
		{"There is a left pleural effusion.", "There is a right pleural effusion.", made + ": pleural effusion (with the image: left, without it: right)"},
		{"No pneumothorax.", "There is a pneumothorax.", made + ": pneumothorax (with the image: not found, without it: found)"},
		{"Stones in the gallbladder.", "The aorta is tortuous.", textOpenBlind},
		{"Left pleural effusion.", "Cardiomegaly.", textOpenBlind},
		{"I cannot see an image in this conversation.", "Left pleural effusion.", textOpenBlind},
		{"Left pleural effusion.", "I cannot see an image in this conversation.", textSeesNothing},
		{"Left pleural effusion.", "", textNoBlind},
	} {
		got := textBlind(secondLook{first: c.with, without: c.without})
		if !strings.Contains(got, c.want) || c.want == textOpenBlind && strings.Contains(got, made) {
			t.Errorf("%q, without %q: %s", c.with, c.without, got)
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
