package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPrepareVerdict(t *testing.T) {
	when := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 3600))
	got, err := PrepareVerdict(Verdict{AnswerTS: "9.0", User: "U9", Feedback: "good\xff", Reviewed: when, At: when}, "1.0", "U1")
	want := Verdict{AnswerTS: "1.0", User: "U1", Feedback: "good\uFFFD", Reviewed: time.Date(2026, 3, 1, 11, 0, 0, 123456000, time.UTC)}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	if zone, _ := got.Reviewed.Zone(); zone != "UTC" {
		t.Errorf("zone %s", zone)
	}
	if got, err := PrepareVerdict(Verdict{At: when}, "1.0", "U1"); !got.Empty() || err != nil {
		t.Errorf("says something: %+v, %v", got, err)
	}
	for name, c := range map[string]struct {
		v        Verdict
		ts, user string
		want     error
	}{
		"no answer":        {ts: "", user: "U1", want: ErrInvalidKey},
		"no ts":            {ts: "x", user: "U1", want: ErrInvalidKey},
		"nobody":           {ts: "1.0", user: "", want: ErrInvalidKey},
		"no id":            {ts: "1.0", user: "U/1", want: ErrInvalidKey},
		"a byte too many":  {Verdict{Feedback: strings.Repeat("x", MaxFeedbackBytes+1)}, "1.0", "U1", ErrTooLarge},
		"as much as fits":  {Verdict{Feedback: strings.Repeat("x", MaxFeedbackBytes)}, "1.0", "U1", nil},
		"grown by mending": {Verdict{Feedback: strings.Repeat("\xff", MaxFeedbackBytes)}, "1.0", "U1", ErrTooLarge},
	} {
		if _, err := PrepareVerdict(c.v, c.ts, c.user); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestReplaceVerdict(t *testing.T) {
	said := func(ts, user, what string) Verdict { return Verdict{AnswerTS: ts, User: user, Feedback: what} }
	var all []Verdict
	for _, c := range []struct {
		v    Verdict
		want []Verdict
	}{
		{said("10.0", "U1", "good"), []Verdict{said("10.0", "U1", "good")}},
		{said("9.0", "U2", "bad"), []Verdict{said("9.0", "U2", "bad"), said("10.0", "U1", "good")}},
		{said("9.0", "U1", "bad"), []Verdict{said("9.0", "U1", "bad"), said("9.0", "U2", "bad"), said("10.0", "U1", "good")}},
		{said("9.0", "U2", "good"), []Verdict{said("9.0", "U1", "bad"), said("9.0", "U2", "good"), said("10.0", "U1", "good")}},
		{said("9.0", "U1", ""), []Verdict{said("9.0", "U2", "good"), said("10.0", "U1", "good")}},
		{said("9.0", "U3", ""), []Verdict{said("9.0", "U2", "good"), said("10.0", "U1", "good")}},
	} {
		next, err := ReplaceVerdict(all, c.v)
		if d := cmp.Diff(c.want, next); d != "" || err != nil {
			t.Fatalf("%v (-want +got):\n%s", err, d)
		}
		all = next
	}
	if got := FindVerdict(all, "9.0", "U2"); got != said("9.0", "U2", "good") {
		t.Errorf("found %+v", got)
	}
	if got := FindVerdict(all, "10.0", "U2"); got != said("10.0", "U2", "") {
		t.Errorf("found %+v", got)
	}

	for i := range MaxVerdicts - len(all) {
		all = append(all, said("11.0", fmt.Sprintf("V%03d", i), "good"))
	}
	if _, err := ReplaceVerdict(all, said("12.0", "U1", "good")); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one too many: %v", err)
	}
	if next, err := ReplaceVerdict(all, said("9.0", "U2", "bad")); err != nil || len(next) != MaxVerdicts {
		t.Errorf("changing one: %d, %v", len(next), err)
	}
	if next, err := ReplaceVerdict(all, said("9.0", "U2", "")); err != nil || len(next) != MaxVerdicts-1 {
		t.Errorf("erasing one: %d, %v", len(next), err)
	}
}
