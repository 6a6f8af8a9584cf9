package dicom

import (
	"context"
	"encoding/binary"
)

// rleHeader is the length of an RLE frame's header: the number of segments and
// room for the offsets of 15 (PS3.5 G.5).
const rleHeader = 64

// rleGain is the most that RLE makes of a byte: two bytes become 128.
const rleGain = 64

// rleFrame unpacks an RLE frame (PS3.5 annex G): one segment for each byte of each
// channel, the highest byte first. PlanarConfiguration means nothing here.
func (f *File) rleFrame(ctx context.Context, data []byte) (*Frame, error) {
	if f.BitsAllocated == 1 {
		return nil, &Error{Kind: KindUnsupported, What: "1-bit RLE"}
	}
	fr := f.newFrame()
	pixels, width := f.Rows*f.Columns, fr.layout.bytes
	segments := f.samples * width
	if len(data) < rleHeader || int(binary.LittleEndian.Uint32(data)) != segments {
		return nil, &Error{Kind: KindCut}
	}
	if pixels*segments/rleGain > len(data) {
		return nil, &Error{Kind: KindCut} // before anything is allocated for it
	}
	fr.layout.planar = f.samples > 1
	fr.pix = make([]byte, pixels*segments)
	for s := range segments {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from, to := int(binary.LittleEndian.Uint32(data[4+4*s:])), len(data)
		if s+1 < segments {
			to = int(binary.LittleEndian.Uint32(data[8+4*s:]))
		}
		if from < rleHeader || to < from || to > len(data) {
			return nil, &Error{Kind: KindCut}
		}
		channel, significance := s/width, width-1-s%width
		if !packBits(fr.pix[channel*pixels*width+significance:], width, pixels, data[from:to]) {
			return nil, &Error{Kind: KindCut}
		}
	}
	return fr, nil
}

// packBits writes n bytes to each step-th of dst, and says whether src held them.
// What src holds beyond them is padding.
func packBits(dst []byte, step, n int, src []byte) bool {
	at := 0
	for n > 0 {
		if len(src) < 2 {
			return false
		}
		control := int(int8(src[0]))
		src = src[1:]
		switch {
		case control >= 0:
			count := min(control+1, n)
			if len(src) < count {
				return false
			}
			for _, b := range src[:count] {
				dst[at] = b
				at += step
			}
			src = src[min(control+1, len(src)):]
			n -= count
		case control > -128:
			count := min(1-control, n)
			b := src[0]
			for range count {
				dst[at] = b
				at += step
			}
			src = src[1:]
			n -= count
		}
	}
	return true
}
