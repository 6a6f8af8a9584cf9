package imaging

import (
	"bytes"
	"encoding/binary"
)

// TIFF tags (TIFF 6.0, section 8), shared by Exif blocks and TIFF files.
const (
	tagSubfileType  = 254
	tagBits         = 258
	tagCompression  = 259
	tagPhotometric  = 262
	tagOrientation  = 274
	tagSamples      = 277
	tagRowsPerStrip = 278
	tagPlanar       = 284
	tagExtraSamples = 338
)

// directory is one image file directory: of a TIFF file, or of an Exif block,
// which is a TIFF file without a picture.
type directory struct {
	block   []byte
	order   binary.ByteOrder
	entries []byte // 12 bytes each
	next    int64  // where the next directory is, 0 at the end
}

// openTIFF returns the first directory, and false when there is none that lies
// within the block.
func openTIFF(block []byte) (directory, bool) {
	if len(block) < 8 {
		return directory{}, false
	}
	d := directory{block: block}
	switch string(block[:4]) {
	case "II*\x00":
		d.order = binary.LittleEndian
	case "MM\x00*":
		d.order = binary.BigEndian
	default:
		return directory{}, false
	}
	return d.at(int64(d.order.Uint32(block[4:])))
}

// at reads the directory at an offset. A table that runs over the end of the
// block gives false.
func (d directory) at(off int64) (directory, bool) {
	size := int64(len(d.block))
	if off < 8 || off+2 > size {
		return directory{}, false
	}
	end := off + 2 + 12*int64(d.order.Uint16(d.block[off:]))
	if end > size {
		return directory{}, false
	}
	d.entries, d.next = d.block[off+2:end], 0
	if end+4 <= size {
		d.next = int64(d.order.Uint32(d.block[end:]))
	}
	return d, true
}

// value returns the first value of a tag of type SHORT or LONG, and what to take
// for it when it is absent.
func (d directory) value(tag uint16, absent uint32) uint32 {
	for e := d.entries; len(e) >= 12; e = e[12:] {
		if d.order.Uint16(e) != tag {
			continue
		}
		kind, count := d.order.Uint16(e[2:]), d.order.Uint32(e[4:])
		at := e[8:12]
		// More than four bytes of values lie elsewhere, at an offset.
		if off := int64(d.order.Uint32(at)); kind == 3 && count > 2 || kind == 4 && count > 1 {
			if off+4 > int64(len(d.block)) {
				return absent
			}
			at = d.block[off : off+4]
		}
		switch {
		case count == 0:
			return absent
		case kind == 3:
			return uint32(d.order.Uint16(at))
		case kind == 4:
			return d.order.Uint32(at)
		}
		return absent
	}
	return absent
}

// orientation is how a stored picture is to be turned (Exif 2.3, tag 0x0112): 1
// to 8, where 1 is upright. Anything else in a file means 1.
type orientation uint8

// orientation reads tag 274, where a TIFF file and an Exif block both keep it.
func (d directory) orientation() orientation {
	if v := d.value(tagOrientation, 1); 1 <= v && v <= 8 {
		return orientation(v)
	}
	return 1
}

// exifOrientation reads it from an Exif block. Some writers of PNG and WebP leave
// JPEG's "Exif" prefix in front of it. A damaged block means upright: the picture
// itself may be sound.
func exifOrientation(block []byte) orientation {
	d, ok := openTIFF(bytes.TrimPrefix(block, []byte("Exif\x00\x00")))
	if !ok {
		return 1
	}
	return d.orientation()
}

// The eight orientations are a mirroring of the stored axes, then perhaps an
// exchange of the axes.

func (o orientation) flipsX() bool { return o == 2 || o == 3 || o == 7 || o == 8 }
func (o orientation) flipsY() bool { return o == 3 || o == 4 || o == 6 || o == 7 }
func (o orientation) swaps() bool  { return o >= 5 }
