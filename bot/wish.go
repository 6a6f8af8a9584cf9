package bot

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

// A wish is how a question wants to see what is in DICOM files and archives:
// "lung window", "W 400 L 40", "slices 40 to 60", "series 2". It is code that
// reads it, not the model, so that what is sent is what was asked for.
type wish struct {
	view   imaging.View
	preset string // name of the window, when it was asked for by name
	slices []int  // that are named one by one: they are there already when they were sent before
	plain  bool   // the window of the modality, whatever was shown before
	cannot string // a sentence, when the words ask for what there is not
}

func (w wish) empty() bool { return w.view == imaging.View{} && !w.plain && w.cannot == "" }

const (
	sliceWords = `(?:slices?|frames?|cuts?|sl)\b\.?`
	numbered   = `\s*(?:no\.?|nos\.?|numbers?|#|:|=)?\s*`
	rangeWords = `to|through|until|till|-|–|−|…|\.\.\.?`
)

var (
	slicesRE  = regexp.MustCompile(`(?i)\b` + sliceWords + numbered + `(?:(from|between)\s+)?#?(\d{1,5})\b`)
	moreCutRE = regexp.MustCompile(`(?i)^\s*(,|&|/|\+|and|or|vs\.?|with|` + rangeWords + `)\s*(?:(?:and|or)\s+)?(?:` + sliceWords + `\s*)?#?(\d{1,5})\b`)
	ordinalRE = regexp.MustCompile(`(?i)\b(\d{1,5})(?:st|nd|rd|th)\s+(?:slice|frame|cut)\b`)
	seriesRE  = regexp.MustCompile(`(?i)\bseries` + numbered + `(\d{1,5})\b`)
	// countsRE after the number says that it counts: "series 3 weeks ago".
	countsRE = regexp.MustCompile(`(?i)^\s*(?:times?|hours?|days?|weeks?|months?|years?)\b`)
	rangeRE  = regexp.MustCompile(`(?i)^(?:` + rangeWords + `)$`)

	plainRE = regexp.MustCompile(`(?i)\b(?:default|normal|original|standard|usual|all|all three|three) windows?\b`)

	// citedRE is how radiologists cite a slice: "series 2, image 25", "se 3 im 45".
	// There the image is a slice, not a label of the thread.
	citedRE = regexp.MustCompile(`(?i)\b(?:series|ser|se)\.?\s*#?(\d{1,5})\s*[,;/:]?\s*(?:images?|img|im)\.?\s*#?(\d{1,5})\b`)
)

// plainCitations writes "series 2, image 25" as "series 2 slice 25", and "image two" as
// "image 2".
func plainCitations(question string) string {
	question = inDigits(question)
	return citedRE.ReplaceAllString(question, "series $1 slice $2")
}

// wishOf reads the wish out of a question, in which citations are plain.
func wishOf(question string) (w wish) {
	w.view.Window, w.preset, w.cannot = windowOf(question)
	w.view.OnlyCT = w.preset != ""
	w.plain = w.view.Window == imaging.Window{} && plainRE.MatchString(question)
	first, last, named := slicesOf(question)
	if last > 0 || first >= 0 {
		// Slice 0 is none: it is asked for past the end, so that it is refused.
		if first = max(first, 0); first == 0 {
			first, last = noSlice, noSlice
		}
		w.view.First, w.view.Last, w.slices = first, last, named
	}
	if m := seriesRE.FindStringSubmatchIndex(question); m != nil && !countsRE.MatchString(question[m[1]:]) {
		w.view.Series, _ = strconv.Atoi(question[m[2]:m[3]]) // the pattern allows digits only
	}
	return w
}

const noSlice = 1 << 20

// slicesOf finds the slices that a question names: a range, or single ones. first
// is -1 when there are none.
func slicesOf(question string) (first, last int, named []int) {
	var numbers []int
	ranged := false
	add := func(digits string) {
		n, _ := strconv.Atoi(digits) // the patterns allow digits only
		numbers = append(numbers, n)
	}
	for _, m := range slicesRE.FindAllStringSubmatchIndex(question, -1) {
		if unitRE.MatchString(question[m[1]:]) {
			continue // "slice 5 mm"
		}
		between := m[2] >= 0
		add(question[m[4]:m[5]])
		for rest := question[m[1]:]; ; {
			more := moreCutRE.FindStringSubmatchIndex(rest)
			if more == nil || unitRE.MatchString(rest[more[1]:]) {
				break
			}
			ranged = ranged || between || rangeRE.MatchString(rest[more[2]:more[3]])
			add(rest[more[4]:more[5]])
			rest = rest[more[1]:]
		}
	}
	for _, m := range ordinalRE.FindAllStringSubmatch(question, -1) {
		add(m[1])
	}
	if len(numbers) == 0 {
		return -1, 0, nil
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if !ranged {
		named = numbers
	}
	return numbers[0], numbers[len(numbers)-1], named
}

// over lays a wish over the view that an image was made with: what is not asked
// for stays as it is.
func (w wish) over(base imaging.View) imaging.View {
	v := base
	if w.view.Series != 0 && w.view.Series != base.Series {
		v = imaging.View{Series: w.view.Series} // what was asked for another series was meant for that
	}
	if w.plain {
		v.Window, v.OnlyCT = imaging.Window{}, false
	}
	if w.view.First != 0 {
		v.First, v.Last = w.view.First, w.view.Last
	}
	if w.view.Window != (imaging.Window{}) {
		v.Window, v.OnlyCT = w.view.Window, w.view.OnlyCT
	}
	return v
}

// viewWords writes a view for the store; the default is the empty string. Stored
// values: they are read again by viewFrom.
func viewWords(v imaging.View) string {
	q := url.Values{}
	if v.Window != (imaging.Window{}) {
		q.Set("window", fmt.Sprintf("%v/%v", v.Window.Centre, v.Window.Width))
	}
	if v.OnlyCT {
		q.Set("ct", "1")
	}
	if v.Series != 0 {
		q.Set("series", strconv.Itoa(v.Series))
	}
	if v.First != 0 || v.Last != 0 {
		q.Set("slices", fmt.Sprintf("%d-%d", v.First, v.Last))
	}
	return q.Encode()
}

func viewFrom(words string) (v imaging.View) {
	q, err := url.ParseQuery(words)
	if err != nil {
		return v // written by another version: the default
	}
	_, _ = fmt.Sscanf(q.Get("window"), "%g/%g", &v.Window.Centre, &v.Window.Width)
	_, _ = fmt.Sscanf(q.Get("slices"), "%d-%d", &v.First, &v.Last)
	v.Series, _ = strconv.Atoi(q.Get("series"))
	v.OnlyCT = q.Get("ct") != ""
	return v
}

// windowNames lists the presets for a sentence.
func windowNames() string {
	var names []string
	for _, p := range presets {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}
