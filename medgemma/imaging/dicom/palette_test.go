package dicom

import (
	"encoding/binary"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// paletteOf is the same descriptor and data for red, green and blue.
func paletteOf(dataTag uint32, descriptor []int, data []byte) (all []dicomtest.Element) {
	for c := range uint32(3) {
		all = append(all, words(0x0028_1101+c, descriptor...), dicomtest.Element{Tag: dataTag + c, VR: "OW", Value: data})
	}
	return all
}

func le(values ...int) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func TestPalettes(t *testing.T) {
	const whole, segmented = 0x0028_1201, 0x0028_1221
	for _, c := range []struct {
		name   string
		lut    []dicomtest.Element
		values []int
		want   []byte // of each channel
	}{
		{"16 bits", paletteOf(whole, []int{3, 2, 16}, le(0, 0x8000, 0xFFFF)), []int{0, 2, 3, 4, 900}, []byte{0, 0, 128, 255, 255}},
		{"16 bits that hold 8", paletteOf(whole, []int{3, 0, 16}, le(0, 128, 255)), []int{0, 1, 2}, []byte{0, 128, 255}},
		{"8 bits that hold 16", paletteOf(whole, []int{3, 0, 8}, le(0, 0x8000, 0xFFFF)), []int{0, 1, 2}, []byte{0, 128, 255}},
		{"8 bits packed", paletteOf(whole, []int{4, 0, 8}, []byte{1, 2, 3, 4}), []int{0, 1, 2, 3, 4}, []byte{1, 2, 3, 4, 4}},
		// Three values, then a line of four more up to 0x0700, then a repetition of the
		// line from the last entry on, down to 0x0700 as well.
		{"segments", paletteOf(segmented, []int{11, 0, 16}, le(0, 3, 0x0100, 0x0200, 0x0300, 1, 4, 0x0700, 2, 1, 10, 0)),
			[]int{0, 1, 2, 3, 4, 5, 6, 7, 10}, []byte{1, 2, 3, 4, 5, 6, 7, 7, 7}},
		{"segments that fall", paletteOf(segmented, []int{5, 0, 16}, le(0, 1, 0x0900, 1, 4, 0x0100)),
			[]int{0, 1, 2, 3, 4}, []byte{9, 7, 5, 3, 1}},
		{"segments of 8 bits", paletteOf(segmented, []int{6, 0, 8}, []byte{0, 2, 10, 20, 1, 2, 40, 2, 1, 0, 0, 0, 0, 0}),
			[]int{0, 1, 2, 3, 4, 5}, []byte{10, 20, 30, 40, 10, 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fr := row(false, c.values...)
			fr.Photometric = palette
			p, got := shown(t, with(t, false, c.lut...), fr, Shade{Mode: ModeClips}) // colour has no mode
			if p.Channels != 3 || p.Applied != AppliedNone {
				t.Errorf("%d channels, applied %s", p.Channels, p.Applied)
			}
			for x, v := range c.want {
				for ch := range 3 {
					if got[3*x+ch] != v {
						t.Errorf("entry %d is %d, want %d", c.values[x], got[3*x:3*x+3], v)
						break
					}
				}
			}
		})
	}
}

// Segments that contradict themselves are no palette, and end.
func TestWrongSegments(t *testing.T) {
	for name, data := range map[string][]byte{
		"too few":                      le(0, 2, 1, 2),
		"longer than the data":         le(0, 9, 1, 2),
		"a line from nothing":          le(1, 4, 9),
		"a line of nothing for ever":   le(0, 1, 5, 1, 0, 9, 2, 65535, 6, 0),
		"itself":                       le(0, 1, 5, 2, 65535, 6, 0),
		"far away":                     le(0, 1, 5, 2, 1, 65535, 65535),
		"cut in a repetition":          le(0, 1, 5, 2, 1, 0),
		"nothing, over and over again": le(0, 0, 2, 65535, 0, 0, 2, 65535, 0, 0, 2, 65535, 0, 0, 2, 65535, 0, 0),
		"another kind":                 le(7, 4, 9, 0),
	} {
		fr := row(false, 0)
		fr.Photometric = palette
		f := with(t, false, paletteOf(0x0028_1221, []int{100, 0, 16}, data)...)
		_, err := f.Picture(t.Context(), 0, fr, Shade{})
		refused(t, name, err, KindUnsupported, "colours without a palette")
	}
}
