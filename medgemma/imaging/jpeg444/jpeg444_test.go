package jpeg444

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// windows is CT in three windows: one noisy field of values, seen by red from afar,
// by blue from near, as imaging shows it.
func windows(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(3, 4))
	for y := range h {
		for x := range w {
			hu := 40 + 60*math.Sin(float64(x)/23)*math.Cos(float64(y)/31) + 12*r.NormFloat64()
			if (x/40+y/60)%5 == 0 {
				hu = -900 // air
			}
			clip := func(lo, hi float64) byte { return byte(255*min(max((hu-lo)/(hi-lo), 0), 1) + 0.5) }
			img.SetRGBA(x, y, color.RGBA{clip(-1024, 1024), clip(-135, 215), clip(0, 80), 255})
		}
	}
	return img
}

func standard(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decoded(t testing.TB, data []byte) *image.YCbCr {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.YCbCr)
}

// psnr compares channels from first to last of two pictures, in decibels.
func psnr(want *image.RGBA, got image.Image, first, last int) float64 {
	sum, n := 0.0, 0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			a, b := want.RGBAAt(x, y), color.RGBAModel.Convert(got.At(x, y)).(color.RGBA)
			for c := first; c <= last; c++ {
				d := float64([]byte{a.R, a.G, a.B}[c]) - float64([]byte{b.R, b.G, b.B}[c])
				sum, n = sum+d*d, n+1
			}
		}
	}
	return 10 * math.Log10(255*255*float64(n)/sum)
}

// The reason for this package: where the channels are windows of CT, the blue one
// stays far nearer than with halved chroma.
func TestNearerThanHalvedChroma(t *testing.T) {
	img := windows(300, 200)
	for quality, gain := range map[int]float64{75: 1, 90: 5, 95: 10} { // at 75 quantisation costs more
		ours, theirs := Encode(img, quality), standard(t, img, quality)
		got := decoded(t, ours)
		if got.SubsampleRatio != image.YCbCrSubsampleRatio444 {
			t.Fatalf("chroma is %v", got.SubsampleRatio)
		}
		a, b := psnr(img, got, 2, 2), psnr(img, decoded(t, theirs), 2, 2)
		t.Logf("quality %d: blue %.1f dB in %d bytes, halved %.1f dB in %d", quality, a, len(ours), b, len(theirs))
		if a < b+gain {
			t.Errorf("quality %d: blue is %.1f dB from the picture, with halved chroma %.1f", quality, a, b)
		}
	}
	if db := psnr(img, decoded(t, Encode(img, 100)), 0, 2); db < 44 {
		t.Errorf("quality 100: %.1f dB", db)
	}
}

// In luma nothing differs from the standard encoder but rounding, and so a quality
// means the same.
func TestQualityIsTheUsualOne(t *testing.T) {
	img := windows(160, 120)
	grey := image.NewRGBA(img.Rect)
	for i := 0; i < len(img.Pix); i += 4 {
		v := img.Pix[i+1]
		grey.Pix[i], grey.Pix[i+1], grey.Pix[i+2], grey.Pix[i+3] = v, v, v, 255
	}
	for _, quality := range []int{1, 10, 49, 50, 75, 90, 99, 100} {
		ours, theirs := Encode(grey, quality), standard(t, grey, quality)
		// The tables of both kinds, to the byte: they lie before and after SOF0.
		for _, marker := range []byte{0xDB, 0xC4} {
			if a, b := segments(ours, marker), segments(theirs, marker); !bytes.Equal(a, b) {
				t.Errorf("quality %d: tables of marker %X differ:\n% x\n% x", quality, marker, a, b)
			}
		}
		a, b := psnr(grey, decoded(t, ours), 0, 2), psnr(grey, decoded(t, theirs), 0, 2)
		if math.Abs(a-b) > 0.3 {
			t.Errorf("quality %d: %.2f dB, the standard encoder %.2f", quality, a, b)
		}
	}
}

// segments are the bodies of all segments of a marker before the coded data.
func segments(data []byte, marker byte) (all []byte) {
	for i := 2; i+4 < len(data) && data[i+1] != 0xDA; {
		n := int(data[i+2])<<8 | int(data[i+3])
		if data[i+1] == marker {
			all = append(all, data[i+4:i+2+n]...)
		}
		i += 2 + n
	}
	return all
}

// Edges that are no multiple of 8, pictures that are part of another, and every
// quality are decoded to what went in.
func TestSizesAndQualities(t *testing.T) {
	whole := windows(64, 64)
	for _, r := range []image.Rectangle{
		image.Rect(0, 0, 1, 1), image.Rect(0, 0, 8, 8), image.Rect(0, 0, 9, 7), image.Rect(5, 9, 42, 32), image.Rect(0, 0, 64, 1),
	} {
		img := whole.SubImage(r).(*image.RGBA)
		got := decoded(t, Encode(img, 95))
		if got.Rect != image.Rect(0, 0, r.Dx(), r.Dy()) {
			t.Fatalf("%v came out as %v", r, got.Rect)
		}
		moved := image.NewRGBA(got.Rect)
		for y := range r.Dy() {
			copy(moved.Pix[y*moved.Stride:][:moved.Stride], img.Pix[y*img.Stride:])
		}
		if db := psnr(moved, got, 0, 2); db < 30 {
			t.Errorf("%v: %.1f dB", r, db)
		}
	}
	last := 0.0
	for _, quality := range []int{-5, 1, 5, 25, 50, 80, 95, 100, 1000} {
		db := psnr(whole, decoded(t, Encode(whole, quality)), 0, 2)
		if db < last {
			t.Errorf("quality %d: %.1f dB, less than the quality before it", quality, db)
		}
		last = db
	}
	if Encode(image.NewRGBA(image.Rect(0, 0, 0, 5)), 90) != nil || Encode(image.NewRGBA(image.Rect(0, 0, 0x10000, 1)), 90) != nil {
		t.Error("an empty or too large picture was encoded")
	}
}

// Extremes: each pixel black or white at random has the largest coefficients and no
// runs of zeros.
func TestExtremes(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 96, 96))
	r := rand.New(rand.NewPCG(5, 6))
	for i := range img.Pix {
		img.Pix[i] = byte(255 * r.IntN(2))
	}
	if db := psnr(img, decoded(t, Encode(img, 100)), 0, 2); db < 35 {
		t.Errorf("%.1f dB", db)
	}
}

// The transform against its definition (T.81 A.3.3), in floating point.
func TestTransform(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for trial := range 50 {
		var b, in block
		for i := range in {
			in[i] = int32(r.IntN(256) - 128)
			if trial < 3 {
				in[i] = []int32{-128, 127, 0}[trial]
			}
		}
		b = in
		b.transform()
		for v := range 8 {
			for u := range 8 {
				sum := 0.0
				for y := range 8 {
					for x := range 8 {
						sum += float64(in[8*y+x]) * math.Cos(float64((2*x+1)*u)*math.Pi/16) * math.Cos(float64((2*y+1)*v)*math.Pi/16)
					}
				}
				sum /= 4
				if u == 0 {
					sum /= math.Sqrt2
				}
				if v == 0 {
					sum /= math.Sqrt2
				}
				if got := float64(b[8*v+u]) / (1 << extra); math.Abs(got-sum) > 0.25 {
					t.Fatalf("coefficient %d, %d is %.2f, want %.2f", v, u, got, sum)
				}
			}
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	img := windows(512, 512)
	b.Run("4:4:4", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Encode(img, 90)
		}
	})
	b.Run("image/jpeg", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			standard(b, img, 90)
		}
	})
}
