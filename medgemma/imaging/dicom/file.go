package dicom

import "context"

// Header is what the reader tells of a file: technical values only. Strings are
// defined terms of the standard, or empty when the file holds anything else.
type Header struct {
	Modality       string // such as "CT"; PS3.3 C.7.3.1.1.1
	Photometric    string // (0028,0004)
	TransferSyntax string // UID; "" when it has no name here

	Rows, Columns int
	Frames        int // that are there, at least 1
	Claimed       int // that the file says there are; more than Frames when some are missing
	BitsAllocated int
	BitsStored    int
	Signed        bool
	Lossy         bool // the pixels have been through a codec that loses: JPEG baseline or extended (PS3.5 A.4.1)

	BurnedIn         string // (0028,0301): "YES", "NO" or ""
	SecondaryCapture bool   // a Secondary Capture SOP class: a screenshot, most often
	Ultrasound       bool   // an ultrasound SOP class, whatever the modality
	Localizer        bool   // ImageType says LOCALIZER
	Derived          bool   // ImageType's first value is DERIVED

	// What slices are grouped and sorted by. The keys are short hashes, equal for
	// equal UIDs: to be compared, not to be kept or shown.
	SeriesKey   string // of SeriesInstanceUID; "" when there is none
	InstanceKey string // of SOPInstanceUID
	Series      int    // SeriesNumber, 0 when absent or not within 1 to 99999
	Acquisition int    // AcquisitionNumber, 0 when absent
	Instance    int    // InstanceNumber, 0 when absent

	HasRegions bool     // there is a SequenceOfUltrasoundRegions, whether or not one of it is in Regions
	Regions    []Region // of an ultrasound picture, inside it, in its own pixels
}

// Region is one of SequenceOfUltrasoundRegions (0018,6011), clipped to the picture,
// both corners included.
type Region struct{ X0, Y0, X1, Y1 int }

// Geometry is where a frame lies in the patient (PS3.3 C.7.6.2). OK is false when
// the position or the orientation is missing or not a number.
type Geometry struct {
	OK       bool
	Position [3]float64 // of the first pixel's centre, mm
	Row, Col [3]float64 // direction cosines of a row and of a column
}

// File is an opened DICOM file. It keeps the bytes it was opened from.
type File struct {
	Header
	ds        *dataset
	pixels    pixelData
	hasPixels bool
	truncated bool // the file ended early; what is there was kept
	samples   int  // of a pixel, as the header says
	highBit   int  // of a sample, BitsStored-1 to BitsAllocated-1
	planar    bool // PlanarConfiguration 1

	position, orientation []float64 // of frames that have none of their own
}

// Open reads the elements of a file that holds pictures. Its errors are *Error, or
// wrap ctx.Err(). The beginning of a file will do, if it reaches to where the pixels
// begin: a file that is cut before is KindCut. What Frame cannot unpack is opened all
// the same.
func Open(ctx context.Context, data []byte) (*File, error) {
	p, ds, syntax, err := parse(ctx, data)
	if err != nil {
		return nil, err
	}
	f := &File{ds: ds, pixels: p.pixels, hasPixels: p.found || ds.has(tagFloatPixels) || ds.has(tagDoublePixels)}
	f.truncated = p.truncated
	if s, known := syntaxes[syntax]; known {
		f.TransferSyntax, f.Lossy = syntax, s.lossy
	}
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	f.readRegions()
	f.readPlace()
	return f, nil
}
