package imaging

import (
	"archive/zip"
	"context"
	"errors"
	"io"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom"
)

// entry is a file in an archive.
type entry struct {
	archive *archive
	file    *zip.File
}

// size is what the entry takes in memory, as far as it may be read.
func (e *entry) size() int64 { return int64(min(e.file.UncompressedSize64, uint64(e.archive.most))) }

// hold waits until the archive may hold the entry.
func (e *entry) hold(ctx context.Context) (release func(), err error) {
	n := min(e.size(), e.archive.room)
	if err := e.archive.held.Acquire(ctx, n); err != nil {
		return nil, waiting(err)
	}
	return func() { e.archive.held.Release(n) }, nil
}

// read unpacks the whole entry, whose checksum has to be right. The caller holds it.
func (e *entry) read(ctx context.Context) ([]byte, error) {
	refuse := func(kind Kind, err error) ([]byte, error) { return nil, &Error{Kind: kind, Format: ZIP, Err: err} }
	size := e.file.UncompressedSize64
	switch {
	case size > uint64(e.archive.most):
		return refuse(KindTooLarge, errTooMuch)
	case size > deflateRatio*(e.file.CompressedSize64+64):
		return refuse(KindCut, errClaim)
	}
	r, err := e.open(ctx)
	if err != nil {
		return refuse(KindCut, err)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, readError(ctx, err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1)); err != io.EOF {
		return nil, readError(ctx, errors.Join(errClaim, err))
	}
	return data, nil
}

func readError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errTooMuch):
		return &Error{Kind: KindTooLarge, Format: ZIP, Err: errTooMuch}
	}
	return &Error{Kind: KindCut, Format: ZIP, Err: err}
}

// look reads the beginnings of all entries and sorts them into DICOM and pictures.
func (a *archive) look(ctx context.Context, p policy, entries []*entry) error {
	scratch := make([]byte, firstHeader)
	for _, e := range entries {
		err := a.purse.spend(ctx, func(ctx context.Context) (err error) {
			scratch, err = a.lookAt(ctx, p, e, scratch)
			return err
		})
		switch {
		case errors.Is(err, zip.ErrAlgorithm):
			a.locked, a.incomplete = true, true
		case err == nil:
		case errors.Is(err, errTooMuch), isContext(err):
			return archiveError(ctx, readError(ctx, err))
		default:
			a.refuse(err)
		}
	}
	return nil
}

// refuse notes that an entry that may hold a picture is left out.
func (a *archive) refuse(err error) {
	var own *Error
	errors.As(err, &own)
	var e *dicom.Error
	if errors.As(err, &e) && e.Kind == dicom.KindNotImage {
		// Reports and plans are no part of a series.
		if a.other == nil && own != nil && own.Format != DICOMEmpty {
			a.other = own
		}
		return
	}
	if own != nil && own.Kind == KindBurnedIn {
		a.withheld = true
	} else {
		a.incomplete = true
	}
	if a.first == nil && own != nil {
		a.first = own
	}
}

// lookAt reads as much of an entry as its header takes, into scratch, which grows.
func (a *archive) lookAt(ctx context.Context, p policy, e *entry, scratch []byte) ([]byte, error) {
	const encrypted = 1 // of the general purpose flags (APPNOTE 4.4.4)
	if e.file.Flags&encrypted != 0 {
		return scratch, zip.ErrAlgorithm
	}
	r, err := e.open(ctx)
	if err != nil {
		return scratch, err
	}
	for have, want := 0, firstHeader; ; want *= 4 {
		if want > len(scratch) {
			grown := make([]byte, want)
			copy(grown, scratch[:have])
			scratch = grown
		}
		n, err := io.ReadFull(r, scratch[have:want])
		have += n
		whole := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !whole {
			return scratch, err
		}
		more, err := a.sort(ctx, p, e, scratch[:have])
		if !more || whole || want >= maxHeader {
			return scratch, err
		}
	}
}

// sort says what an entry is by its beginning; more is true when that of a DICOM
// file does not hold its header.
func (a *archive) sort(ctx context.Context, p policy, e *entry, beginning []byte) (more bool, err error) {
	switch format := Sniff(beginning); format {
	case DICOM:
		f, err := openFile(ctx, beginning)
		if err != nil {
			var own *Error
			return errors.As(err, &own) && own.Kind == KindCut, err
		}
		in, err := newInstance(f, source{entry: e}, f.Claimed)
		if err == nil {
			in.partial = false // what is missing is only not read yet
			err = p.allow(in)
		}
		if a.frames += f.Claimed; err == nil && a.frames > maxFrames {
			err = &Error{Kind: KindTooLarge, Format: DICOM}
		}
		if err != nil {
			return false, err
		}
		a.instances = append(a.instances, in)
	case PNG, JPEG, GIF, WebP, BMP, TIFF:
		if e.file.UncompressedSize64 > MaxFileBytes {
			return false, &Error{Kind: KindTooLarge, Format: format}
		}
		a.pictures = append(a.pictures, e)
	case HEIC, AVIF, JPEG2000, JPEGXL, NIfTI:
		return false, &Error{Kind: KindUnsupported, Format: format}
	case ZIP, Archive:
		a.incomplete = true // archives in archives are not opened
	}
	return false, nil
}
