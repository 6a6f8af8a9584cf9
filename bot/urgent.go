package bot

import (
	"regexp"
	"strings"
)

// timeCritical says whether the words of a question tell of something that cannot
// wait for an answer of a model: an arrest, a tension pneumothorax, a stroke, "stat".
// It knows English, and the German, French and Spanish words that a ward would use.
//
// What is asked for ("tension pneumothorax?", "rule out dissection", "cannot exclude a
// bleed") counts; what is denied ("no sign of stroke"), long past ("stroke in 2010") or
// only taught or asked about in general does not. In doubt it says yes: a line too many
// costs a glance.
func timeCritical(text string) bool {
	text = spelt(folded(capitals(clip(text, criticalRunes))))
	if !quickAlarm.may(text) {
		return false
	}
	if taughtRE.MatchString(text) || (genericRE.MatchString(text) || asksKnowledge(text)) && !thisRE.MatchString(text) {
		return false
	}
	for _, clause := range clauses(harmlessRE.ReplaceAllString(text, " _ ")) {
		for _, at := range alarmRE.FindAllStringIndex(clause, -1) {
			end := at[1] + len(restRE.FindString(clause[at[1]:]))
			before, after := clause[:at[0]], clause[end:]
			if !denied(before, after) && !past(before, after) {
				return true
			}
		}
	}
	return false
}

// asksKnowledge says whether text, as a whole, asks how things are in general.
func asksKnowledge(text string) bool {
	return knowledgeRE.MatchString(text) && !notKnowledgeRE.MatchString(askedForRE.ReplaceAllString(text, " "))
}

// criticalRunes is how much of a question is looked at: some 30 ms of work.
const criticalRunes = 4000

// restRE is what is left of a word.
var restRE = regexp.MustCompile(`^[a-z]*`)

// capitalsRE finds abbreviations that are other words when they are not written in
// capitals: "ich" is German, "pea" is a size.
var capitalsRE = regexp.MustCompile(`\b(?:ICH|PEA|VF|VT|MI)\b|\bPE(?:\s*\?| protocol)`)

func capitals(text string) string {
	return capitalsRE.ReplaceAllStringFunc(text, func(s string) string {
		switch s {
		case "ICH":
			return "intracranial hemorrhage"
		case "PEA":
			return "pulseless"
		case "VF":
			if !strings.Contains(text, "VF arrest") {
				return "vf" // a field of vision, more often
			}
			return "ventricular fibrillation"
		case "VT":
			return "ventricular tachycardia"
		case "MI":
			return "myocardial infarction"
		}
		return "pulmonary embolism ?"
	})
}

var folding = strings.NewReplacer(
	"ä", "a", "ö", "o", "ü", "u", "ß", "ss", "é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "ç", "c", "î", "i", "ï", "i",
	"ô", "o", "û", "u", "ù", "u", "ñ", "n", "á", "a", "í", "i", "ó", "o", "ú", "u", "œ", "oe", "æ", "ae",
	"’", "'", "‘", "'", "\u00a0", " ", "–", "-", "—", " - ", "¿", " ", "¡", " ", "…", " ", "z.n.", "zn", "z. n.", "zn", "*", " ", "_", " ", "~", " ")

// folded writes text in small letters without accents.
func folded(text string) string {
	return agedRE.ReplaceAllString(folding.Replace(strings.ToLower(text)), " aged ")
}

// agedRE is an age, whose "old" says nothing of when.
var agedRE = regexp.MustCompile(`\b(?:\d+ ?(?:years?|yrs?|months?|weeks?|days?|y|m|w|d)?[- ]?old|(?:years?|yrs?|months?|weeks?|days?)[- ]old|\d+ ?yo)\b`)

var clauseRE = regexp.MustCompile(`[?!]+|[.;](?:\s|$)|\n|\s(?:but|however|although|though|aber|jedoch|mais|pero)\s`)

// clauses splits text where a denial ends; a question mark stays with its clause.
func clauses(text string) (out []string) {
	for {
		at := clauseRE.FindStringIndex(text)
		if at == nil {
			return append(out, text)
		}
		out = append(out, text[:at[1]])
		text = text[at[1]:]
	}
}

// denied says whether what stands around a word takes it back.
func denied(before, after string) bool {
	if askedRE.MatchString(after) {
		return false // "no bleed?" asks for it
	}
	if m := excludedRE.FindStringIndex(after); m != nil {
		return !strings.HasPrefix(strings.TrimSpace(after[m[1]:]), "?")
	}
	before = stillOpenRE.ReplaceAllString(before, " _ ")
	at := lastIndex(denialRE, before)
	if at == nil {
		return false
	}
	between := before[at[1]:]
	if ofVerbRE.MatchString(before[at[0]:at[1]]) && andRE.MatchString(between) {
		return false // "not bubbling and arresting"
	}
	return !endsScopeRE.MatchString(between) && inScope(between, after, 6)
}

// past says whether what stands around a word puts it into another time or on another
// person.
func past(before, after string) bool {
	if m := agoRE.FindStringSubmatch(after); m != nil && !comparingRE.MatchString(m[1]) {
		return true
	}
	at := lastIndex(earlierRE, before)
	if at == nil {
		return false
	}
	between := before[at[1]:]
	if strings.Contains(between, ",") && askedRE.MatchString(after) {
		return false // "hx of afib, stroke?"
	}
	return !endsScopeRE.MatchString(between) && !freshRE.MatchString(between) && inScope(between, after, 4)
}

// inScope says whether a word of denial or of the past reaches over what stands
// between it and the word in question: few words, and a comma only in a list that
// goes on ("no bleed, mass or shift").
func inScope(between, after string, words int) bool {
	commas := strings.Count(between, ",")
	if len(strings.Fields(between)) > words+3*commas {
		return false
	}
	return commas == 0 || listRE.MatchString(between) || listRE.MatchString(after)
}

func lastIndex(re *regexp.Regexp, s string) []int {
	all := re.FindAllStringIndex(s, -1)
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

var lettersRE = regexp.MustCompile(`[a-z]{6,}`)

// spelt corrects slips in the long words that matter: "pnuemothorax", "anaphylaxsis".
func spelt(text string) string {
	return lettersRE.ReplaceAllStringFunc(text, func(word string) string {
		if spelledRight[word] {
			return word
		}
		for _, right := range spelling {
			slips := 1
			if len(right) >= 10 {
				slips = 2
			}
			if word[0] == right[0] && near(word, right, slips) {
				return right
			}
		}
		return word
	})
}

// near says whether a turns into b by at most so many slips: a letter too many, too
// few, another, or two exchanged. Both are ASCII.
func near(a, b string, slips int) bool {
	if len(a)-len(b) > slips || len(b)-len(a) > slips {
		return false
	}
	var two, one, row []int
	for j := range len(b) + 1 {
		row = append(row, j)
	}
	for i := 1; i <= len(a); i++ {
		two, one, row = one, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
	}
	return row[len(b)] <= slips
}
