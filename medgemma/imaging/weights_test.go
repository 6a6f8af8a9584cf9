package imaging

import (
	"context"
	"image"
	"testing"
)

// Every output sample is a whole: picture and padding together weigh one, the
// padding nothing away from it, and no sample outside the picture is asked for.
func TestTapsAddUp(t *testing.T) {
	for _, c := range []struct{ n, at, side, out int }{
		{1, 0, 1, 1}, {500, 250, 1000, 896}, {897, 0, 897, 896}, {30_000, 0, 30_000, 896},
		{1, 15_000, 30_000, 896}, {4000, 0, 4000, 896}, {33, 1033, 2100, 896}, {700, 98, 896, 896},
	} {
		luma := newTaps(c.n, c.at, c.side, c.out)
		if len(luma) != c.out {
			t.Fatalf("%+v: %d samples", c, len(luma))
		}
		for size, all := range map[int][]taps{1: luma, 2: folded(luma, 2), 4: folded(luma, 4)} {
			samples := (c.n + size - 1) / size
			for i, tap := range all {
				sum := tap.fill
				for _, w := range tap.weights {
					sum += w
				}
				if sum != 1<<weightBits {
					t.Fatalf("%+v, size %d: sample %d weighs %d", c, size, i, sum)
				}
				if tap.first < 0 || tap.first+len(tap.weights) > samples {
					t.Fatalf("%+v, size %d: sample %d reads %d to %d of %d", c, size, i, tap.first, tap.first+len(tap.weights), samples)
				}
				if c.n == c.side && tap.fill != 0 {
					t.Fatalf("%+v, size %d: sample %d takes padding where there is none", c, size, i)
				}
			}
		}
	}
}

// Padding that mixes into the border of a studio-range picture is studio black.
func TestStudioBorder(t *testing.T) {
	studio := image.NewYCbCr(image.Rect(0, 0, 1000, 700), image.YCbCrSubsampleRatio420)
	full := image.NewGray(studio.Rect)
	for i := range studio.Y {
		studio.Y[i] = 235
	}
	for i := range studio.Cb {
		studio.Cb[i], studio.Cr[i] = 128, 128
	}
	for i := range full.Pix {
		full.Pix[i] = 255
	}
	want, side := reference(full, 1)
	if db := psnr(t, scalePlanes(studio, place(studio.Rect, image.Point{}, 1), true), want, side); db < 60 {
		t.Errorf("%.1f dB from the reference", db)
	}
}

// However much a decoder asks for, it comes back to look at the context soon.
func TestReaderStep(t *testing.T) {
	r := &reader{ctx: context.Background(), data: make([]byte, 3*readStep)}
	if n, err := r.Read(make([]byte, 2*readStep)); n != readStep || err != nil {
		t.Errorf("one read gave %d bytes, error %v", n, err)
	}
	if n, err := r.ReadAt(make([]byte, 2*readStep), readStep); n != 2*readStep || err != nil {
		t.Errorf("ReadAt gave %d bytes, error %v", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.ctx = ctx
	if n, err := r.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("a read after the end gave %d bytes, error %v", n, err)
	}
	if n, err := r.ReadAt(make([]byte, 1), 0); n != 0 || err == nil {
		t.Errorf("ReadAt after the end gave %d bytes, error %v", n, err)
	}
}
