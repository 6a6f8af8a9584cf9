package medgemma

import (
	"fmt"
	"time"
)

// NoImages is the Limit of a KindTooManyImages when the model takes no image
// at all, as a text-only MedGemma does.
const NoImages = -1

// Error is why a call ended without a complete answer. It never holds the text
// of a server's answer, because servers echo the prompt in their errors: Err is
// made of this package's own fixed words, and at most a number.
type Error struct {
	Kind   Kind
	Status int // HTTP status of the answer, 0 when there was none

	// Limit is what the endpoint takes at most, 0 when it does not say:
	// images for KindTooManyImages (or NoImages), tokens for
	// KindContextOverflow, bytes for KindTooLarge.
	Limit int

	Err error // cause in fixed words; may be nil

	retryAfter time.Duration // the server's wish, 0 when it has none
	permanent  bool          // trying again cannot help
}

func (e *Error) Error() string {
	s := "medgemma: " + string(e.Kind)
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Limit != 0 {
		s += fmt.Sprintf(" (limit %d)", e.Limit)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
