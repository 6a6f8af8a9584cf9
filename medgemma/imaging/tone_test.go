package imaging

import (
	"image"
	"image/color"
	"slices"
	"testing"

	"golang.org/x/image/tiff"
)

// 16-bit pictures that use their range are only divided by 257.
func TestFull16Bit(t *testing.T) {
	t.Parallel()
	grey := image.NewGray16(image.Rect(0, 0, 900, 300))
	fillGray16(grey, 16)
	colour := image.NewRGBA64(image.Rect(0, 0, 300, 200))
	paint(300, 200, func(x, y int, l, g float64) {
		v := uint16(65535 * unit(l+0.01*g))
		colour.SetRGBA64(x, y, color.RGBA64{R: v, G: v / 2, B: 65535 - v, A: 65535})
	})
	for name, file := range map[string]struct {
		data []byte
		img  image.Image
	}{
		"PNG grey": {makePNG(t, grey), grey}, "TIFF grey": {encodeTIFF(t, grey, tiff.Deflate), grey},
		"PNG": {makePNG(t, colour), colour}, "TIFF": {encodeTIFF(t, colour, tiff.Uncompressed), colour},
	} {
		t.Run(name, func(t *testing.T) {
			if im := like(t, file.data, file.img, 1, 50); slices.Contains(im.Notes, NoteStretched) {
				t.Error("noted as stretched")
			}
		})
	}
}

// 12-bit values in 16 bits would be black. They are stretched between the
// percentiles of what is not zero, and that is said.
func TestLow16BitIsStretched(t *testing.T) {
	const w, h = 400, 300
	for name, encode := range map[string]func(image.Image) []byte{
		"PNG":  func(img image.Image) []byte { return makePNG(t, img) },
		"TIFF": func(img image.Image) []byte { return encodeTIFF(t, img, tiff.Deflate) },
	} {
		t.Run(name, func(t *testing.T) {
			img := image.NewGray16(image.Rect(0, 0, w, h))
			fillGray16(img, 12)
			for y := range 40 { // background, which must not count
				for x := range w {
					img.SetGray16(x, y, color.Gray16{})
				}
			}
			img.SetGray16(200, 200, color.Gray16{Y: 16000}) // one hot pixel, which must not decide
			im, got := prepared(t, encode(img))
			if !slices.Contains(im.Notes, NoteStretched) {
				t.Errorf("notes %v do not say that it was stretched", im.Notes)
			}
			var count [256]int
			for y := range h {
				for x := range w {
					count[greyLevel(t, got, x, y+50)]++
				}
			}
			if count[0] < 40*w {
				t.Errorf("%d black pixels, fewer than the background's %d", count[0], 40*w)
			}
			if count[255] < h || count[255] > w*h/50 {
				t.Errorf("%d white pixels, want about half a percent", count[255])
			}
		})
	}
}

// A picture of one low value, or of none, is no reason to divide by zero.
func TestFlat16Bit(t *testing.T) {
	for value, want := range map[uint16]int{0: 0, 1: 255, 900: 255, 16383: 255, 16384: 64, 65535: 255} {
		img := image.NewGray16(image.Rect(0, 0, 10, 10))
		for y := range 10 {
			for x := range 10 {
				img.SetGray16(x, y, color.Gray16{Y: value})
			}
		}
		if _, got := prepared(t, makePNG(t, img)); greyLevel(t, got, 5, 5) != want {
			t.Errorf("value %d became %d, want %d", value, greyLevel(t, got, 5, 5), want)
		}
	}
}

// Lossy WebP keeps studio-range planes: 16 is black and 235 is white, also where
// the padding meets the picture.
func TestStudioRange(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 1000, 700), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = []byte{16, 235}[i%img.YStride/500]
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 128, 128
	}
	p := place(img.Rect, image.Point{}, 1)
	got := scalePlanes(img, p, true)
	for at, want := range map[image.Point]int{{100, 448}: 0, {800, 448}: 255, {800, 10}: 0, {800, 890}: 0} {
		if v := greyLevel(t, got, at.X, at.Y); v != want {
			t.Errorf("pixel %v is %d, want %d", at, v, want)
		}
	}
	// Red, by the formula of BT.601: Y 81, Cb 90, Cr 240.
	if r, g, b := studioRGB(81, 90, 240); r < 253 || g > 2 || b > 2 {
		t.Errorf("studio red is %d, %d, %d", r, g, b)
	}
}
