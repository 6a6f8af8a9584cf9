package imaging

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom"
)

// How a DICOM picture is shown is decided by its modality, as MedGemma's own
// preprocessing does it ("Release MedGemma 1.5", notebooks and serving code).

// policy is what a team decided.
type policy struct {
	green    [2]float64
	burnedIn bool
}

// The red and the blue window of CT in HU, plain linear clips (the same source).
var (
	redWindow  = [2]float64{-1024, 1024}
	blueWindow = [2]float64{0, 80}
)

// trained are the modalities that MedGemma's server takes, and OP: eye fundus is
// in MedGemma's training data, though no server code takes it as DICOM.
var trained = []string{"CR", "DX", "CT", "MR", "SM", "GM", "XC", "OP"}

// projections are modalities whose files are each a picture of its own: two views
// of a chest in one series are two images, not two slices.
var projections = []string{"CR", "DX", "MG", "IO", "PX", "GM", "XC", "OP", "RG"}

// admit opens a DICOM file that may be shown.
func (p policy) admit(ctx context.Context, s source) (*instance, error) {
	in, err := openInstance(ctx, s)
	if err != nil {
		return nil, err
	}
	return in, p.allow(in)
}

// allow refuses what says that text is burned into its picture.
func (p policy) allow(in *instance) error {
	if in.BurnedIn == "YES" && !p.burnedIn {
		return &Error{Kind: KindBurnedIn, Format: DICOM}
	}
	return nil
}

// grey says whether a window can be laid over the values.
func grey(h dicom.Header) bool { return strings.HasPrefix(h.Photometric, "MONOCHROME") }

// hounsfield says whether a picture is a CT slice with values in HU. Localizers are
// projections, and CT of 8 bits or of Secondary Capture is a rendering of slices.
func hounsfield(h dicom.Header) bool {
	return h.Modality == "CT" && grey(h) && !h.Localizer && !h.SecondaryCapture && h.BitsStored > 8
}

// byAcquisition says whether brightness depends on all slices of an acquisition.
func byAcquisition(h dicom.Header, v View) bool {
	return h.Modality == "MR" && grey(h) && v.Window == Window{}
}

// shade says how a slice is to be shown; acquired is the range of its acquisition's
// values, where byAcquisition asks for it.
func (p policy) shade(h dicom.Header, v View, acquired dicom.Window, known bool) dicom.Shade {
	switch {
	case !grey(h):
		return dicom.Shade{}
	case v.Window != Window{}:
		return dicom.Shade{Mode: dicom.ModeWindow, Window: v.Window.limits()}
	case hounsfield(h):
		var clips [3]dicom.Window
		for i, w := range p.clips() {
			clips[i] = dicom.Window{Low: w[0], High: w[1]}
		}
		return dicom.Shade{Mode: dicom.ModeClips, Clips: clips}
	case h.Modality == "CR" || h.Modality == "DX":
		return dicom.Shade{Mode: dicom.ModeMinMax}
	case byAcquisition(h, v) && known:
		return dicom.Shade{Mode: dicom.ModeRange, Window: acquired}
	}
	return dicom.Shade{Mode: dicom.ModeVOI}
}

func (p policy) clips() [3][2]float64 { return [3][2]float64{redWindow, p.green, blueWindow} }

// limits are the ends of a window as package dicom has them.
func (w Window) limits() dicom.Window {
	return dicom.Window{Low: w.Centre - w.Width/2, High: w.Centre + w.Width/2}
}

// valid says whether a window that was asked for can be shown.
func (w Window) valid() bool {
	const far = 1 << 31
	return w.Width >= 1 && w.Width <= far && math.Abs(w.Centre) <= far
}

// appliedNote says what a slice was shown by.
func (p policy) appliedNote(s dicom.Shade, v View, pic dicom.Picture) Note {
	switch pic.Applied {
	case dicom.AppliedWindow:
		centre, width := (pic.Window.Low+pic.Window.High)/2, pic.Window.High-pic.Window.Low
		return NoteWindow + Note(decimal(centre)+"/"+decimal(width))
	case dicom.AppliedLUT:
		return NoteLUT
	case dicom.AppliedMinMax:
		return NoteMinMax
	case dicom.AppliedPercentile:
		return NotePercentile
	case dicom.AppliedAsked:
	default:
		return ""
	}
	switch s.Mode {
	case dicom.ModeWindow:
		return NoteWindow + Note(decimal(v.Window.Centre)+"/"+decimal(v.Window.Width))
	case dicom.ModeClips:
		var each []string
		for _, w := range p.clips() {
			each = append(each, fmt.Sprintf("%s..%s", decimal(w[0]), decimal(w[1])))
		}
		return NoteWindows + Note(strings.Join(each, ","))
	}
	return NoteMinMax
}

// decimal writes at most two decimals.
func decimal(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// headerNotes are what the header tells of a picture that was cropped, or not.
func headerNotes(h dicom.Header, cropped bool) (notes []Note) {
	if !slices.Contains(trained, h.Modality) {
		notes = append(notes, NoteNotTrained)
	}
	if h.BurnedIn == "YES" {
		notes = append(notes, NoteBurnedIn)
	}
	// Ultrasound consoles write who it is beside the fan: what was not cropped has it.
	ultrasound := h.Ultrasound || h.HasRegions || h.Modality == "US" || h.Modality == "IVUS"
	if h.SecondaryCapture || modalityOf(h) == "OT" || ultrasound && !cropped {
		notes = append(notes, NoteMayBeBurned)
	}
	return notes
}

// modalityOf is OT, "other", where the file does not say.
func modalityOf(h dicom.Header) string {
	if h.Modality == "" {
		return "OT"
	}
	return h.Modality
}
