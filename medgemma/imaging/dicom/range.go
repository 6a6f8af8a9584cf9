package dicom

import (
	"context"
	"fmt"
	"math"
)

// Tags of padding (PS3.3 C.7.5.1.1.2).
const (
	tagPadding      tag = 0x0028_0120
	tagPaddingLimit tag = 0x0028_0121
)

// outliers is the share of values that is left out at either end where a file names
// no window: one bright marker would leave the rest dark.
const outliers = 0.005

// Range is the lowest and the highest modality value of frame i, padding left out;
// ok is false when there is none: a colour frame, or nothing but padding. Its errors
// wrap ctx.Err().
func (f *File) Range(ctx context.Context, i int, fr *Frame) (w Window, ok bool, err error) {
	if fr.Channels != 1 || fr.Photometric == palette {
		return Window{}, false, nil
	}
	return f.modality(i).spread(ctx, fr, f.padding(fr), 0)
}

// span is a range of stored values, both ends included; empty when low > high.
type span struct{ low, high int }

// padding are the stored values that stand for no measurement.
func (f *File) padding(fr *Frame) span {
	one, ok := f.paddingOf(tagPadding, fr)
	if !ok {
		return span{0, -1}
	}
	other, ok := f.paddingOf(tagPaddingLimit, fr)
	if !ok {
		other = one
	}
	return span{min(one, other), max(one, other)}
}

// paddingOf reads a padding value by the bits that it has in common with a sample:
// files write -2000 as US 63536, and the reverse.
func (f *File) paddingOf(t tag, fr *Frame) (int, bool) {
	all := f.ds.ints(t, fr.Signed, 1)
	if len(all) == 0 {
		return 0, false
	}
	v := all[0]
	if fr.Bits > 16 || v >= fr.lowest() && v < fr.lowest()+1<<fr.Bits {
		return v, true
	}
	if fr.Signed {
		return int(int16(v)), true
	}
	return int(uint16(v)), true
}

// spread is the range of a frame's modality values without padding and without the
// share cut of them at either end; ok is false when nothing is left.
func (m modality) spread(ctx context.Context, fr *Frame, padding span, cut float64) (w Window, ok bool, err error) {
	s := survey{fr: fr, m: m, padding: padding, row: make([]int, fr.Width)}
	low, counts := fr.lowest(), make([]uint32, 1<<min(fr.Bits, 16))
	if m.lut != nil {
		low, counts = 0, make([]uint32, 1<<16) // what comes out of a table is counted
	}
	shift := 0
	if m.lut == nil {
		shift = max(0, fr.Bits-16)
	}
	if err := s.count(ctx, counts, low, shift, everything); err != nil {
		return Window{}, false, err
	}
	n := 0
	for _, c := range counts {
		n += int(c)
	}
	if n == 0 {
		return Window{}, false, nil
	}
	skip := int(math.Round(cut * float64(n-1)))
	var ends [2]float64
	for k, rank := range []int{skip, n - 1 - skip} {
		at, before := nth(counts, rank)
		v := low + at
		if shift > 0 { // more than 16 bits: look again, inside one class of values
			fine := make([]uint32, 1<<shift)
			if err := s.count(ctx, fine, low, 0, at<<shift); err != nil {
				return Window{}, false, err
			}
			inside, _ := nth(fine, rank-before)
			v = low + at<<shift + inside
		}
		if ends[k] = float64(v); m.lut == nil {
			ends[k] = m.value(v)
		}
	}
	return Window{min(ends[0], ends[1]), max(ends[0], ends[1])}, true, nil
}

// survey counts the values of a frame.
type survey struct {
	fr      *Frame
	m       modality
	padding span
	row     []int
}

// everything is no class of values in particular.
const everything = -1

// count adds up how often each value is there, less low and without its lowest
// shift bits; when from is not everything, values below low+from or beyond what
// counts can hold are left out.
func (s *survey) count(ctx context.Context, counts []uint32, low, shift, from int) error {
	if from != everything {
		low += from
	}
	for y := range s.fr.Height {
		if y%64 == 0 && ctx.Err() != nil {
			return fmt.Errorf("looking a frame over: %w", ctx.Err())
		}
		for _, v := range s.fr.Row(y, s.row) {
			if v >= s.padding.low && v <= s.padding.high {
				continue
			}
			if s.m.lut != nil {
				v = int(s.m.lut.at(v))
			}
			if k := (v - low) >> shift; k >= 0 && k < len(counts) {
				counts[k]++
			}
		}
	}
	return nil
}

// nth is the index of the value of a rank, from 0, and how many come before its
// like.
func nth(counts []uint32, rank int) (at, before int) {
	for at, c := range counts {
		if before+int(c) > rank {
			return at, before
		}
		before += int(c)
	}
	return len(counts) - 1, before
}
