package dicom

import (
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

func words(tag uint32, values ...int) dicomtest.Element {
	return dicomtest.Element{Tag: tag, VR: "US", Value: values}
}

func code(tag uint32, value string) dicomtest.Element {
	return dicomtest.Element{Tag: tag, VR: "CS", Value: value}
}

func sequence(tag uint32, items ...[]dicomtest.Element) dicomtest.Element {
	return dicomtest.Element{Tag: tag, VR: "SQ", Value: dicomtest.Sequence{Items: items}}
}

// window is centre and width.
func window(centres, widths string) []dicomtest.Element {
	return []dicomtest.Element{text(0x0028_1050, centres), text(0x0028_1051, widths)}
}

func rescale(slope, intercept string) []dicomtest.Element {
	return []dicomtest.Element{text(0x0028_1053, slope), text(0x0028_1052, intercept)}
}

// table is a LUT sequence of n entries from first on, as f gives them.
func table(tag uint32, n, first, bits int, f func(i int) int) dicomtest.Element {
	entries := make([]uint16, n)
	for i := range entries {
		entries[i] = uint16(f(i))
	}
	descriptor := words(0x0028_3002, n&0xFFFF, first&0xFFFF, bits)
	if first < 0 {
		descriptor.VR = "SS"
	}
	return sequence(tag, []dicomtest.Element{descriptor, {Tag: 0x0028_3006, VR: "OW", Value: entries}})
}

// square is a curve of n entries of bits.
func square(n, bits int) func(int) int {
	return func(i int) int { return i * i * (1<<bits - 1) / (n - 1) / (n - 1) }
}

func join(all ...[]dicomtest.Element) (out []dicomtest.Element) {
	for _, e := range all {
		out = append(out, e...)
	}
	return out
}

func TestVOIAsDCMTK(t *testing.T) {
	const modalityLUT, voiLUT = 0x0028_3000, 0x0028_3010
	grey := dicomtest.Phantom{Rows: 24, Columns: 40, Stored: 12}
	signed := dicomtest.Phantom{Rows: 24, Columns: 40, Stored: 12, Signed: true}
	ct := rescale("1", "-1024")
	first, voi1, minMax := []string{"+Wi", "1"}, []string{"+Wl", "1"}, []string{"+Wm"}
	one := func(e dicomtest.Element) []dicomtest.Element { return []dicomtest.Element{e} }
	var all []trial
	add := func(name string, p dicomtest.Phantom, args []string, mode Mode, extra ...[]dicomtest.Element) {
		for _, photometric := range []string{"MONOCHROME2", "MONOCHROME1"} {
			p.Photometric, p.Extra = photometric, join(extra...)
			all = append(all, trial{name: name + " " + photometric, data: p.Bytes(t), args: args, shade: Shade{Mode: mode}})
		}
	}
	add("window", grey, first, ModeVOI, window("1000", "500"))
	add("window of two", grey, first, ModeVOI, window("1000", "2"))
	add("window of one", grey, first, ModeVOI, window("1000", "1"))
	add("window with fractions", grey, first, ModeVOI, window("1000.25", "500.5"))
	add("window wider than the values", grey, first, ModeVOI, window("2048", "65536"))
	add("several windows", grey, first, ModeVOI, window(`3000\1000`, `300\500`))
	add("window of HU", signed, first, ModeVOI, ct, window("-1500", "800"))
	add("exact", grey, first, ModeVOI, window("1000", "500"), one(code(0x0028_1056, "LINEAR_EXACT")))
	add("sigmoid", grey, first, ModeVOI, window("1000", "500"), one(code(0x0028_1056, "SIGMOID")))
	add("rescaled", grey, first, ModeVOI, window("100", "5000"), rescale("3", "-2000"))
	add("rescaled down", grey, first, ModeVOI, window("100", "2000"), rescale("-1", "2000"))
	add("rescaled by a fraction", grey, first, ModeVOI, window("200", "60"), rescale("0.125", "-3.5"))
	add("rescaled by a small fraction", grey, first, ModeVOI, window("2", "4"), rescale("0.001", "0"))
	add("slope without intercept", grey, first, ModeVOI, window("1000", "500"), one(text(0x0028_1053, "3")))
	add("intercept without slope", grey, first, ModeVOI, window("1000", "500"), one(text(0x0028_1052, "20")))
	add("slope of zero", grey, first, ModeVOI, window("1000", "500"), rescale("0", "5"))
	add("VOI LUT", grey, voi1, ModeVOI, one(table(voiLUT, 4096, 0, 12, square(4096, 12))))
	add("VOI LUT before a window", grey, voi1, ModeVOI, one(table(voiLUT, 4096, 0, 12, square(4096, 12))), window("1000", "500"))
	add("VOI LUT of 16 bits from the middle", grey, voi1, ModeVOI, one(table(voiLUT, 1024, 1000, 16, square(1024, 16))))
	add("VOI LUT of 8 bits", grey, voi1, ModeVOI, one(table(voiLUT, 1024, 1000, 8, square(1024, 8))))
	add("VOI LUT of 65,536 entries", dicomtest.Phantom{Rows: 24, Columns: 40}, voi1, ModeVOI, one(table(voiLUT, 65536, 0, 16, square(65536, 16))))
	add("VOI LUT from below zero", signed, voi1, ModeVOI, one(table(voiLUT, 4096, -2048, 12, square(4096, 12))))
	add("VOI LUT of HU", grey, voi1, ModeVOI, ct, one(table(voiLUT, 4096, -1024, 12, square(4096, 12))))
	add("modality LUT", grey, first, ModeVOI, one(table(modalityLUT, 4096, 0, 16, square(4096, 16))), window("10000", "20000"))
	add("modality LUT before slope", grey, first, ModeVOI, one(table(modalityLUT, 4096, 0, 16, square(4096, 16))), window("10000", "20000"), ct)
	add("modality LUT from the middle", grey, first, ModeVOI, one(table(modalityLUT, 1024, 1000, 12, square(1024, 12))), window("1000", "2000"))
	add("modality LUT of signed values", signed, first, ModeVOI, one(table(modalityLUT, 4096, -2048, 16, square(4096, 16))), window("10000", "20000"))
	add("modality LUT that says 8 bits of 16", grey, []string{"+Wi", "1", "+Mm"}, ModeVOI, one(table(modalityLUT, 4096, 0, 8, square(4096, 16))), window("10000", "20000"))
	add("modality and VOI LUT", grey, voi1, ModeVOI, one(table(modalityLUT, 4096, 0, 12, square(4096, 12))), one(table(voiLUT, 4096, 0, 10, square(4096, 10))))
	add("minimum to maximum", grey, minMax, ModeMinMax)
	add("minimum to maximum of signed", signed, minMax, ModeMinMax)
	add("minimum to maximum rescaled", grey, minMax, ModeMinMax, rescale("2", "-2000"))
	add("minimum to maximum of a modality LUT", grey, minMax, ModeMinMax, one(table(modalityLUT, 4096, 0, 16, square(4096, 16))))
	add("minimum to maximum and padding", grey, minMax, ModeMinMax, one(words(0x0028_0120, 4095)))
	add("window and padding", grey, first, ModeVOI, one(words(0x0028_0120, 4095)), window("1000", "500"))
	add("inverse shape", grey, first, ModeVOI, window("1000", "500"), one(code(0x2050_0020, "INVERSE")))
	add("identity shape", grey, first, ModeVOI, window("1000", "500"), one(code(0x2050_0020, "IDENTITY")))
	add("8 bits as they are", dicomtest.Phantom{Rows: 24, Columns: 40, Allocated: 8}, []string{"-W"}, ModeMinMax)
	add("7 of 8 bits as they are", dicomtest.Phantom{Rows: 24, Columns: 40, Allocated: 8, Stored: 7}, []string{"-W"}, ModeMinMax)
	const half = "DCMTK drops half a rescale; CT without its intercept would be 1000 HU off"
	const whole = "DCMTK cuts modality values to whole numbers"
	trials(t, all,
		exception{"slope without intercept", 255, half},
		exception{"intercept without slope", 11, half}, // 20 of a width of 500
		exception{"slope of zero", 4, half},            // 5 of 500
		exception{"rescaled by a fraction", 5, whole},
		exception{"rescaled by a small fraction", 85, whole},
		exception{"minimum to maximum and padding", 4, "DCMTK counts padding among the values"},
		exception{"7 of 8 bits as they are MONOCHROME1", 2, "DCMTK doubles 7 bits: 127 becomes 254"})
}
