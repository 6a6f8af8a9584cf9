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
	Data   []byte // the encoded square
	MIME   string // image/png or image/jpeg
	Side   int    // edge of the square in pixels, at most Side
	Width  int    // of the source, upright, in pixels
	Height int
	Format Format
	Notes  []Note // what was done that a reader of the answer should know
}

// Format is what a file is, by its content.
type Format string

// The formats that are told apart, so that each can have its own sentence.
const (
	PNG     Format = "PNG"
	JPEG    Format = "JPEG"
	GIF     Format = "GIF"
	WebP    Format = "WebP"
	BMP     Format = "BMP"
	TIFF    Format = "TIFF"
	DICOM   Format = "DICOM"
	HEIC    Format = "HEIC"
	AVIF    Format = "AVIF"
	SVG     Format = "SVG"
	PDF     Format = "PDF"
	ZIP     Format = "ZIP"
	Archive Format = "archive" // gzip, 7z, rar, tar ...
	Office  Format = "Office document"
	Video   Format = "video"
	Audio   Format = "audio"
	HTML    Format = "HTML"
	Text    Format = "text"
	Unknown Format = "unknown"
)

// Note is a short word for what was done to a picture.
type Note string

const (
	NoteFirstFrame Note = "first_frame" // the file holds several frames or pages
	NoteStretched  Note = "stretched"   // 16-bit values used a small part of their range and were stretched
	NoteFlattened  Note = "flattened"   // transparency was put on black
	NoteSmall      Note = "small"       // the short edge has fewer than 224 pixels
)

// Kind is why a file was refused.
type Kind string

const (
	KindHTML        Kind = "html"        // a web page came instead of the file (a missing files:read scope does that)
	KindEmpty       Kind = "empty"       // no bytes
	KindCut         Kind = "cut"         // the file ends too early or is damaged
	KindTooLarge    Kind = "too_large"   // over MaxFileBytes
	KindTooManyPix  Kind = "too_many_px" // over MaxPixels or MaxEdge
	KindUnsupported Kind = "unsupported" // Format says what it is
	KindTimeout     Kind = "timeout"     // decoding took too long
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
