package imaging

import "fmt"

// Side is the edge in pixels of the square that MedGemma's image encoder takes
// (Gemma3ImageProcessor: size 896 x 896).
const Side = 896

// Limits of what is taken in.
const (
	MaxFileBytes = 25 << 20 // of a posted picture
	MaxPixels    = 40 << 20 // of its first frame
	MaxEdge      = 30_000   // of either edge
	MaxOutBytes  = 900 << 10
)

// Image is a prepared picture.
type Image struct {
	Data   []byte // the encoded square, at most MaxOutBytes
	MIME   string // image/png or image/jpeg
	Side   int    // edge of the square in pixels, at most Side
	Width  int    // of the source, upright, in pixels
	Height int
	Frames int // frames or pages in the file, at least 1; the first is the one shown
	Format Format
	Notes  []Note // what was done that a reader of the answer should know
}

// Note is a short word for what was done to a picture.
type Note string

// Notes come in this order.
const (
	NoteFirstFrame Note = "first_frame" // the file holds several frames or pages
	NoteStretched  Note = "stretched"   // 16-bit values used a small part of their range and were stretched
	NoteFlattened  Note = "flattened"   // transparency was put on black
	NoteSmall      Note = "small"       // the short edge has fewer than 224 pixels
)

// smallEdge is where NoteSmall begins: below it the picture fills less than a
// quarter of the encoder's edge.
const smallEdge = 224

// Kind is why a file was refused.
type Kind string

// The kinds, by what a person can do about them.
const (
	KindHTML        Kind = "html"        // a web page came instead of the file (a missing files:read scope does that)
	KindEmpty       Kind = "empty"       // no bytes
	KindCut         Kind = "cut"         // the file ends too early or is damaged
	KindTooLarge    Kind = "too_large"   // over MaxFileBytes
	KindTooManyPix  Kind = "too_many_px" // over MaxPixels or MaxEdge
	KindUnsupported Kind = "unsupported" // Format says what it is
	KindTimeout     Kind = "timeout"     // decoding took too long, or would
)

// Error is a refusal. It holds nothing of the file but its format and size.
type Error struct {
	Kind          Kind
	Format        Format
	Width, Height int   // when KindTooManyPix
	Err           error // cause, for the log; may be nil
}

func (e *Error) Error() string {
	s := fmt.Sprintf("imaging: %s (%s)", e.Kind, e.Format)
	if e.Width > 0 {
		s += fmt.Sprintf(" %dx%d", e.Width, e.Height)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
