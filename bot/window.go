package bot

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

// presets are the CT windows that are asked for by name, in HU: centre and width
// as Radiopaedia's article "Windowing (CT)" gives them. There is none for stroke:
// "the stroke window" is mostly a time.
var presets = []struct {
	name   string
	words  string // of a regular expression
	window imaging.Window
}{
	{"lung", `lungs?(?:[ -]parenchyma)?|pulmonary|lungenfenster`, imaging.Window{Centre: -600, Width: 1500}},
	{"temporal bone", `temporal[ -]bones?`, imaging.Window{Centre: 600, Width: 2800}},
	{"bone", `bones?|bony|osseous|knochenfenster`, imaging.Window{Centre: 400, Width: 1800}},
	{"brain", `brain|cerebral|hirnfenster`, imaging.Window{Centre: 40, Width: 80}},
	{"subdural", `subdural`, imaging.Window{Centre: 75, Width: 215}},
	{"mediastinum", `mediastin(?:al|um)`, imaging.Window{Centre: 50, Width: 350}},
	{"liver", `liver|hepatic`, imaging.Window{Centre: 30, Width: 150}},
	{"soft tissue", `soft[ -]?tissues?|abdom(?:en|inal)|weichteilfenster`, imaging.Window{Centre: 50, Width: 400}},
}

// Numbers of a window stand side by side: "W 400 L 40", "level 40, width 400".
// Anything looser takes "w 2 nodes at L4" for one.
const (
	value  = `\s*(?:is|of|at|:|=)?\s*([-−–+]?\s?\d{1,2},\d{3}|[-−–+]?\s?\d{1,5})`
	width  = `\b(?:ww?|(?:window[ -]?)?width|window)` + value
	centre = `\b(?:wl|l|wc|c|(?:window[ -]?)?(?:level|cent(?:re|er)))` + value
	linked = `\s*[,;/]?\s*(?:and\s+)?`
	sign   = `[-−–+]?\s?`
)

var (
	joinedRE    = regexp.MustCompile(`(?i)\b(ww?\s*\d+)(w?[lc])`)
	widthFirst  = regexp.MustCompile(`(?i)` + width + `\b` + linked + centre + `\b`)
	centreFirst = regexp.MustCompile(`(?i)` + centre + `\b` + linked + width + `\b`)
	pairRE      = regexp.MustCompile(`(?i)\b(?:window(?:ing|ed)?|ww?/w?l)\s*(?:of|at|:|=)?\s*(\d{1,5})\s*/\s*(` + sign + `\d{1,5})\b`)
	pairFirst   = regexp.MustCompile(`(?i)\b(\d{1,5})\s*/\s*(` + sign + `\d{1,5})\s+window\b`)
	swappedRE   = regexp.MustCompile(`(?i)\b(?:w?l/ww?)\s*(?:of|:|=)?\s*(` + sign + `\d{1,5})\s*/\s*(\d{1,5})\b`)

	// presetsRE is one or several presets with "window" after them, or before; the
	// German words hold it.
	presetsRE = func() *regexp.Regexp {
		var words []string
		for _, p := range presets {
			words = append(words, p.words)
		}
		one := `(?:` + strings.Join(words, "|") + `)`
		several := one + `(?:(?:\s*[,&/]\s*|\s+(?:and|or|then)\s+)(?:the\s+)?` + one + `)*`
		return regexp.MustCompile(`(?i)\b(` + several + `)(?:[ -]*(?:ct[ -]*)?window(?:s|ed|ing)?(?:[ -]settings?)?\b|\b)` +
			`|\bwindow(?:s|ed|ing)?\s*(?:for|on|at|to|:|=)\s*(?:the\s+)?(` + several + `)\b`)
	}()
	presetRE = func() []*regexp.Regexp {
		var each []*regexp.Regexp
		for _, p := range presets {
			each = append(each, regexp.MustCompile(`(?i)^(?:`+p.words+`)`))
		}
		return each
	}()
	windowedRE = regexp.MustCompile(`(?i)window|fenster$`)
	// anatomyRE before a preset's words says that the window is a place in the body.
	anatomyRE = regexp.MustCompile(`(?i)aort\w*[ -]*$`)
	// otherRE are windows that people ask for and that have no numbers of their own here.
	otherRE = regexp.MustCompile(`(?i)\b(?:show|use|apply|try|in|with)\b[^.?!]{0,20}\b(?:spine|neck|pelvi[cs]|angio\w*|vascular|cta|cardiac|renal|pancrea\w*|spleen|orbit\w*|sinus\w*|wide|narrow|fat|muscle)\s+windows?\b`)
)

// least is the narrowest window that numbers may ask for.
const least = 5

// windowOf finds a window that is asked for by numbers or by name. cannot is a
// sentence when one is asked for that cannot be had.
func windowOf(question string) (w imaging.Window, preset, cannot string) {
	if w, ok := windowNumbers(joinedRE.ReplaceAllString(question, "$1 $2")); ok {
		return w, "", ""
	}
	found := map[int]bool{}
	for _, m := range presetsRE.FindAllStringSubmatchIndex(question, -1) {
		if !windowedRE.MatchString(question[m[0]:m[1]]) || anatomyRE.MatchString(question[:m[0]]) {
			continue // "the lung" alone, the aortopulmonary window
		}
		from, to := m[2], m[3]
		if from < 0 {
			from, to = m[4], m[5]
		}
		for _, i := range presetsIn(question[from:to]) {
			found[i] = true
		}
	}
	switch {
	case len(found) > 1:
		return imaging.Window{}, "", textOneWindow
	case len(found) == 1:
		for i := range found {
			return presets[i].window, presets[i].name, ""
		}
	case otherRE.MatchString(question):
		return imaging.Window{}, "", textWindowNames()
	}
	return imaging.Window{}, "", ""
}

// presetsIn lists the presets that words name, by their places.
func presetsIn(words string) (found []int) {
	for words != "" {
		step := 1
		for i, re := range presetRE {
			if n := len(re.FindString(words)); n > 0 {
				found, step = append(found, i), n
				break
			}
		}
		words = words[step:]
	}
	return found
}

// windowNumbers finds centre and width in figures.
func windowNumbers(question string) (imaging.Window, bool) {
	for _, try := range []struct {
		re    *regexp.Regexp
		width int // group of the width; the other is the centre
	}{{widthFirst, 1}, {centreFirst, 2}, {pairRE, 1}, {pairFirst, 1}, {swappedRE, 2}} {
		for _, m := range try.re.FindAllStringSubmatchIndex(question, -1) {
			a, b := question[m[2]:m[3]], question[m[4]:m[5]]
			if unitRE.MatchString(question[m[3]:]) || unitRE.MatchString(question[m[5]:]) {
				continue // "width 4 mm"
			}
			if try.width == 2 {
				a, b = b, a
			}
			w := imaging.Window{Centre: signed(b), Width: signed(a)}
			vertebra := 0 < w.Centre && w.Centre <= 12 && w.Width <= 60 // "canal width 12, L4"
			if w.Width >= least && !vertebra {
				return w, true
			}
		}
	}
	return imaging.Window{}, false
}

// signed reads a number with any of the signs that people type for minus.
func signed(s string) float64 {
	s = strings.NewReplacer("−", "-", "–", "-", " ", "", ",", "", "+", "").Replace(s)
	f, _ := strconv.ParseFloat(s, 64) // the patterns allow digits only
	return f
}
