package imaging

import "math"

// weightBits is the precision of a filter weight: those of one output sample add
// up to 1<<weightBits.
const weightBits = 14

// axis describes one direction of one plane of the source, in pixels of the
// padded square.
type axis struct {
	n    int     // samples in the plane
	at   float64 // where the first one begins
	size float64 // pixels that one sample covers: 1, or 2 or 4 for subsampled chroma
}

// taps say which samples make one output sample, and with what weight. What the
// weights lack to 1<<weightBits is the weight of the padding around the picture.
type taps struct {
	first   int // sample that weights[0] belongs to
	weights []int32
	fill    int32
}

// newTaps lays an antialiased triangle filter ("bilinear" in Pillow, the filter of
// Gemma's own image processor) over an axis: its radius is one output sample, or
// one source sample where the source is the coarser, which is linear
// interpolation. The square is padded before it is scaled, so padding counts as
// samples; what lies beyond the square does not.
func newTaps(a axis, side, out int) []taps {
	scale := float64(side) / float64(out)
	radius := max(scale, a.size)
	before := int(math.Floor(a.at / a.size))                             // whole samples of padding on the near side
	after := int(math.Floor((float64(side)-a.at)/a.size - float64(a.n))) // and on the far side, or less than 0
	all := make([]taps, out)
	var raw []float64
	for i := range all {
		centre := ((float64(i)+0.5)*scale-a.at)/a.size - 0.5 // in samples
		reach := radius / a.size
		lo := max(int(math.Ceil(centre-reach)), -before)
		hi := min(int(math.Floor(centre+reach)), a.n-1+max(after, 0))
		raw = raw[:0]
		sum := 0.0
		for j := lo; j <= hi; j++ {
			w := max(0, 1-math.Abs(float64(j)-centre)/reach)
			raw = append(raw, w)
			sum += w
		}
		all[i] = quantize(raw, sum, lo, a.n)
	}
	return all
}

// quantize makes integer weights of those that fall on samples 0 to n-1 and
// leaves the rest to the padding.
func quantize(raw []float64, sum float64, lo, n int) taps {
	const one = 1 << weightBits
	t := taps{first: min(max(lo, 0), n), fill: one}
	if sum == 0 {
		return t
	}
	padded := false
	for k, w := range raw {
		v := int32(math.Round(w / sum * one))
		switch j := lo + k; {
		case j < 0 || j >= n:
			padded = padded || v > 0
		case v == 0 && len(t.weights) == 0: // a leading zero
			t.first = j + 1
		default:
			t.weights = append(t.weights, v)
			t.fill -= v
		}
	}
	for len(t.weights) > 0 && t.weights[len(t.weights)-1] == 0 {
		t.weights = t.weights[:len(t.weights)-1]
	}
	if !padded && len(t.weights) > 0 {
		// Rounding left a rest, and there is no padding to give it to.
		largest := 0
		for k, w := range t.weights {
			if w > t.weights[largest] {
				largest = k
			}
		}
		t.weights[largest] += t.fill
		t.fill = 0
	}
	return t
}
