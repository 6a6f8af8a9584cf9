package dicom

import (
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// FuzzPicture changes what a header says of how a frame is to be shown. Whatever it
// says, each mode shows every row in full or refuses.
func FuzzPicture(f *testing.F) {
	seed := func(p dicomtest.Phantom) { f.Add(p.Bytes(f)) }
	grey := dicomtest.Phantom{Rows: 4, Columns: 5, Stored: 12, Frames: 2}
	seed(grey)
	grey.Extra = append(window("100", "5"), code(0x0028_1056, "SIGMOID"), words(0x0028_0120, 4095))
	seed(grey)
	grey.Extra = append(rescale("0.5", "-3"), table(0x0028_3010, 16, -4, 8, square(16, 8)))
	seed(grey)
	grey.Extra = []dicomtest.Element{table(0x0028_3000, 16, 3, 16, square(16, 16)), code(0x2050_0020, "INVERSE")}
	seed(grey)
	grey.Extra = []dicomtest.Element{sequence(0x5200_9230, []dicomtest.Element{sequence(0x0028_9132, window("9", "4"))}, []dicomtest.Element{sequence(0x0028_9145, rescale("-2", "1"))})}
	seed(grey)
	seed(dicomtest.Phantom{Rows: 4, Columns: 5, Allocated: 32, Signed: true})
	seed(dicomtest.Phantom{Rows: 4, Columns: 5, Allocated: 1})
	seed(dicomtest.Phantom{Rows: 4, Columns: 6, Photometric: "YBR_FULL_422"})
	seed(dicomtest.Phantom{Rows: 4, Columns: 5, Photometric: "RGB", Planar: true, Syntax: dicomtest.RLE})
	colours := dicomtest.Phantom{Rows: 4, Columns: 5, Allocated: 8, Photometric: "PALETTE COLOR"}
	seed(colours)
	colours.Photometric = "MONOCHROME2"
	colours.Extra = append(paletteOf(0x0028_1221, []int{11, 0, 16}, le(0, 3, 1, 2, 3, 1, 4, 7, 2, 1, 10, 0)), code(0x0028_0004, "PALETTE COLOR"))
	seed(colours)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(data)
		if err != nil || file.Rows*file.Columns > 1<<16 {
			return
		}
		for _, i := range []int{0, file.Frames - 1} {
			fr, err := file.Frame(t.Context(), i)
			if err != nil {
				return
			}
			if w, ok := file.Range(i, fr); ok && !(w.Low <= w.High) {
				t.Errorf("range %v", w)
			}
			for _, s := range []Shade{
				{}, {Mode: ModeMinMax}, {Mode: ModeClips, Clips: notebook},
				{Mode: ModeWindow, Window: Window{-160, 240}}, {Mode: ModeRange, Window: Window{0, 9}},
			} {
				p, err := file.Picture(t.Context(), i, fr, s)
				if err != nil {
					continue
				}
				for y := range p.Height {
					if row := p.Row(y); len(row) != p.Width*p.Channels {
						t.Fatalf("row %d has %d bytes", y, len(row))
					}
				}
			}
		}
	})
}
