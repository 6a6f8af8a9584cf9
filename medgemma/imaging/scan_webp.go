package imaging

import (
	"encoding/binary"
	"image"
)

// webpHead is what the chunks of a WebP say without decoding it (RFC 9649).
type webpHead struct {
	turn   orientation
	frames int
	lossy  bool
	alpha  bool
	still  []byte          // the file, or the first frame of an animation as a file of its own
	canvas image.Rectangle // of an animation; empty for a still
	at     image.Point     // of the first frame on the canvas
}

// scanWebP walks the chunks. x/image/webp reads stills only, so the first frame
// of an animation is handed to it in the wrapping of a still.
func scanWebP(data []byte) webpHead {
	h := webpHead{turn: 1, frames: 1, still: data}
	frames := 0
	for name, body := range riffChunks(data, 12) {
		switch name {
		case "VP8X":
			if len(body) >= 10 {
				h.canvas = image.Rect(0, 0, le24(body[4:])+1, le24(body[7:])+1)
			}
		case "EXIF":
			h.turn = exifOrientation(body)
		case "VP8 ":
			h.lossy = true
		case "ALPH":
			h.alpha = true
		case "ANMF":
			frames++
			if frames == 1 && len(body) >= 16 {
				h.firstFrame(body)
			}
		}
	}
	if frames == 0 {
		h.canvas = image.Rectangle{}
		return h
	}
	h.frames = frames
	return h
}

// firstFrame takes the frame apart: 16 bytes that place it, then the chunks of a
// still picture.
func (h *webpHead) firstFrame(body []byte) {
	h.at = image.Pt(2*le24(body), 2*le24(body[3:]))
	for name := range riffChunks(body, 16) {
		h.lossy = h.lossy || name == "VP8 "
		h.alpha = h.alpha || name == "ALPH"
	}
	// Transparency needs the extended header, which names the size once more.
	still := []byte("RIFF\x00\x00\x00\x00WEBP")
	if h.alpha {
		still = append(still, "VP8X\x0a\x00\x00\x00\x10\x00\x00\x00"...)
		still = append(still, body[6:12]...) // width and height, less one, in the same form
	}
	still = append(still, body[16:]...)
	binary.LittleEndian.PutUint32(still[4:], uint32(len(still)-8))
	h.still = still
}

// riffChunks yields the chunks from an offset on. The last may be cut short.
func riffChunks(data []byte, i int) func(yield func(name string, body []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for at := int64(i); at+8 <= int64(len(data)); {
			n := int64(le32(data[at+4:]))
			end := min(at+8+n, int64(len(data)))
			if !yield(string(data[at:at+4]), data[at+8:end]) {
				return
			}
			at = end + n&1 // chunks are padded to even lengths
		}
	}
}

func le24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
