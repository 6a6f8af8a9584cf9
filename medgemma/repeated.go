package medgemma

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// repeated returns how many bytes at the end of a text only say again what
// stands before them. t is that text, or the last loopWindow of it. What loops
// is left once, whole, and the white space behind it goes.
func repeated(t []byte) int {
	t = t[max(0, len(t)-loopWindow):]
	kept := len(bytes.TrimRightFunc(t, unicode.IsSpace))
	var white blanks
	for _, r := range string(t[kept:]) {
		white.add(r)
	}
	if white.looping() {
		return len(t) - kept // that was the loop
	}
	// Of all units the one that explains most of the tail, and of those the
	// shortest: the last paragraph of three may end with a rule of dashes, or
	// break off after it.
	unit, span := 0, 0
	for u, match := range repeats(t, longUnit, nil) {
		if u > 0 && match >= 2*u && u+match > span {
			unit, span = u, u+match
		}
	}
	// It may be less than what looped: the tags were taken out of that. What is
	// shorter still is chance, such as dots or a double letter.
	if span >= loopStep {
		at := seam(t, len(t)-span+unit, unit)
		kept = min(kept, len(bytes.TrimRightFunc(t[:at], unicode.IsSpace)))
	}
	return len(t) - kept
}

// seam finds where to end a text that repeats from at on in units: at the end of
// a line or a sentence, else of a word. The repetition may have begun in the
// middle of one, where two sentences happen to end alike.
func seam(t []byte, at, unit int) int {
	word := -1
	for i := at; i < min(at+unit, len(t)); i++ {
		if !utf8.RuneStart(t[i]) {
			continue
		}
		before, _ := utf8.DecodeLastRune(t[:i])
		after, _ := utf8.DecodeRune(t[i:])
		switch {
		case before == '\n', after == '\n', endsSentence(t[:i]) && (unicode.IsSpace(before) || !continues(after)):
			return i
		case word < 0 && (unicode.IsSpace(before) || unicode.IsSpace(after)):
			word = i
		}
	}
	if word >= 0 {
		return word
	}
	for at < len(t) && !utf8.RuneStart(t[at]) {
		at++
	}
	return at
}

// endsSentence says whether t ends with a full stop or its like, white space
// behind it apart.
func endsSentence(t []byte) bool {
	r, _ := utf8.DecodeLastRune(bytes.TrimRightFunc(t, unicode.IsSpace))
	switch r {
	case '.', '!', '?', ';', '。', '！', '？', '।', '؟':
		return true
	}
	return false
}

// continues says whether r goes on with the word or number before it, as in 3.5.
func continues(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsPunct(r)
}
