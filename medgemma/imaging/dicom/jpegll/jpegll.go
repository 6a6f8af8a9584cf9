// Package jpegll decodes lossless JPEG: ITU-T T.81 process 14, Huffman coding with
// prediction (SOF3, annex H), the kind that DICOM files hold.
//
// The promises:
//
//   - Samples are exact: every predictor, 2 to 16 bits, point transforms, 1 to 4
//     components in one scan or in several, restart intervals.
//   - No more is allocated than 16 times the bytes given, whatever they claim: a
//     sample takes at least one bit.
//   - Work ends soon after its context does. Nothing panics.
//   - Errors say nothing of the content.
//
// Left out, as ErrUnsupported: components of different size, hierarchical files,
// arithmetic coding, and a height that is only told after the samples (DNL).
package jpegll

import (
	"context"
	"errors"
	"fmt"
)

// ErrDamaged means that the data end too early or contradict themselves.
var ErrDamaged = errors.New("damaged lossless JPEG")

// ErrUnsupported means a JPEG of a kind that is not decoded here.
var ErrUnsupported = errors.New("unsupported kind of lossless JPEG")

// Image is a decoded frame.
type Image struct {
	Width, Height int // 1 to 65,535
	Components    int // 1 to 4
	Precision     int // bits of a sample, 2 to 16

	// Pix holds the samples row after row, components interleaved: one byte each when
	// Precision is at most 8, else two bytes, the lower one first.
	Pix []byte
}

// Decode unpacks a frame. Its errors wrap ErrDamaged, ErrUnsupported or ctx.Err().
func Decode(ctx context.Context, data []byte) (Image, error) {
	d := decoder{data: data}
	if err := d.decode(ctx); err != nil {
		return Image{}, fmt.Errorf("decoding lossless JPEG: %w", err)
	}
	return d.Image, nil
}

// decoder walks over data.
type decoder struct {
	Image
	data []byte
	at   int // next byte

	ids     [4]byte   // of the components
	seen    [4]bool   // components whose scan has been decoded
	tables  [4]*table // Huffman tables by destination
	restart int       // MCUs between restart markers; 0 means none
	size    int       // of a sample in bytes
}

// decode reads scans until every component has had its own. What follows them is
// not looked at: DICOM pads fragments, and some writers leave out the end marker.
func (d *decoder) decode(ctx context.Context) error {
	if err := d.headers(ctx); err != nil {
		return err
	}
	samples := d.Width * d.Height * d.Components
	if samples/8 > len(d.data)-d.at {
		return ErrDamaged
	}
	d.size = 1
	if d.Precision > 8 {
		d.size = 2
	}
	d.Pix = make([]byte, samples*d.size)
	for left := d.Components; left > 0; {
		marker, body, err := d.segment()
		if err != nil {
			return err
		}
		if marker != sos {
			if err := d.table(ctx, marker, body); err != nil {
				return err
			}
			continue
		}
		s, err := d.scan(body)
		if err != nil {
			return err
		}
		if err := s.decode(ctx); err != nil {
			return err
		}
		d.at = s.bits.end()
		left -= len(s.channels)
	}
	return nil
}
