package bot

import "testing"

func TestMark(t *testing.T) {
	s := newSeen()
	want := func(what, ts string) {
		t.Helper()
		if got := s.next(); got != ts {
			t.Errorf("%s: the mark may go to %q, want %q", what, got, ts)
		}
	}
	come := func(ts string) {
		s.end(ts, true)
		s.came(ts)
	}
	want("nothing was seen", "")
	s.begin("10.000001")
	s.begin("11.000000")
	want("two are being recorded", "")
	come("11.000000")
	want("the later one is recorded first", "10.000000")
	come("10.000001")
	want("both are recorded", "11.000000")
	s.saved = "11.000000"
	want("it is there", "")

	s.ask()
	s.begin("12.000000")
	come("12.000000")
	want("something may have been missed", "")
	asked, _ := s.reading()
	s.ask()
	s.caughtUp(asked, "5.000000")
	want("something else may have been missed meanwhile", "")
	asked, _ = s.reading()
	s.caughtUp(asked, "5.000000")
	want("all is caught up", "12.000000")

	s.begin("13.000000") // as two events of one message
	s.begin("13.000000")
	come("13.000000")
	want("the second event is not recorded yet", "12.999999")
	come("13.000000")
	want("it is", "13.000000")

	s.begin("14.000000") // read by a catch-up
	s.end("14.000000", true)
	want("what was found moves nothing", "13.000000")
	s.deaf()
	want("no socket is open", "")
}

// What could not be recorded is read again, however far the mark has come, until a
// catch-up that began after it is over.
func TestMissedIsReadAgain(t *testing.T) {
	s := newSeen()
	before, _ := s.reading()
	for _, ts := range []string{"11.000000", "10.000001", "12.000000"} {
		s.begin(ts)
		s.end(ts, false)
		s.ask()
	}
	s.begin("13.000000")
	s.end("13.000000", true)
	s.came("13.000000")
	s.caughtUp(before, "13.000000")
	asked, missed := s.reading()
	if missed != "10.000001" {
		t.Errorf("the oldest that was missed is %q", missed)
	}
	s.caughtUp(asked, "12.000000")
	if _, missed := s.reading(); missed != "" {
		t.Errorf("%q is still missed after a catch-up", missed)
	}
	if got := s.next(); got != "13.000000" {
		t.Errorf("the mark may go to %q after it", got)
	}
}

func TestWhereCatchingUpBegins(t *testing.T) {
	now := tsTime("1700000000.000000")
	for _, c := range []struct{ mark, missed, want string }{
		{"", "", tsAt(now.Add(-catchUpFirst))},
		{"1699999990.000000", "", "1699999390.000000"},
		{"1699999990.000000", "1699999980.000000", "1699999390.000000"}, // it is within the overlap
		{"1699999990.000000", "1699990000.000001", "1699990000.000000"},
		{"1699999990.000000", "not a ts", "1699999390.000000"},
		{"5.000000", "", tsAt(now.Add(-catchUpReach))},
		{"1699999990.000000", "5.000000", tsAt(now.Add(-catchUpReach))},
	} {
		if got := catchUpFrom(c.mark, c.missed, now); got != c.want {
			t.Errorf("with the mark %q and %q missed it begins at %q, want %q", c.mark, c.missed, got, c.want)
		}
	}
}

// Without any message the mark is where the reading began: what is asked while
// the process is away next time is then found however long that takes.
func TestMarkOfASilentWorkspace(t *testing.T) {
	s := newSeen()
	s.ask()
	asked, _ := s.reading()
	s.caughtUp(asked, "5.000000")
	if got := s.next(); got != "5.000000" {
		t.Errorf("the mark may go to %q", got)
	}
}

func TestTSBefore(t *testing.T) {
	for ts, want := range map[string]string{
		"1700000000.000100": "1700000000.000099", "1700000000.000000": "1699999999.999999", "10.000000": "09.999999",
		"0.000000": "", "": "", "12": "", "x.y": "",
	} {
		if got := tsBefore(ts); got != want {
			t.Errorf("tsBefore(%q) = %q, want %q", ts, got, want)
		}
		if want != "" && !after(ts, want) {
			t.Errorf("%q is not before %q", want, ts)
		}
	}
}
