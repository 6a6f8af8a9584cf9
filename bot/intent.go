package bot

import (
	"regexp"
	"slices"
	"strconv"
)

var (
	labelsRE = regexp.MustCompile(`(?i)\b(?:images?|pictures?|img)\s*#?\s*(\d{1,3}(?:\s*(?:,|and|&|with|to|vs\.?|or)\s*(?:images?\s*)?#?\s*\d{1,3})*)`)
	numberRE = regexp.MustCompile(`\d{1,3}`)

	// impliesRE finds wording that only makes sense with a picture. It errs on
	// the side of asking for one: with people's health at stake, a request for
	// the picture is cheaper than an answer about one that was never sent.
	impliesRE = regexp.MustCompile(`(?i)\b(images?|imaging|scans?|pictures?|pics?|photos?|photographs?|films?|x-?rays?|cxr|axr|radiographs?|radiograms?|ct|cts|cta|mri?s?|mra|ultrasounds?|sonograms?|echo|mammograms?|mammography|fundus|oct|slides?|smears?|biops(?:y|ies)|histology|ecgs?|ekgs?|angiograms?|scintigra\w*|pet|dexa|slices?|series|shown|shows?|visible|see (?:here|in|on|any)|you see|look(?:s|ing)? (?:at|like)|this (?:lesion|mole|nodule|mass|fracture|opacity|rash|case|one)|attached|above|the (?:left|right) (?:lung|side|one)|findings?|impression)\b`)
)

// namedImages returns the labels that a question names, such as 1 and 3 for
// "compare Image 1 with image 3", in rising order.
func namedImages(question string) []int {
	var labels []int
	for _, m := range labelsRE.FindAllStringSubmatch(question, -1) {
		for _, d := range numberRE.FindAllString(m[1], -1) {
			n, _ := strconv.Atoi(d) // the pattern allows digits only
			labels = append(labels, n)
		}
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

// impliesImage says whether the wording of a question is about a picture.
func impliesImage(question string) bool { return impliesRE.MatchString(question) }

// chooseImages picks which of the labels 1 to have go into a request that takes
// at most most of them: those that the question names and then the newest.
// leftOut lists the others, in rising order.
func chooseImages(have int, named []int, most int) (send map[int]bool, leftOut []int) {
	send = map[int]bool{}
	for _, label := range slices.Backward(named) {
		if label >= 1 && label <= have && len(send) < most {
			send[label] = true
		}
	}
	for label := have; label >= 1 && len(send) < most; label-- {
		send[label] = true
	}
	for label := 1; label <= have; label++ {
		if !send[label] {
			leftOut = append(leftOut, label)
		}
	}
	return send, leftOut
}
