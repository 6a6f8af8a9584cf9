package imaging

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"testing"
)

// reference is the preparation written as plainly as possible, in floating point:
// turn, put on black, pad, scale with an antialiased triangle. It returns
// interleaved RGB, 0 to 255, and the edge of the square.
func reference(stored image.Image, turn int) (pix []float64, side int) {
	w, h := stored.Bounds().Dx(), stored.Bounds().Dy()
	origin := stored.Bounds().Min
	uw, uh := w, h
	if turn >= 5 {
		uw, uh = h, w
	}
	square := max(uw, uh)
	padded := make([]float64, 3*square*square)
	for y := range uh {
		for x := range uw {
			// Exif: where the pixel of the upright picture is stored.
			var sx, sy int
			switch turn {
			case 2:
				sx, sy = w-1-x, y
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sx, sy = x, h-1-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			default:
				sx, sy = x, y
			}
			r, g, b, _ := stored.At(origin.X+sx, origin.Y+sy).RGBA() // premultiplied: on black
			at := 3 * ((y+(square-uh)/2)*square + x + (square-uw)/2)
			padded[at], padded[at+1], padded[at+2] = float64(r)/257, float64(g)/257, float64(b)/257
		}
	}
	side = min(square, 896)
	wide := triangle(padded, square, side, 3, 3*square, square)
	return triangle(wide, square, side, 3*side, 3, side), side
}

// triangle scales n samples to m along one direction. step is the distance of two
// samples, and lines of them lie pitch apart.
func triangle(in []float64, n, m, step, pitch, lines int) []float64 {
	outStep, outPitch := step, 3*m
	if step != 3 { // down the columns
		outPitch = pitch
	}
	out := make([]float64, 3*m*lines)
	scale := float64(n) / float64(m)
	for i := range m {
		centre := (float64(i) + 0.5) * scale
		lo, hi := int(max(0, math.Floor(centre-scale))), int(min(float64(n), math.Ceil(centre+scale)))
		weights := make([]float64, hi-lo)
		sum := 0.0
		for k := range weights {
			weights[k] = max(0, 1-math.Abs(float64(lo+k)+0.5-centre)/scale)
			sum += weights[k]
		}
		for l := range lines {
			var r, g, b float64
			for k, w := range weights {
				rgb := in[l*pitch+(lo+k)*step:][:3]
				r, g, b = r+w*rgb[0], g+w*rgb[1], b+w*rgb[2]
			}
			to := out[l*outPitch+i*outStep:][:3]
			to[0], to[1], to[2] = r/sum, g/sum, b/sum
		}
	}
	return out
}

// psnr compares a prepared picture with a reference, in decibels; identical
// pictures give infinity.
func psnr(t *testing.T, got image.Image, want []float64, side int) float64 {
	t.Helper()
	if got.Bounds() != image.Rect(0, 0, side, side) {
		t.Fatalf("square is %v, want %d x %d", got.Bounds(), side, side)
	}
	rgba := image.NewRGBA(got.Bounds())
	draw.Draw(rgba, rgba.Rect, got, image.Point{}, draw.Src)
	if !rgba.Opaque() {
		t.Fatal("a prepared picture is transparent")
	}
	sum := 0.0
	for i := range side * side {
		for c := range 3 {
			d := float64(rgba.Pix[4*i+c]) - want[3*i+c]
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255*float64(3*side*side)/sum)
}

// prepared calls Prepare, checks what holds for every picture, and decodes it.
func prepared(t *testing.T, data []byte) (Image, image.Image) {
	t.Helper()
	images, err := Prepare(context.Background(), data)
	if err != nil {
		t.Fatalf("Prepare: %v", err)
	}
	if len(images) != 1 {
		t.Fatalf("%d images, want 1", len(images))
	}
	im := images[0]
	decode := png.Decode
	switch im.Slices[0].MIME {
	case "image/png":
	case "image/jpeg":
		decode = jpeg.Decode
	default:
		t.Fatalf("MIME %q", im.Slices[0].MIME)
	}
	img, err := decode(bytes.NewReader(im.Slices[0].Data))
	if err != nil {
		t.Fatalf("decoding what was prepared: %v", err)
	}
	if want := min(max(im.Width, im.Height), Side); im.Side != want || img.Bounds() != image.Rect(0, 0, want, want) {
		t.Errorf("Side %d, bounds %v, want %d for %d x %d", im.Side, img.Bounds(), want, im.Width, im.Height)
	}
	if len(im.Slices[0].Data) > MaxOutBytes {
		t.Errorf("%d bytes, over MaxOutBytes", len(im.Slices[0].Data))
	}
	return im, img
}

// like fails when a prepared picture is not, in decibels, near enough to the
// reference made from the stored one. It returns what was prepared.
func like(t *testing.T, data []byte, stored image.Image, turn int, floor float64) Image {
	t.Helper()
	want, side := reference(stored, turn)
	return near(t, data, want, side, floor)
}

// near is like with the reference at hand.
func near(t *testing.T, data []byte, want []float64, side int, floor float64) Image {
	t.Helper()
	im, img := prepared(t, data)
	if db := psnr(t, img, want, side); db < floor {
		t.Errorf("%.1f dB from the reference, want at least %.0f", db, floor)
	} else {
		t.Logf("%.1f dB, %s, %d bytes", db, im.Slices[0].MIME, len(im.Slices[0].Data))
	}
	return im
}

// refused calls Prepare and returns its refusal.
func refused(t *testing.T, data []byte, kind Kind) *Error {
	t.Helper()
	images, err := Prepare(context.Background(), data)
	var e *Error
	if !errors.As(err, &e) || images != nil {
		t.Fatalf("Prepare: %d images, error %v; want an *Error", len(images), err)
	}
	if e.Kind != kind {
		t.Fatalf("refused as %v, want kind %s", e, kind)
	}
	return e
}

func decodeJPEG(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// greyLevel is the brightness of a pixel that must be grey.
func greyLevel(t *testing.T, img image.Image, x, y int) int {
	t.Helper()
	c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
	if max(c.R, c.G, c.B)-min(c.R, c.G, c.B) > 2 {
		t.Errorf("pixel %d,%d is %v, not grey", x, y, c)
	}
	return int(c.G)
}
