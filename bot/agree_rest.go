package bot

import (
	"slices"
	"strings"
)

// What an answer says beside the findings on the list: the words around a finding, and
// those of clauses without any. None of them is understood. They are written in one way
// (agree_filler.go), and two answers must have the same of them: what is left over on
// one side was not compared, and then nobody can say that the answers are the same.

// term is a word that carries meaning.
type term struct{ key, text string }

// saying is what one clause says of one finding, or of none on the list.
type saying struct {
	name    string // of the finding; or empty
	said    stance
	words   []term
	ordered bool // the meaning hangs on the order of the words
}

// placeMark stands for the finding itself among words that say where it is.
const placeMark = "*"

// newSaying reads the words before and after a finding.
func newSaying(name string, said stance, before, own, after string) saying {
	s := saying{name: name, said: said}
	lead, joined := restWords(name, before)
	s.ordered = joined
	kinds := map[string]bool{}
	s.words = append(s.words, lead...)
	s.words = append(s.words, ownWords(name, own)...)
	tail, joined := restWords(name, after)
	placed := slices.ContainsFunc(append(slices.Clone(lead), tail...), func(w term) bool { return placing[w.key] })
	if placed && name != "" {
		s.ordered, s.words = true, append(s.words, term{key: placeMark})
	}
	s.words, s.ordered = append(s.words, tail...), s.ordered || joined
	for _, w := range s.words {
		if k := kindOfWord(w.key); k != "" && k != "degree" {
			if kinds[k] && !s.has(w) {
				continue
			}
			if kinds[k] {
				s.ordered = true // which of them belongs to what
			}
			kinds[k] = true
		}
	}
	return s
}

func (s saying) has(w term) bool { return holds(s.words, w) }

func holds(words []term, w term) bool {
	return slices.ContainsFunc(words, func(v term) bool { return v.key == w.key })
}

// union are the words of several sayings, each once.
func union(all []saying) (words []term) {
	for _, s := range all {
		for _, w := range s.words {
			if w.key != placeMark && !holds(words, w) {
				words = append(words, w)
			}
		}
	}
	return words
}

func minus(a, b []term) (rest []term) {
	for _, w := range a {
		if !holds(b, w) {
			rest = append(rest, w)
		}
	}
	return rest
}

// restApart compares what two answers say of one finding, or of none on the list, and
// says what each has that the other has not.
func restApart(a, b []saying) (first, second string, l likeness) {
	x, y := union(a), union(b)
	onlyX, onlyY := minus(x, y), minus(y, x)
	attached := len(a) > 0 && a[0].name != ""
	for _, v := range onlyX {
		for _, w := range onlyY {
			if !opposed(v.key, w.key) || ofKind(x, v) != 1 || ofKind(y, w) != 1 {
				continue
			}
			if attached {
				return v.text, w.text, differing
			}
			// Beside no finding, nothing but the rest says that it is of the same thing.
			if len(onlyX) == 1 && len(onlyY) == 1 {
				return quotedWords(x), quotedWords(y), differing
			}
		}
	}
	if len(a) == 1 && len(b) == 1 && len(onlyX)+len(onlyY) == 1 && denying[append(onlyX, onlyY...)[0].key] {
		return quotedWords(x), quotedWords(y), differing
	}
	if len(onlyX)+len(onlyY) > 0 {
		return alsoSays(onlyX), alsoSays(onlyY), unclear
	}
	return inOrder(longest(a), longest(b))
}

// ofKind is how many words are of the same kind as one.
func ofKind(words []term, w term) (n int) {
	for _, v := range words {
		if kindOfWord(v.key) == kindOfWord(w.key) {
			n++
		}
	}
	return n
}

func alsoSays(words []term) string {
	if len(words) == 0 {
		return "says no more"
	}
	return "also says " + quotedWords(words)
}

func quotedWords(words []term) string {
	var texts []string
	if len(words) == 0 {
		return "says no more"
	}
	for _, w := range words {
		if w.key != placeMark {
			texts = append(texts, w.text)
		}
	}
	const most = 8
	if len(texts) > most {
		texts = append(texts[:most:most], "…")
	}
	return `"` + strings.Join(texts, " ") + `"`
}

// longest drops sayings whose words are all in another.
func longest(all []saying) (kept []saying) {
	for i, s := range all {
		within := func(j int) bool {
			t := all[j]
			if j == i || len(minus(s.words, t.words)) > 0 {
				return false
			}
			return len(minus(t.words, s.words)) > 0 || j < i // of equals the first stays
		}
		covered := false
		for j := range all {
			covered = covered || within(j)
		}
		if !covered {
			kept = append(kept, s)
		}
	}
	return kept
}

// inOrder compares sayings that have the same words in all: which words stand together,
// and in which order where that matters.
func inOrder(a, b []saying) (first, second string, l likeness) {
	if len(a) == 1 && len(b) > 1 || len(a) > 1 && len(b) == 1 {
		if !slices.ContainsFunc(append(slices.Clone(a), b...), func(s saying) bool { return s.ordered }) {
			return "", "", same // said in one clause, or in several
		}
	}
	rest := slices.Clone(b)
	for _, s := range a {
		at := slices.IndexFunc(rest, s.matches)
		if at < 0 && len(rest) == 0 {
			return quotedWords(s.words), "says no more", unclear
		}
		if at < 0 {
			for _, t := range rest {
				if s.exchanged(t) {
					return quotedWords(s.words), quotedWords(t.words), differing
				}
			}
			return quotedWords(s.words), quotedWords(rest[0].words), unclear
		}
		rest = slices.Delete(rest, at, at+1)
	}
	if len(rest) > 0 {
		return "says no more", quotedWords(rest[0].words), unclear
	}
	return "", "", same
}

func (s saying) matches(t saying) bool {
	if len(minus(s.words, t.words))+len(minus(t.words, s.words)) > 0 {
		return false
	}
	return !s.ordered && !t.ordered || slices.EqualFunc(s.sequence(), t.sequence(), func(a, b term) bool { return a.key == b.key })
}

// sequence are the words whose order counts: a side or a degree that is the only one
// may stand anywhere.
func (s saying) sequence() (words []term) {
	for _, w := range s.words {
		if k := kindOfWord(w.key); (k == "side" || k == "degree" || k == "zone") && ofKind(s.words, w) == 1 {
			continue
		}
		words = append(words, w)
	}
	return words
}

// exchanged says whether two sayings are word for word the same but that the images
// have changed places, which turns them around.
func (s saying) exchanged(t saying) bool {
	if len(s.words) != len(t.words) {
		return false
	}
	swapped := false
	for i, v := range s.words {
		w := t.words[i]
		if v.key == w.key {
			continue
		}
		if kindOfWord(v.key) != "image" || kindOfWord(w.key) != "image" {
			return false
		}
		swapped = true
	}
	return swapped
}
