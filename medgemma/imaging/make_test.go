package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"
)

// The pictures of the tests are made here. They have soft shapes, hard edges, and
// grain, and nothing in them is symmetric, so that a turned, mirrored or moved one
// is never mistaken for the right one.

// level is the brightness, 0 to 1, of a made-up scan at a relative place.
func level(u, v float64) float64 {
	soft := 0.5 + 0.25*math.Sin(9*u+2*v) + 0.2*math.Cos(5*v-3*u*u)
	if (u-0.3)*(u-0.3)+(v-0.25)*(v-0.25) < 0.02 { // a bright disc, top left
		return 0.95
	}
	if u > 0.7 && v > 0.6 && v < 0.68 { // a dark bar, bottom right
		return 0.04
	}
	return soft
}

// paint sets every pixel from level and a little grain, the same each time.
func paint(w, h int, set func(x, y int, level, grain float64)) {
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			set(x, y, level(float64(x)/float64(w), float64(y)/float64(h)), r.Float64()-0.5)
		}
	}
}

func unit(v float64) float64 { return min(max(v, 0), 1) }

// photo is opaque colour.
func photo(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	paint(w, h, func(x, y int, l, g float64) {
		c := func(v float64) uint8 { return uint8(255 * unit(v+0.01*g)) }
		img.SetNRGBA(x, y, color.NRGBA{c(l), c(0.8*l*l + 0.1), c(0.6 - 0.5*l), 255})
	})
	return img
}

func gray(w, h int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	paint(w, h, func(x, y int, l, g float64) {
		img.Pix[y*img.Stride+x] = uint8(255 * unit(l+0.03*g))
	})
	return img
}

// fillGray16 paints values of so many bits, in the low bits.
func fillGray16(img *image.Gray16, bits int) {
	full := float64(int(1)<<bits - 1)
	paint(img.Rect.Dx(), img.Rect.Dy(), func(x, y int, l, g float64) {
		img.SetGray16(x, y, color.Gray16{Y: uint16(full * unit(l+0.03*g))})
	})
}

func makePNG(tb testing.TB, img image.Image) []byte {
	tb.Helper()
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func makeJPEG(tb testing.TB, img image.Image, quality int) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
