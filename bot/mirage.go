package bot

import (
	"regexp"
	"slices"
	"strings"
)

// Where questions without an image are allowed, the model must not be asked what only
// an image can tell, and what it says must not pass for something seen. The first is
// found by the words of the question and the second by those of the answer; the label
// under an answer without an image says it whatever the words are (textNoImageLabel).

// existsRE begins what asks for a finding: "is there", "any", "signs of".
var existsRE = regexp.MustCompile(`(?i)(?:\b(?:is|are|was|were) there\b|\b(?:does|do|has|have) (?:it|he|she|they|this|that|the|my|our|this patient|the patient|my patient)\b|` +
	`\b(?:do|can) you (?:see|find|spot|detect)\b|\bwhere (?:is|are)\b|\bhow (?:big|large|wide|long|deep) (?:is|are)\b|(?:^|[.!?;,]\s*|\band\s+)(?:any|anything|(?:signs?|evidence) (?:of|for))\b)`)

// looksRE finds questions that ask to look, whatever at.
var looksRE = regexp.MustCompile(`(?i)\b(?:(?:is|are|was|were) (?:it|this|that|these|those|both|the|his|her|their)(?: (?:left|right|upper|lower|whole))? ?(?:hearts?|lungs?|trachea|mediastin\w+|ventricles?|bones?|ribs?|aorta|hil[aiu]m?|diaphragms?|livers?|spleens?|kidneys?|pancreas|gall ?bladder|appendix|bladder|prostate|uterus|brain|orbits?|sinus(?:es)?|spine|vertebra\w*|disc|hip|knee|wrist|ankle|shoulder|elbow|tubes?|catheter|lines?)?` +
	` (?:normal|abnormal|enlarged|dilated|widened|broken|fractured|displaced|dislocated|deviated|intact|clear|collapsed|swollen|unremarkable|malignant|benign|inflamed|midline|in place)\b|` +
	`(?:describe|interpret|assess|evaluate|read|report) (?:it|this|that|these|those)\b|(?:which|what) (?:view|projection|plane|modality|sequence|body part)\b|(?:which|what) side(?:\s*[?.!]| (?:is|has|does)\b)|what(?:'s| is| are) (?:this|that|these|wrong)\s*(?:[?.!]|$)|what do you (?:think|make of (?:it|this|that|these))\s*(?:[?.!]|$))`)

// elseRE finds words behind which a question for a finding is about something else: its
// treatment, its risk, or what goes with it.
var elseRE = regexp.MustCompile(`(?i)[.!?;:,]|\b(?:against|for|in|with|between|to|from|by|when|if|who|that|which|during|than|risks?|treatments?|therap\w+|guidelines?|drugs?|medications?|causes?|vaccin\w+|cures?|tests?|difference|scores?|classification|criteria|interaction|association|link|relation\w*|types?|stages?|grades?)\b`)

// afterRE are words right after a finding that make it something else.
var afterRE = regexp.MustCompile(`(?i)^\W*(?:risks?|treatments?|therap\w+|guidelines?|vaccin\w+|scores?|classification|clinics?|prevention|prophylaxis|management|rates?)\b`)

// asksToLook says whether a question asks for what only an image can tell, though it
// names none: "is there a fracture?". It errs on the side of asking for an image.
func asksToLook(question string) bool {
	if looksRE.MatchString(question) {
		return true
	}
	for _, at := range existsRE.FindAllStringIndex(question, -1) {
		rest := question[at[1]:]
		about := rest
		if end := elseRE.FindStringIndex(rest); end != nil {
			about = rest[:end[0]]
			if afterRE.MatchString(rest[end[0]:]) {
				continue
			}
		}
		about = folded(about)
		if slices.ContainsFunc(findings, func(f finding) bool {
			return f.words.MatchString(about) || f.clear != nil && f.clear.MatchString(about)
		}) {
			return true
		}
	}
	return false
}

// seenRE finds what an answer says of an image as if it had been there.
var seenRE = regexp.MustCompile(`\b(?:(?:the|this|these|that|those|your|provided|attached|given|submitted|uploaded) (?:[a-z-]+ ){0,3}(?:images?|imaging|scans?|pictures?|photos?|photographs?|films?|x-?rays?|radiographs?|cxr|ct|mri|mr|ultrasounds?|sonograms?|mammograms?|fundus|slides?|views?)|` +
	`(?:images?|scans?|pictures?|x-?rays?|radiographs?|films?|ct|mri|ultrasounds?|mammograms?) (?:[0-9]+ )?(?:shows?|demonstrates?|reveals?|depicts?|displays?|is|are|appears?)|` +
	`(?:i|we) (?:can |do )?(?:see|observe|note)|(?:seen|visible|visuali[sz]ed|shown|noted|present|identified) (?:on|in|here)|image [0-9]+|on (?:imaging|the (?:left|right) side))\b|` +
	`(?m:^[#* ]*(?:findings|impression)\b)`)

// speaksOfImage says whether an answer speaks of an image.
func speaksOfImage(answer string) bool { return seenRE.MatchString(strings.ToLower(visible(answer))) }
