package imaging

import (
	"context"
	"errors"
	"image"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom"
)

// The kinds of DICOM that are refused by name: DICOM, a space, and what package
// dicom calls it.
const (
	DICOMJPEG2000  Format = "DICOM JPEG 2000"
	DICOMHTJ2K     Format = "DICOM HTJ2K"
	DICOMJPEGLS    Format = "DICOM JPEG-LS"
	DICOMJPEGXL    Format = "DICOM JPEG XL"
	DICOM12BitJPEG Format = "DICOM 12-bit JPEG"
	DICOMReport    Format = "DICOM structured report"
	DICOMPDF       Format = "DICOM PDF"
	DICOMVideo     Format = "DICOM video"
	DICOMIndex     Format = "DICOM DICOMDIR"
	DICOMEmpty     Format = "DICOM no picture"
)

// source is where the bytes of a DICOM file are.
type source struct {
	file  int    // among those given to Prepare
	data  []byte // unless it is in an archive
	entry *entry
}

// size is what reading it takes in memory.
func (s source) size() int64 {
	if s.entry == nil {
		return 0
	}
	return s.entry.size()
}

// hold waits until the archive that the file is in may hold it.
func (s source) hold(ctx context.Context) (release func(), err error) {
	if s.entry == nil {
		return func() {}, nil
	}
	return s.entry.hold(ctx)
}

// read is the whole file, which has to be held. It is paid from t.
func (s source) read(ctx context.Context, t *purse) (data []byte, err error) {
	if s.entry == nil {
		return s.data, nil
	}
	err = t.spend(ctx, func(ctx context.Context) (err error) {
		data, err = s.entry.read(ctx)
		return err
	})
	return data, err
}

// instance is what is kept of a DICOM file while series are put together: nothing
// of its pixels.
type instance struct {
	dicom.Header
	frames  int              // that there are, or in an archive that it says there are
	places  []dicom.Geometry // of its frames
	cost    int64            // estimate of what showing one frame takes
	source  source
	partial bool // some of it is missing
}

// maxFrames is the most frames of all files of a call or an archive together: what
// is kept of each is bounded by it.
const maxFrames = 20_000

// openInstance reads the header of a loose file, and holds it against the limits.
func openInstance(ctx context.Context, s source) (*instance, error) {
	if len(s.data) > MaxSeriesBytes {
		return nil, &Error{Kind: KindTooLarge, Format: DICOM}
	}
	f, err := openFile(ctx, s.data)
	if err != nil {
		return nil, err
	}
	return newInstance(f, s, f.Frames)
}

func newInstance(f *dicom.File, s source, frames int) (*instance, error) {
	if frames > maxFrames {
		return nil, &Error{Kind: KindTooLarge, Format: DICOM}
	}
	in := &instance{
		Header: f.Header, source: s, frames: frames, partial: f.Frames < f.Claimed,
		cost: f.Cost() + overhead,
	}
	err := guard(func() error {
		for i := range frames {
			in.places = append(in.places, f.Geometry(i))
		}
		return nil
	})
	return in, dicomError(err)
}

// maxInflated is what opening a DICOM file takes at most.
const maxInflated = dicom.MaxInflated

// openFile is dicom.Open with the errors of this package.
func openFile(ctx context.Context, data []byte) (f *dicom.File, err error) {
	err = guard(func() (err error) {
		f, err = dicom.Open(ctx, data)
		return err
	})
	return f, dicomError(err)
}

// dicomError makes an *Error of one of package dicom's, and of what a panic left.
// The end of a context stays what it is.
func dicomError(err error) error {
	var own *Error
	var e *dicom.Error
	if errors.As(err, &own) || !errors.As(err, &e) {
		return damaged(DICOM, err)
	}
	switch e.Kind {
	case dicom.KindTooLarge:
		return &Error{Kind: KindTooLarge, Format: DICOM, Err: err}
	case dicom.KindUnsupported, dicom.KindNotImage:
		format := DICOM
		if e.What != "" {
			format += Format(" " + e.What)
		}
		return &Error{Kind: KindUnsupported, Format: format, Err: err}
	}
	return &Error{Kind: KindCut, Format: DICOM, Err: err}
}

// crop is the part of a picture that is shown: the union of its ultrasound regions,
// whatever the modality, which leaves out the banner with the patient's name. Where
// no region shows a part of the picture it is the whole, and headerNotes warns.
func crop(h dicom.Header, width, height int) image.Rectangle {
	whole := image.Rect(0, 0, width, height)
	var union image.Rectangle
	for _, r := range h.Regions {
		union = union.Union(image.Rect(r.X0, r.Y0, r.X1+1, r.Y1+1))
	}
	if union = union.Intersect(whole); union.Empty() {
		return whole
	}
	return union
}
