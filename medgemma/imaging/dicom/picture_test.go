package dicom

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// row is a frame of one row of 16 bits.
func row(signed bool, values ...int) *Frame {
	fr := &Frame{Width: len(values), Height: 1, Channels: 1, Photometric: "MONOCHROME2", Bits: 16, Signed: signed, layout: layout{bytes: 2}}
	for _, v := range values {
		fr.pix = binary.LittleEndian.AppendUint16(fr.pix, uint16(v))
	}
	return fr
}

// with is a file of no pixels that holds some elements.
func with(t testing.TB, signed bool, elements ...dicomtest.Element) *File {
	t.Helper()
	p := dicomtest.Phantom{Rows: 1, Columns: 1, Signed: signed, Extra: elements}
	return opened(t, p.Bytes(t))
}

// shown is the first row of a picture.
func shown(t *testing.T, f *File, fr *Frame, s Shade) (Picture, []byte) {
	t.Helper()
	p, err := f.Picture(t.Context(), 0, fr, s)
	if err != nil {
		t.Fatal(err)
	}
	return p, slices.Clone(p.Row(0))
}

func want(t *testing.T, got []byte, want ...byte) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("shown as %d, want %d", got, want)
	}
}

// The windows of DICOM, by hand from PS3.3 C.11.2.1.2.1 and C.11.2.1.3: centre 100
// and width 5 is black at 97.5 and white above 101.5.
func TestWindowFunctions(t *testing.T) {
	fr := row(false, 0, 97, 98, 99, 100, 101, 102, 103, 65535)
	for _, c := range []struct {
		name, function string
		want           []byte
	}{
		{"linear", "", []byte{0, 0, 32, 96, 159, 223, 255, 255, 255}}, // ((x-99.5)/4+0.5)*255
		{"linear by name", "LINEAR", []byte{0, 0, 32, 96, 159, 223, 255, 255, 255}},
		{"exact", "LINEAR_EXACT", []byte{0, 0, 26, 76, 128, 178, 230, 255, 255}}, // ((x-100)/5+0.5)*255, ties to even
		{"sigmoid", "SIGMOID", []byte{0, 21, 43, 79, 128, 176, 212, 234, 255}},   // 255/(1+exp(-4(x-100)/5))
		{"another function", "SMOOTH", []byte{0, 0, 32, 96, 159, 223, 255, 255, 255}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := with(t, false, join(window("100", "5"), []dicomtest.Element{code(0x0028_1056, c.function)})...)
			p, got := shown(t, f, fr, Shade{})
			want(t, got, c.want...)
			if p.Applied != AppliedWindow || p.Window != (Window{97.5, 102.5}) {
				t.Errorf("applied %s %v", p.Applied, p.Window)
			}
		})
	}
	p, got := shown(t, with(t, false), fr, Shade{Mode: ModeWindow, Window: Window{97.5, 102.5}})
	want(t, got, 0, 0, 32, 96, 159, 223, 255, 255, 255)
	if p.Applied != AppliedAsked {
		t.Errorf("applied %s", p.Applied)
	}
}

func TestWindowsThatAreNone(t *testing.T) {
	fr := row(false, 0, 100, 200)
	for name, w := range map[string][]dicomtest.Element{
		"width 0": window("100", "0"), "width below 1": window("100", "0.5"), "width below 0": window("100", "-5"),
		"no number": window("abc", "100"), "absurd": window("1e300", "100"), "no width": {text(0x0028_1050, "100")},
		"empty": window("", ""), "exact of 0": append(window("100", "0"), code(0x0028_1056, "LINEAR_EXACT")),
	} {
		p, got := shown(t, with(t, false, w...), fr, Shade{Mode: ModeMinMax})
		if p.Applied != AppliedMinMax || !slices.Equal(got, []byte{0, 128, 255}) {
			t.Errorf("%s: applied %s, shown as %d", name, p.Applied, got)
		}
	}
}

// The three windows of Google's notebook, in its own single precision, and some by
// hand: -30 HU is 76.5 in green and 24 HU is 76.5 in blue, which go to the even 76.
func TestClipsAreGoogles(t *testing.T) {
	f := with(t, true, rescale("1", "-1024")...)
	s := Shade{Mode: ModeClips, Clips: [3]Window{{-1024, 1024}, {-135, 215}, {0, 80}}}
	var stored []int
	for hu := -2000; hu <= 3000; hu++ {
		stored = append(stored, hu+1024)
	}
	p, got := shown(t, f, row(true, stored...), s)
	if p.Channels != 3 || p.Applied != AppliedAsked {
		t.Fatalf("%d channels by %s", p.Channels, p.Applied)
	}
	for i, v := range stored {
		hu := v - 1024
		for c, w := range s.Clips {
			// numpy: clip, float32, -= low, /= high-low, *= 255, round.
			x := float32(max(w.Low, min(float64(hu), w.High)))
			x -= float32(w.Low)
			x /= float32(w.High - w.Low)
			x *= 255
			if exact := math.RoundToEven(float64(x)); float64(got[3*i+c]) != exact {
				t.Fatalf("%d HU is %d in channel %d, want %g", hu, got[3*i+c], c, exact)
			}
		}
	}
	for hu, rgb := range map[int][3]byte{ // worked out by hand
		-1024: {0, 0, 0}, -135: {111, 0, 0}, -30: {124, 76, 0}, 0: {128, 98, 0}, 24: {130, 116, 76}, 40: {132, 128, 128}, 80: {137, 157, 255}, 215: {154, 255, 255}, 1024: {255, 255, 255},
	} {
		if _, got := shown(t, f, row(true, hu+1024), s); [3]byte(got) != rgb {
			t.Errorf("%d HU is %d, want %d", hu, got, rgb)
		}
	}
}

// HU are rounded before they are clipped, and mean the same in MONOCHROME1.
func TestClipsOfFractionsAndMonochrome1(t *testing.T) {
	fr := row(false, 0, 1, 2, 3)
	fr.Photometric = "MONOCHROME1"
	clips := [3]Window{{0, 2}, {0, 2}, {0, 2}}
	_, got := shown(t, with(t, false, rescale("0.5", "0")...), fr, Shade{Mode: ModeClips, Clips: clips})
	want(t, got, 0, 0, 0, 0, 0, 0, 128, 128, 128, 255, 255, 255) // 0, 0.5 to 0, 1, 1.5 to 2
}

func TestRangeIsAPlainClip(t *testing.T) {
	f := with(t, true)
	fr := row(true, -5, 0, 50, 100, 105)
	_, got := shown(t, f, fr, Shade{Mode: ModeRange, Window: Window{0, 100}})
	want(t, got, 0, 0, 128, 255, 255) // 127.5 to even
	_, got = shown(t, f, row(true, 7, 7), Shade{Mode: ModeRange, Window: Window{7, 7}})
	want(t, got, 255, 255) // a constant acquisition, as MedGemma's own code has it
}

func TestInversionComesLast(t *testing.T) {
	f := with(t, false, window("100", "5")...)
	fr := row(false, 0, 98, 99, 100, 101, 200)
	fr.Photometric = "MONOCHROME1"
	_, got := shown(t, f, fr, Shade{})
	want(t, got, 255, 223, 159, 96, 32, 0)
	_, got = shown(t, f, fr, Shade{Mode: ModeRange, Window: Window{0, 200}})
	want(t, got, 255, 130, 129, 127, 126, 0)
}

// Deeper than a table can be: the same answers, one by one.
func Test32Bits(t *testing.T) {
	fr := &Frame{Width: 3, Height: 1, Channels: 1, Bits: 32, Signed: true, layout: layout{bytes: 4}}
	for _, v := range []int32{math.MinInt32, 0, math.MaxInt32} {
		fr.pix = binary.LittleEndian.AppendUint32(fr.pix, uint32(v))
	}
	_, got := shown(t, with(t, true), fr, Shade{Mode: ModeMinMax})
	want(t, got, 0, 128, 255)
	_, got = shown(t, with(t, true), fr, Shade{Mode: ModeClips, Clips: [3]Window{{-1, 1}, {0, 1}, {-10, 0}}})
	want(t, got, 0, 0, 0, 128, 0, 255, 255, 255, 255)
}

func TestPictureEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := with(t, false).Picture(ctx, 0, row(false, 1, 2), Shade{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the end of the context", err)
	}
	for name, c := range map[string]struct {
		fr   Frame
		kind Kind
		what string
	}{
		"no bits":         {Frame{Width: 1, Height: 1, Channels: 1}, KindCut, ""},
		"two channels":    {Frame{Width: 1, Height: 1, Channels: 2, Bits: 8}, KindCut, ""},
		"retired colour":  {Frame{Width: 1, Height: 1, Channels: 3, Bits: 8, Photometric: "HSV"}, KindUnsupported, "HSV"},
		"no known colour": {Frame{Width: 1, Height: 1, Channels: 3, Bits: 8, Photometric: "Jane Doe"}, KindUnsupported, "colour model"},
		"no palette":      {Frame{Width: 1, Height: 1, Channels: 1, Bits: 8, Photometric: "PALETTE COLOR"}, KindUnsupported, "colours without a palette"},
	} {
		_, err := with(t, false).Picture(t.Context(), 0, &c.fr, Shade{})
		refused(t, name, err, c.kind, c.what)
	}
}
