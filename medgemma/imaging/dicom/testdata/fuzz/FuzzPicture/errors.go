package dicom

import "fmt"

// Kind is why a file, or a frame of it, was refused.
type Kind string

// The kinds.
const (
	KindCut         Kind = "cut"         // ends too early, or contradicts itself
	KindTooLarge    Kind = "too_large"   // over a limit of this package
	KindUnsupported Kind = "unsupported" // What names the syntax or the depth
	KindNotImage    Kind = "not_image"   // What names what it is instead
)

// Error is a refusal. It holds nothing of the file but what kind of thing it is.
type Error struct {
	Kind Kind
	What string // such as "JPEG 2000", "JPEG-LS", "12-bit JPEG", "structured report", "PDF"; may be empty
	Err  error  // cause, for the log; may be nil
}

func (e *Error) Error() string {
	s := "dicom: " + string(e.Kind)
	if e.What != "" {
		s += " (" + e.What + ")"
	}
	if e.Err != nil {
		s = fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
