package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// People also name images by their place: "the first image only", "only the newest film",
// "just #2". Such words are common and mean other things as well ("the second rib", "since
// the last film"), so they count only where a wish for some images alone, for none of
// them, or for a comparison stands right at them, and never when they may mean another.

// Labels of images whose number is not known before all of them have one.
const (
	newest   = -1
	previous = -2 // the one before the newest
)

// reference says by what word an image is named; the zero one stands for a label.
type reference struct {
	words []string // each "first" (to "twelfth"), "last", "newest", "previous" or "#"
	noun  string   // "image", "film" or "one"
}

const (
	countWords = `one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve`
	placeWords = `first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth`
	placeWord  = placeWords + `|1st|2nd|3rd|[4-9]th|1[0-2]th|last|latest|newest|most\s+recent|previous`
	imageNoun  = `images?|pictures?|photos?|imgs?`
	filmNoun   = `films?|scans?|x-?rays?|radiographs?|cxrs?`
	pairWord   = `&|and|with|to|vs\.?|versus|against|or`
)

var (
	// numberWordRE finds a number in words behind "image", or behind another one there.
	// What follows it says that it is a number: "in this image two lesions" counts.
	numberWordRE = regexp.MustCompile(`(?i)\b((?:images?|pictures?|img)\s*#?\s*(?:\d{1,3}\s*(?:,|and|&|to|with|vs\.?|versus|against)\s*(?:and\s+)?)*)(` + countWords + `)(\s*(?:$|[.,:;?!)]|\s(?:only|alone|and|or|with|to|vs|versus|against|please)\b))`)

	refRE = regexp.MustCompile(`(?i)\b(?:(` + placeWord + `)(?:\s+(` + imageNoun + `|` + filmNoun + `))?\s*(?:` + pairWord + `)\s*(?:the\s+)?)?` +
		`(` + placeWord + `)\s+(?:(` + countWords + `|\d{1,2})\s+)?(` + imageNoun + `|` + filmNoun + `|one)\b`)
	hashRE = regexp.MustCompile(`(?:^|[\s(])(#\s?(\d{1,2}))\b`)
	// hashBeforeRE and hashAfterRE are what stands around a "#2" that is an image.
	hashBeforeRE = regexp.MustCompile(`(?i)(?:^|[.,:;!?(]|\b(?:only|just|the|at|on|to|with|and|or|without|ignore|ignoring|skip|exclude|use|using|compare|vs|versus|against|except|but|please|not))\s*$`)
	hashJoinRE   = regexp.MustCompile(`(?i)^\s*(?:,|and|&|,\s*and)\s*$`) // between "#2" and "#3"
	hashAfterRE  = regexp.MustCompile(`(?i)^\s*(?:$|[.,:;!?)&]|(?:only|alone|please|and|with|to|vs|versus|against|or|is|are|was|does|any|what)\b)`)

	// definedRE behind a place says that it is a place in something else, or that the
	// sentence says more of it than its place.
	definedRE = regexp.MustCompile(`(?i)^(?:\s*/|[’']s\b|\s*(?:of|from|in\s+(?:the\s+|this\s+)?(?:series|stack|ct|mri|study|sequence|row|zip|(?:19|20)\d\d)|on|at|that|which|where|when|taken|done|made|after|before|since|showing|without|series|slices?|cuts?|frames?|sequences?|\d+)\b)`)
	// onlyEndRE is what may follow "first image only": its end, or a question.
	onlyEndRE = regexp.MustCompile(`(?i)^\s*,?\s*(?:only|alone|exclusively|by\s+itself|on\s+its\s+own|and\s+nothing\s+else)\s*(?:please\s*)?(?:$|[.,:;!\n–-]|(?:is|are|was|were|any|what|which|where|how|describe|does|do|can|please)\b)`)
	// hadOnlyRE before a place tells what there was.
	hadOnlyRE       = regexp.MustCompile(`(?i)\b(?:had|got|saw|see|received|posted|sent|took)\s+(?:only|just)\s+(?:the\s+)?$`)
	endsRE          = regexp.MustCompile(`^\s*(?:please\s*)?(?:$|[.,:;!\n])`)
	dropsRE         = regexp.MustCompile(`(?i)\b(?:` + dropWord + `|` + notWord + `\s+(?:look\s+at|use|consider|include|send|take))\s+(?:the\s+)?$`)
	comparingVerbRE = regexp.MustCompile(`(?i)\b(?:compar\w*|versus|vs|differences?)\b`)
)

// inDigits writes "image two" as "image 2".
func inDigits(question string) string {
	for {
		at := numberWordRE.FindStringSubmatchIndex(question)
		if at == nil {
			return question
		}
		question = question[:at[4]] + strconv.Itoa(saidNumber(question[at[4]:at[5]])) + question[at[5]:]
	}
}

// saidNumber is the number that a word or digits say; 0 when they say none.
func saidNumber(word string) int {
	if i := slices.Index(strings.Split(countWords, "|"), strings.ToLower(word)); i >= 0 {
		return i + 1
	}
	n, _ := strconv.Atoi(word)
	return n
}

// placed is the label that a place names.
func placed(word string) (label int, name string) {
	word = spaceRE.ReplaceAllString(strings.ToLower(word), " ")
	switch word {
	case "last":
		return newest, word
	case "latest", "newest", "most recent":
		return newest, "newest"
	case "previous":
		return previous, word
	}
	if i := slices.Index(strings.Split(placeWords, "|"), word); i >= 0 {
		return i + 1, "first"
	}
	n, _ := strconv.Atoi(strings.TrimRight(word, "stndrh"))
	return n, "first"
}

// places finds where a question names images by their place.
func places(question string) (all []naming) {
	for _, at := range refRE.FindAllStringSubmatchIndex(question, -1) {
		part := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return question[at[2*i]:at[2*i+1]]
		}
		noun, count := strings.ToLower(part(5)), saidNumber(part(4))
		n := naming{from: at[0], to: at[1], plural: strings.HasSuffix(noun, "s"), ref: &reference{noun: noun}}
		if noun == "one" && part(2) != "" { // "the last image and the first one"
			n.ref.noun = strings.ToLower(part(2))
		}
		label, word := placed(part(3))
		n.labels, n.ref.words = []int{label}, []string{word}
		switch {
		case definedRE.MatchString(question[at[1]:]):
			continue
		case count == 0 && n.plural && part(1) == "": // "the last images": how many?
			continue
		case count > 0 && (noun == "one" || word == "previous" || label > 1 || part(1) != ""):
			continue // "the second two images"
		case count > 0 && label == newest: // "the last two films" are no others than these
			n.ref.words = []string{"newest"}
			for i := 1; i < count; i++ {
				n.labels = append(n.labels, newest-i)
			}
		case count > 0:
			for i := 1; i < count; i++ {
				n.labels = append(n.labels, label+i)
			}
		case part(1) != "": // "the first and the last image"
			label, word := placed(part(1))
			n.labels, n.ref.words = append(n.labels, label), append(n.ref.words, word)
		}
		all = append(all, n)
	}
	for _, at := range hashRE.FindAllStringSubmatchIndex(question, -1) {
		label := saidNumber(question[at[4]:at[5]])
		switch n := len(all) - 1; {
		case n >= 0 && all[n].ref.words[0] == "#" && hashJoinRE.MatchString(question[all[n].to:at[2]]) && hashAfterRE.MatchString(question[at[3]:]):
			all[n].to, all[n].labels = at[3], append(all[n].labels, label)
		case hashBeforeRE.MatchString(question[:at[2]]) && hashAfterRE.MatchString(question[at[3]:]):
			all = append(all, naming{from: at[2], to: at[3], labels: []int{label}, ref: &reference{[]string{"#"}, "image"}})
		}
	}
	return all
}

// withPlaces adds the places to the namings of a question, in their order.
func withPlaces(question string, named []naming) []naming {
	for _, p := range places(question) {
		if !slices.ContainsFunc(named, func(n naming) bool { return p.from < n.to && n.from < p.to }) {
			named = append(named, p)
		}
	}
	slices.SortFunc(named, func(a, b naming) int { return a.from - b.from })
	return named
}

// refMeans is means for an image that is named by its place, which must be said more
// plainly.
func (n naming) refMeans(question string) (only, drop bool) {
	before, after := question[:n.from], question[n.to:]
	if i := strings.LastIndexAny(before, ".?!;:\n"); i >= 0 {
		before = before[i+1:]
	}
	only, drop = n.asLabel().means(question)
	image := imageNounRE.MatchString(n.ref.noun)
	switch {
	case drop:
		return false, n.ref.noun != "one" && (image || dropsRE.MatchString(before))
	case only && onlyAfterRE.MatchString(after):
		return onlyEndRE.MatchString(after), false
	case only && n.ref.noun == "one": // "just the first one", and nothing else
		return strings.TrimSpace(onlyBeforeRE.ReplaceAllString(before, "")) == "" && endsRE.MatchString(after), false
	}
	return only && !hadOnlyRE.MatchString(before), false
}

var imageNounRE = regexp.MustCompile(`^(?:` + imageNoun + `)$`)

func (n naming) asLabel() naming { n.ref = nil; return n }

// canCompare says whether images that are named by their place are clear enough to be
// compared. "The last film" may be the newest, or the one before it, unless it stands
// beside the first; and a film may be one that is not in this thread.
func canCompare(question string, named []naming) bool {
	words, images := map[string]int{}, 0
	for _, n := range named {
		switch {
		case n.ref == nil:
			images++
		default:
			for _, w := range n.ref.words {
				words[w]++
			}
			if imageNounRE.MatchString(n.ref.noun) {
				images++
			}
			if !imageNounRE.MatchString(n.ref.noun) && n.ref.noun != "one" && !comparingVerbRE.MatchString(question) {
				return false
			}
		}
	}
	films := slices.ContainsFunc(named, func(n naming) bool { return n.ref != nil && n.ref.noun != "one" })
	switch {
	case images == 0 && !films:
		return false // "the first one is larger than the second one": lesions
	case words["last"] > 0 && words["first"] == 0 && words["previous"] == 0,
		words["previous"] > 0 && words["last"] == 0 && words["newest"] == 0:
		return false
	}
	return true
}

// withoutPlaces is a question without the images that it names by their place.
func withoutPlaces(question string, named []naming) string {
	for _, n := range slices.Backward(named) {
		if n.ref != nil {
			question = question[:n.from] + "Image" + question[n.to:]
		}
	}
	return question
}

// settled puts labels for the newest images, once all of them have one.
func (s steering) settled(images []store.ImageRecord) steering {
	live := liveLabels(images)
	settle := func(labels []int) (out []int, all bool) {
		all = true
		for _, l := range labels {
			if l < 0 {
				if -l > len(live) {
					all = false
					continue
				}
				l = live[len(live)+l]
			}
			out = append(out, l)
		}
		return sortedLabels(out), all
	}
	if !slices.ContainsFunc(slices.Concat(s.only, s.without), func(l int) bool { return l < 0 }) {
		return s
	}
	only, all := settle(s.only)
	if s.only == nil || !all { // there is no such image: nothing is left out for it
		only, s.compare = nil, false
	}
	s.only = only
	if s.without != nil {
		if s.without, _ = settle(s.without); len(s.without) == 0 {
			s.without = nil
		}
	}
	return s
}
