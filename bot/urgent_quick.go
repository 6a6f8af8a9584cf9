package bot

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
)

// quick says in a few microseconds that a regular expression cannot match: when none
// of its literals is in a text. The large ones of urgent_words.go take some hundred
// for each question, and most questions hold nothing of them.
type quick struct{ literals []string }

// quickly finds the literals of patterns. It panics when one can match without any.
func quickly(patterns ...string) quick {
	var all []string
	for _, pattern := range patterns {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			panic(err)
		}
		some := literalsOf(re)
		if len(some) == 0 {
			panic("bot: " + pattern + " needs no literal")
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	// One that holds another says nothing more.
	return quick{slices.DeleteFunc(slices.Clone(all), func(l string) bool {
		return slices.ContainsFunc(all, func(o string) bool { return o != l && strings.Contains(l, o) })
	})}
}

// may says whether the pattern may match somewhere in text.
func (q quick) may(text string) bool {
	return slices.ContainsFunc(q.literals, func(l string) bool { return strings.Contains(text, l) })
}

// literalsOf returns literals of which each match of re holds at least one; none when
// there are no such.
func literalsOf(re *syntax.Regexp) []string {
	if all := wholly(re); all != nil && !slices.Contains(all, "") {
		return all
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return literalsOf(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return literalsOf(re.Sub[0])
		}
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			some := literalsOf(sub)
			if some == nil {
				return nil
			}
			all = append(all, some...)
		}
		return all
	case syntax.OpConcat:
		return literalsIn(re.Sub)
	}
	return nil
}

// literalsIn is literalsOf for expressions that follow each other: the best that one
// of them has, or some of them together.
func literalsIn(subs []*syntax.Regexp) (best []string) {
	consider := func(some []string) {
		if len(some) > 0 && !slices.Contains(some, "") && (best == nil || better(some, best)) {
			best = some
		}
	}
	run := []string{""}
	for _, sub := range subs {
		all := wholly(sub)
		if longer := product(run, all); longer != nil {
			run = longer
			continue
		}
		consider(run)
		consider(literalsOf(sub))
		run = []string{""}
		if all != nil {
			run = all
		}
	}
	consider(run)
	return best
}

// wholly returns all that re matches, if that is not too much.
func wholly(re *syntax.Regexp) []string {
	var all []string
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpBeginText, syntax.OpEndText:
		return []string{""}
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if len(all) == fewLiterals {
					return nil
				}
				all = append(all, string(r))
			}
		}
	case syntax.OpCapture:
		return wholly(re.Sub[0])
	case syntax.OpQuest:
		if some := wholly(re.Sub[0]); some != nil {
			all = append(some, "")
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			some := wholly(sub)
			if some == nil || len(all)+len(some) > fewLiterals {
				return nil
			}
			all = append(all, some...)
		}
	case syntax.OpConcat:
		all = []string{""}
		for _, sub := range re.Sub {
			all = product(all, wholly(sub))
		}
	}
	return all
}

// product puts each of b behind each of a; nil when that is too much, or one is.
func product(a, b []string) (all []string) {
	if len(a)*len(b) > fewLiterals {
		return nil
	}
	for _, x := range a {
		for _, y := range b {
			all = append(all, x+y)
		}
	}
	return all
}

const fewLiterals = 24

// better says that a's literals are in fewer texts than b's, as far as one can tell.
func better(a, b []string) bool {
	shortest := func(l []string) int { return len(slices.MinFunc(l, func(x, y string) int { return len(x) - len(y) })) }
	return cmp.Or(cmp.Compare(shortest(a), shortest(b)), cmp.Compare(len(b), len(a))) > 0
}
