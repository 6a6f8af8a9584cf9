package bot

import (
	"regexp"
	"strings"
)

// Reading the words of an answer one by one, in the one way of writing them that
// agree_filler.go gives.

// restWords are the words of a text that carry meaning, in the one way of writing them,
// and whether something joins or relates them. The name is that of the finding that
// they are said of.
func restWords(name, text string) (words []term, joined bool) {
	if name != "" { // whose sizes are compared as sizes
		text = measureRE.ReplaceAllString(text, " ")
	}
	for _, c := range oneWay {
		text = c.re.ReplaceAllString(text, " "+c.as+" ")
	}
	pending := false
	for _, t := range tokenRE.FindAllString(text, -1) {
		key := keyOf(t)
		if joining[t] {
			pending = len(words) > 0
		}
		if relating[key] && len(words) > 0 {
			joined = true
		}
		if key == "" {
			continue
		}
		if pending {
			joined, pending = true, false
		}
		words = append(words, term{key, shownWord(key, t)})
	}
	return words, joined
}

// ownWords are those of a finding's own words that say more than its name, since some
// of the patterns reach over a side or an image.
func ownWords(name, own string) (words []term) {
	all, _ := restWords(name, own)
	for _, w := range all {
		if k := kindOfWord(w.key); k == "image" || k != "" && name != abnormality {
			words = append(words, w)
		}
	}
	return words
}

var tokenRE = regexp.MustCompile(`,|[<>≤≥] ?\d+(?:\.\d+)?|\d+(?:\.\d+)?(?:st|nd|rd|th)\b|\d+(?:\.\d+)?%?|\+|\p{L}[\p{L}\p{M}\p{N}]*`)

// keyOf is the one way to write a word; "" when it carries no meaning.
func keyOf(t string) string {
	if key, ok := synonyms[t]; ok {
		return key
	}
	if fillers[t] || t == "," {
		return ""
	}
	t = oneSpelling.Replace(t)
	for _, end := range []string{"s", "ions", "ion", "ing", "ed", "es", "ly"} {
		if stem, ok := strings.CutSuffix(t, end); ok && len(stem) > 3 && !strings.HasSuffix(stem, "s") && !strings.HasSuffix(stem, "u") && !strings.HasSuffix(stem, "i") {
			t = stem
			break
		}
	}
	if key, ok := synonyms[t]; ok {
		return key
	}
	if fillers[t] {
		return ""
	}
	return strings.TrimSuffix(t, "e")
}

var oneSpelling = strings.NewReplacer("ae", "e", "oe", "e", "our", "or", "isation", "ization", "ised", "ized", "centre", "center", "fibre", "fiber", "grey", "gray")

func shownWord(key, text string) string {
	if shown, ok := shownAs[key]; ok {
		return shown
	}
	if n, ok := strings.CutPrefix(key, "image"); ok && n != "" {
		return "Image " + n
	}
	return bounds.Replace(text)
}

// bounds writes out what would be read as markup.
var bounds = strings.NewReplacer("<", "under ", ">", "over ", "≤", "at most ", "≥", "at least ")
