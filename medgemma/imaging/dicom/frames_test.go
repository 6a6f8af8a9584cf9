package dicom

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// depths are the samples of one channel that files have.
var depths = []dicomtest.Phantom{
	{Allocated: 1},
	{Allocated: 8},
	{Allocated: 8, Signed: true},
	{Allocated: 8, Stored: 6},
	{Allocated: 16},
	{Allocated: 16, Signed: true},
	{Allocated: 16, Stored: 12},
	{Allocated: 16, Stored: 12, Signed: true},
	{Allocated: 16, Stored: 12, HighBit: 15},
	{Allocated: 16, Stored: 10, HighBit: 11, Signed: true},
	{Allocated: 32},
	{Allocated: 32, Signed: true},
	{Allocated: 32, Stored: 20},
}

// phantoms are one of each photometric, depth and arrangement that a lossless syntax
// of ours can have, of odd and even edges, with one frame and several.
func phantoms(syntax string) (all []dicomtest.Phantom) {
	for _, photometric := range []string{"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422"} {
		for _, p := range depths {
			p.Syntax, p.Photometric = syntax, photometric
			if syntax == dicomtest.RLE && p.Allocated == 1 || photometric == "YBR_FULL_422" && p.Allocated != 8 {
				continue
			}
			for _, edge := range [][2]int{{16, 16}, {13, 9}, {13, 10}} {
				p.Rows, p.Columns = edge[0], edge[1]
				for _, frames := range []int{1, 3} {
					p.Frames = frames
					p.Bytes8 = frames == 3 && edge[1] == 10
					all = append(all, p)
					if p.Channels() == 3 && photometric != "YBR_FULL_422" {
						p.Planar = true
						all = append(all, p)
						p.Planar = false
					}
				}
			}
		}
	}
	return all
}

func describe(p dicomtest.Phantom) string {
	return fmt.Sprintf("%s/%s/%dx%dx%d/%d.%d.%d/signed=%t/planar=%t/ob=%t", p.Syntax, p.Photometric,
		p.Columns, p.Rows, p.Frames, p.Allocated, p.Stored, p.HighBit, p.Signed, p.Planar, p.Bytes8)
}

// sameSamples fails t unless the file holds the phantom's samples.
func sameSamples(t *testing.T, p dicomtest.Phantom, data []byte) {
	t.Helper()
	f, err := Open(t.Context(), data)
	if err != nil {
		t.Fatalf("%s: %v", describe(p), err)
	}
	if want := max(1, p.Frames); f.Frames != want {
		t.Fatalf("%s: %d frames, want %d", describe(p), f.Frames, want)
	}
	for i := range f.Frames {
		fr, err := f.Frame(t.Context(), i)
		if err != nil {
			t.Fatalf("%s: frame %d: %v", describe(p), i, err)
		}
		if fr.Width != p.Columns || fr.Height != p.Rows || fr.Channels != p.Channels() || fr.Photometric != cmp.Or(p.Photometric, "MONOCHROME2") {
			t.Fatalf("%s: unpacked as %dx%d, %d channels, %s", describe(p), fr.Width, fr.Height, fr.Channels, fr.Photometric)
		}
		row := make([]int, fr.Width*fr.Channels)
		for y := range fr.Height {
			for j, v := range fr.Row(y, row) {
				want := p.Sample(i, y, j/fr.Channels, j%fr.Channels)
				if p.Allocated == 1 {
					want &= 1
				}
				if v != want {
					t.Fatalf("%s: frame %d, pixel (%d, %d), channel %d is %d, want %d",
						describe(p), i, j/fr.Channels, y, j%fr.Channels, v, want)
				}
			}
		}
	}
}

func TestSamplesAreExact(t *testing.T) {
	for _, syntax := range []string{dicomtest.ImplicitLE, dicomtest.ExplicitLE, dicomtest.ExplicitBE, dicomtest.Deflated, dicomtest.RLE} {
		n := 0
		for _, p := range phantoms(syntax) {
			sameSamples(t, p, p.Bytes(t))
			n++
		}
		if n < 200 {
			t.Errorf("%s: only %d phantoms", syntax, n)
		}
	}
}

// A file that says YBR_FULL_422 holds two samples a pixel, or against the standard
// three. Cut short it still holds what it did.
func TestYBRThatIsCut(t *testing.T) {
	halved := dicomtest.Phantom{Photometric: "YBR_FULL_422", Frames: 3}
	full := dicomtest.Phantom{Photometric: "YBR_FULL", Frames: 3, Extra: []dicomtest.Element{code(0x0028_0004, "YBR_FULL_422")}}
	for name, p := range map[string]dicomtest.Phantom{"halved": halved, "full": full} {
		data := p.Bytes(t)
		whole := opened(t, data)
		for _, cut := range []int{0, 10, 300, 600} {
			f := opened(t, data[:len(data)-cut])
			if want := 3 - (8*cut+whole.frameBits()-1)/whole.frameBits(); f.Frames != max(1, want) {
				t.Fatalf("%s: %d frames of a file that is cut by %d bytes, want %d", name, f.Frames, cut, want)
			}
			if !slices.Equal(samplesOf(t, f, 0), samplesOf(t, whole, 0)) {
				t.Errorf("%s: cut by %d bytes its first frame is another", name, cut)
			}
		}
		i, got := 0, samplesOf(t, whole, 1)
		for y := range 16 {
			for x := range 16 {
				for c := range 3 {
					if want := p.Sample(1, y, x, c); got[i] != want {
						t.Fatalf("%s: pixel (%d, %d), channel %d is %d, want %d", name, x, y, c, got[i], want)
					}
					i++
				}
			}
		}
	}
}
