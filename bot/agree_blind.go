package bot

// What an answer that was given without the image says of the one that was given with
// it. It errs to the side of a warning: that an answer did not need its image is said as
// soon as it seems so, and that the image made a difference only when there is one that
// can be named.

// blindly is how an answer without the image stands to the one with it.
type blindly int

const (
	blindOpen  blindly = iota // it cannot be said
	blindSame                 // the answer may not rest on the image
	blindNone                 // without the image it says that it sees none
	blindOther                // the image made a difference
)

// comparedBlind compares an answer with the one to the same question without the image.
// What they differ on comes along.
func comparedBlind(with, without string) (blindly, []difference) {
	c := compared(with, without)
	switch {
	case c.likeness == same && !seesNoImage(with), restsOnNothing(with, without):
		return blindSame, nil
	case seesNoImage(without):
		return blindNone, nil
	case c.likeness == differing && !seesNoImage(with):
		var on []difference
		for _, d := range c.on {
			if d.first != notMentioned && d.second != notMentioned { // which proves nothing
				on = append(on, d)
			}
		}
		if len(on) > 0 {
			return blindOther, on
		}
	}
	return blindOpen, nil
}

// restsOnNothing says whether an answer that was given without the image says much the
// same as one that was given with it: at least half of what that one found, or as much
// of what it denied, or the same in about the same words.
func restsOnNothing(with, without string) bool {
	x, y := readAnswer(with), readAnswer(without)
	aligned(&x, &y)
	found, shared, denied, sharedDenied, against := 0, 0, 0, 0, 0
	for name, c := range x.main.claims {
		d, _ := y.claim(name)
		switch c.said {
		case sure, unsure:
			found++
			if (d.said == sure || d.said == unsure) && !(c.side != "" && d.side != "" && c.side != d.side) {
				shared++
			}
		case absent:
			denied++
			if d.said == absent || d.said == silent && y.foundNothing() {
				sharedDenied++
			}
		}
	}
	if found > 0 {
		return 2*shared >= found && !x.blind
	}
	for _, d := range y.main.claims {
		if d.said == sure {
			against++
		}
	}
	switch {
	case against > 0 || x.lead != "" && y.lead != "" && x.lead != y.lead:
		return false
	case y.blind:
		return false
	case denied > 0:
		return sharedDenied > 0
	case x.lead != "" && x.lead == y.lead, x.alike(y):
		return true
	}
	return overlap(x.sayings("", sure), y.sayings("", sure)) >= 0.3
}

// alike says whether both name the same of what an answer can name only one.
func (r gist) alike(s gist) bool {
	for name, word := range r.one {
		if s.one[name] == word {
			return true
		}
	}
	return false
}

// overlap is how many of the words of two lists are in both, as a part of the shorter
// list.
func overlap(a, b []saying) float64 {
	x, y := union(a), union(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	return float64(len(x)-len(minus(x, y))) / float64(min(len(x), len(y)))
}
