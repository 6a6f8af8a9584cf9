package store

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode/utf8"
)

// overhead is what a document may take beyond the text that is counted against
// MaxTurnBytes: ids, field names, short words. 900 KiB and this stay under the
// 1,048,576 bytes of a Firestore document.
const overhead = 96 << 10

var errNotANumber = errors.New("store: not a number")

// The Prepare functions are what every backend does with a value handed in,
// before anything else: check it, copy it, and make its text UTF-8.

// PrepareQuestion returns a deep copy of q as it is to be stored, without what
// Admit ignores. Of a KindRefused only the keys and the kind are left.
func PrepareQuestion(q Question) (Question, error) {
	if err := errors.Join(q.Key.Validate(), q.Thread.Validate()); err != nil {
		return Question{}, err
	}
	switch q.Kind {
	case KindAsk, KindCommand, KindAgain, KindContinue, KindSecond:
	case KindRefused:
		return Question{Key: q.Key, Thread: q.Thread, Kind: q.Kind}, nil
	default:
		return Question{}, fmt.Errorf("%w: kind", ErrInvalidKey)
	}
	for _, ts := range []string{q.Of, q.AskedTS} {
		if ts == "" {
			continue
		}
		if err := ValidateTS(ts); err != nil {
			return Question{}, err
		}
	}
	p := Question{Key: q.Key, Thread: q.Thread, Kind: q.Kind, User: valid(q.User), Text: valid(q.Text), Of: q.Of, AskedTS: q.AskedTS}
	rest := len(p.User)
	for _, f := range q.Files {
		p.Files = append(p.Files, valid(f))
		rest += len(f) + 16
	}
	if len(p.Text) > MaxTurnBytes || rest > overhead {
		return Question{}, fmt.Errorf("%w: question", ErrTooLarge)
	}
	return p, nil
}

// PrepareTurns returns a deep copy of turns as they are to be stored, Seq and At
// not set.
func PrepareTurns(turns []Turn) ([]Turn, error) {
	var out []Turn
	total := 0
	for _, t := range turns {
		if t.Role != RoleUser && t.Role != RoleModel {
			return nil, fmt.Errorf("%w: role", ErrInvalidKey)
		}
		switch t.Kind {
		case "", KindAsk, KindAgain, KindContinue, KindSecond:
		default:
			return nil, fmt.Errorf("%w: kind", ErrInvalidKey)
		}
		if bad(t.Temperature) {
			return nil, fmt.Errorf("%w: temperature", errNotANumber)
		}
		p := Turn{Role: t.Role, Text: valid(t.Text), Model: valid(t.Model), FinishedBy: valid(t.FinishedBy),
			Temperature: t.Temperature, MaxTokens: t.MaxTokens,
			Of: valid(t.Of), Kind: t.Kind, User: valid(t.User), AnswerTS: valid(t.AnswerTS), Images: slices.Clone(t.Images)}
		for _, ts := range t.Parts {
			p.Parts = append(p.Parts, valid(ts))
		}
		text, rest := len(p.Text), len(p.Model)+len(p.FinishedBy)+len(p.Of)+len(p.User)+len(p.AnswerTS)+8*len(p.Images)+24*len(p.Parts)
		for _, m := range t.Messages {
			if m.Gone {
				m = m.emptied()
			}
			c := Message{TS: valid(m.TS), User: valid(m.User), Text: valid(m.Text), Images: slices.Clone(m.Images), Gone: m.Gone, Posted: m.Posted}
			text += len(c.Text)
			rest += len(c.TS) + len(c.User) + 8*len(c.Images) + 40
			for _, u := range m.Unread {
				u = UnreadFile{FileID: valid(u.FileID), Reason: valid(u.Reason)}
				c.Unread = append(c.Unread, u)
				rest += len(u.FileID) + len(u.Reason) + 24
			}
			p.Messages = append(p.Messages, c)
		}
		if text > MaxTurnBytes || rest > overhead {
			return nil, fmt.Errorf("%w: turn", ErrTooLarge)
		}
		if total += text + rest; total > MaxFinishBytes {
			return nil, fmt.Errorf("%w: turns", ErrTooLarge)
		}
		out = append(out, p)
	}
	return out, nil
}

// PrepareImage returns deep copies of a record and the bytes of its slices, none
// of them nil. It is not Gone.
func PrepareImage(r ImageRecord, data [][]byte) (ImageRecord, [][]byte, error) {
	switch {
	case r.Label < 1:
		return ImageRecord{}, nil, fmt.Errorf("%w: label", ErrInvalidKey)
	case len(data) == 0 || len(data) != len(r.Slices):
		return ImageRecord{}, nil, fmt.Errorf("%w: number of slices", ErrInvalidKey)
	case len(data) > MaxSlices:
		return ImageRecord{}, nil, fmt.Errorf("%w: slices", ErrTooLarge)
	}
	p := ImageRecord{Label: r.Label, Files: validAll(r.Files), MessageTS: valid(r.MessageTS), User: valid(r.User),
		Width: r.Width, Height: r.Height, Side: r.Side, Of: r.Of, Modality: valid(r.Modality), Series: r.Series,
		View: valid(r.View), Notes: validAll(r.Notes)}
	rest := len(p.MessageTS) + len(p.User) + len(p.Modality) + len(p.View)
	for _, word := range slices.Concat(p.Files, p.Notes) {
		rest += len(word) + 16
	}
	for _, one := range r.Slices {
		one.MIME, one.SHA256 = valid(one.MIME), valid(one.SHA256)
		p.Slices = append(p.Slices, one)
		rest += len(one.MIME) + len(one.SHA256) + 40
	}
	if rest > overhead {
		return ImageRecord{}, nil, fmt.Errorf("%w: image", ErrTooLarge)
	}
	for _, d := range data {
		if len(d) > MaxImageBytes {
			return ImageRecord{}, nil, fmt.Errorf("%w: slice", ErrTooLarge)
		}
	}
	copies := make([][]byte, len(data))
	for i, d := range data {
		copies[i] = append([]byte{}, d...)
	}
	return p, copies, nil
}

// PrepareSettings returns a deep copy of s, At not set. With nothing set it is the
// zero Settings.
func PrepareSettings(s Settings) (Settings, error) {
	if s.Temperature == nil && s.MaxTokens == nil && !s.Paused {
		return Settings{}, nil
	}
	p := Settings{Paused: s.Paused, By: valid(s.By)}
	if s.Temperature != nil {
		if bad(*s.Temperature) {
			return Settings{}, fmt.Errorf("%w: temperature", errNotANumber)
		}
		p.Temperature = new(*s.Temperature)
	}
	if s.MaxTokens != nil {
		p.MaxTokens = new(*s.MaxTokens)
	}
	if len(p.By) > overhead {
		return Settings{}, fmt.Errorf("%w: settings", ErrTooLarge)
	}
	return p, nil
}

// PrepareVerdict returns what is to be stored of v, as user's of the answer at
// answerTS, At not set.
func PrepareVerdict(v Verdict, answerTS, user string) (Verdict, error) {
	if err := errors.Join(ValidateTS(answerTS), ValidateID(user)); err != nil {
		return Verdict{}, err
	}
	p := Verdict{AnswerTS: answerTS, User: user, Feedback: valid(v.Feedback)}
	if !v.Reviewed.IsZero() {
		p.Reviewed = v.Reviewed.UTC().Truncate(time.Microsecond)
	}
	if len(p.Feedback) > MaxFeedbackBytes {
		return Verdict{}, fmt.Errorf("%w: feedback", ErrTooLarge)
	}
	return p, nil
}

// valid makes s UTF-8 as encoding/json does, one U+FFFD for each bad byte. A
// Firestore string must be UTF-8, or the whole write is refused.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

func validAll(words []string) (out []string) {
	for _, s := range words {
		out = append(out, valid(s))
	}
	return out
}

func bad(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }
