package medgemma

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// MedGemma can fall into a loop: of one word, of a sentence or a paragraph, or
// of line breaks, and then it goes on until its tokens are spent. A loop is:
//
//   - more than maxPadding characters of white space in a row, or more than maxBlank
//     of which more than paddedBreaks are line breaks or tabs, or
//   - a tail of the text that is one unit over and over: fourTimes at least, or
//     threeTimes when the unit is longer than a few sentences, or emptyRows when
//     it is a table row without any letter or digit; and in all at least as long
//     as shortLoop, or ruleLoop for a unit without any letter or digit on one
//     line.
//
// The repetition is exact. "Slice 1: clear. Slice 2: clear. ..." is not one,
// however long it counts: no rule tells a runaway count from a series of slices,
// and max tokens bounds both. Nor is a loop of paragraphs that each say the same
// in other words.
const (
	maxBlank = 64 // characters

	// maxPadding is more than what pads an empty cell of a table to the width of
	// one with two sentences. A run of blanks is few tokens.
	maxPadding = 400 // characters

	// paddedBreaks are those of a run that is padding all the same: the end of a
	// padded line, an empty line, and the indent of the next.
	paddedBreaks = 2

	fourTimes, threeTimes = 4, 3

	// emptyRows is more than a form to be filled in has, and with up to three
	// columns less than 200 tokens.
	emptyRows = 20

	shortUnit = 256  // bytes; up to here a unit must come four times
	longUnit  = 1024 // bytes; some 250 tokens, a long paragraph

	// shortLoop is less than 200 tokens even of one byte each, and more than the
	// longest row of a table that says "Normal" in each of its columns.
	shortLoop = 200 // bytes

	// ruleLoop is more than any rule, row of dots, or border of a table.
	ruleLoop = 512 // bytes

	// loopStep is how often is looked, so much later a loop may be noticed.
	loopStep = 32 // bytes

	// loopWindow holds the longest unit three times, and what may come after
	// that before the next look.
	loopWindow = threeTimes*longUnit + 2*loopStep // bytes
)

// loops watches a text for a loop, piece by piece. What it finds and where does
// not depend on where the pieces are cut, as long as that is between two runes.
// Its time is linear in the length of the text.
type loops struct {
	tail  []byte // the end of the text, at least loopWindow when there is so much
	since int    // bytes since the last look
	blank blanks // at the end
	match []int  // scratch of repeats
}

// feed takes the next piece. When the text has come to loop, it returns how much
// of the piece belongs to the text up to there, and true.
func (l *loops) feed(s string) (n int, found bool) {
	from := 0
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(s[i:])
			end = i + size
		}
		if l.blank.add(r); l.blank.looping() {
			return end, true
		}
		if l.since += end - i; l.since < loopStep {
			continue
		}
		l.since = 0
		l.keep(s[from:end])
		from = end
		if l.looping() {
			return end, true
		}
	}
	l.keep(s[from:])
	return len(s), false
}

func (l *loops) keep(s string) {
	if len(l.tail)+len(s) > 4*loopWindow && len(l.tail) > loopWindow {
		l.tail = append(l.tail[:0], l.tail[len(l.tail)-loopWindow:]...)
	}
	l.tail = append(l.tail, s...)
}

// looping says whether the tail is a loop now.
func (l *loops) looping() bool {
	t := l.tail[max(0, len(l.tail)-loopWindow):]
	if len(t) < shortLoop {
		return false
	}
	// In a loop the last bytes stand one unit earlier as well. Looking for
	// them first makes the look at ordinary text nearly free.
	probe := t[len(t)-loopStep:]
	if !bytes.Contains(t[max(0, len(t)-longUnit-loopStep):len(t)-1], probe) {
		return false
	}
	l.match = repeats(t, longUnit, l.match)
	for unit := 1; unit < len(l.match); unit++ {
		span := unit + l.match[unit]
		if span >= max(shortLoop, threeTimes*unit) && span >= looped(t[len(t)-unit:]) {
			return true
		}
	}
	return false
}

// looped is how many bytes of a unit over and over are a loop.
func looped(unit []byte) int {
	least := max(shortLoop, fourTimes*len(unit))
	if len(unit) > shortUnit {
		least = threeTimes * len(unit)
	}
	switch {
	case bytes.ContainsFunc(unit, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }):
		return least
	case !bytes.ContainsRune(unit, '\n'): // lines and borders are drawn of it
		return max(ruleLoop, least)
	case bytes.ContainsRune(unit, '|'): // a row of a table
		return max(shortLoop, min(emptyRows*len(unit), threeTimes*longUnit))
	}
	return least
}

// blanks counts the white space at the end of a text.
type blanks struct {
	all    int // characters
	breaks int // of these, the ones that are neither a blank nor the CR of a CRLF
}

func (b *blanks) add(r rune) {
	switch {
	case !unicode.IsSpace(r):
		*b = blanks{}
		return
	case r != ' ' && r != '\r':
		b.breaks++
	}
	b.all++
}

// looping says whether there is more of it than any text needs.
func (b *blanks) looping() bool {
	return b.all > maxPadding || b.all > maxBlank && b.breaks > paddedBreaks
}

// repeats returns for each unit up to most how many bytes at the end of t equal
// those that stand unit bytes before them. It is the Z function of t reversed,
// so its time is linear. The result reuses room.
func repeats(t []byte, most int, room []int) []int {
	n := len(t)
	z := append(room[:0], make([]int, min(n, most+1))...)
	from, to := 0, 0 // the match that reaches farthest
	for i := 1; i < len(z); i++ {
		k := 0
		if i < to {
			k = min(to-i, z[i-from])
		}
		for i+k < n && t[n-1-k] == t[n-1-i-k] {
			k++
		}
		if z[i] = k; i+k > to {
			from, to = i, i+k
		}
	}
	return z
}
