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
