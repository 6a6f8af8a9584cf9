package dicom

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// coded is a grey ramp, or colour, as a baseline JPEG. The standard encoder halves
// chroma both ways.
func coded(t testing.TB, w, h int, colour bool) []byte {
	t.Helper()
	var img image.Image
	if colour {
		rgba := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				rgba.SetRGBA(x, y, color.RGBA{R: byte(x * 255 / w), G: byte(y * 255 / h), B: 90, A: 255})
			}
		}
		img = rgba
	} else {
		grey := image.NewGray(image.Rect(0, 0, w, h))
		for i := range grey.Pix {
			grey.Pix[i] = byte(i % w * 255 / w)
		}
		img = grey
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// jpegHeader goes with coded.
func jpegHeader(w, h int, photometric string) Header {
	return Header{Rows: h, Columns: w, Photometric: photometric, BitsAllocated: 8, BitsStored: 8}
}

// The codestream decides how many channels there are and what they are, whatever
// the header says.
func TestJPEGChannels(t *testing.T) {
	for _, c := range []struct {
		colour     bool
		says, want string
	}{
		{false, "MONOCHROME1", "MONOCHROME1"},
		{false, "YBR_FULL_422", "MONOCHROME2"},
		{false, "PALETTE COLOR", "PALETTE COLOR"},
		{true, "YBR_FULL_422", "RGB"},
		{true, "MONOCHROME2", "RGB"},
		{true, "RGB", "RGB"}, // chroma is halved, so these are no planes of RGB
	} {
		f, err := jpegFrame(t.Context(), jpegHeader(37, 21, c.says), coded(t, 37, 21, c.colour))
		if err != nil {
			t.Fatal(err)
		}
		channels := 1
		if c.colour {
			channels = 3
		}
		if f.Photometric != c.want || f.Channels != channels || f.Width != 37 || f.Height != 21 || f.Bits != 8 {
			t.Errorf("%s, colour %v: %s, %d channels, %d x %d, %d bits", c.says, c.colour, f.Photometric, f.Channels, f.Width, f.Height, f.Bits)
		}
		row := f.Row(20, make([]int, 37*channels))
		if got := row[30*channels]; got < 200 || got > 214 { // 30 of 37 across
			t.Errorf("%s, colour %v: %d in column 30, want about 207", c.says, c.colour, got)
		}
	}
}

// A writer leaves out the end marker, or pads the fragment.
func TestJPEGEnds(t *testing.T) {
	data := coded(t, 40, 30, true)
	want, err := jpegFrame(t.Context(), jpegHeader(40, 30, "YBR_FULL_422"), data)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"no end": data[:len(data)-2], "padded": append(bytes.Clone(data), 0)} {
		got, err := jpegFrame(t.Context(), jpegHeader(40, 30, "YBR_FULL_422"), data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(got.pix, want.pix) {
			t.Errorf("%s: other pixels", name)
		}
	}
}

func TestJPEGRefusals(t *testing.T) {
	data := coded(t, 40, 30, true)
	sof := bytes.Index(data, []byte{0xFF, 0xC0})
	changed := func(at int, b byte) []byte {
		out := bytes.Clone(data)
		out[at] = b
		return out
	}
	for name, c := range map[string]struct {
		data []byte
		h    Header
		kind Kind
		what string
	}{
		"progressive":  {changed(sof+1, 0xC2), jpegHeader(40, 30, "RGB"), KindUnsupported, "progressive JPEG"},
		"12 bits":      {changed(sof+4, 12), jpegHeader(40, 30, "RGB"), KindUnsupported, "12-bit JPEG"},
		"arithmetic":   {changed(sof+1, 0xC9), jpegHeader(40, 30, "RGB"), KindUnsupported, "arithmetic JPEG"},
		"hierarchical": {changed(sof+1, 0xC5), jpegHeader(40, 30, "RGB"), KindUnsupported, "hierarchical JPEG"},
		"JPEG-LS":      {changed(sof+1, 0xF7), jpegHeader(40, 30, "RGB"), KindUnsupported, "JPEG-LS"},
		"2 channels":   {changed(sof+9, 2), jpegHeader(40, 30, "RGB"), KindUnsupported, "unusual number of channels"},
		"wider":        {data, jpegHeader(32, 30, "RGB"), KindCut, ""},
		"lower":        {data, jpegHeader(40, 38, "RGB"), KindCut, ""},
		"cut":          {data[:len(data)/2], jpegHeader(40, 30, "RGB"), KindCut, ""},
		"headers only": {data[:sof], jpegHeader(40, 30, "RGB"), KindCut, ""},
		"nothing":      {nil, jpegHeader(40, 30, "RGB"), KindCut, ""},
		"another kind": {[]byte("\x00\x00\x00\x0cjP  \r\n\x87\n"), jpegHeader(40, 30, "RGB"), KindCut, ""},
		"a claim":      {changed(sof+5, 0x40), jpegHeader(40, 30+0x4000, "RGB"), KindCut, ""},
		"lossless":     {changed(sof+1, 0xC3), jpegHeader(40, 30, "RGB"), KindUnsupported, "unusual lossless JPEG"},
	} {
		_, err := jpegFrame(t.Context(), c.h, c.data)
		refused(t, name, err, c.kind, c.what)
	}
	// Whole blocks instead of the picture's own size are no other picture.
	if f, err := jpegFrame(t.Context(), jpegHeader(35, 25, "RGB"), data); err != nil || f.Width != 40 || f.Height != 30 {
		t.Errorf("a frame of whole blocks: %v", err)
	}
}

func TestJPEGContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := jpegFrame(ctx, jpegHeader(40, 30, "RGB"), coded(t, 40, 30, true)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// flat is a colour JPEG of one colour without subsampling, its components named as
// in ids: of "RGB" image/jpeg makes RGBA.
func flat(t testing.TB, w, h int, ids string) []byte {
	t.Helper()
	data := coded(t, w, h, true)
	sof, sos := bytes.Index(data, []byte{0xFF, 0xC0}), bytes.Index(data, []byte{0xFF, 0xDA})
	for c := range 3 {
		data[sof+10+3*c], data[sof+11+3*c], data[sos+5+2*c] = ids[c], 0x11, ids[c]
	}
	// Each block is a difference of 0 and an end, by the tables of T.81 annex K:
	// 00 1010 of luma, 00 00 of chroma twice. Four times that is seven bytes.
	blocks := (w + 7) / 8 * ((h + 7) / 8)
	data = append(data[:sos+14:sos+14], bytes.Repeat([]byte{0x28, 0x00, 0xA0, 0x02, 0x80, 0x0A, 0x00}, blocks/4+1)...)
	return append(data, 0xFF, 0xD9)
}

// What a frame holds is not what the header says: the estimate counts on the worst.
func TestJPEGCostHoldsWhatIsAllocated(t *testing.T) {
	for name, frame := range map[string][]byte{
		"grey": coded(t, 1000, 990, false), "halved": coded(t, 1000, 990, true),
		"YBR": flat(t, 1000, 990, "\x01\x02\x03"), "RGB": flat(t, 1000, 990, "RGB"), "larger": flat(t, 1007, 997, "RGB"),
	} {
		for _, photometric := range []string{"MONOCHROME2", "RGB"} {
			f := opened(t, dicomtest.Phantom{
				Syntax: dicomtest.JPEGBaseline, Rows: 990, Columns: 1000, Allocated: 8, Photometric: photometric, Compressed: [][]byte{frame},
			}.Bytes(t))
			got := allocated(func() {
				if _, err := f.Frame(t.Context(), 0); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			if got > f.Cost()+64<<10 { // the decoder's own state and tables
				t.Errorf("%s as %s: Frame allocates %d bytes, Cost says %d", name, photometric, got, f.Cost())
			}
		}
	}
}

// Wherever a frame is broken, it is refused or decoded, and memory stays bounded.
func FuzzJPEGFrame(f *testing.F) {
	f.Add(coded(f, 40, 30, true), "YBR_FULL_422")
	f.Add(coded(f, 40, 30, false), "MONOCHROME2")
	f.Fuzz(func(t *testing.T, data []byte, photometric string) {
		h := jpegHeader(40, 30, photometric)
		fr, err := jpegFrame(context.Background(), h, data)
		if err != nil {
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Errorf("error %v is no refusal", err)
			}
			return
		}
		fr.Row(fr.Height-1, make([]int, fr.Width*fr.Channels))
	})
}
