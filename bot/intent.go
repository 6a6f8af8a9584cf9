package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	labelRE = regexp.MustCompile(`(?i)\b(?:images?|pictures?|img)\s*#?\s*(\d{1,3})\b`)
	// moreRE is a further label after one: ", 3", "and image 4", "-6".
	moreRE = regexp.MustCompile(`(?i)^\s*(,|&|\+|-|–|and|with|to|vs\.?|or|against|through)\s*(?:(?:and|or)\s+)?(?:images?\s*)?#?\s*(\d{1,3})\b`)
	// unitRE after a number says that it is a measure, not a label.
	unitRE = regexp.MustCompile(`(?i)^(?:[.,]\d|\s*(?:mm|cm|m|%|°|mg|ml|hu|x|times?|h|hours?|min|minutes?|days?|weeks?|months?|years?|slices?|series|degrees?)\b|\s*[%°])`)

	// notLabelRE after the first number says that it counts or measures: "the image
	// 3 weeks ago", "image 2 of the series".
	notLabelRE = regexp.MustCompile(unitRE.String() + `|(?i)^\s*(?:of|/)`)

	// comparesRE finds wording that is about several images, also when none is named.
	comparesRE = regexp.MustCompile(`(?i)\b(?:compar\w*|differences?|differ|priors?|previous|earlier|interval|progress\w*|regress\w*|chang(?:e|ed|es)|grown|grew|growth|larger|smaller|bigger|improv\w*|worse\w*|versus|vs|since|follow-?up|new(?:er|ly)?|both|stable)\b`)

	// impliesRE finds wording that only makes sense with a picture. It errs on
	// the side of asking for one: with people's health at stake, a request for
	// the picture is cheaper than an answer about one that was never sent.
	impliesRE = regexp.MustCompile(`(?i)\b(images?|imaging|scans?|pictures?|pics?|photos?|photographs?|films?|x-?rays?|cxr|axr|radiographs?|radiograms?|ct|cts|cta|mri?s?|mra|ultrasounds?|sonograms?|echo|mammograms?|mammography|fundus|oct|slides?|smears?|biops(?:y|ies)|histology|ecgs?|ekgs?|angiograms?|scintigra\w*|pet|dexa|slices?|series|shown|shows?|visible|see (?:here|in|on|any)|you see|look(?:s|ing)? (?:at|like)|this (?:lesion|mole|nodule|mass|fracture|opacity|rash|case|one)|attached|above|here|bild(?:er|es)?|röntgen\w*|aufnahmen?|foto\w*|imagen(?:es)?|radiograf[ií]as?|radiographies?|clichés?|the (?:left|right) (?:lung|side|one)|findings?|impression)\b`)
)

// naming is a place in a question where images are named: "images 1, 2 and 4".
type naming struct {
	from, to int   // in the question
	labels   []int // as they are written, the ends of ranges among them
	between  []int // labels inside of ranges
	plural   bool  // begins with "images"
	link     string
	ref      *reference // nil: by label
}

// namings finds where a question names images. A number with a unit is no label:
// "in image 1, 3 cm from the apex".
func namings(question string) (all []naming) {
	for _, at := range labelRE.FindAllStringSubmatchIndex(question, -1) {
		if notLabelRE.MatchString(question[at[1]:]) {
			continue
		}
		if n := len(all); n > 0 && at[0] < all[n-1].to {
			continue // that was the end of one
		}
		label, _ := strconv.Atoi(question[at[2]:at[3]]) // the pattern allows digits only
		n := naming{from: at[0], to: at[1], labels: []int{label}}
		word := strings.ToLower(strings.TrimRight(question[at[0]:at[2]], " #"))
		n.plural = strings.HasSuffix(word, "s")
		for {
			more := moreRE.FindStringSubmatchIndex(question[n.to:])
			if more == nil || unitRE.MatchString(question[n.to+more[1]:]) {
				break
			}
			rest := question[n.to:]
			n.link = strings.ToLower(rest[more[2]:more[3]])
			next, _ := strconv.Atoi(rest[more[4]:more[5]])
			if n.link == "-" || n.link == "–" || n.link == "through" || n.link == "to" {
				for inside := label + 1; inside < next; inside++ {
					n.between = append(n.between, inside)
				}
			}
			label = next
			n.labels = append(n.labels, label)
			n.to += more[1]
		}
		all = append(all, n)
	}
	return all
}

// namedImages returns the labels that a question names, in rising order: 1 and 3
// for "compare Image 1 with image 3", 2 to 5 for "images 2-5".
func namedImages(question string) []int {
	var labels []int
	for _, n := range namings(question) {
		labels = append(append(labels, n.labels...), n.between...)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// impliesImage says whether the wording of a question is about a picture.
func impliesImage(question string) bool {
	return impliesRE.MatchString(question) || asksToLook(question)
}
