package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// stance is how an answer stands to a finding.
type stance int

const (
	silent   stance = iota
	unjudged        // that it cannot be judged
	absent
	unsure // possible, cannot be excluded
	sure
)

// claim is what an answer says of one finding. Only what can be told apart for certain
// is read; the rest of the words is compared as words (agree_rest.go).
type claim struct {
	own    string // the answer's words for it
	clear  string // its words that deny it without a denial
	said   stance
	side   string // left, right, both; or empty
	zone   string // upper, middle, lower; or empty
	degree string // one of degrees; or empty
	many   string // one, several; or empty
	trend  string // larger or worse, smaller or better, unchanged, gone; or empty
	mm     []float64
	levels []string // of the spine, such as l4
	images []string // such as Image 2
}

// namedAt is where a clause names a finding.
type namedAt struct {
	at    []int
	name  string
	said  stance
	clear bool
}

// readClause reads the findings of one clause into a telling, and says whether there
// are any.
func (r *telling) readClause(clause string) bool {
	places := findPlaces(clause)
	from := 0
	for i, p := range places {
		to, next := len(clause), len(clause)
		if i+1 < len(places) {
			// What stands between two findings belongs to the one before up to the
			// last word that joins them.
			to, next = places[i+1].at[0], p.at[1]
			if m := lastIndex(joinsRE, clause[p.at[1]:to]); m != nil {
				to, next = p.at[1]+m[0], p.at[1]+m[1]
			}
		}
		before, own, after := clause[from:p.at[0]], clause[p.at[0]:p.at[1]], clause[p.at[1]:max(to, p.at[1])]
		from = next
		r.add(p, before, own, after)
	}
	return len(places) > 0
}

// add adds what is said of a finding at one place.
func (r *telling) add(p namedAt, before, own, after string) {
	c := describeClaim(before, own, after)
	c.said = p.said
	if p.clear {
		c.clear = strings.TrimFunc(afterClearRE.ReplaceAllString(own, ""), func(r rune) bool { return !unicode.IsLetter(r) })
	} else {
		c.own = strings.TrimSpace(own)
	}
	r.claims[p.name] = joined(r.claims[p.name], c)
	if p.said == absent { // the denial is read already
		before, after = denyBeforeRE.ReplaceAllString(before, " "), denyAfterRE.ReplaceAllString(after, " ")
	}
	r.say(newSaying(p.name, p.said, before, own, after))
	r.last = p
}

// findPlaces finds the findings of a clause, in their order.
func findPlaces(clause string) (places []namedAt) {
	rest := clause
	for _, f := range findings {
		for _, re := range []*regexp.Regexp{f.clear, f.words} {
			if re == nil {
				continue
			}
			for _, at := range re.FindAllStringIndex(rest, -1) {
				said := absent
				if re == f.words {
					said = stanceOf(clause, at)
				} else if denyBeforeRE.MatchString(lastWords(clause[:at[0]], 3)) {
					said = unsure // "not clear"
				}
				places = append(places, namedAt{at, f.name, said, re == f.clear})
				rest = rest[:at[0]] + strings.Repeat("_", at[1]-at[0]) + rest[at[1]:]
			}
		}
	}
	slices.SortFunc(places, func(a, b namedAt) int { return a.at[0] - b.at[0] })
	return places
}

var afterClearRE = regexp.MustCompile(` (?:and|with)$`)

var joinsRE = regexp.MustCompile(`,|\b(?:with|and|or|plus|without|nor|no|rather than|in keeping with|consistent with|compatible with|due to)\b`)

// stanceOf is how a clause stands to the finding at a place in it.
func stanceOf(clause string, at []int) stance {
	before, after := clause[:at[0]], clause[at[1]:]
	if hedged(before, after) {
		return unsure
	}
	if denyAfterRE.MatchString(after) {
		return absent
	}
	// A denial reaches no further than this.
	before = notDenyRE.ReplaceAllString(before[max(0, len(before)-300):], "_")
	if m := lastIndex(denyBeforeRE, before); m != nil && !endDenialRE.MatchString(before[m[1]:]) {
		return absent
	}
	return sure
}

// hedged says whether what is said around a finding leaves it open: before it, unless
// a denial follows, or after it up to the next comma.
func hedged(before, after string) bool {
	after, _, _ = strings.Cut(after, ",")
	if unsureRE.MatchString(after) {
		return true
	}
	at := lastIndex(unsureRE, before)
	return at != nil && !denyBeforeRE.MatchString(before[at[1]:])
}

func lastWords(s string, n int) string {
	words := strings.Fields(s)
	return strings.Join(words[max(0, len(words)-n):], " ")
}

var (
	leftRE     = regexp.MustCompile(`\bleft\b|\bl(?:eft)?-sided`)
	rightRE    = regexp.MustCompile(`\bright\b|\br(?:ight)?-sided`)
	bothRE     = regexp.MustCompile(`\bbilateral\w*|\bboth\b|\bbibasa\w+|\bbibasilar|\btwo-sided`)
	zoneREs    = map[string]*regexp.Regexp{"upper": regexp.MustCompile(`\b(?:upper|apical|apex|apices)\b`), "middle": regexp.MustCompile(`\bmiddle\b`), "lower": regexp.MustCompile(`\b(?:lower|basal|base|basilar|bases)\b`)}
	degreeREs  = map[string]*regexp.Regexp{"tiny": regexp.MustCompile(`\b(?:tiny|trace|minimal(?:ly)?|minute|sliver)\b`), "small": regexp.MustCompile(`\b(?:small|smallish|mild|mildly|minor|slight|slightly|subtle)\b`), "moderate": regexp.MustCompile(`\b(?:moderate|moderately|medium)\b`), "large": regexp.MustCompile(`\b(?:large|massive|severe|severely|marked|markedly|extensive|huge|gross|grossly)\b`)}
	manyREs    = map[string]*regexp.Regexp{"one": regexp.MustCompile(`\b(?:single|solitary|one)\b`), "several": regexp.MustCompile(`\b(?:multiple|several|numerous|many|two|three|four|multifocal)\b`)}
	measureRE  = regexp.MustCompile(`(\d+(?:\.\d+)?) ?(mm|cm|millimet(?:er|re)s?|centimet(?:er|re)s?)\b`)
	timesRE    = regexp.MustCompile(`(\d+(?:\.\d+)?) ?(?:x|by) ?(\d+(?:\.\d+)? ?)(mm|cm)\b`) // "3 x 4 cm"
	vertebraRE = regexp.MustCompile(`\b(?:c[1-7]|t(?:[1-9]|1[0-2])|l[1-5]|s1)\b`)
	imageRE    = regexp.MustCompile(`\bimages? (\d+)`)
)

// degrees are the words for how much, from little to much.
var degrees = []string{"tiny", "small", "moderate", "large"}

// describeClaim reads side, place and size from the words around a finding: those
// before it count first.
func describeClaim(before, own, after string) (c claim) {
	near := func(read func(string) string) string {
		for _, s := range []string{own, before, after} {
			if v := read(s); v != "" {
				return v
			}
		}
		return ""
	}
	c.side = near(sideOf)
	c.trend = trendOf(before + own + after)
	c.zone, c.degree, c.many = near(oneOf(zoneREs)), near(oneOf(degreeREs)), near(oneOf(manyREs))
	around := before + own + after
	for _, m := range measureRE.FindAllStringSubmatch(timesRE.ReplaceAllString(around, "$1 $3 $2$3"), -1) {
		mm, _ := strconv.ParseFloat(m[1], 64) // the pattern allows digits only
		if m[2][0] == 'c' {
			mm *= 10
		}
		c.mm = append(c.mm, mm)
	}
	c.levels = each(vertebraRE.FindAllString(around, -1))
	for _, m := range imageRE.FindAllStringSubmatch(around, -1) {
		c.images = append(c.images, "Image "+m[1])
	}
	c.images = each(c.images)
	return c
}

var (
	unchangedRE = regexp.MustCompile(`\b(?:unchanged|stable|no (?:significant |relevant |interval |definite |clear )*(?:change|increase|decrease|growth|progress\w*)|not (?:significantly )?(?:changed|grown|increased|decreased)|similar (?:to|in size))\b`)
	growsRE     = regexp.MustCompile(`\b(?:increase in|increasing|increased in|(?:has|have|is|are) increased|interval increase|larger|bigger|wors\w+|progress\w*|grown|growth|enlarging|new since|newly)\b`)
	lessRE      = regexp.MustCompile(`\b(?:decreas\w+|smaller|improv\w+|regress\w*|resolving|reduced in|(?:has|have) reduced|receded)\b`)
	goneRE      = regexp.MustCompile(`\b(?:resolved|cleared|disappeared)\b`)
)

// trendOf is how a finding has changed.
func trendOf(s string) string {
	switch {
	case unchangedRE.MatchString(s):
		return "unchanged"
	case goneRE.MatchString(s):
		return "gone"
	case growsRE.MatchString(s) && !lessRE.MatchString(s):
		return shownAs["more"]
	case lessRE.MatchString(s):
		return shownAs["less"]
	}
	return ""
}

func sideOf(s string) string {
	switch left, right := leftRE.MatchString(s), rightRE.MatchString(s); {
	case bothRE.MatchString(s) || left && right:
		return "both"
	case left:
		return "left"
	case right:
		return "right"
	}
	return ""
}

// oneOf reads the one of several words that is there; "" when there are more.
func oneOf(words map[string]*regexp.Regexp) func(string) string {
	return func(s string) string {
		found := ""
		for word, re := range words {
			if re.MatchString(s) {
				if found != "" {
					return ""
				}
				found = word
			}
		}
		return found
	}
}

// joined is what two claims of one answer say together: what is found somewhere is
// found.
func joined(a, b claim) claim {
	if a.said < b.said {
		a, b = b, a
	}
	if b.said <= unjudged || b.said == absent && a.said != absent {
		return a
	}
	if a.own == "" {
		a.own = b.own
	}
	if a.side != "" && b.side != "" && a.side != b.side {
		a.side = "both"
	}
	if a.side == "" {
		a.side = b.side
	}
	if a.zone != b.zone && b.zone != "" {
		if a.zone == "" {
			a.zone = b.zone
		} else {
			a.zone = ""
		}
	}
	if a.degree == "" {
		a.degree = b.degree
	}
	if a.many == "" {
		a.many = b.many
	}
	if a.trend == "" {
		a.trend = b.trend
	}
	a.mm = slices.Concat(a.mm, b.mm)
	slices.Sort(a.mm)
	a.mm = slices.Compact(a.mm)
	a.levels = each(slices.Concat(a.levels, b.levels))
	a.images = each(slices.Concat(a.images, b.images))
	return a
}

// each sorts words and drops those that are there twice.
func each(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
