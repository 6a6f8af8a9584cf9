package imaging

import "image"

// tone maps a 16-bit sample to 8 bits.
type tone [1 << 16]byte

// stretchBelow is a quarter of full scale: 16-bit files whose values all lie below
// it hold 12- or 14-bit data in the low bits and would come out black. The same data
// where white is 0 (TIFF) come out white, and with 32,768 added, as programs do that
// know no signed samples, in one grey: grey values that span less than a quarter
// are stretched wherever they lie. Colour is not, for a picture may well be of one
// colour.
const stretchBelow = 1 << 14

// toneOf chooses the map for a 16-bit picture, and whether it stretches; nil for
// any other picture. Full scale becomes 255, rounded, as MedGemma's server does.
// Values that use only a quarter are stretched between the percentiles 0.5 and 99.5
// of those that are not zero: the zeros are mostly background, and a few hot pixels
// or a burned-in mark must not decide.
func toneOf(img image.Image) (t *tone, stretched bool) {
	h := &histogram{lowest: 1 << 16}
	narrow := true
	switch img := img.(type) {
	case *image.Gray16:
		narrow = h.add(img.Pix, img.Stride, img.Rect, 1, 1) && (h.highest < stretchBelow || h.highest > h.lowest)
	case *image.RGBA64:
		h.lowest = 0
		narrow = h.add(img.Pix, img.Stride, img.Rect, 4, 3)
	case *image.NRGBA64:
		h.lowest = 0
		narrow = h.add(img.Pix, img.Stride, img.Rect, 4, 3)
	default:
		return nil, false
	}
	t = new(tone)
	lo, hi := 0, len(t)-1
	if narrow && h.total > 0 {
		lo, hi, stretched = h.percentile(5), h.percentile(995), true
		if lo == hi {
			lo = 0
		}
	}
	for v := range t {
		t[v] = byte((2*255*(min(max(v, lo), hi)-lo) + (hi - lo)) / (2 * (hi - lo)))
	}
	return t, stretched
}

// histogram counts values other than zero.
type histogram struct {
	count           [1 << 16]uint32
	total           uint64
	lowest, highest int
}

// add counts the first channels of each pixel, 16 bits big endian. It gives up once
// the values span a quarter of full scale, which in an ordinary file comes soon.
func (h *histogram) add(pix []byte, stride int, r image.Rectangle, channels, counted int) (narrow bool) {
	for y := range r.Dy() {
		line := pix[y*stride:][:r.Dx()*channels*2]
		for ; len(line) >= 2*channels; line = line[2*channels:] {
			for c := range counted {
				v := int(line[2*c])<<8 | int(line[2*c+1])
				if v == 0 {
					continue
				}
				h.lowest, h.highest = min(h.lowest, v), max(h.highest, v)
				if h.highest-h.lowest >= stretchBelow {
					return false
				}
				h.count[v]++
				h.total++
			}
		}
	}
	return true
}

// percentile returns the value below or at which so many thousandths lie.
func (h *histogram) percentile(thousandths uint64) int {
	want := (h.total*thousandths + 999) / 1000
	var seen uint64
	for v, n := range h.count {
		if seen += uint64(n); seen >= want && n > 0 {
			return v
		}
	}
	return 0
}
