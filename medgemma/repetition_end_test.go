package medgemma

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// A loop ends the answer and the request; what was said before it stands.
func TestLoopEndsTheAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		script modelsim.Script
		want   string // empty: KindRepetition
	}{
		"sentence":       {modelsim.Loop("It is a PA view. ", heart, 0), "It is a PA view. The heart is of normal size."},
		"word":           {modelsim.Loop("It is ", "very ", 0), "It is very"},
		"line breaks":    {modelsim.Loop(heart, "\n", 0), "The heart is of normal size."},
		"after a trace":  {modelsim.Loop("<unused94>thought\nSECRET<unused95>", heart, 0), "The heart is of normal size."},
		"tags":           {modelsim.Loop("", "Clear.<end_of_turn>\n", 0), "Clear."},
		"in a trace":     {modelsim.Loop("<unused94>thought\n", "Let me look again. ", 0), ""},
		"late trace":     {modelsim.Loop(long+"<unused95>", "<unused94>thought\nSo. ", 0), ""},
		"trace unopened": {modelsim.Loop("thought\n", "Let me look again. ", 0), ""},
		"second trace":   {modelsim.Loop(long+strings.Repeat("-", 60)+"<unused94>thought\n", "So. ", 0), long + strings.Repeat("-", 60)},
		"only breaks":    {modelsim.Loop("", "\n", 0), ""},
		"only tags":      {modelsim.Loop("", "<end_of_turn>", 0), ""},
	} {
		for _, mode := range []modelsim.Mode{modelsim.Dedicated, modelsim.Plain} {
			t.Run(fmt.Sprintf("%s/%d", name, mode), func(t *testing.T) {
				s := startSim(t, modelsim.Config{Mode: mode, Handler: c.script})
				got, err := collect(t.Context(), vertexClient(t, s), question("q"))
				if c.want == "" {
					if kindOfErr(err) != KindRepetition || !blank(got.text) || len(got.waits) > 0 {
						t.Fatalf("%q, error %v", got.text, err)
					}
				} else {
					if err != nil || got.end.Finish != FinishRepetition {
						t.Fatalf("%q, end %+v, error %v", got.text, got.end, err)
					}
					if kept := got.text[:len(got.text)-got.end.Repeated]; kept != c.want {
						t.Errorf("%q is left, want %q", kept, c.want)
					}
					if n := utf8.RuneCountInString(got.text); n > len(c.want)+800 {
						t.Errorf("%d characters were shown", n)
					}
				}
				if mode == modelsim.Dedicated {
					if err := s.WaitGone(t.Context(), 1); err != nil {
						t.Error("the request was not cancelled: ", err)
					}
				}
			})
		}
	}
}

func TestLoopInATraceThatIsKeptApart(t *testing.T) {
	for _, field := range []string{"reasoning_content", "reasoning"} {
		event := fmt.Sprintf("data: {\"choices\":[{\"delta\":{%q:\"Let me look again. \"}}]}\n\n", field)
		s := startSim(t, modelsim.Config{Handler: modelsim.Raw("text/event-stream", strings.Repeat(event, 100))})
		got, err := collect(t.Context(), vertexClient(t, s), question("q"))
		if kindOfErr(err) != KindRepetition || got.text != "" {
			t.Errorf("%s: %q, error %v", field, got.text, err)
		}
	}
}

// With the server's finish in the same breath, or max tokens spent before.
func TestLoopThatTheServerEnds(t *testing.T) {
	s := startSim(t, modelsim.Config{Mode: modelsim.Plain, Handler: modelsim.Loop(heart, "Clear. ", 100, modelsim.Finish("length"), modelsim.Usage(7, 400))})
	got, err := collect(t.Context(), vertexClient(t, s), question("q"))
	if err != nil || got.end.Finish != FinishRepetition || got.end.CompletionTokens != 400 {
		t.Errorf("end %+v, error %v", got.end, err)
	}
	s = startSim(t, modelsim.Config{Handler: modelsim.Loop(heart, "Clear. ", 10, modelsim.Finish("length"))})
	got, err = collect(t.Context(), vertexClient(t, s), question("q"))
	if err != nil || got.end.Finish != "length" || got.end.Repeated != 0 {
		t.Errorf("too short to be told: end %+v, error %v", got.end, err)
	}
}

// The watch agrees with its definition, whatever the text and the pieces.
func FuzzLoops(f *testing.F) {
	for _, c := range loopCases {
		f.Add(c.prefix, c.unit, uint16(60), uint8(3))
	}
	f.Add("aab", strings.Repeat("x", 255)+"é", uint16(5), uint8(200))
	f.Fuzz(func(t *testing.T, prefix, unit string, times uint16, runes uint8) {
		text := strings.ToValidUTF8(prefix+strings.Repeat(unit, min(int(times), 8000/(len(unit)+1))), "")
		at := watch(text, int(runes)+1)
		if want := plainly(text); at != want {
			t.Fatalf("found at %d, want %d", at, want)
		}
		if at < 0 {
			at = len(text)
		}
		n := repeated([]byte(text[:at]))
		kept := text[:at-n]
		if !utf8.ValidString(kept) || blank(kept) != blank(text[:at]) {
			t.Fatalf("%q is left of %q", kept, text[:at])
		}
		if again := strings.TrimSpace(text[at-n : at]); len(again) > 0 && !strings.Contains(text[:at-1], again[:min(len(again), 20)]) {
			t.Fatalf("%q was taken off and said nowhere else", again)
		}
	})
}

// plainly finds a loop by the definition and in no hurry.
func plainly(text string) int {
	since := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		white := text[len(strings.TrimRightFunc(text[:end], unicode.IsSpace)):end]
		n := utf8.RuneCountInString(white)
		padding := strings.Count(white, " ") + strings.Count(white, "\r")
		if n > maxPadding || n > maxBlank && n-padding > paddedBreaks {
			return end
		}
		if since += end - i; since < loopStep {
			continue
		}
		since = 0
		t := text[max(0, end-loopWindow):end]
		for unit := 1; unit <= longUnit && unit < len(t); unit++ {
			span := unit
			for span < len(t) && t[len(t)-1-span] == t[len(t)-1-span+unit] {
				span++
			}
			least := fourTimes
			if unit > shortUnit {
				least = threeTimes
			}
			need := max(shortLoop, least*unit)
			one := t[len(t)-unit:]
			if !strings.ContainsFunc(one, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
				if !strings.Contains(one, "\n") {
					need = max(ruleLoop, need)
				} else if strings.Contains(one, "|") {
					need = max(shortLoop, min(emptyRows*unit, threeTimes*longUnit))
				}
			}
			if span >= need {
				return end
			}
		}
	}
	return -1
}

// A hundred thousand bytes in pieces of a token: what is asked is under 50 ms
// for all of them, that is 2000 ns for a piece.
func BenchmarkLoops(b *testing.B) {
	var prose strings.Builder
	for _, text := range legitimate(b) {
		prose.WriteString(text)
	}
	list := strings.Repeat("x", 31)
	var near strings.Builder // the same period for ever, and never a loop
	for i := 0; near.Len() < 100_000; i++ {
		near.WriteString(strings.Repeat("- ", 90) + list + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + "\n")
	}
	for name, text := range map[string]string{"prose": prose.String(), "count": numbered(100_000), "nearly": near.String()} {
		for len(text) < 100_000 {
			text += text
		}
		text = text[:100_000]
		var pieces []string
		for len(text) > 0 {
			n := min(4, len(text))
			for n < len(text) && !utf8.RuneStart(text[n]) {
				n++
			}
			pieces, text = append(pieces, text[:n]), text[n:]
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var took time.Duration
			for b.Loop() {
				began := time.Now()
				var l loops
				for _, p := range pieces {
					if _, found := l.feed(p); found {
						b.Fatal("a loop was found")
					}
				}
				took += time.Since(began)
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N*len(pieces)), "ns/piece")
			b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms/100kB")
		})
	}
}
