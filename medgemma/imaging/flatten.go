package imaging

import (
	"fmt"
	"image"
	"image/color"
)

// flat is a picture as rows of 8-bit samples without transparency: what was
// transparent is black, the colour of the padding.
type flat struct {
	rows        rows
	channels    int  // 1 grey, 3 RGB
	transparent bool // set while rows are read, as soon as one pixel is
	line        []byte
}

// flatten shows a decoded picture row by row. Nothing is converted before its row
// is asked for. YCbCr pictures without transparency do not come here: their planes
// are scaled as they are.
func flatten(img image.Image, t *tone) (*flat, error) {
	f := &flat{channels: 3}
	switch img := img.(type) {
	case *image.Gray:
		f.channels = 1
		// The picture's own rows; nothing is copied.
		f.rows = func(y int) []byte { return img.Pix[y*img.Stride:][:img.Rect.Dx()] }
	case *image.Gray16:
		f.channels = 1
		f.rows = f.each(img.Pix, img.Stride, img.Rect, 2, func(to, px []byte) {
			to[0] = t[int(px[0])<<8|int(px[1])]
		})
	case *image.Paletted:
		f.paletted(img)
	case *image.RGBA: // premultiplied, so it already lies on black
		f.rows = f.each(img.Pix, img.Stride, img.Rect, 4, func(to, px []byte) {
			to[0], to[1], to[2] = px[0], px[1], px[2]
			f.see(px[3] != 255)
		})
	case *image.NRGBA:
		f.rows = f.each(img.Pix, img.Stride, img.Rect, 4, func(to, px []byte) {
			f.over(to, px[0], px[1], px[2], px[3])
		})
	case *image.RGBA64:
		f.rows = f.each(img.Pix, img.Stride, img.Rect, 8, func(to, px []byte) {
			for c := range 3 {
				to[c] = t[be16(px[2*c:])]
			}
			f.see(be16(px[6:]) != 0xffff)
		})
	case *image.NRGBA64:
		f.rows = f.each(img.Pix, img.Stride, img.Rect, 8, func(to, px []byte) {
			a := be16(px[6:])
			for c := range 3 {
				to[c] = t[(be16(px[2*c:])*a+0x7fff)/0xffff]
			}
			f.see(a != 0xffff)
		})
	case *image.CMYK: // image/jpeg has already undone the inversion of Adobe
		f.rows = f.each(img.Pix, img.Stride, img.Rect, 4, func(to, px []byte) {
			to[0], to[1], to[2] = color.CMYKToRGB(px[0], px[1], px[2], px[3])
		})
	case *image.NYCbCrA: // only WebP makes these
		f.studioAlpha(img)
	default:
		return nil, fmt.Errorf("flattening: no rows of a %T", img)
	}
	return f, nil
}

// each makes rows from pixels of size bytes by a function of one pixel.
func (f *flat) each(pix []byte, stride int, r image.Rectangle, size int, convert func(to, px []byte)) rows {
	f.line = make([]byte, r.Dx()*f.channels)
	return func(y int) []byte {
		from := pix[y*stride:][:r.Dx()*size]
		for to := f.line; len(to) > 0; to = to[f.channels:] {
			convert(to[:f.channels:f.channels], from[:size:size])
			from = from[size:]
		}
		return f.line
	}
}

// see remembers that a pixel lets the background through.
func (f *flat) see(transparent bool) { f.transparent = f.transparent || transparent }

// over lays a pixel with straight alpha on black.
func (f *flat) over(to []byte, r, g, b, a byte) {
	if a == 255 {
		to[0], to[1], to[2] = r, g, b
		return
	}
	f.transparent = true
	to[0], to[1], to[2] = byte((int(r)*int(a)+127)/255), byte((int(g)*int(a)+127)/255), byte((int(b)*int(a)+127)/255)
}

// paletted looks colours up. A palette of greys gives a grey picture.
func (f *flat) paletted(img *image.Paletted) {
	var table [256][3]byte // an index beyond the palette is black
	var clear [256]bool
	grey := true
	for i, c := range img.Palette[:min(len(img.Palette), 256)] {
		r, g, b, a := c.RGBA() // premultiplied
		table[i] = [3]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)}
		clear[i] = a != 0xffff
		grey = grey && table[i][0] == table[i][1] && table[i][1] == table[i][2]
	}
	if grey {
		f.channels = 1
	}
	f.rows = f.each(img.Pix, img.Stride, img.Rect, 1, func(to, px []byte) {
		copy(to, table[px[0]][:])
		f.see(clear[px[0]])
	})
}

// studioAlpha converts a lossy WebP with transparency.
func (f *flat) studioAlpha(img *image.NYCbCrA) {
	f.line = make([]byte, 3*img.Rect.Dx())
	f.rows = func(y int) []byte {
		for x := range img.Rect.Dx() {
			px, py := img.Rect.Min.X+x, img.Rect.Min.Y+y
			yi, ci := img.YOffset(px, py), img.COffset(px, py)
			r, g, b := studioRGB(img.Y[yi], img.Cb[ci], img.Cr[ci])
			f.over(f.line[3*x:], r, g, b, img.A[img.AOffset(px, py)])
		}
		return f.line
	}
}

func be16(b []byte) int { return int(b[0])<<8 | int(b[1]) }
