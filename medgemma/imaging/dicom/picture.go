package dicom

import (
	"context"
	"math"
)

// Picture shows frame i, unpacked as fr. The order is that of PS3.4 N.2: the
// modality LUT or rescale, then what the Shade asks for, then 8 bits, rounded half
// to even; what is to be inverted (MONOCHROME1) is inverted last, except by ModeClips, whose HU mean the same
// in any photometric interpretation. Padding is kept out of minimum, maximum and
// percentiles and is otherwise shown like any value, as MedGemma's own code does.
//
// It holds tables and one row, never a second frame. Its errors are *Error, or wrap
// ctx.Err().
func (f *File) Picture(ctx context.Context, i int, fr *Frame, s Shade) (Picture, error) {
	if fr.Bits < 1 || fr.Bits > 32 || fr.Width < 1 || fr.Height < 1 {
		return Picture{}, &Error{Kind: KindCut}
	}
	p := Picture{Width: fr.Width, Height: fr.Height, Channels: 3}
	var err error
	switch {
	case fr.Channels == 3:
		p.Row, err = colourRow(fr)
	case fr.Channels != 1:
		err = &Error{Kind: KindCut}
	case fr.Photometric == palette:
		p.Row, err = f.paletteRow(fr)
	default:
		err = f.grey(ctx, i, fr, s, &p)
	}
	if err != nil {
		return Picture{}, err
	}
	return p, nil
}

// A curve is the brightness of a modality value.
type curve func(x float64) byte

// grey fills in p for a frame of one channel.
func (f *File) grey(ctx context.Context, i int, fr *Frame, s Shade, p *Picture) error {
	m := f.modality(i)
	curves := make([]curve, 1, 3)
	invert := f.inverted(fr)
	p.Applied = AppliedAsked
	switch s.Mode {
	case ModeClips:
		curves, invert = curves[:0], false
		for _, w := range s.Clips {
			curves = append(curves, w.clip)
		}
	case ModeWindow:
		curves[0] = s.Window.linear
	case ModeRange:
		curves[0] = s.Window.ramp
	case ModeVOI, ModeMinMax:
		var err error
		if curves[0], err = f.own(ctx, i, fr, m, s.Mode, p); err != nil {
			return err
		}
	default:
		return &Error{Kind: KindUnsupported, What: "shade"}
	}
	p.Channels = len(curves)
	if fr.Bits <= tableBits {
		p.Row = tableRow(fr, m, curves, invert)
	} else {
		p.Row = valueRow(fr, m, curves, invert)
	}
	return nil
}

const tagShape tag = 0x2050_0020 // PresentationLUTShape

// inverted says whether high values are dark. The presentation LUT shape and the
// photometric interpretation have to agree (PS3.3 C.11.6.1.2); where they do not,
// DCMTK and other viewers go by the shape.
func (f *File) inverted(fr *Frame) bool {
	switch f.ds.str(tagShape) {
	case "INVERSE":
		return true
	case "IDENTITY":
		return false
	}
	return fr.Photometric == "MONOCHROME1"
}

// own is the curve that the file itself asks for, or that its values do.
func (f *File) own(ctx context.Context, i int, fr *Frame, m modality, mode Mode, p *Picture) (curve, error) {
	if l, w, c := f.voi(i, m.negative(fr), mode == ModeMinMax); l != nil {
		p.Applied = AppliedLUT
		return l.brightness, nil
	} else if c != nil {
		p.Applied, p.Window = AppliedWindow, w
		return c, nil
	}
	// MedGemma's own code stretches CR and DX to their full range, but leaves 8 bits
	// as they are.
	if mode == ModeMinMax && f.BitsAllocated == 8 && !fr.Signed && m.identity() {
		p.Applied = AppliedNone
		return Window{0, float64(int(1)<<fr.Bits - 1)}.ramp, nil
	}
	p.Applied = AppliedPercentile
	cut := outliers
	if mode == ModeMinMax {
		p.Applied, cut = AppliedMinMax, 0
	}
	w, ok, err := m.spread(ctx, fr, f.padding(fr), cut)
	if err != nil {
		return nil, err
	}
	if ok && w.Low == w.High && cut > 0 { // a mask, or text on black
		p.Applied = AppliedMinMax
		w, ok, err = m.spread(ctx, fr, f.padding(fr), 0)
		if err != nil {
			return nil, err
		}
	}
	if !ok {
		p.Applied = AppliedNone
		return func(float64) byte { return 0 }, nil // nothing but padding
	}
	p.Window = w
	return w.ramp, nil
}

// tableBits is the depth up to which there is an answer for each possible sample:
// 65,536 of them take a millisecond, less than the pixels of a common picture.
const tableBits = 16

// tableRow looks samples up. Each has len(curves) bytes in the table.
func tableRow(fr *Frame, m modality, curves []curve, invert bool) func(int) []byte {
	low, n := fr.lowest(), 1<<fr.Bits
	table := make([]byte, n*len(curves))
	for v := range n {
		shadeOf(table[v*len(curves):], m.value(v+low), curves, invert)
	}
	samples := make([]int, fr.Width)
	out := make([]byte, fr.Width*len(curves))
	mask := n - 1 // keeps the index inside whatever a codec hands out
	if len(curves) == 1 {
		return func(y int) []byte {
			for x, v := range fr.Row(y, samples) {
				out[x] = table[(v-low)&mask]
			}
			return out
		}
	}
	return func(y int) []byte {
		for x, v := range fr.Row(y, samples) {
			copy(out[3*x:3*x+3], table[3*((v-low)&mask):])
		}
		return out
	}
}

// valueRow works each sample out: there are too many different ones for a table.
func valueRow(fr *Frame, m modality, curves []curve, invert bool) func(int) []byte {
	samples := make([]int, fr.Width)
	out := make([]byte, fr.Width*len(curves))
	return func(y int) []byte {
		for x, v := range fr.Row(y, samples) {
			shadeOf(out[x*len(curves):], m.value(v), curves, invert)
		}
		return out
	}
}

func shadeOf(dst []byte, x float64, curves []curve, invert bool) {
	for c, b := range curves {
		dst[c] = b(x)
		if invert {
			dst[c] = 255 - dst[c]
		}
	}
}

// lowest is the lowest value that a sample can have.
func (f *Frame) lowest() int {
	if f.Signed && f.layout.bytes > 0 { // bits have no sign
		return -1 << (f.Bits - 1)
	}
	return 0
}

// eight is x, a brightness from 0 to 1, in 8 bits; what is not a number is black.
func eight(x float64) byte {
	switch {
	case x >= 1:
		return 255
	case x > 0:
		return byte(math.RoundToEven(x * 255))
	}
	return 0
}
