package bot

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// enter takes a place for a question that is asked now.
func enter(l *line, person string) *spot { return l.enter(person, askedAt(time.Now())) }

// askedAt is a ts of its own for a message that Slack took then.
func askedAt(at time.Time) string { return fmt.Sprintf("%d.%s", at.Unix(), randomID(6)) }

// The rate is that at which somebody asks, not that at which the questions come
// here: after a restart they come together.
func TestLineCountsWhenSomethingWasAsked(t *testing.T) {
	for name, c := range map[string]struct {
		every time.Duration // between two of them
		ago   time.Duration // the last one
		want  bool
	}{
		"now, and too many":                {5 * time.Second, 0, true},
		"now, and not too many":            {6 * time.Second, 0, false},
		"before a restart":                 {time.Minute, time.Minute, false},
		"before a restart, and too many":   {time.Second, 10 * time.Minute, true},
		"for long, and all at once to us":  {7 * time.Second, 0, false},
		"too many, and slow to come to us": {2 * time.Second, 2 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, backward := range []bool{false, true} {
					l := newLine(1)
					told := 0
					for i := range ratePerMinute + 1 {
						if backward {
							i = ratePerMinute - i
						}
						s := l.enter("ann", askedAt(time.Now().Add(-c.ago-time.Duration(i)*c.every)))
						if s.flooding() {
							told++
						}
						s.leave()
					}
					if (told == 1) != c.want || told > 1 {
						t.Errorf("told %d times of the rate, backward %v, want %v", told, backward, c.want)
					}
				}
			})
		})
	}
}

// A question that is taken up again and again is one question.
func TestLineCountsAQuestionOnce(t *testing.T) {
	l := newLine(1)
	ts := askedAt(time.Now())
	for range 2 * ratePerMinute {
		s := l.enter("ann", ts)
		if s.flooding() {
			t.Fatal("one question is taken for many")
		}
		s.leave()
	}
}
