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
	want("nothing was seen", "")
	s.begin("10.000001")
	want("the first is being recorded", "10.000000")
	s.begin("11.000000")
	s.end("11.000000")
	want("a later one is recorded first", "10.000000")
	s.end("10.000001")
	want("both are recorded", "11.000000")
	s.saved = "11.000000"
	want("it is there", "")

	s.ask()
	s.begin("12.000000")
	s.end("12.000000")
	want("something may have been missed", "")
	asked := s.reading()
	s.ask()
	s.caughtUp(asked, "5.000000")
	want("something else may have been missed meanwhile", "")
	s.caughtUp(s.reading(), "5.000000")
	want("all is caught up", "12.000000")

	s.begin("13.000000") // as two events of one message
	s.begin("13.000000")
	s.end("13.000000")
	want("the second event is not recorded yet", "12.999999")
}

// Without any message the mark is where the reading began: what is asked while
// the process is away next time is then found however long that takes.
func TestMarkOfASilentWorkspace(t *testing.T) {
	s := newSeen()
	s.ask()
	s.caughtUp(s.reading(), "5.000000")
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
