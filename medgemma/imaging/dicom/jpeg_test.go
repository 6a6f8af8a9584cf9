package dicom

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
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

const (
	syntaxBaseline = "1.2.840.10008.1.2.4.50"
)

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
		f, err := jpegFrame(t.Context(), jpegHeader(37, 21, c.says), syntaxBaseline, coded(t, 37, 21, c.colour))
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
	want, err := jpegFrame(t.Context(), jpegHeader(40, 30, "YBR_FULL_422"), syntaxBaseline, data)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"no end": data[:len(data)-2], "padded": append(bytes.Clone(data), 0)} {
		got, err := jpegFrame(t.Context(), jpegHeader(40, 30, "YBR_FULL_422"), syntaxBaseline, data)
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
		_, err := jpegFrame(t.Context(), c.h, syntaxBaseline, c.data)
		refused(t, name, err, c.kind, c.what)
	}
	// Whole blocks instead of the picture's own size are no other picture.
	if f, err := jpegFrame(t.Context(), jpegHeader(35, 25, "RGB"), syntaxBaseline, data); err != nil || f.Width != 40 || f.Height != 30 {
		t.Errorf("a frame of whole blocks: %v", err)
	}
}

func TestJPEGContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := jpegFrame(ctx, jpegHeader(40, 30, "RGB"), syntaxBaseline, coded(t, 40, 30, true)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

// Wherever a frame is broken, it is refused or decoded, and memory stays bounded.
func FuzzJPEGFrame(f *testing.F) {
	f.Add(coded(f, 40, 30, true), "YBR_FULL_422")
	f.Add(coded(f, 40, 30, false), "MONOCHROME2")
	f.Fuzz(func(t *testing.T, data []byte, photometric string) {
		h := jpegHeader(40, 30, photometric)
		fr, err := jpegFrame(context.Background(), h, syntaxBaseline, data)
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
