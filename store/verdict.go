package store

import (
	"cmp"
	"slices"
)

// Empty says whether the verdict says nothing, and so is not kept.
func (v Verdict) Empty() bool { return v.Feedback == "" && v.Reviewed.IsZero() }

// FindVerdict returns what user says of an answer; with only AnswerTS and User when
// that is nothing.
func FindVerdict(all []Verdict, answerTS, user string) Verdict {
	for _, v := range all {
		if v.AnswerTS == answerTS && v.User == user {
			return v
		}
	}
	return Verdict{AnswerTS: answerTS, User: user}
}

// ReplaceVerdict returns a thread's verdicts, in their order, with v for what the
// same person said of the same answer; without either when v is Empty. ErrTooLarge
// when they would be more than MaxVerdicts.
func ReplaceVerdict(all []Verdict, v Verdict) ([]Verdict, error) {
	next := slices.DeleteFunc(slices.Clone(all), func(o Verdict) bool { return o.AnswerTS == v.AnswerTS && o.User == v.User })
	if !v.Empty() {
		next = append(next, v)
	}
	if len(next) > max(len(all), MaxVerdicts) {
		return nil, ErrTooLarge
	}
	slices.SortFunc(next, func(a, b Verdict) int {
		return cmp.Or(CompareTS(a.AnswerTS, b.AnswerTS), cmp.Compare(a.User, b.User))
	})
	return next, nil
}
