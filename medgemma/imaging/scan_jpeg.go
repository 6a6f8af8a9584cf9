package imaging

import "bytes"

// jpegHead is what the markers of a JPEG say without decoding it (ITU-T T.81,
// annex B).
type jpegHead struct {
	turn        orientation
	progressive bool
	samples     float64 // per pixel, over all components: 3 for 4:4:4, 1.5 for 4:2:0, 1 for grey
	components  int
	scans       int
}

// scanJPEG walks the markers of the whole file. It stops where the file makes no
// sense any more: the decoder will say so.
func scanJPEG(data []byte) jpegHead {
	h := jpegHead{turn: 1}
	seenExif := false
	for i := 2; ; {
		marker, at := nextMarker(data, i)
		if at < 0 || marker == 0xd9 || at+2 > len(data) {
			return h
		}
		n := int(data[at])<<8 | int(data[at+1])
		if n < 2 || at+n > len(data) {
			return h
		}
		seg := data[at+2 : at+n]
		switch marker {
		case 0xe1: // APP1
			if !seenExif && bytes.HasPrefix(seg, []byte("Exif\x00\x00")) {
				seenExif, h.turn = true, exifOrientation(seg)
			}
		case 0xc0, 0xc1, 0xc2: // SOF: baseline, extended, progressive
			h.progressive = marker == 0xc2
			h.components, h.samples = frameSamples(seg)
		case 0xda: // SOS; the coded data after it holds no marker but 0xff00 and RST
			h.scans++
		}
		i = at + n
	}
}

// nextMarker returns the next marker that has a segment, or is EOI, and where its
// length begins; at is -1 at the end of the file.
func nextMarker(data []byte, i int) (marker byte, at int) {
	for i < len(data) {
		k := bytes.IndexByte(data[i:], 0xff)
		if k < 0 || i+k+1 >= len(data) {
			return 0, -1
		}
		i += k + 1
		switch m := data[i]; {
		case m == 0xff: // a fill byte
		case m == 0, 0xd0 <= m && m <= 0xd8, m == 0x01:
			i++
		default:
			return m, i + 1
		}
	}
	return 0, -1
}

// frameSamples reads the components of a frame header and how many samples they
// hold for each pixel.
func frameSamples(sof []byte) (components int, samples float64) {
	if len(sof) < 6 || len(sof) < 6+3*int(sof[5]) {
		return 0, 0
	}
	components = int(sof[5])
	var sum, maxH, maxV int
	for i := range components {
		h, v := int(sof[7+3*i]>>4), int(sof[7+3*i]&15)
		sum += h * v
		maxH, maxV = max(maxH, h), max(maxV, v)
	}
	// The factors of a single component mean nothing (T.81, A.2.2).
	if components == 1 || maxH*maxV == 0 {
		return components, float64(components)
	}
	return components, float64(sum) / float64(maxH*maxV)
}
