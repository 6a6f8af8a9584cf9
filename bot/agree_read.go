package bot

import (
	"regexp"
	"slices"
	"strings"
)

// Reading an answer of the model for what it says: which findings it finds or denies,
// on which side, how large, and in which other words. It is code that reads, by a list of words: it understands
// nothing, and where it is not sure the comparison says so.

// gist is what an answer says.
type gist struct {
	blind  bool    // that it sees no image
	lead   string  // "yes" or "no", when it begins so
	all    telling // of the whole answer
	main   telling // of its conclusion, when it has one; else all
	one    map[string]string
	sliced span // the slices that it cites
}

// telling is what a text says: of each finding, and word for word.
type telling struct {
	claims map[string]claim
	says   []saying
	last   namedAt // the finding that was named last
}

// maxRead is how many characters of an answer are read: a model that repeats itself
// must not keep the comparison busy.
const maxRead = 8000

// readAnswer reads an answer.
func readAnswer(text string) gist {
	if r := []rune(text); len(r) > maxRead { // it concludes at its end
		head, tail := string(r[:maxRead/2]), string(r[len(r)-maxRead/2:])
		text = head[:strings.LastIndexByte(" "+head, ' ')] + "\n" + tail[strings.IndexByte(tail, ' ')+1:] // whole words
	}
	kept, conclusion, skipped := sections(folding.Replace(strings.ToLower(visible(text))))
	r := gist{blind: seesNoImage(text), one: map[string]string{}, sliced: slicesCited(kept)}
	r.all = readText(kept)
	r.main = r.all
	if conclusion != "" {
		r.main = readText(conclusion)
		r.lead = leadOf(conclusion)
	}
	if r.lead == "" {
		r.lead = leadOf(kept)
	}
	for _, p := range findPlaces(skipped) {
		if _, ok := r.all.claims[p.name]; !ok { // told under a heading of what is no finding
			r.main.leaveOpen(p.name, skipped[p.at[0]:p.at[1]])
		}
	}
	for _, x := range exclusive {
		var found []string
		for word, re := range x.words {
			if re.MatchString(kept) {
				found = append(found, word)
			}
		}
		if len(found) == 1 {
			r.one[x.name] = found[0]
		}
	}
	return r
}

// claim is what an answer concludes of a finding, or says of it anywhere, and the name
// under which it does: a more exact word says it as well.
func (r gist) claim(name string) (claim, string) {
	for _, from := range []telling{r.main, r.all} {
		if c, ok := from.claims[name]; ok {
			return c, name
		}
	}
	for _, exact := range kindOf[name] {
		if c, ok := r.all.claims[exact]; ok && c.said != absent {
			return c, exact
		}
	}
	return claim{}, name
}

// sayings are the words that an answer says of a finding in one stance, of its
// conclusion if it is there.
func (r gist) sayings(name string, said stance) []saying {
	for _, from := range []telling{r.main, r.all} {
		var found []saying
		for _, s := range from.says {
			if s.name == name && s.said == said {
				found = append(found, s)
			}
		}
		if len(found) > 0 || name == "" {
			return found
		}
	}
	return nil
}

// foundNothing says whether an answer concludes that all is normal.
func (r gist) foundNothing() bool {
	if r.main.claims[abnormality].said != absent {
		return false
	}
	for _, c := range r.main.claims {
		if c.said == sure || c.said == unsure {
			return false
		}
	}
	return true
}

// rename gives a finding another name, under which there may be one already.
func (r *telling) rename(from, to string) {
	c, ok := r.claims[from]
	if !ok {
		return
	}
	r.claims[to] = joined(r.claims[to], c)
	delete(r.claims, from)
	for i := range r.says {
		if r.says[i].name == from {
			r.says[i].name = to
		}
	}
}

// leaveOpen notes a finding of which nothing can be told.
func (r *telling) leaveOpen(name, own string) {
	if _, ok := r.claims[name]; !ok {
		r.claims[name] = claim{said: unjudged, own: own}
	}
}

var (
	sentenceRE = regexp.MustCompile(`[.!?](?:\s|$)|\n`)
	turnRE     = regexp.MustCompile(`;|,? (?:but|however|although|though|whereas|while|yet|except(?: for)?|apart from)\b`)

	// idleRE finds sentences that say nothing of the image: advice, disclaimers, how
	// something looks in general.
	idleRE = regexp.MustCompile(`\b(?:consult|radiologist|clinician|clinical (?:correlation|context|findings?|history)|correlat\w+|recommend\w*|advis\w+|further (?:evaluation|imaging|investigation)|follow-?up|diagnosis should|not a (?:diagnosis|substitute)|medical advice|professional|ai\b|language model|typically|usually|generally|in general|classically|commonly|refers to|characteri[sz]ed by|would (?:appear|show|expect|look|be (?:seen|visible|expected))|if (?:there|present|a|an|it|the|you)\b|please|side marker|here is|let me|i (?:will|can) (?:help|describe))`)

	denyBeforeRE = regexp.MustCompile(`\bnegatives?:|\b(?:no|not|without|absence of|absent|negative for|free of|neither|nor|lack of|rather than|den(?:y|ies)|excludes?|rules? out|unlikely to be|never|against|isn't|aren't|doesn't|don't|nothing to suggest)\b`)
	notDenyRE    = regexp.MustCompile(`\b(?:no (?:significant |interval |definite )*(?:change|increase|decrease|growth|doubt)|not only|no longer)\b`)
	denyAfterRE  = regexp.MustCompile(`^: (?:none|no|absent|negative|not)\b|^[a-z ]{0,24}\b(?:(?:is|are|was|were|be) )?(?:not (?:seen|visible|identified|present|evident|apparent|detected|appreciated|shown|noted|observed|demonstrated|enlarged)|absent|excluded|ruled out|unlikely)\b`)
	endDenialRE  = regexp.MustCompile(`\b(?:there (?:is|are)|with|shows?|demonstrates?|reveals?|presence of|suggest\w*|because|due to|since)\b|(?:,| and) (?:an?|small|mild|moderate|large)\b`)
	unsureRE     = regexp.MustCompile(`\b(?:possibl[ey]|may\b|might|could|cannot (?:be )?(?:completely |entirely |fully )?(?:excluded?|rule[d]?)|can't (?:exclude|rule)|not (?:be )?(?:completely )?(?:excluded|ruled out)|questionable|equivocal|uncertain|unclear|indeterminate|perhaps|differential|versus|or early|concern for|cannot confirm)`)
	unknownRE    = regexp.MustCompile(`\b(?:(?:cannot|can't|not|difficult to|hard to|impossible to|unable to) (?:be )?(?:reliably |adequately |fully |well )?(?:judge[d]?|assess(?:ed)?|determine[d]?|evaluate[d]?|tell|visuali[sz]ed|see whether|say|comment))`)
)

// readText reads what a text says.
func readText(text string) telling {
	r := telling{claims: map[string]claim{}}
	text = likelyRE.ReplaceAllString(listedRE.ReplaceAllString(text, "image $1 and image $2"), "likely")
	about := ""                 // the image that sentences are about
	open := map[string]string{} // findings that are named, and of which nothing is told
	for _, sentence := range splitAfter(sentenceRE, text) {
		if saysBlindRE.MatchString(sentence) {
			continue
		}
		if m := imageHeadRE.FindStringSubmatch(sentence); m != nil {
			about = m[1]
		}
		sentence, advice := withoutAdvice(sentence)
		for _, p := range findPlaces(advice) {
			open[p.name] = advice[p.at[0]:p.at[1]]
		}
		for _, clause := range splitBefore(turnRE, sentence) {
			clause = strings.TrimSpace(strings.TrimPrefix(clause, ";"))
			if unknownRE.MatchString(clause) && !unsureRE.MatchString(clause) {
				for _, p := range findPlaces(clause) {
					open[p.name] = clause[p.at[0]:p.at[1]]
				}
				continue
			}
			clause = answersRE.ReplaceAllString(clause, "")
			if about != "" && !imageRE.MatchString(clause) {
				clause = "image " + about + " " + clause
			}
			if !r.readClause(clause) {
				r.readRest(clause)
			}
		}
	}
	for general, exact := range kindOf {
		if c, ok := r.claims[general]; ok {
			if i := slices.IndexFunc(exact, func(f string) bool { return r.claims[f].said == c.said }); i >= 0 {
				r.rename(general, exact[i])
			}
		}
	}
	for name, own := range open {
		r.leaveOpen(name, own)
	}
	return r
}

// readRest reads a clause that names no finding on the list: it may go on about the
// one before.
func (r *telling) readRest(clause string) {
	if goesOnRE.MatchString(clause) && r.last.name != "" {
		r.add(namedAt{name: r.last.name, said: r.last.said}, clause, "", "")
		return
	}
	s := newSaying("", sure, clause, "", "")
	if unsureRE.MatchString(clause) && len(s.words) > 0 {
		s.words = append(s.words, term{"possible", "possible"})
	}
	if len(s.words) > 0 {
		r.say(s)
	}
}

// say notes a saying, unless it was said before.
func (r *telling) say(s saying) {
	if !slices.ContainsFunc(r.says, func(t saying) bool {
		return s.name == t.name && s.said == t.said && slices.Equal(s.words, t.words)
	}) {
		r.says = append(r.says, s)
	}
}

var (
	answersRE   = regexp.MustCompile(`^(?:yes|no)(?:,| - |:)\s*`)
	goesOnRE    = regexp.MustCompile(`^(?:it|this|these|they|its|which)\b`)
	imageHeadRE = regexp.MustCompile(`^\W*image (\d+)\b[^:.]{0,40}:`)
	listedRE    = regexp.MustCompile(`\bimages (\d+)(?: and |, | to | & )(\d+)`)
)

// withoutAdvice parts a sentence into what it says of the image and what is advice or
// speaks in general. What stands before a comma counts as said of the image.
func withoutAdvice(sentence string) (said, advice string) {
	at := idleRE.FindStringIndex(sentence)
	if at == nil {
		return sentence, ""
	}
	cut := strings.LastIndexAny(sentence[:at[0]], ",;:")
	return sentence[:max(cut, 0)], sentence[max(cut, 0):]
}

// saysBlindRE finds that an answer sees no image.
var saysBlindRE = regexp.MustCompile(`\b(?:(?:cannot|can't|can not|could not|am not able to|not able to|unable to|do not|don't|did not|didn't|have not|haven't) (?:actually |directly |currently |physically )?(?:have (?:any |direct )?access|see|view|access|receive[d]?|look at|analy[sz]e|interpret|examine|open|process|have|been (?:given|shown|provided)|comment on|find)(?: to| with)?(?: an?| the| any| your| this| that| these)? ?(?:attached |actual |uploaded |medical |provided |chest )*(?:images?|pictures?|scans?|x-rays?|radiographs?|films?|files?|visual)` +
	`|no (?:\w+ )?(?:images?|pictures?|scans?|x-rays?|radiographs?|films?) (?:\d+ )?(?:was|were|is|are|has been|have been|provided|attached|shown|included|available|here|in (?:this|the|our) conversation|uploaded|visible|to )` +
	`|(?:images?|pictures?|scans?|x-rays?|radiographs?|films?) ?(?:\d+ )?(?:is|are|was|were|has|have) (?:not|n't) (?:been )?(?:here|in (?:this|the) conversation|available|provided|attached|shown|included|present|uploaded|visible|part of)` +
	`|(?:without|in the absence of) (?:seeing |viewing |access to |having )?(?:an?|the|any) (?:actual )?(?:images?|pictures?|scans?|x-rays?|radiographs?|films?)` +
	`|(?:please|need you to|could you) (?:re-?)?(?:provide|upload|share|post|attach|send)|(?:text-based|only a|as a) (?:ai|language) model|there (?:is|are) no (?:images?|pictures?|scans?|x-rays?|radiographs?|films?)\b|refers? to an image that)`)

// seesNoImage says whether an answer says that it sees no image.
func seesNoImage(text string) bool { return saysBlindRE.MatchString(folded(visible(text))) }
