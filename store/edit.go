package store

import "fmt"

// Reworded returns the turn with other words for the message ts, and whether that
// changes anything. What is Gone, or was left out, stays empty. t stays as it is.
func (t Turn) Reworded(ts, text string) (_ Turn, changed bool) {
	messages := t.Messages
	t.Messages = nil
	for _, m := range messages {
		if m.TS == ts && m.Text != "" && m.Text != text {
			m.Text, changed = text, true
		}
		t.Messages = append(t.Messages, m)
	}
	return t, changed
}

// RewordAll is Reworded of turns that are to be stored; they stay as they are.
// ErrTooLarge when one would hold more text than a turn may.
func RewordAll(turns []Turn, ts, text string) ([]Turn, error) {
	out := make([]Turn, len(turns))
	for i, t := range turns {
		out[i], _ = t.Reworded(ts, text)
		if err := out[i].Fits(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PrepareText is what every backend does with words handed in.
func PrepareText(text string) (string, error) {
	if text = valid(text); len(text) > MaxTurnBytes {
		return "", fmt.Errorf("%w: message", ErrTooLarge)
	}
	return text, nil
}

// Fits returns ErrTooLarge when a turn holds more text than one may.
func (t Turn) Fits() error {
	n := len(t.Text)
	for _, m := range t.Messages {
		n += len(m.Text)
	}
	if n > MaxTurnBytes {
		return fmt.Errorf("%w: turn", ErrTooLarge)
	}
	return nil
}
