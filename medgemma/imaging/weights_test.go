package imaging

import (
	"context"
	"image"
	"math/rand/v2"
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
					if w < 0 { // would spoil its neighbour in addEight
						t.Fatalf("%+v, size %d: sample %d has a weight of %d", c, size, i, w)
					}
				}
				if tap.fill < 0 {
					t.Fatalf("%+v, size %d: sample %d has a padding of %d", c, size, i, tap.fill)
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

// Taps with zeros added weigh every sample as before, and stay within the row.
func TestEvenedTapsAreTheSame(t *testing.T) {
	for _, c := range []struct{ n, at, side, out int }{
		{1, 0, 1, 1}, {500, 250, 1000, 896}, {897, 0, 897, 896}, {33, 1033, 2100, 896}, {4000, 0, 4000, 896},
	} {
		before := newTaps(c.n, c.at, c.side, c.out)
		most := 0
		for i, tap := range evened(before, c.n) {
			if i == 0 {
				most = len(tap.weights)
			}
			if len(tap.weights) != most || tap.fill != before[i].fill || tap.first < 0 || tap.first+most > c.n {
				t.Fatalf("%+v: sample %d has %d weights from %d on", c, i, len(tap.weights), tap.first)
			}
			for j := range c.n {
				weight := func(t taps) int32 {
					if k := j - t.first; k >= 0 && k < len(t.weights) {
						return t.weights[k]
					}
					return 0
				}
				if weight(tap) != weight(before[i]) {
					t.Fatalf("%+v: sample %d weighs %d differently", c, i, j)
				}
			}
		}
	}
}

// The sums for eight neighbours at once are those for one: samples of 255 and 0 in
// turn would show in their neighbours, and every length has a rest.
func TestScaleDownIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for width := 1; width < 40; width++ {
		rows, weights := make([][]byte, 1+width%11), []int32{}
		left := int32(1 << weightBits)
		for k := range rows {
			rows[k] = make([]byte, width)
			for x := range rows[k] {
				rows[k][x] = byte(255 * ((x + width) & 1))
				if width%3 == 0 {
					rows[k][x] = byte(r.IntN(256))
				}
			}
			w := left / 2
			if k == len(rows)-1 {
				w = left
			}
			weights, left = append(weights, w), left-w
		}
		got := make([]int32, width)
		scaleDown(got, rows, weights, 0)
		for x, v := range got {
			want := int32(1 << (weightBits - rowBits - 1))
			for k, row := range rows {
				want += weights[k] * int32(row[x])
			}
			if want >>= weightBits - rowBits; v != want {
				t.Fatalf("width %d: sum %d is %d, want %d", width, x, v, want)
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
