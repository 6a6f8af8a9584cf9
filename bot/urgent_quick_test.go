package bot

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// What is not even looked at holds no alarm, and what is asked all day is not.
func TestQuickAlarm(t *testing.T) {
	for _, s := range slices.Concat(urgentPhrases, heldOutUrgent, secondUrgent, thirdUrgent, lastUrgent,
		calmPhrases, heldOutCalm, secondCalm, thirdCalm, lastCalm) {
		s = spelt(folded(capitals(s)))
		if !quickAlarm.may(s) && alarmRE.MatchString(s) {
			t.Errorf("passed over: %s", s)
		}
	}
	for _, s := range []string{"which view is this film, and is the heart enlarged?", "compare Image 1 with Image 3", "is there an effusion on the left side?", "what do you see?"} {
		if quickAlarm.may(s) {
			t.Errorf("looked at: %s", s)
		}
	}
}

func TestLiteralsOf(t *testing.T) {
	for pattern, want := range map[string]string{
		`code (?:blue|red)`:                  "code blue|code red",
		`n?stemi\b`:                          "stemi|nstemi",
		`(?:hr|heart rate)(?: is)? (?:[12])`: "hr 1|hr 2|hr is 1|hr is 2|heart rate 1|heart rate 2|heart rate is 1|heart rate is 2",
		`\w*ruptur\w+`:                       "ruptur",
		`(?:[a-z]+ ){0,2}pain`:               "pain",
		`(?:new|old) (?:[a-z]+ )?weakness`:   "weakness",
		`[ab]/[0-9]+`:                        "a/|b/",
		`(?:lost|losing)+ it`:                "losing|lost",
		`[a-z]+`:                             "",
		`(?:bleed)?`:                         "",
		`bleed|\d*`:                          "",
	} {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		got, expected := literalsOf(re), strings.Split(want, "|")
		slices.Sort(got)
		slices.Sort(expected)
		if strings.Join(got, "|") != strings.Join(expected, "|") {
			t.Errorf("%s needs one of %q, want %q", pattern, got, expected)
		}
	}
}

func BenchmarkTimeCritical(b *testing.B) {
	for b.Loop() {
		timeCritical("which view is this film, and is the heart enlarged?")
	}
}
