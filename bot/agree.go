package bot

import (
	"fmt"
	"slices"
	"strings"
)

// A second look asks the model the same in other words, and once without the image.
// This file compares the answers. It errs to the side of caution twice: that two looks
// agree is said only where it is clear, and that an answer did not need its image is
// said as soon as it seems so. Nobody is shown a figure: there is none that would be
// true.

// likeness is how two answers to one question stand to each other.
type likeness int

const (
	unclear likeness = iota // neither can be said
	same
	differing
)

// comparison is what comes of comparing two answers.
type comparison struct {
	likeness likeness
	on       []string // what they differ on, or what cannot be compared, for people
}

// agreeing says whether two answers clearly say the same.
func agreeing(a, b string) bool { return compared(a, b).likeness == same }

// compared compares two answers to the same question strictly: every finding that one
// of them concludes must be in the other, as sure, on the same side, of about the same
// size.
func compared(a, b string) comparison {
	x, y := readAnswer(a), readAnswer(b)
	if x.blind != y.blind {
		return comparison{differing, []string{"whether an image can be seen"}}
	}
	var differ, open []string
	if x.lead != "" && y.lead != "" && x.lead != y.lead {
		differ = append(differ, "yes or no")
	}
	for _, name := range sortedKeys(x.one) {
		if other := y.one[name]; other != "" && other != x.one[name] {
			differ = append(differ, fmt.Sprintf("%s (%s, %s)", name, x.one[name], other))
		}
	}
	names := append(sortedKeys(x.main), sortedKeys(y.main)...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		d, o := x.claim(name).against(y.claim(name), x.foundNothing(), y.foundNothing())
		if d != "" {
			differ = append(differ, fmt.Sprintf("%s (%s)", name, d))
		} else if o != "" {
			open = append(open, fmt.Sprintf("%s (%s)", name, o))
		}
	}
	for _, name := range sortedKeys(x.all) {
		_, inX := x.main[name]
		_, inY := y.main[name]
		// What neither concludes may still be said and denied.
		if c, d := x.all[name].said, y.all[name].said; !inX && !inY && (c == sure && d == absent || c == absent && d == sure) {
			differ = append(differ, name+" (found, not found)")
		}
	}
	switch {
	case len(differ) > 0:
		return comparison{differing, differ}
	case len(open) > 0 || !x.covers(y) || !y.covers(x):
		return comparison{unclear, open}
	case len(names) == 0 && (x.lead == "" || y.lead == "") && !x.blind && !x.alike(y) && overlap(x.words, y.words) < 0.6:
		return comparison{unclear, nil}
	}
	return comparison{same, nil}
}

// alike says whether both name the same of what an answer can name only one.
func (r gist) alike(s gist) bool {
	for name, word := range r.one {
		if s.one[name] == word {
			return true
		}
	}
	return false
}

// claim is what an answer concludes of a finding, or says of it anywhere.
func (r gist) claim(name string) claim {
	if c, ok := r.main[name]; ok {
		return c
	}
	if c, ok := r.all[name]; ok {
		return c
	}
	// The more exact word, or the more general one, says it as well.
	for general, exact := range kindOf {
		if general == name {
			for _, f := range exact {
				if c, ok := r.all[f]; ok && c.said != absent {
					return c
				}
			}
		}
	}
	return claim{}
}

// foundNothing says whether an answer concludes that all is normal.
func (r gist) foundNothing() bool {
	if r.main[abnormality].said != absent {
		return false
	}
	for _, c := range r.main {
		if c.said == sure || c.said == unsure {
			return false
		}
	}
	return true
}

// against compares two claims on one finding. The first result is what they differ
// on, the second what cannot be compared.
func (c claim) against(d claim, cNormal, dNormal bool) (differ, open string) {
	switch {
	case c.said == silent && d.said == absent, c.said == absent && d.said == silent:
		return "", "" // only one of them looked for it, and found nothing
	case c.said == silent && dNormal, d.said == silent && cNormal:
		return "", ""
	case c.said == silent || d.said == silent:
		if cNormal || dNormal {
			return "found, not found", ""
		}
		return "only one names it", ""
	case c.said == absent && d.said == absent:
		return "", ""
	case c.said == absent || d.said == absent:
		return "found, not found", ""
	case c.said != d.said:
		return "sure, only possible", ""
	}
	for _, pair := range [][2]string{{c.side, d.side}, {c.zone, d.zone}, {c.many, d.many}, {c.trend, d.trend}} {
		if pair[0] != "" && pair[1] != "" && pair[0] != pair[1] {
			return pair[0] + ", " + pair[1], ""
		}
	}
	if slices.Contains([]string{"small large", "large small"}, c.degree+" "+d.degree) {
		return c.degree + ", " + d.degree, ""
	}
	if c.mm > 0 && d.mm > 0 && max(c.mm, d.mm) > 1.25*min(c.mm, d.mm) {
		return fmt.Sprintf("%s mm, %s mm", number(c.mm), number(d.mm)), ""
	}
	if apart(c.levels, d.levels) {
		return strings.ToUpper(strings.Join(c.levels, ", ") + "; " + strings.Join(d.levels, ", ")), ""
	}
	if apart(c.sites, d.sites) { // which may be two words for one place
		return "", strings.Join(c.sites, ", ") + "; " + strings.Join(d.sites, ", ")
	}
	if (c.side == "") != (d.side == "") {
		return "", "only one names the side"
	}
	return "", ""
}

// apart says whether both lists hold something, and nothing in common.
func apart(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// covers says whether whatever s says beyond the list of findings is in r, too.
func (r gist) covers(s gist) bool {
	for _, words := range s.others {
		in := 0
		for _, w := range words {
			if slices.Contains(r.words, w) {
				in++
			}
		}
		if 2*in < len(words) {
			return false
		}
	}
	return true
}

// restsOnNothing says whether an answer that was given without the image says much the
// same as one that was given with it: at least half of what that one found, or as much
// of what it denied, or the same in about the same words.
func restsOnNothing(with, without string) bool {
	x, y := readAnswer(with), readAnswer(without)
	found, shared, denied, sharedDenied, against := 0, 0, 0, 0, 0
	for name, c := range x.main {
		d := y.claim(name)
		switch c.said {
		case sure, unsure:
			found++
			if (d.said == sure || d.said == unsure) && !(c.side != "" && d.side != "" && c.side != d.side) {
				shared++
			} else if d.said != silent {
				against++
			}
		case absent:
			denied++
			if d.said == absent || d.said == silent && y.foundNothing() {
				sharedDenied++
			}
		}
	}
	if found > 0 {
		return 2*shared >= found && !x.blind
	}
	for _, d := range y.main {
		if d.said == sure {
			against++
		}
	}
	switch {
	case against > 0 || x.lead != "" && y.lead != "" && x.lead != y.lead:
		return false
	case y.blind:
		return false
	case denied > 0:
		return sharedDenied > 0
	case x.lead != "" && x.lead == y.lead, x.alike(y):
		return true
	}
	return overlap(x.words, y.words) >= 0.3
}

// overlap is how many of the words of two lists are in both, as a part of the shorter
// list.
func overlap(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	in := 0
	for _, w := range a {
		if slices.Contains(b, w) {
			in++
		}
	}
	return float64(in) / float64(min(len(a), len(b)))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
