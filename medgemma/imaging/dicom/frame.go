package dicom

import "encoding/binary"

// Frame holds the samples of one frame as they are stored: unpacked, not yet
// interpreted. Where the file holds them unpacked they are the file's own bytes.
type Frame struct {
	Width, Height int
	Channels      int    // 1 or 3
	Photometric   string // what the samples are now: a codec may have changed it, as from YBR_FULL_422 to RGB
	Bits          int    // significant bits of a sample, 1 to 32
	Signed        bool

	layout layout
	pix    []byte
}

// layout is how pix is to be read.
type layout struct {
	bytes     int  // of one sample: 1, 2 or 4; 0 means one bit, packed from the lowest
	shift     int  // bits below the significant ones
	skip      int  // of one-bit samples: bits of the first byte that belong to the frame before
	planar    bool // all of one channel, then all of the next
	bigEndian bool
	halved    bool // uncompressed YBR_FULL_422: Y0 Y1 Cb Cr for each two pixels
}

// Row writes the samples of row y to dst, channels interleaved, masked to Bits and
// with their sign, and returns it. dst has room for Width*Channels.
func (f *Frame) Row(y int, dst []int) []int {
	l := f.layout
	n := f.Width * f.Channels
	dst = dst[:n]
	switch {
	case l.bytes == 0:
		f.bits(dst, y)
	case l.halved:
		row := f.pix[y*((f.Width+1)/2*4):]
		for x := range f.Width {
			pair := row[x/2*4:]
			dst[3*x], dst[3*x+1], dst[3*x+2] = int(pair[x&1]), int(pair[2]), int(pair[3])
		}
		f.finish(dst)
	case l.planar && f.Channels > 1:
		for c := range f.Channels {
			at := (c*f.Height + y) * f.Width * l.bytes
			l.unpack(dst[c:], f.Channels, f.pix[at:at+f.Width*l.bytes])
		}
		f.finish(dst)
	default:
		at := y * n * l.bytes
		l.unpack(dst, 1, f.pix[at:at+n*l.bytes])
		f.finish(dst)
	}
	return dst
}

// unpack writes the samples of src, as unsigned numbers, to each stride-th of dst.
func (l layout) unpack(dst []int, stride int, src []byte) {
	i := 0
	switch {
	case l.bytes == 1:
		for _, b := range src {
			dst[i] = int(b)
			i += stride
		}
	case l.bytes == 2 && l.bigEndian:
		for ; len(src) >= 2; src = src[2:] {
			dst[i] = int(binary.BigEndian.Uint16(src))
			i += stride
		}
	case l.bytes == 2:
		for ; len(src) >= 2; src = src[2:] {
			dst[i] = int(binary.LittleEndian.Uint16(src))
			i += stride
		}
	case l.bigEndian:
		for ; len(src) >= 4; src = src[4:] {
			dst[i] = int(binary.BigEndian.Uint32(src))
			i += stride
		}
	default:
		for ; len(src) >= 4; src = src[4:] {
			dst[i] = int(binary.LittleEndian.Uint32(src))
			i += stride
		}
	}
}

// finish cuts samples to their significant bits and gives them their sign.
func (f *Frame) finish(row []int) {
	if f.Bits == 8*f.layout.bytes && !f.Signed {
		return
	}
	mask, sign := 1<<f.Bits-1, 0
	if f.Signed {
		sign = 1 << (f.Bits - 1)
	}
	for i, v := range row {
		row[i] = (v>>f.layout.shift&mask ^ sign) - sign
	}
}

// bits writes row y of one-bit samples, which run on over rows and frames without a
// gap (PS3.5 8.1.1). They have no sign.
func (f *Frame) bits(dst []int, y int) {
	row, step, channel := f.Width*f.Channels, 1, 0
	if f.layout.planar && f.Channels > 1 {
		row, step, channel = f.Width, f.Channels, f.Width*f.Height
	}
	for i := range dst {
		at := f.layout.skip + y*row + i/step + i%step*channel
		dst[i] = int(f.pix[at/8] >> (at % 8) & 1)
	}
}
