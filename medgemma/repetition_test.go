package medgemma

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// watch feeds text in pieces of so many runes and returns where a loop was
// found, or -1.
func watch(text string, runes int) int {
	var l loops
	at := 0
	for at < len(text) {
		end := at
		for range runes {
			_, n := utf8.DecodeRuneInString(text[end:])
			end += n
		}
		n, found := l.feed(text[at:end])
		if found {
			return at + n
		}
		at = end
	}
	return -1
}

// legitimate are texts that repeat much and are no loops.
func legitimate(tb testing.TB) map[string]string {
	tb.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "repetition", "legitimate.txtar"))
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range a.Files {
		all[f.Name] = string(f.Data)
	}
	if len(all) < 30 {
		tb.Fatalf("%d texts, want at least 30", len(all))
	}
	return all
}

func TestOrdinaryTextIsNoLoop(t *testing.T) {
	for name, text := range legitimate(t) {
		for _, s := range []string{text, text + text, traceOpen + traceHead + text + traceClose + text} {
			for _, runes := range []int{1, 3, 17, len(s)} {
				if at := watch(s, runes); at >= 0 {
					t.Fatalf("%s is cut after %q", name, s[max(0, at-60):at])
				}
			}
		}
	}
}

const (
	heart     = "The heart is of normal size. "
	paragraph = "There is a small right pleural effusion with adjacent atelectasis. The left lung is clear. No pneumothorax is seen. The cardiac silhouette is mildly enlarged. The osseous structures are intact.\n\n"
)

var loopCases = []struct {
	name   string
	prefix string
	unit   string
	kept   string // what is left of the text, without the white space at its end
}{
	{"word", heart, "normal ", heart + "normal"},
	{"word alone", "", "normal ", "normal"},
	{"word with a comma", heart + "It is ", "mild, ", heart + "It is mild,"},
	{"word in lines", heart, "Normal\n", heart + "Normal"},
	{"letter", heart, "a", heart + "a"},
	{"digits", heart + "Score: ", "0", heart + "Score: 0"},
	{"zeros in a row", heart, "| 0 ", heart + "| 0"},
	{"two words", heart, "no effusion ", heart + "no effusion"},
	{"short sentence", heart, "No effusion. ", heart + "No effusion."},
	{"sentence", "It is a PA view. ", heart, "It is a PA view. " + strings.TrimSpace(heart)},
	{"sentence from the start", "", heart, strings.TrimSpace(heart)},
	{"sentence with a number", "It is a PA view.\n", "The nodule measures 3.5 mm in Image 1. ", "It is a PA view.\nThe nodule measures 3.5 mm in Image 1."},
	{"three sentences", "Findings: ", "The lungs are clear. No effusion. No pneumothorax. ", "Findings: The lungs are clear. No effusion. No pneumothorax."},
	{"bullet", "Findings:\n", "* The lungs are clear.\n", "Findings:\n* The lungs are clear."},
	{"same item for ever", "Findings:\n", "1. The lungs are clear.\n", "Findings:\n1. The lungs are clear."},
	{"paragraph", heart + "\n\n", paragraph, heart + "\n\n" + strings.TrimSpace(paragraph)},
	{"long paragraph", heart + "\n\n", paragraph[:len(paragraph)-2] + " " + paragraph, heart + "\n\n" + paragraph[:len(paragraph)-2] + " " + strings.TrimSpace(paragraph)},
	{"paragraph and rule", heart + "\n\n", strings.TrimSpace(paragraph) + "\n" + strings.Repeat("-", 100) + "\n", heart + "\n\n" + strings.TrimSpace(paragraph) + "\n" + strings.Repeat("-", 100)},
	{"line breaks", heart, "\n", strings.TrimSpace(heart)},
	{"spaces", heart, " ", strings.TrimSpace(heart)},
	{"tabs", heart, "\t", strings.TrimSpace(heart)},
	{"mixed white space", heart, "\n \t\u00a0\u3000\r\n", strings.TrimSpace(heart)},
	{"empty bullets", heart + "\n\n", "* \n", heart + "\n\n*"},
	{"spaced empty bullets", heart, "\n\n* \n* ", heart + "\n\n* \n*"},
	{"rule without end", heart, "-", heart + "-"},
	{"dots", heart, ". ", strings.TrimSpace(heart)},
	{"table row", "|a|b|\n|-|-|\n", "| Lung | Clear |\n", "|a|b|\n|-|-|\n| Lung | Clear |"},
	{"Chinese", "影像所见：", "未见明显异常。", "影像所见：未见明显异常。"},
	{"Arabic", "النتائج: ", "لا يوجد شذوذ. ", "النتائج: لا يوجد شذوذ."},
	{"empty rows", "|a|b|\n|-|-|\n", "| | |\n", "|a|b|\n|-|-|\n| | |"},
	{"wide empty rows", "|a|b|\n|-|-|\n", "|                  |                |\n", "|a|b|\n|-|-|\n|                  |                |"},
	{"blanks in lines", heart, strings.Repeat(" ", 30) + "\n", strings.TrimSpace(heart)},
	{"emoji", heart, "🫁", heart + "🫁"},
	{"emoji and words", heart, "🫁 clear ", heart + "🫁 clear"},
	{"tags", heart, "<end_of_turn>\n<start_of_turn>model\nClear.", heart + "\nmodel\nClear."},
}

// Two hundred tokens are about 800 characters, counted from where the unit
// begins for the second time.
func TestLoopsAreFoundInTime(t *testing.T) {
	if len(loopCases) < 20 {
		t.Fatalf("%d loops, want at least 20", len(loopCases))
	}
	for _, c := range loopCases {
		onset := len(c.prefix) + len(c.unit)
		text := c.prefix + strings.Repeat(c.unit, 10_000/len(c.unit)+4)
		at := watch(text, 1)
		if at < onset || at-onset > 800 {
			t.Errorf("%s: found at %d, the loop is plain from %d on", c.name, at, onset)
			continue
		}
		for _, runes := range []int{2, 5, 64, len(text)} {
			if other := watch(text, runes); other != at {
				t.Errorf("%s: found at %d, and at %d in pieces of %d", c.name, at, other, runes)
			}
		}
	}
}

func TestOneOccurrenceOfALoopIsKept(t *testing.T) {
	for _, c := range loopCases {
		text := c.prefix + strings.Repeat(c.unit, 10_000/len(c.unit)+4)
		var f filter
		said, _ := f.write(text[:watch(text, 1)])
		f.buf = ""
		said += f.close()
		n := repeated([]byte(said))
		if n < 0 || n > len(said) {
			t.Fatalf("%s: %d of %d bytes", c.name, n, len(said))
		}
		want := strings.TrimLeft(c.kept, " \n")
		if got := said[:len(said)-n]; got != want {
			t.Errorf("%s: %q is left, want %q", c.name, got, want)
		}
	}
}

// The longer the unit, the more of it must come: this is the limit of what the
// watch promises.
func TestLongUnitsAreFoundAfterTheirThirdTime(t *testing.T) {
	for _, size := range []int{300, 600, longUnit} {
		unit := numbered(size)
		at := watch(heart+strings.Repeat(unit, 20), 4)
		if most := len(heart) + 3*size + loopStep + 4; at < 0 || at > most {
			t.Errorf("%d bytes: found at %d, want at most %d", size, at, most)
		}
	}
	if at := watch(strings.Repeat(numbered(longUnit+100), 20), 4); at >= 0 {
		t.Errorf("a unit beyond %d bytes is found at %d: say so in the comment", longUnit, at)
	}
}

// Counting is no loop: nothing tells it from a series of slices.
func TestCountingIsNoLoop(t *testing.T) {
	if at := watch(numbered(100_000), 4); at >= 0 {
		t.Errorf("cut at %d", at)
	}
}
