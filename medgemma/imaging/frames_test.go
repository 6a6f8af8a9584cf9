package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"testing"

	"golang.org/x/image/tiff"
)

// Of a file of several frames the first is shown, their number is told, and that
// only the first was seen.
func TestFirstFrame(t *testing.T) {
	t.Parallel()
	first := palettedGray(240, 300)
	other := image.NewPaletted(first.Rect, first.Palette)
	grey := gray(240, 300)
	for name, file := range map[string]struct {
		data   []byte
		frames int
	}{
		"GIF":          {encodeGIF(t, first, other, other), 3},
		"APNG":         {withChunk(makePNG(t, grey), "acTL", "\x00\x00\x00\x05\x00\x00\x00\x00"), 5},
		"TIFF":         {withPage(encodeTIFF(t, grey, tiff.Deflate), 0), 2},
		"WebP":         {animatedWebP(240, 300, image.Point{}, flatWebP(grey), flatWebP(gray(20, 30))), 2},
		"GIF still":    {encodeGIF(t, first), 1},
		"APNG of one":  {withChunk(makePNG(t, grey), "acTL", "\x00\x00\x00\x01\x00\x00\x00\x00"), 1},
		"TIFF + thumb": {withPage(encodeTIFF(t, grey, tiff.Deflate), 1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			im := like(t, file.data, grey, 1, 50)
			if im.Of != file.frames || slices.Contains(im.Notes, NoteFirstFrame) != (file.frames > 1) {
				t.Errorf("%d frames, notes %v; want %d", im.Of, im.Notes, file.frames)
			}
		})
	}
}

// A first frame that covers a part of its canvas is shown in its place, on black.
func TestFrameOnCanvas(t *testing.T) {
	canvas := image.NewGray(image.Rect(0, 0, 300, 200))
	frame := palettedGray(100, 60)
	for y := range 60 {
		for x := range 100 {
			canvas.Set(x+120, y+80, frame.At(x, y))
		}
	}
	part := *frame
	part.Rect = frame.Rect.Add(image.Pt(120, 80))
	// The encoder takes the canvas from the first frame, so write a full one and
	// widen the header.
	data := encodeGIF(t, &image.Paletted{Pix: part.Pix, Stride: part.Stride, Rect: frame.Rect, Palette: part.Palette})
	le := binary.LittleEndian
	le.PutUint16(data[6:], 300)
	le.PutUint16(data[8:], 200)
	head := 13 + colorTable(data[10])
	at := head + bytes.IndexByte(data[head:], 0x2c)
	le.PutUint16(data[at+1:], 120)
	le.PutUint16(data[at+3:], 80)
	if im := like(t, data, canvas, 1, 50); im.Width != 300 || im.Height != 200 {
		t.Errorf("%d x %d", im.Width, im.Height)
	}
	grey := &image.Gray{Pix: frame.Pix, Stride: frame.Stride, Rect: frame.Rect}
	like(t, animatedWebP(300, 200, image.Pt(120, 80), flatWebP(grey)), canvas, 1, 50)

	refused(t, animatedWebP(300, 200, image.Pt(220, 80), flatWebP(grey)), KindCut)
}

// palettedGray is gray in a palette of 256 greys, which GIF keeps exactly.
func palettedGray(w, h int) *image.Paletted {
	g := gray(w, h)
	p := &image.Paletted{Pix: g.Pix, Stride: g.Stride, Rect: g.Rect}
	for i := range 256 {
		p.Palette = append(p.Palette, color.Gray{Y: uint8(i)})
	}
	return p
}

// withPage chains a second directory, of one entry (NewSubfileType), to a TIFF of
// x/image/tiff, whose only directory may lie anywhere.
func withPage(file []byte, subfile uint32) []byte {
	le := binary.LittleEndian
	at := int(le.Uint32(file[4:]))
	next := at + 2 + 12*int(le.Uint16(file[at:]))
	le.PutUint32(file[next:], uint32(len(file)))
	file = le.AppendUint16(file, 1)
	file = le.AppendUint16(le.AppendUint16(file, tagSubfileType), 4)
	file = le.AppendUint32(le.AppendUint32(file, 1), subfile)
	return le.AppendUint32(file, 0)
}

// animatedWebP puts each still chunk in a frame at the same place; the first is as
// large as its own header says.
func animatedWebP(w, h int, at image.Point, stills ...string) []byte {
	body := chunk("VP8X", "\x02\x00\x00\x00"+int24(w-1)+int24(h-1)) + chunk("ANIM", "\x00\x00\x00\x00\x00\x00")
	for _, s := range stills {
		size := le32([]byte(s[9:])) // VP8L: two edges less one, 14 bits each
		body += chunk("ANMF", int24(at.X/2)+int24(at.Y/2)+int24(int(size&0x3fff))+int24(int(size>>14&0x3fff))+"\x64\x00\x00\x00"+s)
	}
	return riff(body)
}
