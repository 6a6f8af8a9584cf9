package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// stance is how an answer stands to a finding.
type stance int

const (
	silent stance = iota
	sure
	unsure // possible, cannot be excluded
	absent
)

// claim is what an answer says of one finding.
type claim struct {
	said   stance
	side   string   // left, right, both; or empty
	zone   string   // upper, middle, lower; or empty
	degree string   // small, moderate, large; or empty
	many   string   // one, several; or empty
	trend  string   // more, less, unchanged; or empty
	mm     float64  // its size; 0: not given
	levels []string // of the spine, such as l4
	sites  []string // bones and other parts, such as radius
}

// readClause reads the findings of one clause, and says whether there are any.
func readClause(clause string, claims map[string]claim) bool {
	type place struct {
		at   []int
		name string
		said stance
	}
	var places []place
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
				places = append(places, place{at, f.name, said})
				rest = rest[:at[0]] + strings.Repeat("_", at[1]-at[0]) + rest[at[1]:]
			}
		}
	}
	slices.SortFunc(places, func(a, b place) int { return a.at[0] - b.at[0] })
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
		c := describeClaim(clause[from:p.at[0]], clause[p.at[0]:p.at[1]], clause[p.at[1]:max(to, p.at[1])])
		from = next
		c.said = p.said
		claims[p.name] = joined(claims[p.name], c)
	}
	return len(places) > 0
}

var joinsRE = regexp.MustCompile(`,|\b(?:with|and|or|plus|in keeping with|consistent with)\b`)

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

func splitAfter(re *regexp.Regexp, s string) (out []string) {
	for at := re.FindStringIndex(s); at != nil; at = re.FindStringIndex(s) {
		out, s = append(out, s[:at[1]]), s[at[1]:]
	}
	return append(out, s)
}

func splitBefore(re *regexp.Regexp, s string) (out []string) {
	for {
		at := re.FindStringIndex(s)
		if at == nil || at[0] == 0 {
			return append(out, s)
		}
		out, s = append(out, s[:at[0]]), s[at[0]+1:]
	}
}

var (
	leftRE     = regexp.MustCompile(`\bleft\b|\bl(?:eft)?-sided`)
	rightRE    = regexp.MustCompile(`\bright\b|\br(?:ight)?-sided`)
	bothRE     = regexp.MustCompile(`\bbilateral\w*|\bboth\b|\bbibasa\w+|\bbibasilar|\btwo-sided`)
	zoneREs    = map[string]*regexp.Regexp{"upper": regexp.MustCompile(`\b(?:upper|apical|apex|apices)\b`), "middle": regexp.MustCompile(`\bmiddle\b`), "lower": regexp.MustCompile(`\b(?:lower|basal|base|basilar|bases)\b`)}
	degreeREs  = map[string]*regexp.Regexp{"small": regexp.MustCompile(`\b(?:small|trace|tiny|minimal|mild|mildly|minor|slight|slightly|subtle|subsegmental)\b`), "moderate": regexp.MustCompile(`\b(?:moderate|moderately|medium)\b`), "large": regexp.MustCompile(`\b(?:large|massive|severe|severely|marked|markedly|extensive|huge|gross)\b`)}
	manyREs    = map[string]*regexp.Regexp{"one": regexp.MustCompile(`\b(?:single|solitary|one)\b`), "several": regexp.MustCompile(`\b(?:multiple|several|numerous|many|two|three|four|multifocal)\b`)}
	measureRE  = regexp.MustCompile(`(\d+(?:\.\d+)?) ?(mm|cm)\b`)
	siteRE     = regexp.MustCompile(`\b(?:radi(?:us|al)|ulna|humer(?:us|al)|scaphoid|femur|femoral|tibia|fibula|hip|ribs?|clavicle|scapula|pelvis|sacrum|skull|orbit\w*|mandible|patella|calcane\w+|talus|metatarsals?|metacarpals?|phalan\w+|knee|elbow|shoulder|liver|hepatic|spleen|splenic|kidney|renal|pancrea\w+|frontal lobe|parietal|temporal|occipital|cerebell\w+|basal ganglia|thalam\w+|pons|brainstem)\b`)
	vertebraRE = regexp.MustCompile(`\b(?:c[1-7]|t(?:[1-9]|1[0-2])|l[1-5]|s1)\b`)
)

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
	if m := measureRE.FindStringSubmatch(around); m != nil {
		c.mm, _ = strconv.ParseFloat(m[1], 64) // the pattern allows digits only
		if m[2] == "cm" {
			c.mm *= 10
		}
	}
	c.levels = each(vertebraRE.FindAllString(around, -1))
	c.sites = each(siteRE.FindAllString(around, -1))
	return c
}

var (
	unchangedRE = regexp.MustCompile(`\b(?:unchanged|stable|no (?:significant |relevant |interval |definite |clear )*(?:change|increase|decrease|growth|progress\w*)|not (?:significantly )?(?:changed|grown|increased|decreased)|similar (?:to|in size))\b`)
	growsRE     = regexp.MustCompile(`\b(?:increase in|increasing|increased in|(?:has|have|is|are) increased|interval increase|larger|bigger|wors\w+|progress\w*|grown|growth|enlarging|new since|newly)\b`)
	lessRE      = regexp.MustCompile(`\b(?:decreas\w+|smaller|improv\w+|regress\w*|resolv\w+|reduced in|(?:has|have) reduced|receded|cleared)\b`)
)

// trendOf is how a finding has changed.
func trendOf(s string) string {
	switch {
	case unchangedRE.MatchString(s):
		return "unchanged"
	case growsRE.MatchString(s) && !lessRE.MatchString(s):
		return "more"
	case lessRE.MatchString(s):
		return "less"
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
	rank := map[stance]int{silent: 0, absent: 1, unsure: 2, sure: 3}
	if rank[a.said] < rank[b.said] {
		a, b = b, a
	}
	if b.said == silent || b.said == absent && a.said != absent {
		return a
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
	a.mm = max(a.mm, b.mm)
	a.levels = each(slices.Concat(a.levels, b.levels))
	a.sites = each(slices.Concat(a.sites, b.sites))
	return a
}

// each sorts words and drops those that are there twice.
func each(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
