package imaging

import "math"

// weightBits is the precision of a filter weight: those of one output sample add
// up to 1<<weightBits.
const weightBits = 14

// taps say which samples make one output sample, and with what weight. What the
// weights lack to 1<<weightBits is the weight of the padding around the picture.
type taps struct {
	first   int // sample that weights[0] belongs to
	weights []int32
	fill    int32
}

// newTaps lays an antialiased triangle filter ("bilinear" in Pillow, the filter of
// Gemma's own image processor) over one direction of a square: n source samples
// that begin at a place on it, the rest padding. The radius is one output sample;
// out is at most side. Padding counts as samples, for the square is padded before
// it is scaled; what lies beyond the square does not.
func newTaps(n, at, side, out int) []taps {
	scale := float64(side) / float64(out)
	all := make([]taps, out)
	var raw []float64
	for i := range all {
		centre := (float64(i)+0.5)*scale - 0.5 // in samples of the square
		lo := max(int(math.Ceil(centre-scale)), 0)
		hi := min(int(math.Floor(centre+scale)), side-1)
		raw = raw[:0]
		sum := 0.0
		for j := lo; j <= hi; j++ {
			w := 1 - math.Abs(float64(j)-centre)/scale
			raw = append(raw, w)
			sum += w
		}
		all[i] = quantize(raw, sum, lo-at, n)
	}
	return all
}

// quantize makes integer weights of those that fall on samples 0 to n-1, of which
// the first is lo, and leaves the rest to the padding.
func quantize(raw []float64, sum float64, lo, n int) taps {
	const one = 1 << weightBits
	t := taps{first: min(max(lo, 0), n), fill: one}
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
	if (!padded || t.fill < 0) && len(t.weights) > 0 {
		// Rounding left a rest, and there is no padding to give it to, or took more than
		// the padding has.
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

// folded are the taps of a chroma direction in which one sample stands for size
// pixels: each pixel's weight goes to its sample. So chroma meets the padding, the
// border and an odd edge exactly as its pixels do.
func folded(luma []taps, size int) []taps {
	if size == 1 {
		return luma
	}
	all := make([]taps, len(luma))
	for i, t := range luma {
		all[i] = taps{first: t.first / size, fill: t.fill}
		if len(t.weights) == 0 {
			continue
		}
		last := t.first + len(t.weights) - 1
		all[i].weights = make([]int32, last/size-all[i].first+1)
		for k, w := range t.weights {
			all[i].weights[(t.first+k)/size-all[i].first] += w
		}
	}
	return all
}

// evened are taps of the same weights with zeros added, so that all have the same
// number where the n samples of a row allow it: loops over them then end as the
// processor expects, which halves their time.
func evened(all []taps, n int) []taps {
	most := 0
	for _, t := range all {
		most = max(most, len(t.weights))
	}
	room := make([]int32, most*len(all))
	even := make([]taps, len(all))
	for i, t := range all {
		first := min(t.first, n-most)
		w := room[i*most:][:most:most]
		copy(w[t.first-first:], t.weights)
		even[i] = taps{first: first, weights: w, fill: t.fill}
	}
	return even
}
