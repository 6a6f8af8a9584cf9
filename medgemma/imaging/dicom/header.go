package dicom

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Limits of a picture, those of package imaging.
const (
	maxEdge   = 30_000
	maxPixels = 40 << 20 // of a frame
	maxFrames = 1 << 16
)

// readHeader fills f.Header from its data set. Its errors are *Error.
func (f *File) readHeader() error {
	d := f.ds
	class := d.str(tagClass)
	if class == "" {
		class = d.str(tagMediaClass)
	}
	if what := notImage(class); what != "" {
		return &Error{Kind: KindNotImage, What: what}
	}
	if syntaxOf(f.TransferSyntax).codec == codecVideo {
		return &Error{Kind: KindNotImage, What: "video"}
	}
	f.Modality = d.term(tagModality, modalities)
	f.BurnedIn = d.term(tagBurnedIn, []string{"YES", "NO"})
	// Secondary Capture and its multi-frame kinds (PS3.4 B.5).
	f.SecondaryCapture = class == storage+"7" || strings.HasPrefix(class, storage+"7.")
	f.Ultrasound = slices.Contains(ultrasounds, class)
	kinds := d.strs(tagImageType)
	f.Localizer = slices.Contains(kinds, "LOCALIZER")
	f.Derived = len(kinds) > 0 && kinds[0] == "DERIVED"

	f.SeriesKey = key(d.str(tagSeriesUID))
	f.InstanceKey = key(d.str(tagInstanceUID))
	f.Acquisition = d.integer(tagAcquisition, 0)
	f.Instance = d.integer(tagInstance, 0)
	if n := d.integer(tagSeries, 0); n >= 1 && n <= 99_999 {
		f.Series = n
	}
	return f.readPixelHeader()
}

// readPixelHeader reads the elements of the Image Pixel module (PS3.3 C.7.6.3) and
// makes them agree with each other where there is one way to.
func (f *File) readPixelHeader() error {
	d := f.ds
	f.Rows, f.Columns = d.integer(tagRows, 0), d.integer(tagColumns, 0)
	switch {
	case !f.hasPixels && !f.truncated:
		return &Error{Kind: KindNotImage, What: "no picture"}
	case !f.hasPixels || f.Rows < 1 || f.Columns < 1:
		return &Error{Kind: KindCut}
	}
	f.Frames = max(1, d.integer(tagFrames, 1))
	if f.Rows > maxEdge || f.Columns > maxEdge || f.Rows*f.Columns > maxPixels || f.Frames > maxFrames {
		return &Error{Kind: KindTooLarge}
	}
	f.Photometric = d.term(tagPhotometric, photometrics)
	f.samples = d.integer(tagSamples, 0)
	grey := f.Photometric == "PALETTE COLOR" || strings.HasPrefix(f.Photometric, "MONOCHROME")
	switch {
	case f.samples == 0 && (grey || f.Photometric == ""):
		f.samples = 1
	case f.samples == 0:
		f.samples = 3
	}
	switch {
	case f.samples == 1 && !grey:
		f.Photometric = "MONOCHROME2"
	case f.samples == 3 && (grey || f.Photometric == ""):
		f.Photometric = "RGB"
	}
	f.BitsAllocated = d.integer(tagAllocated, 8)
	f.BitsStored = d.integer(tagStored, 0)
	if f.BitsStored < 1 || f.BitsStored > f.BitsAllocated {
		f.BitsStored = f.BitsAllocated
	}
	f.highBit = d.integer(tagHighBit, f.BitsStored-1)
	if f.highBit < f.BitsStored-1 || f.highBit >= f.BitsAllocated {
		f.highBit = f.BitsStored - 1
	}
	f.Signed = d.integer(tagRepresentation, 0) == 1
	f.planar = f.samples > 1 && d.integer(tagPlanar, 0) == 1
	f.Claimed = f.Frames
	f.Frames = max(1, min(f.Frames, f.heldFrames()))
	return nil
}

// key is a hash of a UID, 16 hexadecimal digits.
func key(uid string) string {
	if uid == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(uid))
	return hex.EncodeToString(sum[:8])
}
