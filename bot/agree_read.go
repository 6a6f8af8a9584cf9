package bot

import (
	"regexp"
	"slices"
	"strings"
)

// Reading an answer of the model for what it says: which findings it finds or denies,
// on which side, how large. It is code that reads, by a list of words: it understands
// nothing, and where it is not sure the comparison says so.

// gist is what an answer says.
type gist struct {
	blind  bool             // that it sees no image
	lead   string           // "yes" or "no", when it begins so
	all    map[string]claim // by finding
	main   map[string]claim // of its conclusion, when it has one; else all
	one    map[string]string
	others [][]string // the words of what it says beyond the list of findings
	words  []string   // all of its words that weigh
}

// maxRead is how many characters of an answer are read: a model that repeats itself
// must not keep the comparison busy.
const maxRead = 8000

// readAnswer reads an answer.
func readAnswer(text string) gist {
	if r := []rune(text); len(r) > maxRead { // it concludes at its end
		text = string(r[:maxRead/2]) + "\n" + string(r[len(r)-maxRead/2:])
	}
	whole, conclusion := sections(folded(visible(text)))
	r := gist{blind: seesNoImage(text), one: map[string]string{}}
	r.all, r.others = readClaims(whole)
	r.main = r.all
	if conclusion != "" {
		r.main, r.others = readClaims(conclusion)
		r.lead = leadOf(conclusion)
	}
	if r.lead == "" {
		r.lead = leadOf(whole)
	}
	for _, x := range exclusive {
		var found []string
		for word, re := range x.words {
			if re.MatchString(whole) {
				found = append(found, word)
			}
		}
		if len(found) == 1 {
			r.one[x.name] = found[0]
		}
	}
	r.words = weighty(whole)
	return r
}

var (
	headingRE = regexp.MustCompile(`(?m)^[\s#>•\-\d.)]*([a-z][a-z ,/']{2,48}?)\s*:`)

	// skippedRE are the headings of what is no finding.
	skippedRE = regexp.MustCompile(`quality|technique|limitation|cannot be judged|recommend|next step|disclaimer|suggest|note|what would|differential|further`)

	// concludesRE are the headings under which an answer concludes.
	concludesRE = regexp.MustCompile(`^(?:final )?(?:answer|impression|conclusion|summary|interpretation|overall|in short)`)

	citedImageRE = regexp.MustCompile(`\bimages? \d+(?:,? slices? \d+(?:(?: to |-| and |, )\d+)*)?`)
)

// sections drops what is no finding from an answer, and returns the rest as a whole
// and what it concludes.
func sections(text string) (whole, conclusion string) {
	text = citedImageRE.ReplaceAllString(strings.NewReplacer("`", "", "#", "").Replace(text), "the image")
	var all, last strings.Builder
	keep, concludes := true, false
	for _, line := range strings.Split(text, "\n") {
		if m := headingRE.FindStringSubmatchIndex(line); m != nil {
			heading := line[m[2]:m[3]]
			keep, concludes = !skippedRE.MatchString(heading), concludesRE.MatchString(heading)
			if concludes {
				line = line[m[1]:]
				last.Reset()
			}
		}
		if !keep {
			continue
		}
		all.WriteString(line + "\n")
		if concludes {
			last.WriteString(line + "\n")
		}
	}
	return all.String(), strings.TrimSpace(last.String())
}

var leadRE = regexp.MustCompile(`^[\s"'•\-]*(yes|no)(?:[,.:;!]|\s+(?:there|i|it|the|this|a|an|-)\b|\s*$)`)

func leadOf(text string) string {
	if m := leadRE.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

var (
	sentenceRE = regexp.MustCompile(`[.!?](?:\s|$)|\n`)
	turnRE     = regexp.MustCompile(`;|,? (?:but|however|although|though|whereas|while|yet|except(?: for)?|apart from)\b`)

	// idleRE finds sentences that say nothing of the image: advice, disclaimers, how
	// something looks in general.
	idleRE = regexp.MustCompile(`\b(?:consult|radiologist|clinician|clinical (?:correlation|context|findings?|history)|correlat\w+|recommend\w*|advis\w+|further (?:evaluation|imaging|investigation)|follow-?up|diagnosis should|not a (?:diagnosis|substitute)|medical advice|professional|ai\b|language model|typically|usually|generally|in general|classically|commonly|refers to|characteri[sz]ed by|would (?:appear|show|expect|look|be (?:seen|visible|expected))|if (?:there|present|a|an|it|the|you)\b|please|side marker|here is|let me|i (?:will|can) (?:help|describe))`)

	denyBeforeRE = regexp.MustCompile(`\b(?:no|not|without|absence of|absent|negative for|free of|neither|nor|lack of|rather than|den(?:y|ies)|excludes?|rules? out|unlikely to be|never|against|isn't|aren't|doesn't|don't|nothing to suggest)\b`)
	notDenyRE    = regexp.MustCompile(`\b(?:no (?:significant |interval |definite )*(?:change|increase|decrease|growth|doubt)|not only|no longer)\b`)
	denyAfterRE  = regexp.MustCompile(`^: (?:none|no|absent|negative|not)\b|^[a-z ]{0,24}\b(?:(?:is|are|was|were|be) )?(?:not (?:seen|visible|identified|present|evident|apparent|detected|appreciated|shown|noted|observed|demonstrated|enlarged)|absent|excluded|ruled out|unlikely)\b`)
	endDenialRE  = regexp.MustCompile(`\b(?:there (?:is|are)|with|shows?|demonstrates?|reveals?|presence of|suggest\w*|because|due to|since)\b|(?:,| and) (?:an?|small|mild|moderate|large)\b`)
	unsureRE     = regexp.MustCompile(`\b(?:possibl[ey]|may\b|might|could|cannot (?:be )?(?:completely |entirely |fully )?(?:excluded?|rule[d]?)|can't (?:exclude|rule)|not (?:be )?(?:completely )?(?:excluded|ruled out)|questionable|equivocal|uncertain|unclear|indeterminate|perhaps|differential|versus|or early|concern for|cannot confirm)`)
	unknownRE    = regexp.MustCompile(`\b(?:(?:cannot|can't|not|difficult to|hard to|impossible to|unable to) (?:be )?(?:reliably |adequately |fully |well )?(?:judge[d]?|assess(?:ed)?|determine[d]?|evaluate[d]?|tell|visuali[sz]ed|see whether|say|comment))`)
)

// readClaims reads the findings out of a text, and the words of what it says beyond
// them.
func readClaims(text string) (map[string]claim, [][]string) {
	claims := map[string]claim{}
	var others [][]string
	for _, sentence := range splitAfter(sentenceRE, text) {
		if idleRE.MatchString(sentence) || saysBlindRE.MatchString(sentence) {
			continue
		}
		for _, clause := range splitBefore(turnRE, sentence) {
			if unknownRE.MatchString(clause) && !unsureRE.MatchString(clause) {
				continue
			}
			if readClause(clause, claims) || denyBeforeRE.MatchString(clause) {
				continue
			}
			if words := weighty(clause); len(words) > 1 {
				others = append(others, words)
			}
		}
	}
	for general, exact := range kindOf {
		if c, ok := claims[general]; ok && slices.ContainsFunc(exact, func(f string) bool { return claims[f].said == c.said }) {
			delete(claims, general)
		}
	}
	return claims, others
}

// saysBlindRE finds that an answer sees no image.
var saysBlindRE = regexp.MustCompile(`\b(?:(?:cannot|can't|can not|could not|am not able to|not able to|unable to|do not|don't|did not|didn't|have not|haven't) (?:actually |directly |currently |physically )?(?:have (?:any |direct )?access|see|view|access|receive[d]?|look at|analy[sz]e|interpret|examine|open|process|have|been (?:given|shown|provided)|comment on|find)(?: to| with)?(?: an?| the| any| your| this| that| these)? ?(?:attached |actual |uploaded |medical |provided |chest )*(?:images?|pictures?|scans?|x-rays?|radiographs?|films?|files?|visual)` +
	`|no (?:\w+ )?(?:images?|pictures?|scans?|x-rays?|radiographs?|films?) (?:\d+ )?(?:was|were|is|are|has been|have been|provided|attached|shown|included|available|here|in (?:this|the|our) conversation|uploaded|visible|to )` +
	`|(?:images?|pictures?|scans?|x-rays?|radiographs?|films?) ?(?:\d+ )?(?:is|are|was|were|has|have) (?:not|n't) (?:been )?(?:here|in (?:this|the) conversation|available|provided|attached|shown|included|present|uploaded|visible|part of)` +
	`|(?:without|in the absence of) (?:seeing |viewing |access to |having )?(?:an?|the|any) (?:actual )?(?:images?|pictures?|scans?|x-rays?|radiographs?|films?)` +
	`|(?:please|need you to|could you) (?:re-?)?(?:provide|upload|share|post|attach|send)|(?:text-based|only a|as a) (?:ai|language) model|there (?:is|are) no (?:images?|pictures?|scans?|x-rays?|radiographs?|films?)\b|refers? to an image that)`)

// seesNoImage says whether an answer says that it sees no image.
func seesNoImage(text string) bool { return saysBlindRE.MatchString(folded(visible(text))) }

var wordRE = regexp.MustCompile(`[a-z]{3,}`)

// weighty are the words of a text that say something, each once and without its
// plural: no small words, and none of what every report is made of.
func weighty(text string) (words []string) {
	for _, w := range wordRE.FindAllString(text, -1) {
		w = strings.TrimSuffix(w, "s")
		if !lightWords[w] && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// lightWords weigh nothing: small words, and those of every report.
var lightWords = wordSet("the and for with that this there are was were has have been from which into over but not its it' than then also can may could would will does appear appeared appearing seem show showing shown demonstrate demonstrated reveal revealed visible visualized visualised seen see noted note present presence identified evident evidence sign finding feature image picture scan radiograph x-ray xray ray film study view projection examination exam chest lung pleural " +
	"normal limit within size silhouette contour structure area region aspect side left right both bilateral upper lower middle zone lobe field apex base basal apical lateral medial anterior posterior frontal central peripheral patient adult male female quality adequate good acceptable inspiration inspiratory effort rotation rotated exposure exposed penetration position positioned centred centered erect upright supine portable technically technique " +
	"consistent compatible suggestive suggesting suggest indicate indicating represent representing likely probably possible possibly due related secondary clear clearly overall based answer impression conclusion summary question asked provided following above below here one two three several multiple small large mild moderate severe significant obvious definite other otherwise some any all most more less very well quite slightly " +
	"heart cardiac mediastinum mediastinal trachea tracheal hilum hilar hila diaphragm diaphragmatic bone bony osseous rib soft tissue brain skull head abdomen abdominal pelvi eye retina retinal optic disc macula vessel vascular skin bilaterally unremarkable intact midline sharp preserved symmetrical symmetric expected stable unchanged look looked looking like level located location involving involve extending extend seen' anatomy modality plane marker cropped crop artefact artifact blur postero antero posteroanterior anteroposterior axial coronal sagittal slice window computed tomography magnetic resonance imaging fundu photograph colour color mainly mostly support supporting against speak speaking therefore hence thi ha wa doe appearance limited assessment")
