package bot

import (
	"fmt"
	"slices"
	"strings"
)

// A second look asks the model the same in other words, and once without the image.
// This file compares the answers. That two looks come to the same is said only when
// every word of both that carries meaning was compared (agree_rest.go); that they
// differ, only when it can be named on what, in the answers' own words. All else is
// "I cannot tell". Nobody is shown a figure: there is none that would be true.

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
	on       []difference // what they differ on, or what could not be compared
}

// difference is something of which two answers do not say the same, for people.
type difference struct{ of, first, second string }

// compared compares two answers to the same question strictly: every finding that one
// of them concludes must be in the other, as sure, on the same side, of about the same
// size, and told in the same words but for those that are known to mean the same.
func compared(a, b string) comparison {
	if a = strings.TrimSpace(a); a != "" && a == strings.TrimSpace(b) {
		return comparison{likeness: same}
	}
	x, y := readAnswer(a), readAnswer(b)
	if x.blind != y.blind {
		return comparison{differing, []difference{{"whether an image can be seen", sees(x), sees(y)}}}
	}
	aligned(&x, &y)
	var differ, open, omitted []difference
	note := func(l likeness, d difference) {
		switch l {
		case differing:
			differ = append(differ, d)
		case unclear:
			open = append(open, d)
		}
	}
	shared := x.blind
	if x.lead != "" && y.lead != "" {
		shared = true
		if x.lead != y.lead {
			note(differing, difference{"yes or no", x.lead, y.lead})
		}
	}
	for _, name := range sortedKeys(x.one) {
		if other := y.one[name]; other != "" && other != x.one[name] {
			note(differing, difference{name, x.one[name], other})
		}
	}
	for _, name := range findingNames(x.main.claims, y.main.claims) {
		c, inFirst := x.claim(name)
		d, inSecond := y.claim(name)
		first, second, l := c.against(d, x.foundNothing(), y.foundNothing())
		if l == same && c.said != silent && d.said != silent {
			shared = true
			first, second, l = restApart(x.sayings(inFirst, c.said), y.sayings(inSecond, d.said))
			// What leads to the same conclusion may still be told of another side.
			if e, f := x.all.claims[inFirst], y.all.claims[inSecond]; l == same && e.said == sure && f.said == sure {
				first, second, l = e.against(f, false, false)
			}
		}
		if l == unclear && (c.said == silent && !akin(x.all.claims, name) || d.said == silent && !akin(y.all.claims, name)) {
			omitted = append(omitted, difference{called(c, d), first, second})
			continue
		}
		note(l, difference{called(c, d), first, second})
	}
	for _, name := range findingNames(x.all.claims, y.all.claims) {
		_, inX := x.main.claims[name]
		_, inY := y.main.claims[name]
		if inX || inY {
			continue
		}
		// What neither concludes may still be said by one, and denied or passed over by
		// the other.
		c, d := x.all.claims[name], y.all.claims[name]
		if c.said == sure && d.said == absent || c.said == absent && d.said == sure {
			note(differing, difference{called(c, d), c.stance(), d.stance()})
		} else if c.said == sure && !y.speaksOf(name) || d.said == sure && !x.speaksOf(name) {
			note(unclear, difference{called(c, d), c.stance(), d.stance()})
		}
	}
	if r, s := x.sayings("", sure), y.sayings("", sure); len(r)+len(s) > 0 {
		shared = shared || len(r) > 0 && len(s) > 0
		first, second, l := restApart(r, s)
		note(l, difference{"", first, second})
	}
	// That one names a finding and the other does not is a difference, unless what it
	// says in words that could not be compared may be just that.
	if len(open) > 0 {
		open = append(open, omitted...)
	} else {
		differ = append(differ, omitted...)
	}
	switch {
	case len(differ) > 0:
		return comparison{differing, differ}
	case len(open) > 0 || !shared || x.sliced.apart(y.sliced):
		return comparison{unclear, open}
	}
	return comparison{likeness: same}
}

func (r gist) speaksOf(name string) bool {
	c, _ := r.claim(name)
	return c.said != silent
}

func sees(r gist) string {
	if r.blind {
		return "says that it sees no image"
	}
	return "answers as if it saw one"
}

// findingNames are the findings of two lists of claims, each once.
func findingNames(a, b map[string]claim) []string {
	return each(append(sortedKeys(a), sortedKeys(b)...))
}

// aligned writes two answers in one way. It lets a short word of one answer, such as "effusion", be the longer one of the
// other, when there is only one kind of it in both.
func aligned(x, y *gist) {
	for short, kinds := range shortFor {
		var found []string
		for _, kind := range kinds {
			if _, ok := x.all.claims[kind]; ok {
				found = append(found, kind)
			} else if _, ok := y.all.claims[kind]; ok {
				found = append(found, kind)
			}
		}
		if len(found) == 1 {
			for _, r := range []*telling{&x.all, &x.main, &y.all, &y.main} {
				r.rename(short, found[0])
			}
		}
	}
	// Where there is but one image, it says nothing to name it.
	images := map[string]bool{}
	for _, r := range []*gist{x, y} {
		for _, s := range r.all.says {
			for _, w := range s.words {
				if kindOfWord(w.key) == "image" {
					images[w.key] = true
				}
			}
		}
	}
	if len(images) > 1 {
		return
	}
	for _, r := range []*telling{&x.all, &x.main, &y.all, &y.main} {
		for i := range r.says {
			r.says[i].words = slices.DeleteFunc(slices.Clone(r.says[i].words), func(w term) bool { return images[w.key] })
		}
	}
}

// called is the name of a finding in the words of the answers, and in no other.
func called(c, d claim) string {
	a, b := c.own, d.own
	switch {
	case a == "" || a == b || strings.TrimSuffix(b, "s") == a:
		return b
	case b == "" || strings.TrimSuffix(a, "s") == b:
		return a
	}
	return a + " / " + b
}

const notMentioned = "not mentioned"

// stance is what a claim says of its finding, for people.
func (c claim) stance() string {
	switch c.said {
	case sure:
		return "found"
	case unsure:
		return "only possible"
	case absent:
		if c.clear != "" {
			return c.clear
		}
		return "not found"
	case unjudged:
		return "cannot be judged"
	}
	return notMentioned
}

// against compares two claims on one finding, and says what each of them says of it
// where they are not the same.
func (c claim) against(d claim, cNormal, dNormal bool) (first, second string, l likeness) {
	first, second = c.stance(), d.stance()
	looked := c.said == sure || c.said == unsure || d.said == sure || d.said == unsure
	switch {
	case c.said == unjudged || d.said == unjudged:
		if c.said == d.said || c.said == silent || d.said == silent {
			return "", "", same
		}
		return first, second, unclear
	case !looked:
		return "", "", same // both deny it, or one of them looked for it and found nothing
	case c.said == silent && cNormal:
		return "normal", second, differing
	case d.said == silent && dNormal:
		return first, "normal", differing
	case c.said == silent || d.said == silent:
		return first, second, unclear
	case c.said != d.said:
		return first, second, differing
	}
	for _, pair := range [][2]string{{c.side, d.side}, {c.zone, d.zone}, {c.many, d.many}, {c.trend, d.trend}} {
		if pair[0] != "" && pair[1] != "" && pair[0] != pair[1] {
			return pair[0], pair[1], differing
		}
	}
	if i, j := slices.Index(degrees, c.degree), slices.Index(degrees, d.degree); i >= 0 && j >= 0 && i != j {
		if i-j > 1 || j-i > 1 {
			return c.degree, d.degree, differing
		}
		return c.degree, d.degree, unclear // next to each other, as people use these words
	}
	if len(c.mm) == 1 && len(d.mm) == 1 {
		a, b := c.mm[0], d.mm[0]
		if ratio := max(a, b) / max(min(a, b), 0.01); ratio > 1.25 {
			return number(a) + " mm", number(b) + " mm", differing
		} else if ratio > 1.101 {
			return number(a) + " mm", number(b) + " mm", unclear
		}
	} else if !slices.Equal(c.mm, d.mm) {
		return inMM(c.mm), inMM(d.mm), unclear
	}
	if apart(c.levels, d.levels) || len(c.levels) == len(d.levels) && !slices.Equal(c.levels, d.levels) {
		return strings.ToUpper(strings.Join(c.levels, ", ")), strings.ToUpper(strings.Join(d.levels, ", ")), differing
	}
	if len(c.images) == 1 && len(d.images) == 1 && c.images[0] != d.images[0] {
		if c.trend != "" || d.trend != "" { // which is about two images, whichever is named
			return c.images[0], d.images[0], unclear
		}
		return c.images[0], d.images[0], differing
	}
	return "", "", same
}

func inMM(mm []float64) string {
	if len(mm) == 0 {
		return "no size given"
	}
	var all []string
	for _, v := range mm {
		all = append(all, number(v)+" mm")
	}
	return strings.Join(all, " and ")
}

// apart says whether both lists hold something, and nothing in common.
func apart(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// labelled writes what two answers say of something, each with whose it is.
func (d difference) labelled(first, second string) string {
	said := fmt.Sprintf("%s: %s, %s: %s", first, d.first, second, d.second)
	if d.of == "" {
		return said
	}
	return d.of + " (" + said + ")"
}
