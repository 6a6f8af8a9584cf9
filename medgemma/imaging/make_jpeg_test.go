package imaging

import "encoding/binary"

// image/jpeg writes baseline 4:2:0 only. These writers make the other kinds out of
// blocks of one brightness each, which need no transform.

const noMarker = ""

// adobe is an APP14 segment; 0 means the components are RGB or CMYK, 1 YCbCr, 2
// YCCK.
func adobe(transform byte) string {
	return segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00"+string(transform))
}

func segment(marker byte, body string) string {
	n := len(body) + 2
	return "\xff" + string([]byte{marker, byte(n >> 8), byte(n)}) + body
}

// jpegTables are one quantisation table of 8s, a DC code of twelve 4-bit words,
// and an AC code whose one word "0" means end of block.
func jpegTables() string {
	quant := "\x00"
	for range 64 {
		quant += "\x08"
	}
	return segment(0xdb, quant) +
		segment(0xc4, "\x00\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b") +
		segment(0xc4, "\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
}

func jpegFrame(marker byte, w, h int, factors []byte) string {
	sof := []byte{8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(len(factors))}
	for i, hv := range factors {
		sof = append(sof, byte(i+1), hv, 0)
	}
	return segment(marker, string(sof))
}

// blockJPEG writes a baseline JPEG. level gives the value, 0 to 255, of component
// c's block x, y. extra segments follow the start.
func blockJPEG(w, h int, factors []byte, extra string, level func(c, x, y int) int) []byte {
	sos := string(byte(len(factors)))
	maxH, maxV := 1, 1
	for i, hv := range factors {
		sos += string([]byte{byte(i + 1), 0})
		maxH, maxV = max(maxH, int(hv>>4)), max(maxV, int(hv&15))
	}
	out := "\xff\xd8" + extra + jpegTables() + jpegFrame(0xc0, w, h, factors) + segment(0xda, sos+"\x00\x3f\x00")
	var bits bitWriter
	last := make([]int, len(factors))
	for my := range (h + 8*maxV - 1) / (8 * maxV) {
		for mx := range (w + 8*maxH - 1) / (8 * maxH) {
			for c, hv := range factors {
				fh, fv := int(hv>>4), int(hv&15)
				for k := range fh * fv {
					dc := min(max(level(c, mx*fh+k%fh, my*fv+k/fh), 0), 255) - 128
					bits.difference(dc - last[c])
					last[c] = dc
					bits.write(0, 1) // end of block
				}
			}
		}
	}
	return append([]byte(out), bits.close()...)
}

// emptyScansJPEG writes a progressive grey JPEG with so many scans that say
// nothing: each costs the decoder a walk over all blocks.
func emptyScansJPEG(w, h, scans int) []byte {
	blocks := ((w + 7) / 8) * ((h + 7) / 8)
	// The AC code's one word means "16,384 blocks end here", with 14 more bits.
	out := []byte("\xff\xd8" + jpegTables() +
		segment(0xc4, "\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe0") +
		jpegFrame(0xc2, w, h, []byte{0x11}) +
		segment(0xda, "\x01\x01\x00\x00\x00\x00"))
	out = append(out, make([]byte, (4*blocks+7)/8)...) // every DC difference is 0
	for range scans - 1 {
		out = append(out, segment(0xda, "\x01\x01\x00\x01\x3f\x00")...)
		out = append(out, make([]byte, (15*((blocks+16383)/16384)+7)/8)...)
	}
	return append(out, 0xff, 0xd9)
}

type bitWriter struct {
	out  []byte
	acc  uint64
	have int
}

func (b *bitWriter) write(v, n int) {
	b.acc = b.acc<<n | uint64(v)
	for b.have += n; b.have >= 8; b.have -= 8 {
		x := byte(b.acc >> (b.have - 8))
		if b.out = append(b.out, x); x == 0xff {
			b.out = append(b.out, 0)
		}
	}
}

// difference writes a DC difference: its size as a word of four bits, then itself.
func (b *bitWriter) difference(d int) {
	size := 0
	for m := max(d, -d); m > 0; m >>= 1 {
		size++
	}
	b.write(size, 4)
	if d < 0 {
		d += 1<<size - 1
	}
	if size > 0 {
		b.write(d, size)
	}
}

func (b *bitWriter) close() []byte {
	b.write(0x7f, 7)
	return append(b.out, 0xff, 0xd9)
}

// exif is an Exif block in which only the orientation counts; a name and a place
// stand beside it, to see that they are lost.
func exif(order binary.AppendByteOrder, turn int) string {
	mark := map[bool]string{true: "II*\x00", false: "MM\x00*"}[order.String() == "LittleEndian"]
	b := []byte(mark)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range [][3]uint16{{0x010e, 2, uint16(len(secret))}, {0x0112, 3, 1}} {
		b = order.AppendUint16(b, e[0])
		b = order.AppendUint16(b, e[1])
		b = order.AppendUint32(b, uint32(e[2]))
		if e[0] == 0x0112 {
			b = order.AppendUint16(order.AppendUint16(b, uint16(turn)), 0)
		} else {
			b = order.AppendUint32(b, 38)
		}
	}
	b = order.AppendUint32(b, 0)
	return string(b) + secret
}

// secret stands in every place of the test files that can hold text.
const secret = "DOE^JANE GPS 48.2082N"
