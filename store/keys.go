package store

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// Slack's ids are capital letters and digits; a ts is seconds, a dot and six
// digits. Backends build document names and SQL keys from them, so nothing but
// word characters may pass: the Firestore client does not check ids itself and
// would write "T1/turns/x" into another collection.
var (
	idRE = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
	tsRE = regexp.MustCompile(`^[0-9]{1,16}\.[0-9]{1,9}$`)

	actRE = regexp.MustCompile(`^[A-Za-z0-9_.]{0,80}$`)
)

func check(team, channel, ts string) error {
	switch {
	case !idRE.MatchString(team):
		return fmt.Errorf("%w: team", ErrInvalidKey)
	case !idRE.MatchString(channel):
		return fmt.Errorf("%w: channel", ErrInvalidKey)
	case !tsRE.MatchString(ts):
		return fmt.Errorf("%w: ts", ErrInvalidKey)
	}
	return nil
}

// Validate returns ErrInvalidKey unless the key is made of Slack's characters.
func (k ThreadKey) Validate() error { return check(k.Team, k.Channel, k.TS) }

// Validate returns ErrInvalidKey unless the key is made of Slack's characters.
func (k QuestionKey) Validate() error {
	if !actRE.MatchString(k.Act) {
		return fmt.Errorf("%w: act", ErrInvalidKey)
	}
	return check(k.Team, k.Channel, k.TS)
}

// Validate returns ErrInvalidKey unless the scope is made of Slack's characters.
func (s Scope) Validate() error {
	ts := s.Thread
	if ts == "" {
		ts = "0.0"
	}
	return check(s.Team, s.Channel, ts)
}

// ValidateTeam returns ErrInvalidKey unless team is made of Slack's characters.
func ValidateTeam(team string) error { return check(team, "C", "0.0") }

// ValidateID returns ErrInvalidKey unless id, of a user or a file, is made of Slack's
// characters.
func ValidateID(id string) error { return check(id, "C", "0.0") }

// ValidateTS returns ErrInvalidKey unless ts is one of Slack's.
func ValidateTS(ts string) error { return check("T", "C", ts) }

// String is the key as one word: team-channel-ts.
func (k ThreadKey) String() string { return k.Team + "-" + k.Channel + "-" + k.TS }

// String is the key as one word: team-channel-ts, and -act for a press.
func (k QuestionKey) String() string {
	s := k.Team + "-" + k.Channel + "-" + k.TS
	if k.Act != "" {
		s += "-" + k.Act
	}
	return s
}

// Root is the key of the thread's first message, when that asks.
func (k ThreadKey) Root() QuestionKey { return QuestionKey{Team: k.Team, Channel: k.Channel, TS: k.TS} }

// Scope is where the thread's own settings live.
func (k ThreadKey) Scope() Scope { return Scope{k.Team, k.Channel, k.TS} }

// ChannelScope is where the settings of the thread's channel live.
func (k ThreadKey) ChannelScope() Scope { return Scope{k.Team, k.Channel, ""} }

// CompareTS orders two Slack ts values as the numbers they are: "9.5" comes
// before "10.000001", which text order gets wrong. Both must be valid.
func CompareTS(a, b string) int {
	as, af, _ := strings.Cut(a, ".")
	bs, bf, _ := strings.Cut(b, ".")
	as, bs = strings.TrimLeft(as, "0"), strings.TrimLeft(bs, "0")
	return cmp.Or(
		cmp.Compare(len(as), len(bs)),
		cmp.Compare(as, bs),
		cmp.Compare(strings.TrimRight(af, "0"), strings.TrimRight(bf, "0")),
		cmp.Compare(a, b))
}
