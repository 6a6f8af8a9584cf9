package imaging

import "encoding/binary"

// pngHead is what the chunks of a PNG say without decoding it (PNG, third
// edition, section 11).
type pngHead struct {
	turn       orientation
	frames     int   // more than 1 in an animated PNG
	bits       int64 // per pixel
	interlaced bool
	packed     int64 // bytes of compressed pixels
}

// scanPNG walks the chunks; it follows lengths only and checks no checksum.
func scanPNG(data []byte) pngHead {
	h := pngHead{turn: 1, frames: 1}
	for i := int64(8); i+8 <= int64(len(data)); {
		n := int64(binary.BigEndian.Uint32(data[i:]))
		name := string(data[i+4 : i+8])
		end := min(i+8+n, int64(len(data)))
		body := data[i+8 : end]
		switch name {
		case "IHDR":
			if len(body) >= 13 {
				h.bits = int64(body[8]) * pngChannels(body[9])
				h.interlaced = body[12] != 0
			}
		case "IDAT":
			h.packed += int64(len(body))
		case "eXIf": // may also stand after the pixels
			h.turn = exifOrientation(body)
		case "acTL":
			if len(body) >= 4 {
				h.frames = max(1, int(binary.BigEndian.Uint32(body)&0x7fffffff))
			}
		}
		i = end + 4
	}
	return h
}

// pngChannels is how many samples one pixel has; palette indices count as one.
func pngChannels(colorType byte) int64 {
	switch colorType {
	case 2:
		return 3
	case 4:
		return 2
	case 6:
		return 4
	}
	return 1
}

// deflateRatio is the most that deflate can pack: 258 bytes into two bits.
const deflateRatio = 1032

// holds reports whether the packed bytes can possibly make up w x h pixels. It
// unmasks a header that claims a large picture over no data before a byte of it
// is allocated.
func (h pngHead) holds(w, hgt int) bool {
	raw := int64(hgt) * (1 + (int64(w)*h.bits+7)/8)
	return raw <= deflateRatio*(h.packed+64)
}
