package bot

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

// A wish is how a question wants to see what is in DICOM files and archives:
// "lung window", "W 400 L 40", "slices 40 to 60", "series 2". It is code that
// reads it, not the model, so that what is sent is what was asked for.

// presets are the CT windows that are asked for by name, in HU: centre and width
// as Radiopaedia's article "Windowing (CT)" gives them.
var presets = []struct {
	name   string
	words  string // of a regular expression
	window imaging.Window
}{
	{"lung", `lungs?|pulmonary|lungenfenster`, imaging.Window{Centre: -600, Width: 1500}},
	{"bone", `bones?|bony|osseous|knochenfenster`, imaging.Window{Centre: 400, Width: 1800}},
	{"brain", `brain|cerebral|hirnfenster`, imaging.Window{Centre: 40, Width: 80}},
	{"subdural", `subdural|blood`, imaging.Window{Centre: 75, Width: 215}},
	{"stroke", `stroke`, imaging.Window{Centre: 40, Width: 40}},
	{"temporal bone", `temporal bones?`, imaging.Window{Centre: 600, Width: 2800}},
	{"mediastinum", `mediastin(?:al|um)`, imaging.Window{Centre: 50, Width: 350}},
	{"liver", `liver|hepatic`, imaging.Window{Centre: 30, Width: 150}},
	{"soft tissue", `soft[ -]?tissues?|abdom(?:en|inal)|weichteilfenster`, imaging.Window{Centre: 50, Width: 400}},
}

var (
	// presetRE finds a preset's words before "window"; the German ones hold it.
	presetRE = func() *regexp.Regexp {
		var each []string
		for _, p := range presets {
			each = append(each, "("+p.words+")")
		}
		words := strings.Join(each, "|")
		return regexp.MustCompile(`(?i)\b(?:` + words + `)(?:[ -]*(?:ct[ -]*)?(?:window(?:s|ed|ing)?|settings?)\b|\b)`)
	}()
	windowedRE = regexp.MustCompile(`(?i)window|settings?$|fenster$`)

	number3  = `\s*(?:is|of|:|=)?\s*([-−–]?\s?\d{1,5})\b`
	wideRE   = regexp.MustCompile(`(?i)\b(?:ww?|window(?:[ -]?width)?|width)` + number3)
	centreRE = regexp.MustCompile(`(?i)\b(?:w?l|wc|c|(?:window )?(?:level|cent(?:re|er)))` + number3)
	pairRE   = regexp.MustCompile(`(?i)\b(?:w/l|ww/wl|window|w)\s*(?::|=|of)?\s*(\d{1,5})\s*/\s*([-−–]?\s?\d{1,5})\b`)

	slicesRE = regexp.MustCompile(`(?i)\b(?:slices?|frames?|cuts?)\s*(?:no\.?|nos\.?|numbers?|#)?\s*(\d{1,5})(?:\s*(?:to|through|until|till|-|–|−|…|\.\.\.?|and)\s*(?:slices?\s*)?(\d{1,5}))?\b`)
	seriesRE = regexp.MustCompile(`(?i)\bseries\s*(?:no\.?|number|#)?\s*(\d{1,5})\b`)
)

// wish is what a question asks to see. The zero wish asks for nothing.
type wish struct {
	view   imaging.View
	preset string // name of the window, when it was asked for by name
	single bool   // one slice: it is there already when it was sent before
}

func (w wish) empty() bool { return w == wish{} }

// wishOf reads the wish out of a question.
func wishOf(question string) (w wish) {
	w.view.Window, w.preset = windowOf(question)
	w.view.OnlyCT = w.preset != ""
	if m := measured(slicesRE, question); m != nil {
		w.view.First, _ = strconv.Atoi(m[1]) // the pattern allows digits only
		w.view.Last = w.view.First
		if m[2] != "" {
			w.view.Last, _ = strconv.Atoi(m[2])
		} else {
			w.single = true
		}
		if w.view.First > w.view.Last {
			w.view.First, w.view.Last = w.view.Last, w.view.First
		}
	}
	if m := measured(seriesRE, question); m != nil {
		w.view.Series, _ = strconv.Atoi(m[1])
	}
	return w
}

// measured is the first match whose number is none of a measure: "slice 5 mm".
func measured(re *regexp.Regexp, s string) []string {
	for _, at := range re.FindAllStringSubmatchIndex(s, -1) {
		if unitRE.MatchString(s[at[1]:]) {
			continue
		}
		var groups []string
		for i := 0; i < len(at); i += 2 {
			if at[i] < 0 {
				groups = append(groups, "")
			} else {
				groups = append(groups, s[at[i]:at[i+1]])
			}
		}
		return groups
	}
	return nil
}

// windowOf finds a window that is asked for by numbers or by name.
func windowOf(question string) (w imaging.Window, preset string) {
	if m := pairRE.FindStringSubmatch(question); m != nil {
		return imaging.Window{Centre: signed(m[2]), Width: signed(m[1])}, ""
	}
	wide, centre := wideRE.FindStringSubmatch(question), centreRE.FindStringSubmatch(question)
	if wide != nil && centre != nil && signed(wide[1]) > 0 {
		return imaging.Window{Centre: signed(centre[1]), Width: signed(wide[1])}, ""
	}
	for _, m := range presetRE.FindAllStringSubmatch(question, -1) {
		if !windowedRE.MatchString(m[0]) {
			continue // "the lung" alone
		}
		for i, p := range presets {
			if m[i+1] != "" {
				return p.window, p.name
			}
		}
	}
	return imaging.Window{}, ""
}

// signed reads a number with any of the signs that people type for minus.
func signed(s string) float64 {
	s = strings.NewReplacer("−", "-", "–", "-", " ", "").Replace(s)
	f, _ := strconv.ParseFloat(s, 64) // the pattern allows digits only
	return f
}

// over lays a wish over the view that an image was made with: what is not asked
// for stays as it is.
func (w wish) over(base imaging.View) imaging.View {
	v := base
	if w.view.Series != 0 && w.view.Series != base.Series {
		v = imaging.View{Series: w.view.Series, Window: base.Window, OnlyCT: base.OnlyCT}
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
