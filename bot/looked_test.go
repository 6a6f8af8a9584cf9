package bot

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/store"
)

func TestPermalink(t *testing.T) {
	const ws = "https://ws.slack.com/"
	for name, c := range map[string]struct{ base, channel, ts, threadTS, want string }{
		"a reply":             {ws, "C123", "1355517523.000008", "1355517523.000005", "https://ws.slack.com/archives/C123/p1355517523000008?thread_ts=1355517523.000005&cid=C123"},
		"a root":              {ws, "C123", "1355517523.000005", "1355517523.000005", "https://ws.slack.com/archives/C123/p1355517523000005"},
		"outside of a thread": {ws, "D9", "1355517523.000005", "", "https://ws.slack.com/archives/D9/p1355517523000005"},
		"no slash at the end": {"https://ws.slack.com", "C123", "1.000005", "", "https://ws.slack.com/archives/C123/p1000005"},
		"below a path":        {"http://127.0.0.1:8000/ws/", "C123", "1.000005", "", "http://127.0.0.1:8000/ws/archives/C123/p1000005"},
		"more than an address": {"https://ws.slack.com/?a=b#c", "C123", "1.000005", "",
			"https://ws.slack.com/archives/C123/p1000005"},
		"no address":      {"", "C123", "1.000005", "", ""},
		"no web address":  {"javascript:alert(1)", "C123", "1.000005", "", ""},
		"half an address": {"/archives", "C123", "1.000005", "", ""},
		"no channel":      {ws, "", "1.000005", "", ""},
		"a strange one":   {ws, "../C1", "1.000005", "", ""},
		"no ts":           {ws, "C123", "", "", ""},
		"a strange ts":    {ws, "C123", "1|2>", "", ""},
		"a strange root":  {ws, "C123", "1.000005", "x&y", "https://ws.slack.com/archives/C123/p1000005"},
	} {
		if got := permalink(c.base, c.channel, c.ts, c.threadTS); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestHyperlink(t *testing.T) {
	at := permalink("https://ws.slack.com/", "C1", "2.000001", "1.000001")
	link := hyperlink(at, "Image 1")
	if want := "<https://ws.slack.com/archives/C1/p2000001?thread_ts=1.000001&amp;cid=C1|Image 1>"; link != want {
		t.Errorf("%q, want %q", link, want)
	}
	if got := withoutLinks("see " + link + ", m&lt;@U1&gt; and " + link); got != "see Image 1, m&lt;@U1&gt; and Image 1" {
		t.Errorf("without links: %q", got)
	}
	if got := hyperlink("", "Image 1"); got != "Image 1" {
		t.Errorf("without an address: %q", got)
	}
}

// lookedAt is what an answer has looked at: images with those labels, each with so
// many notes on its preparation and a link of that length, "" with none.
func lookedAt(link string, notes int, labels ...int) looked {
	l := looked{temperature: 0.1, maxTokens: 500, model: "medgemma"}
	for _, label := range labels {
		r := store.ImageRecord{Label: label, Width: 5000, Height: 4000, Side: 896, Of: 1, Slices: make([]store.SliceRecord, 1)}
		r.Notes = []string{"stretched", "flattened", "first_frame", "small", "no_geometry", "no_order", "one_per_place", "incomplete"}[:notes]
		l.images = append(l.images, lookedImage{record: r, slices: make([]slicePicture, 1), link: link})
	}
	return l
}

// However many images there are, and however much there is to say of them: the line
// fits its block, is never cut inside a link, and reads the same without links.
func TestLookedFitsWithLinks(t *testing.T) {
	link := permalink("https://a-hospital-with-a-long-name.enterprise.slack.com/", "C0123456789", "1355517523.000008", "1355517523.000005")
	var all, odd []int
	for label := 1; label <= 100; label++ {
		all = append(all, label)
		if label%2 == 1 {
			odd = append(odd, label)
		}
	}
	for name, labels := range map[string][]int{"one": {1}, "two": {1, 2}, "four": {1, 2, 3, 4}, "five": {1, 2, 3, 4, 6}, "a range": {3, 4, 5, 6, 7, 8}, "all": all, "every other one": odd} {
		for notes := range 9 {
			for _, left := range [][]int{nil, {9}, odd} {
				with, without := lookedAt(link, notes, labels...), lookedAt("", notes, labels...)
				with.leftOut, without.leftOut = left, left
				line := with.line()
				if n := utf8.RuneCountInString(line); n > 3000 {
					t.Errorf("%s, %d notes: the line has %d characters", name, notes, n)
				}
				plain := withoutLinks(line)
				if n := utf8.RuneCountInString(plain); n > lookedRunes {
					t.Errorf("%s, %d notes: people see %d characters", name, notes, n)
				}
				if strings.ContainsAny(plain, "<>|") || strings.Contains(plain, "http") {
					t.Errorf("%s, %d notes: half a link in %q", name, notes, line)
				}
				if want := without.line(); plain != want {
					t.Errorf("%s, %d notes: %q with links, %q without", name, notes, plain, want)
				}
				if !strings.Contains(plain, "Looked at: Image ") || !strings.HasSuffix(plain, ". Temperature 0.1, max tokens 500, model medgemma.") {
					t.Errorf("%s, %d notes: %q", name, notes, plain)
				}
				for _, label := range labels[:min(len(labels), describedOneByOne)] {
					if len(labels) <= describedOneByOne && !strings.Contains(line, "|"+imageLabel(label)+">") {
						t.Errorf("%s, %d notes: no link for Image %d in %q", name, notes, label, line)
					}
				}
			}
		}
	}
}

// A range links both of its ends, and names that found no place are counted.
func TestLookedLinksTheEndsOfARange(t *testing.T) {
	l := lookedAt("", 0, 1, 3, 4, 5, 6, 8)
	for i := range l.images {
		l.images[i].link = fmt.Sprintf("https://ws.slack.com/%d", l.images[i].record.Label)
	}
	want := "Looked at: <https://ws.slack.com/1|Image 1>, <https://ws.slack.com/3|Image 3> to <https://ws.slack.com/6|Image 6>, <https://ws.slack.com/8|Image 8>, each seen at 896×896 or less. "
	if got := l.line(); !strings.HasPrefix(got, want) {
		t.Errorf("%q, want it to begin with %q", got, want)
	}
	var odd []int
	for label := 1; label < 200; label += 2 {
		odd = append(odd, label)
	}
	l = lookedAt("", 0, odd...)
	got := l.line()
	named := strings.Count(got, "Image ")
	if want := fmt.Sprintf(" and %d more, each seen", len(odd)-named); !strings.Contains(got, want) {
		t.Errorf("%d of %d names, but no %q in %q", named, len(odd), want, got)
	}
}

func TestLabelList(t *testing.T) {
	for want, labels := range map[string][]int{
		"":                                   nil,
		"Image 2":                            {2},
		"Image 1, Image 2":                   {1, 2},
		"Image 1 to Image 3":                 {1, 2, 3},
		"Image 1, Image 3 to Image 5":        {1, 3, 4, 5},
		"Image 1, Image 2, Image 4, Image 5": {1, 2, 4, 5},
		"Image 1 to Image 3, Image 7":        {1, 2, 3, 7},
	} {
		if got := labelList(labels); got != want {
			t.Errorf("labelList(%v) = %q, want %q", labels, got, want)
		}
	}
}
