package dicom

import (
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// FuzzPicture changes what a phantom's header says of how it is to be shown: its
// depth and kind, numbers in texts, and tables with their descriptors. Whatever it
// says, each mode shows every row in full or refuses.
func FuzzPicture(f *testing.F) {
	f.Add(uint8(12), uint8(0), "100", "5", "0.5", "-3", uint16(16), uint16(3), uint16(8), []byte{1, 2, 3, 4}, uint16(9))
	f.Add(uint8(16), uint8(1|2|4), `2048\1`, "4096", "1", "-1024", uint16(0), uint16(65530), uint16(16), []byte{0, 0, 255, 255}, uint16(63536))
	f.Add(uint8(32), uint8(2|8), "1e15", "1e15", "-1e15", "1e15", uint16(2), uint16(0), uint16(12), []byte{9, 9}, uint16(0))
	f.Add(uint8(1), uint8(16), "", "0", "0", "", uint16(1), uint16(1), uint16(0), []byte{}, uint16(1))
	f.Add(uint8(8), uint8(32), "-1", "-1", "x", "1", uint16(4), uint16(0), uint16(8), []byte{4, 3, 2, 1}, uint16(255))
	f.Add(uint8(8), uint8(32|64), "nan", "inf", "", "", uint16(11), uint16(0), uint16(16), le(0, 3, 1, 2, 3, 1, 4, 7, 2, 1, 10, 0), uint16(0))
	f.Add(uint8(8), uint8(128), "1", "1", "1", "1", uint16(6), uint16(0), uint16(8), []byte{0, 2, 10, 20, 1, 2, 40}, uint16(0))
	f.Fuzz(func(t *testing.T, bits, flags uint8, centre, width, slope, intercept string, n, first, depth uint16, data []byte, padding uint16) {
		is := func(flag uint8) bool { return flags&flag != 0 }
		short := func(s string) string { return s[:min(len(s), 64)] }
		p := dicomtest.Phantom{Rows: 3, Columns: 7, Stored: 1 + int(bits%32), Signed: is(1)}
		for _, p.Allocated = range []int{1, 8, 16, 32} {
			if p.Allocated >= p.Stored {
				break
			}
		}
		data = data[:min(len(data), 1<<10)]
		functions := []string{"", "SIGMOID", "LINEAR_EXACT", "LINEAR"}
		descriptor := words(0x0028_3002, int(n), int(first), int(depth))
		p.Extra = join(window(short(centre), short(width)), rescale(short(slope), short(intercept)), []dicomtest.Element{
			code(0x0028_1056, functions[flags>>1&3]), words(0x0028_0120, int(padding)), words(0x0028_0121, int(first)),
		})
		if is(8) {
			p.Extra = append(p.Extra, raw(modalitySequence, descriptor, data))
		}
		if is(16) {
			p.Extra = append(p.Extra, raw(voiSequence, descriptor, data))
		}
		if is(32) {
			p.Extra = append(p.Extra, paletteOf(0x0028_1201, []int{int(n), int(first), int(depth)}, data)...)
			p.Extra = append(p.Extra, code(0x0028_0004, palette))
		}
		if is(64) {
			p.Extra = append(p.Extra, paletteOf(0x0028_1221, []int{int(n), int(first), int(depth)}, data)...)
			p.Extra = append(p.Extra, code(0x0028_0004, palette))
		}
		if is(128) {
			p.Extra = append(p.Extra, code(0x2050_0020, "INVERSE"))
		}
		file := opened(t, p.Bytes(t))
		fr, err := file.Frame(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		showEveryWay(t, file, fr)
	})
}

// showEveryWay shows a frame in all modes, to the last row.
func showEveryWay(t *testing.T, f *File, fr *Frame) {
	t.Helper()
	if w, ok, err := f.Range(t.Context(), 0, fr); err != nil || ok && !(w.Low <= w.High) {
		t.Errorf("range %v, %v", w, err)
	}
	for _, s := range []Shade{
		{}, {Mode: ModeMinMax}, {Mode: ModeClips, Clips: notebook},
		{Mode: ModeWindow, Window: Window{-160, 240}}, {Mode: ModeRange, Window: Window{0, 9}},
	} {
		p, err := f.Picture(t.Context(), 0, fr, s)
		if err != nil {
			if !isUnsupported(err, "colours without a palette") {
				t.Errorf("mode %d: %v", s.Mode, err)
			}
			continue
		}
		for y := range p.Height {
			if row := p.Row(y); len(row) != p.Width*p.Channels {
				t.Fatalf("row %d has %d bytes", y, len(row))
			}
		}
	}
}
