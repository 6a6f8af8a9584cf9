package bot

import (
	"regexp"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// A question can steer what is sent with it: "only Image 2", "without Image 3",
// "compare Image 1 with Image 3". It is code that reads this, not the model, so that
// the request holds what was meant. Wording that may mean something else steers
// nothing: then all images are sent, and none is missed.

// steering is what a question says of the images that are to be looked at.
type steering struct {
	only    []int // these alone; nil: no such wish
	without []int // not these
	compare bool  // only comes of a comparison: what came with the question is part of it
}

// steers says whether there is any such wish.
func (s steering) steers() bool { return s.only != nil || s.without != nil }

const (
	theWord  = `(?:the\s+)?`
	onlyWord = `(?:only|just|solely|exclusively)`
	lookWord = `(?:look(?:ing)?\s+at|us(?:e|ing)|consider(?:ing)?|describ(?:e|ing)|assess|analy[sz]e|examine|read|report(?:\s+on)?|review|interpret|evaluate|check|take|send|include|compare|focus(?:ing)?\s+on|concentrat(?:e|ing)\s+on|comment(?:ing)?\s+on|tell\s+me\s+about|talk\s+about)`
	dropWord = `(?:ignor(?:e|ing)|exclud(?:e|ing)|disregard(?:ing)?|skip(?:ping)?|omit(?:ting)?|leav(?:e|ing)\s+(?:out|aside|off)|forget(?:ting)?(?:\s+about)?)`
	notWord  = `(?:don[’']?t|do\s+not|never|not)`
)

var (
	// What stands before the images that alone are meant.
	onlyBeforeRE = regexp.MustCompile(`(?i)(?:` + strings.Join([]string{
		`\b` + onlyWord,
		`\b` + onlyWord + `\s+(?:please\s+)?` + lookWord,
		`\b(?:look|focus|concentrate|comment|report|rely)\s+` + onlyWord + `\s+(?:at|on|to)`,
		`\b(?:limit|restrict|confine)\s+(?:yourself|it|this|that|your\s+\w+|the\s+\w+)?\s*(?:only\s+)?to`,
		`\bstick\s+(?:only\s+)?(?:to|with)`,
		`\b(?:nothing|none|no\s+others?|no\s+images?)\s+(?:but|except|other\s+than)`,
	}, `|`) + `)\s+` + theWord + `$`)
	// What stands behind them.
	onlyAfterRE = regexp.MustCompile(`(?i)^\s*,?\s*(?:only|alone|exclusively|by\s+itself|on\s+its\s+own|and\s+nothing\s+else|and\s+no\s+others?)\b`)

	// What stands before images that are not to be looked at.
	dropBeforeRE = regexp.MustCompile(`(?i)(?:` + strings.Join([]string{
		`\b` + dropWord,
		`\bwithout(?:\s+(?:using|considering|counting|looking\s+at))?`,
		`\b(?:except|excepting)(?:\s+for)?`,
		`\b(?:apart|aside)\s+from`,
		`\bother\s+than`,
		`\b(?:all|everything|anything)\s+but`,
		`\b` + notWord + `\s+(?:look\s+at|use|consider|include|send|take|count)`,
		`(?:[,;]|\band|\bbut)\s*not(?:\s+at)?`,
	}, `|`) + `)\s+` + theWord + `$`)
	leaveBeforeRE = regexp.MustCompile(`(?i)\b(?:leave|leaving|keep|keeping)\s+` + theWord + `$`)
	leaveAfterRE  = regexp.MustCompile(`(?i)^\s*(?:out|aside|off|away)\b`)

	// notBeforeRE says that what follows is asked about, told of, or refused, not
	// wished: "why did you ignore ...", "do not skip ...", "is it only ...", "not only".
	notBeforeRE = regexp.MustCompile(`(?i)\b(?:why|how\s+come|did|didn[’']?t|have\s+you|had\s+you|if)\b|\b` + notWord + `\s+` + dropWord + `\s+` + theWord + `$|\b(?:is|was|are|were|isn[’']?t|wasn[’']?t|does|has|have|not|it[’']?s)\s+(?:\w+\s+)?` + onlyWord + `\s+` + theWord + `$`)
	// notOnlyRE, before a wish for some images alone, turns it into one for more than
	// them: "don't only look at ...", "not to limit yourself to ...".
	notOnlyRE = regexp.MustCompile(`(?i)(?:\b` + notWord + `|\bno\s+need\s+to)\s+(?:\w+\s+){0,3}$`)
	// notSeenRE, with "Image 2 only" behind it, does the same.
	notSeenRE = regexp.MustCompile(`(?i)\b` + notWord + `\s+(?:\w+\s+){0,3}` + lookWord + `\s+` + theWord + `$`)
	// statesRE says that the images are what a sentence speaks of: "only Image 2
	// shows an effusion".
	statesRE = regexp.MustCompile(`(?i)^\s*(?:only\s+|alone\s+)?(?:shows?|showed|has|have|had|contains?|demonstrates?|displays?|depicts?|is|are|was|were|looks?|appears?|seems?|suggests?|reveals?|can|could|does|did|that|which|where)\b`)
	thereRE  = regexp.MustCompile(`(?i)^\s*(?:only\s+|alone\s+)?(?:is|are|was|were)\s+there\b`)
	ownsRE   = regexp.MustCompile(`^[’']s\b`)
	// foundRE says, with "in Image 2 only" behind it, where something was found.
	foundRE  = regexp.MustCompile(`(?i)\b(?:is|are|was|were|does|did|has|have|seen|visible|present|found|located)\b`)
	withinRE = regexp.MustCompile(`(?i)\b(?:in|on|of|from)\s+` + theWord + `$`)

	// comparisonRE is a comparison of the images that it names.
	comparisonRE = regexp.MustCompile(`(?i)\b(?:compar\w*|versus|vs|differ\w*|chang\w*|against|between|larger|smaller|bigger|greater|better|worse\w*|progress\w*|regress\w*|improv\w*|grown|grew|growth|increas\w*|decreas\w*|resol\w*|interval|side\s+by\s+side|both|unchanged|stable|similar|same)\b`)
	// othersRE says that more than the named images are to be compared.
	othersRE = regexp.MustCompile(`(?i)\b(?:(?:all|every|each|any)\s+(?:of\s+)?(?:the\s+|these\s+|those\s+|other\s+)*(?:images?|pictures?|scans?|films?|x-?rays?|others?|ones?|them)|the\s+others?|others|the\s+rest|remaining|priors|(?:prior|previous|earlier|older|oldest|first|last|latest|newest|newer|initial)\s+(?:images?|pictures?|scans?|films?|x-?rays?|ct|cts|mri|stud(?:y|ies)|exams?|ones?))\b`)
	// pointsRE says that one of them is not named: "compare this with Image 1 and 2".
	pointsRE = regexp.MustCompile(`(?i)\b(?:compar\w*(?:\s+(?:to|with))?|with|to|against|versus|vs\.?)\s+(?:this|these|that|those|it|them|the\s+(?:new|current|present|attached)|today[’']?s)\b`)
)

// steeringOf reads what a question, in which citations are plain (wish.go), says of
// the images to look at.
func steeringOf(question string) (s steering) {
	var named, kept []int
	var rest []naming // that are named, and no more
	for _, n := range withPlaces(question, namings(question)) {
		switch only, drop := n.means(question); {
		case only:
			s.only = append(s.only, n.all(false)...)
		case drop:
			s.without = append(s.without, n.all(false)...)
		default:
			rest = append(rest, n)
		}
	}
	compares := comparisonRE.MatchString(question)
	clear := true // which images are compared
	if slices.ContainsFunc(rest, func(n naming) bool { return n.ref != nil }) {
		if clear = canCompare(question, rest); !clear {
			rest = slices.DeleteFunc(rest, func(n naming) bool { return n.ref != nil })
		}
		question = withoutPlaces(question, rest)
	}
	for _, n := range rest {
		named = append(named, n.all(true)...)
	}
	switch {
	case s.only != nil && compares:
		s.only = append(s.only, named...) // "only Image 2: larger than in Image 1?"
	case s.only == nil && compares && clear && !othersRE.MatchString(question) && !pointsRE.MatchString(question):
		kept = labelsBut(sortedLabels(named), s.without)
		if len(kept) > 1 {
			s.only, s.compare = kept, true
		}
	}
	s.only, s.without = sortedLabels(s.only), sortedLabels(s.without)
	return s
}

// attend notes what the question is about, and which images it wants looked at.
func (s *sight) attend(question string) {
	s.steering = steeringOf(question)
	s.about = sortedLabels(slices.Concat(namedImages(question), s.steering.only))
	s.about = slices.DeleteFunc(labelsBut(s.about, s.steering.without), func(l int) bool { return l < 0 })
}

// over are the images without those that are not to be looked at: for this question
// they are as good as gone.
func (s steering) over(images []store.ImageRecord) []store.ImageRecord {
	if s.without == nil {
		return images
	}
	images = slices.Clone(images)
	for i, r := range images {
		images[i].Gone = r.Gone || slices.Contains(s.without, r.Label)
	}
	return images
}

// confine says which images may go along, once all of them have labels.
func (s *sight) confine() {
	if s.steering = s.steering.settled(s.images); !s.steering.steers() {
		return
	}
	s.only = []int{}
	var came []int
	if n := len(s.now); n > 0 {
		came = s.now[n-1].Images
	}
	for _, r := range s.images {
		switch wanted := s.steering; {
		case r.Gone, slices.Contains(wanted.without, r.Label):
		case wanted.only == nil, slices.Contains(wanted.only, r.Label), wanted.compare && slices.Contains(came, r.Label):
			s.only = append(s.only, r.Label)
		}
	}
}

// all are the labels that are meant. Two images that are compared "from Image 1 to
// Image 3" are no range.
func (n naming) all(compared bool) []int {
	if compared && !n.plural && n.link == "to" {
		return n.labels
	}
	return slices.Concat(n.labels, n.between)
}

// means says whether the images named here are to be looked at alone, or not at all.
func (n naming) means(question string) (only, drop bool) {
	if n.ref != nil {
		return n.refMeans(question)
	}
	before, after := question[:n.from], question[n.to:]
	if i := strings.LastIndexAny(before, ".?!;:\n"); i >= 0 {
		before = before[i+1:]
	}
	states := statesRE.MatchString(after) && !thereRE.MatchString(after)
	if states || ownsRE.MatchString(after) || notBeforeRE.MatchString(before) {
		return false, false
	}
	if at := onlyBeforeRE.FindStringIndex(before); at != nil && notOnlyRE.MatchString(before[:at[0]]) {
		return false, false
	}
	if onlyAfterRE.MatchString(after) && notSeenRE.MatchString(before) {
		return false, false
	}
	switch {
	case dropBeforeRE.MatchString(before), leaveBeforeRE.MatchString(before) && leaveAfterRE.MatchString(after):
		return false, true
	case onlyBeforeRE.MatchString(before):
		return true, false
	case onlyAfterRE.MatchString(after):
		return !withinRE.MatchString(before) || !foundRE.MatchString(before), false
	}
	return false, false
}

func sortedLabels(labels []int) []int {
	labels = slices.Sorted(slices.Values(labels))
	return slices.Compact(labels)
}

// labelsIn are the labels that are among others.
func labelsIn(labels, others []int) []int { return labelsBut(labels, labelsBut(labels, others)) }

// labelsBut are the labels that are not among others.
func labelsBut(labels, others []int) (rest []int) {
	for _, l := range labels {
		if !slices.Contains(others, l) {
			rest = append(rest, l)
		}
	}
	return rest
}
