package dicom

import (
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

const modalitySequence, voiSequence = 0x0028_3000, 0x0028_3010

// raw is a LUT sequence with data as it is to be written.
func raw(tag uint32, descriptor dicomtest.Element, data []byte) dicomtest.Element {
	return sequence(tag, []dicomtest.Element{descriptor, {Tag: 0x0028_3006, VR: "OW", Value: data}})
}

func signedWords(tag uint32, values ...int) dicomtest.Element {
	return dicomtest.Element{Tag: tag, VR: "SS", Value: values}
}

func TestVOILUT(t *testing.T) {
	const descriptor = 0x0028_3002
	for _, c := range []struct {
		name   string
		signed bool
		lut    dicomtest.Element
		also   []dicomtest.Element
		values []int
		want   []byte
	}{
		{"16-bit entries", false, raw(voiSequence, words(descriptor, 3, 10, 16), []byte{0, 0, 0, 128, 255, 255}), nil,
			[]int{0, 10, 11, 12, 60000}, []byte{0, 0, 128, 255, 255}},
		{"10-bit entries", false, raw(voiSequence, words(descriptor, 3, 10, 10), []byte{0, 0, 0, 2, 255, 3}), nil,
			[]int{0, 10, 11, 12, 60000}, []byte{0, 0, 128, 255, 255}}, // 512 of 1023
		{"8-bit entries in words", false, raw(voiSequence, words(descriptor, 3, 10, 8), []byte{7, 0, 8, 0, 9, 0}), nil,
			[]int{0, 10, 11, 12, 60000}, []byte{7, 7, 8, 9, 9}},
		{"8-bit entries packed", false, raw(voiSequence, words(descriptor, 4, 10, 8), []byte{7, 8, 9, 10}), nil,
			[]int{0, 10, 11, 12, 13, 60000}, []byte{7, 7, 8, 9, 10, 10}},
		{"8 bits by mistake", false, raw(voiSequence, words(descriptor, 2, 10, 8), []byte{0, 0, 255, 255}), nil,
			[]int{10, 11}, []byte{0, 255}},
		{"no bits", false, raw(voiSequence, words(descriptor, 2, 10, 0), []byte{0, 0, 255, 3}), nil,
			[]int{10, 11}, []byte{0, 255}},
		{"from below zero", true, raw(voiSequence, signedWords(descriptor, 3, -1, 8), []byte{7, 0, 8, 0, 9, 0}), nil,
			[]int{-2, -1, 0, 1, 2}, []byte{7, 7, 8, 9, 9}},
		{"from below zero, unsigned by mistake", true, raw(voiSequence, words(descriptor, 3, 65535, 8), []byte{7, 0, 8, 0, 9, 0}), nil,
			[]int{-2, -1, 0, 1, 2}, []byte{7, 7, 8, 9, 9}},
		{"from below zero after rescale", false, raw(voiSequence, words(descriptor, 3, 65535, 8), []byte{7, 0, 8, 0, 9, 0}), rescale("1", "-100"),
			[]int{0, 99, 100, 101, 200}, []byte{7, 7, 8, 9, 9}},
		{"from above 32767", false, raw(voiSequence, words(descriptor, 3, 65533, 8), []byte{7, 0, 8, 0, 9, 0}), nil,
			[]int{0, 65533, 65534, 65535}, []byte{7, 7, 8, 9}},
		{"cut short", false, raw(voiSequence, words(descriptor, 100, 10, 8), []byte{7, 0, 8, 0}), nil,
			[]int{10, 11, 12, 109}, []byte{7, 8, 8, 8}},
		{"before a window", false, raw(voiSequence, words(descriptor, 2, 10, 8), []byte{7, 0, 8, 0}), window("1", "1"),
			[]int{10, 11}, []byte{7, 8}},
		{"fractions round", false, raw(voiSequence, words(descriptor, 2, 10, 8), []byte{7, 0, 8, 0}), rescale("0.1", "0"),
			[]int{104, 105, 109}, []byte{7, 8, 8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, got := shown(t, with(t, c.signed, append(c.also, c.lut)...), row(c.signed, c.values...), Shade{})
			if p.Applied != AppliedLUT {
				t.Errorf("applied %s", p.Applied)
			}
			want(t, got, c.want...)
		})
	}
}

// Radiographs are shown by the file's window, as by MedGemma's own code.
func TestWindowBeforeVOILUT(t *testing.T) {
	lut := raw(voiSequence, words(0x0028_3002, 2, 10, 8), []byte{7, 0, 8, 0})
	for _, c := range []struct {
		extra []dicomtest.Element
		mode  Mode
		want  Applied
	}{
		{window("50", "101"), ModeMinMax, AppliedWindow},
		{window("50", "101"), ModeVOI, AppliedLUT},
		{window("50", "0"), ModeMinMax, AppliedLUT}, // that is no window
		{nil, ModeMinMax, AppliedLUT},
	} {
		p, got := shown(t, with(t, false, append(c.extra, lut)...), row(false, 0, 10, 50, 100), Shade{Mode: c.mode})
		if p.Applied != c.want || c.want == AppliedWindow && (got[0] != 1 || got[3] != 255) {
			t.Errorf("mode %d: applied %s, want %s, shown as %d", c.mode, p.Applied, c.want, got)
		}
	}
}

// 0 stands for 65,536 entries, and the whole table is used.
func TestLUTOf65536(t *testing.T) {
	lut := table(voiSequence, 1<<16, 0, 16, func(i int) int { return 65535 - i })
	_, got := shown(t, with(t, false, lut), row(false, 0, 32768, 65535), Shade{})
	want(t, got, 255, 127, 0)
}

// What is no table is passed over.
func TestLUTsThatAreNone(t *testing.T) {
	const descriptor = 0x0028_3002
	for name, lut := range map[string]dicomtest.Element{
		"no item":          sequence(voiSequence),
		"empty item":       sequence(voiSequence, nil),
		"no data":          sequence(voiSequence, []dicomtest.Element{words(descriptor, 2, 0, 16)}),
		"empty data":       raw(voiSequence, words(descriptor, 2, 0, 16), nil),
		"short descriptor": raw(voiSequence, words(descriptor, 2, 0), []byte{1, 0, 2, 0}),
	} {
		p, got := shown(t, with(t, false, append(window("50", "101"), lut)...), row(false, 0, 50, 100), Shade{})
		if p.Applied != AppliedWindow || got[0] != 1 || got[2] != 255 { // black at -0.5
			t.Errorf("%s: applied %s, shown as %d", name, p.Applied, got)
		}
	}
}

// The modality LUT comes first, and in place of slope and intercept.
func TestModalityLUT(t *testing.T) {
	lut := table(modalitySequence, 3, 5, 16, func(i int) int { return 1000 * (i + 1) })
	f := with(t, false, append(rescale("7", "7"), lut)...)
	_, got := shown(t, f, row(false, 0, 5, 6, 7, 8), Shade{Mode: ModeRange, Window: Window{0, 3000}})
	want(t, got, 85, 85, 170, 255, 255)
}

// Functional groups count for their frame, shared ones for all, and both before the
// file's own.
func TestFunctionalGroups(t *testing.T) {
	const shared, each, values, voi = 0x5200_9229, 0x5200_9230, 0x0028_9145, 0x0028_9132
	frame := func(w ...dicomtest.Element) []dicomtest.Element { return []dicomtest.Element{sequence(voi, w)} }
	p := dicomtest.Phantom{Rows: 1, Columns: 1, Frames: 3, Extra: append(window("1", "1"),
		sequence(shared, []dicomtest.Element{sequence(values, rescale("2", "0")), sequence(voi, window("100", "100"))}),
		sequence(each, frame(window("10", "5")...), frame(append(window("50", "20"), code(0x0028_1056, "SIGMOID"))...), nil))}
	f := opened(t, p.Bytes(t))
	for i, want := range []Window{{7.5, 12.5}, {40, 60}, {50, 150}} {
		p, err := f.Picture(t.Context(), i, row(false, 0, 25, 100), Shade{})
		if err != nil || p.Window != want {
			t.Errorf("frame %d: window %v, want %v (%v)", i, p.Window, want, err)
		}
		if i == 1 && p.Row(0)[1] != 128 { // 2*25 is the middle of the sigmoid: a half
			t.Errorf("frame 1 is %d", p.Row(0))
		}
	}
}
