package dicom

import (
	"encoding/binary"
	"errors"
)

// jpegHead is what the markers before a frame's first scan say (T.81 annex B).
type jpegHead struct {
	width, height, components int
	lossless                  bool
	adobe                     int // transform of an Adobe marker: 0 none, 1 YCbCr; -1 without a marker
}

// readJPEGHead reads up to the frame header, and refuses the processes that are not
// decoded here by name. Its errors are *Error.
func readJPEGHead(data []byte) (jpegHead, error) {
	h := jpegHead{adobe: -1}
	cut := func(why string) (jpegHead, error) {
		return h, &Error{Kind: KindCut, Err: errors.New("JPEG: " + why)}
	}
	if len(data) < 4 || data[0] != 0xFF || data[1] != 0xD8 {
		return cut("no start")
	}
	for at := 2; ; {
		for at < len(data) && data[at] != 0xFF {
			at++
		}
		for at < len(data) && data[at] == 0xFF {
			at++
		}
		if at+3 > len(data) {
			return cut("no frame header")
		}
		marker := data[at]
		at++
		if marker <= 1 || marker >= 0xD0 && marker <= 0xD8 { // these stand alone
			continue
		}
		n := int(binary.BigEndian.Uint16(data[at:]))
		if n < 2 || at+n > len(data) {
			return cut("segment beyond the end")
		}
		body := data[at+2 : at+n]
		at += n
		switch {
		case marker == 0xDA, marker == 0xD9:
			return cut("no frame header")
		case marker == 0xEE && len(body) >= 12 && string(body[:5]) == "Adobe":
			h.adobe = int(body[11])
		case marker == 0xF7:
			return h, &Error{Kind: KindUnsupported, What: "JPEG-LS"}
		case marker&0xF0 == 0xC0 && marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
			return h, h.frame(marker, body)
		}
	}
}

// frame reads a frame header (T.81 B.2.2).
func (h *jpegHead) frame(marker byte, body []byte) error {
	if len(body) < 6 {
		return &Error{Kind: KindCut, Err: errors.New("JPEG: short frame header")}
	}
	precision := int(body[0])
	h.height, h.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	h.components = int(body[5])
	switch {
	case marker == 0xC2:
		// No syntax that is read here allows it, and it takes far more memory and, in
		// empty scans, time.
		return &Error{Kind: KindUnsupported, What: "progressive JPEG"}
	case marker == 0xC3:
		h.lossless = true
	case marker >= 0xC9:
		return &Error{Kind: KindUnsupported, What: "arithmetic JPEG"}
	case marker > 0xC3:
		return &Error{Kind: KindUnsupported, What: "hierarchical JPEG"}
	case precision != 8:
		return &Error{Kind: KindUnsupported, What: "12-bit JPEG"}
	}
	return nil
}
