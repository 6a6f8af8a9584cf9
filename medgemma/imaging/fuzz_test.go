package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"testing"

	"golang.org/x/image/tiff"
)

func FuzzSniff(f *testing.F) {
	for _, s := range starts {
		f.Add([]byte(s.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		first := Sniff(data)
		if first == "" || first != Sniff(data) {
			t.Errorf("sniffed as %q, then as %q", first, Sniff(data))
		}
		if !bytes.Equal(before, data) {
			t.Error("Sniff changed its input")
		}
	})
}

// FuzzPrepare holds the promises against any bytes: a picture that can be decoded
// again within its limits, the same one twice, or an *Error.
func FuzzPrepare(f *testing.F) {
	grey, colour := gray(19, 11), photo(13, 17)
	for _, data := range [][]byte{
		makePNG(f, grey), makePNG(f, colour), makeJPEG(f, colour, 80),
		withExif(makeJPEG(f, grey, 80), exif(binary.BigEndian, 6)),
		withChunk(makePNG(f, grey), "eXIf", exif(binary.LittleEndian, 3)),
		blockJPEG(16, 16, []byte{0x22, 0x11, 0x11, 0x22}, adobe(2), func(c, x, y int) int { return 40 * c }),
		emptyScansJPEG(40, 40, 3),
		riff(flatWebP(grey)), animatedWebP(30, 30, image.Pt(2, 4), flatWebP(grey)),
		rawPNG(60_000, 60_000, 8, 2, "x"), rawTIFF(8, 8, 1), bmpHeader(3, 3, 24),
	} {
		f.Add(data)
	}
	var b bytes.Buffer
	if err := tiff.Encode(&b, grey, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if format := Sniff(data); format == DICOM || format == ZIP {
			t.Skip("for FuzzDICOM and FuzzZip")
		}
		// Large pictures are slow to fuzz and add nothing.
		if p, refusal := inspect(data); refusal == nil && p.canvas.Dx()*p.canvas.Dy() > 1<<18 {
			t.Skip("many pixels")
		}
		images, err := Prepare(context.Background(), data)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || images != nil {
				t.Fatalf("%d images, error %v", len(images), err)
			}
			return
		}
		prepared(t, data)
		again, err := Prepare(context.Background(), data)
		if err != nil || !bytes.Equal(again[0].Slices[0].Data, images[0].Slices[0].Data) {
			t.Errorf("the second time is different: %v", err)
		}
	})
}
