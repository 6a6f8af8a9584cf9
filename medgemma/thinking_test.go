package medgemma

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// long is beyond what is held back at the start of an answer.
const long = "The heart is of normal size. The lungs are clear, and there is no pleural effusion. The mediastinum is not widened. "

var traces = []struct {
	name, in, want string
	inTrace        bool // it ends inside a trace
}{
	{"no trace", "No acute finding.", "No acute finding.", false},
	{"a trace", "<unused94>thought\nSECRET\n<unused95>Clear lungs.", "Clear lungs.", false},
	{"white space after it", "<unused94>thought\nSECRET<unused95>\n\n Clear lungs.", "Clear lungs.", false},
	{"white space before it", "\n <unused94>thought\nSECRET<unused95>Clear lungs.", "Clear lungs.", false},
	{"not closed", "<unused94>thought\nSECRET and more SECRET", "", true},
	{"closing tag cut off", "<unused94>thought\nSECRET<unused9", "", true},
	{"twice", "<unused94>thought\nSECRET<unused95><unused94>thought\nSECRET<unused95>Clear.", "Clear.", false},
	{"closed twice", "<unused94>thought\nSECRET<unused95>\n<unused95>Clear.", "Clear.", false},
	{"opened twice", "<unused94><unused94>thought\nSECRET<unused95>Clear.", "Clear.", false},
	{"without its opening tag", "thought\nSECRET " + long + "<unused95>Clear.", "Clear.", false},
	{"without either tag", "thought\nSECRET " + long, "", true},
	{"a lone closing tag", "SECRET<unused95>Clear.", "Clear.", false},
	{"a lone closing tag late", "SECRET " + long + "<unused95>Clear.", "Clear.", false},
	{"nothing after it", "<unused94>thought\nSECRET<unused95>  ", "", false},
	{"in the middle", long + "<unused94>thought\nSECRET<unused95> And the lungs.", long + " And the lungs.", false},
	{"early in the middle", "Yes. <unused94>thought\nSECRET<unused95> Clear.", "Yes.  Clear.", false},
	{"in the middle, not closed", long + "<unused94>thought\nSECRET", long, true},
	{"the word alone", "thought so.", "thought so.", false},
	{"the word and the end", "thought", "thought", false},
	{"control tokens", "Clear.<end_of_turn>\n<start_of_turn>model\nYes<eos><pad><unused7><start_of_image>", "Clear.\nmodel\nYes", false},
	{"comparisons", "A < B, 3<5, <bo, <unusual>, <unused94, <unused12345>, <b>", "A < B, 3<5, <bo, <unusual>, <unused94, <unused12345>, <b>", false},
	{"ends with less-than", "BP <", "BP <", false},
	{"ends in a token", "Clear.<unused", "Clear.", false},
	{"not only ASCII", "<unused94>thought\nSECRET é<unused95>Œdème, 5 µm — ok", "Œdème, 5 µm — ok", false},
}

// show plays chunks the way a reader does and returns what stands at the end,
// and everything that stood there at any time.
func show(chunks []string) (visible, ever string, f *filter) {
	f = new(filter)
	for _, c := range chunks {
		text, drop := f.write(c)
		if drop {
			visible = ""
		}
		visible += text
		ever += text
	}
	rest := f.close()
	return visible + rest, ever + rest, f
}

func TestVisibleTextDoesNotDependOnTheSplit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range traces {
		t.Run(c.name, func(t *testing.T) {
			check := func(chunks []string) {
				t.Helper()
				got, ever, f := show(chunks)
				if got != c.want {
					t.Errorf("%q shows %q, want %q", chunks, got, c.want)
				}
				if (f.state == stateTrace) != c.inTrace {
					t.Errorf("%q: ends inside a trace: %v", chunks, !c.inTrace)
				}
				// Only a closing tag that comes alone and late lets a trace be seen.
				if strings.Contains(ever, "SECRET") && c.name != "a lone closing tag late" {
					t.Errorf("%q showed the trace: %q", chunks, ever)
				}
			}
			check([]string{c.in})
			check(strings.Split(c.in, "")) // by character
			for i := range len(c.in) {     // by every single cut, also inside a character
				check([]string{c.in[:i], c.in[i:]})
			}
			for i := range len(c.in) {
				for j := i; j < len(c.in); j += 1 + len(c.in)/40 {
					check([]string{c.in[:i], c.in[i:j], c.in[j:]})
				}
			}
			for range 200 {
				var chunks []string
				for rest := c.in; rest != ""; {
					n := 1 + rng.IntN(min(len(rest), 12))
					chunks, rest = append(chunks, rest[:n]), rest[n:]
				}
				check(chunks)
			}
		})
	}
}

func TestLateClosingTagTakesBackWhatWasShown(t *testing.T) {
	f := new(filter)
	if text, _ := f.write(long); text != long {
		t.Fatalf("wrote %q, want it all", text)
	}
	if text, drop := f.write("<unused95>Clear."); !drop || text != "" {
		t.Errorf("got %q, drop %v; want a drop, and the answer held back", text, drop)
	}
	if got := f.close(); got != "Clear." {
		t.Errorf("close gives %q", got)
	}
}

// Text must appear as it comes: nothing is held beyond the window at the start
// and what may become a tag.
func TestHoldsBackOnlyWhatItMust(t *testing.T) {
	f := new(filter)
	if text, _ := f.write(strings.Repeat("x", headWindow-1)); text != "" {
		t.Errorf("within the window it shows %q", text)
	}
	if text, _ := f.write("y"); len(text) != headWindow {
		t.Errorf("at the window it shows %d bytes, want %d", len(text), headWindow)
	}
	for in, want := range map[string]string{
		"a word ": "a word ", "so <": "so ", "3": "<3", "go <unu": "go ", "sual": "<unusual", "<end_of_turn": "",
	} {
		g := &filter{state: stateText, shown: true}
		if in == "3" {
			g.buf = "<"
		}
		if in == "sual" {
			g.buf = "<unu"
		}
		if text, _ := g.write(in); text != want {
			t.Errorf("%q shows %q, want %q", in, text, want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, c := range traces {
		f.Add(c.in, 3)
	}
	f.Fuzz(func(t *testing.T, in string, n int) {
		n = max(1, n%50)
		whole, _, _ := show([]string{in})
		var chunks []string
		for i := 0; i < len(in); i += n {
			chunks = append(chunks, in[i:min(len(in), i+n)])
		}
		if got, _, _ := show(chunks); got != whole {
			t.Errorf("in pieces of %d it shows %q, whole %q", n, got, whole)
		}
		if strings.Contains(whole, traceClose) || strings.Contains(whole, traceOpen) {
			// Dropping a token may join its neighbours to a new one; that
			// takes a model which writes tokens in letters.
			if !strings.Contains(in, "<unused") {
				t.Errorf("shows a tag: %q", whole)
			}
		}
	})
}
