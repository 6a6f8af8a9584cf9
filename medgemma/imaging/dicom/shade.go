package dicom

// Window is a range of modality values (HU in CT) that is shown: Low and below is
// black, High and above white. A radiologist's centre and width are the middle of
// the two and the distance between them.
type Window struct{ Low, High float64 }

// Mode is how modality values of a grey frame become brightness.
type Mode int

// The modes. Colour frames have none.
const (
	ModeVOI    Mode = iota // the file's own VOI LUT or first window; without one, percentiles 0.5 to 99.5
	ModeMinMax             // the file's first window or else VOI LUT; without one, the frame's minimum to its maximum, but 8 bits as they are
	ModeWindow             // Window by DICOM's linear function (PS3.3 C.11.2.1.2.1): white begins at High-1
	ModeClips              // Clips, each a plain linear clip of rounded values, in red, green and blue
	ModeRange              // Window as a plain linear clip
)

// Shade says how modality values of a grey frame become brightness.
type Shade struct {
	Mode   Mode
	Window Window    // ModeWindow, ModeRange
	Clips  [3]Window // ModeClips
}

// Applied says what a grey frame was shown by.
type Applied string

// What may have been applied.
const (
	AppliedNone       Applied = ""           // nothing: a colour frame, or grey that is shown as it is stored
	AppliedAsked      Applied = "asked"      // what the Shade names
	AppliedWindow     Applied = "window"     // the file's first window, see Picture.Window
	AppliedLUT        Applied = "lut"        // the file's VOI LUT
	AppliedMinMax     Applied = "min_max"    // the frame's lowest to its highest value
	AppliedPercentile Applied = "percentile" // the middle 99 % of the frame's values
)

// Picture is a frame as it is shown: 8 bits, grey or RGB.
type Picture struct {
	Width, Height int
	Channels      int // 1 or 3
	// Row is row y, from 0, channels interleaved. The slice is valid until the next
	// call: a Picture is for one goroutine, a Frame for many.
	Row     func(y int) []byte
	Applied Applied
	Window  Window // what was black and white, when Applied is window, min_max, percentile
}
