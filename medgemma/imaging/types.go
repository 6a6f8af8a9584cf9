package imaging

import (
	"fmt"
	"strings"
)

// Side is the edge in pixels of the square that MedGemma's image encoder takes
// (Gemma3ImageProcessor: size 896 x 896).
const Side = 896

// Limits of what is taken in.
const (
	MaxFileBytes = 25 << 20 // of a posted picture
	MaxPixels    = 40 << 20 // of its first frame
	MaxEdge      = 30_000   // of either edge
	MaxOutBytes  = 900 << 10

	MaxSeriesBytes = 200 << 20 // of a posted DICOM file or archive
	MaxSlices      = 100       // of one Image
)

// Image is what a person would call one image: a picture, or a series of slices.
type Image struct {
	Slices []Slice // at least one, in order; one for a picture
	Side   int     // edge of the squares in pixels, at most Side
	Width  int     // of the source, upright, in pixels
	Height int
	Of     int // slices in the series, or frames or pages in the file, that Slices were taken from; at least 1
	Format Format
	Files  []int // which of the files given it was made from

	View     View   // that it is shown by: as asked, or the default; Slices is 0
	Modality string // of DICOM, such as "CT"; else empty
	Series   int    // number that tells its series from the Others; 0 when there is only one
	Others   []Series
	Notes    []Note // what was done that a reader of the answer should know
}

// Slice is one prepared picture: a black square with the picture in its middle.
type Slice struct {
	Number int    // place in the series or among the frames, from 1
	Data   []byte // at most MaxOutBytes
	MIME   string // image/png or image/jpeg
}

// Series is a series that was there and is not shown.
type Series struct {
	Number   int // to ask for it by
	Modality string
	Slices   int
}

// View is how people asked to see what is in DICOM files and archives. The zero
// View is the default: the largest axial series, sampled over its whole length,
// windowed as MedGemma was trained.
type View struct {
	Window Window // zero: by the rules of the modality
	Series int    // its number; 0: the largest axial one
	First  int    // of the slices, from 1; 0: from the beginning
	Last   int    // 0: to the end
	Slices int    // most slices of one series; at least 1, 0 means 1
	OnlyCT bool   // Window is in HU: refused for anything but CT that has them
}

// Window is a centre and a width in modality values, as radiologists say it: W 400
// L 40 in HU for CT.
type Window struct{ Centre, Width float64 }

// Note is a short word for what was done to a picture. Some carry values after a
// colon: "window:40/400" is centre and width.
type Note string

// Notes come in this order.
const (
	NoteFirstFrame Note = "first_frame" // the file holds several frames or pages
	NoteStretched  Note = "stretched"   // 16-bit values used a small part of their range and were stretched
	NoteFlattened  Note = "flattened"   // transparency was put on black
	NoteSmall      Note = "small"       // the short edge has fewer than 224 pixels

	// Of DICOM and archives. Those that end in a colon carry values.
	NoteSampled     Note = "sampled"       // not all slices or frames are shown
	NoteWindows     Note = "windows:"      // CT in three windows, "-1024..1024,-135..215,0..80" HU in red, green, blue
	NoteWindow      Note = "window:"       // one window, "40/400" centre and width
	NoteLUT         Note = "lut"           // the file's own VOI look-up table
	NoteMinMax      Note = "min_max"       // from the lowest to the highest value of the acquisition
	NotePercentile  Note = "percentile"    // no window in the file: the middle 99 % of its values
	NoteCropped     Note = "cropped"       // to the ultrasound regions
	NoteNoGeometry  Note = "no_geometry"   // slices could not be sorted by position, but by their number
	NoteNoOrder     Note = "no_order"      // nor by that: they stand as they came
	NoteNotTrained  Note = "not_trained"   // a modality that MedGemma was not trained on
	NoteBurnedIn    Note = "burned_in"     // the file says that text is burned in, and that was allowed
	NoteMayBeBurned Note = "maybe_burned"  // a kind of picture that often has text burned in
	NoteOnePerPlace Note = "one_per_place" // several slices lie at one place, as of two phases; one of each is shown
	NoteWithheld    Note = "withheld"      // slices that say text is burned in were left out
	NoteIncomplete  Note = "incomplete"    // files or slices of the series could not be read and were left out
)

// noteOrder is the order of the notes above.
var noteOrder = []Note{
	NoteFirstFrame, NoteStretched, NoteFlattened, NoteSmall,
	NoteSampled, NoteWindows, NoteWindow, NoteLUT, NoteMinMax, NotePercentile, NoteCropped, NoteNoGeometry,
	NoteNoOrder, NoteNotTrained, NoteBurnedIn, NoteMayBeBurned, NoteOnePerPlace, NoteWithheld, NoteIncomplete,
}

// inOrder sorts notes and leaves each once; of one with values the first counts.
func inOrder(notes []Note) (sorted []Note) {
	for _, known := range noteOrder {
		for _, n := range notes {
			if n == known || strings.HasSuffix(string(known), ":") && strings.HasPrefix(string(n), string(known)) {
				sorted = append(sorted, n)
				break
			}
		}
	}
	return sorted
}

// smallEdge is where NoteSmall begins: below it the picture fills less than a
// quarter of the encoder's edge.
const smallEdge = 224

// Kind is why a file was refused.
type Kind string

// The kinds, by what a person can do about them.
const (
	KindHTML        Kind = "html"         // a web page came instead of the file (a missing files:read scope does that)
	KindEmpty       Kind = "empty"        // no bytes
	KindCut         Kind = "cut"          // the file ends too early or is damaged
	KindTooLarge    Kind = "too_large"    // over MaxFileBytes
	KindTooManyPix  Kind = "too_many_px"  // over MaxPixels or MaxEdge
	KindUnsupported Kind = "unsupported"  // Format says what it is
	KindTimeout     Kind = "timeout"      // decoding took too long, or would
	KindBurnedIn    Kind = "burned_in"    // the file says that text is burned into the picture
	KindNoSuchView  Kind = "no_such_view" // the View asks for a series, slices or a window that it does not have
	KindNoPictures  Kind = "no_pictures"  // an archive without a picture that can be read
)

// Error is a refusal. It holds nothing of the file but its format and size.
type Error struct {
	Kind          Kind
	Format        Format
	Width, Height int      // when KindTooManyPix
	Of            int      // when KindNoSuchView: slices that there are
	Have          []Series // likewise: series that there are
	Err           error    // cause, for the log; may be nil
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
