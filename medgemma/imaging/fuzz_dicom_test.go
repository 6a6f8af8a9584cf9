package imaging

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom"
	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// small says whether a file is worth fuzzing: large pictures are slow and add
// nothing.
func small(data []byte) bool {
	f, err := dicom.Open(context.Background(), data)
	return err != nil || f.Rows*f.Columns <= 1<<14 && f.Frames <= 64
}

// holds checks what is promised of any files: images within their limits, or
// refusals that are *Error and hold no panic.
func holds(t *testing.T, files [][]byte, v View) {
	t.Helper()
	images, refused := NewPreparer(Config{}).Prepare(t.Context(), files, v)
	in := map[int]bool{}
	for _, im := range images {
		for _, i := range im.Files {
			in[i] = true
		}
		if len(im.Slices) < 1 || len(im.Slices) > im.Of || len(im.Slices) > max(1, v.Slices) || !slices.Equal(im.Notes, inOrder(im.Notes)) {
			t.Errorf("%d slices of %d, notes %v", len(im.Slices), im.Of, im.Notes)
		}
		last := 0
		for _, s := range im.Slices {
			img := pixels(t, s)
			if s.Number <= last || s.Number > im.Of || len(s.Data) > MaxOutBytes || img.Bounds().Dx() != img.Bounds().Dy() || img.Bounds().Dx() > im.Side {
				t.Errorf("slice %d after %d of %d: %d bytes, %v", s.Number, last, im.Of, len(s.Data), img.Bounds())
			}
			last = s.Number
		}
	}
	for i, err := range refused {
		var e *Error
		if err == nil && !in[i] || err != nil && (!errors.As(err, &e) || strings.Contains(err.Error(), "panicked")) {
			t.Errorf("file %d of %d: %v", i, len(files), err)
		}
	}
}

// FuzzDICOM is one file, seen in any way.
func FuzzDICOM(f *testing.F) {
	for _, p := range []dicomtest.Phantom{
		dicomtest.CT(16, 16), {Syntax: dicomtest.ImplicitLE, Modality: "MR"}, {Syntax: dicomtest.RLE, Modality: "DX"},
		{Syntax: dicomtest.ExplicitBE, Allocated: 8}, {Photometric: "RGB", Modality: "US", Frames: 3, Extra: []element{regions([4]int{2, 2, 9, 12})}},
		{Syntax: dicomtest.Deflated, Photometric: "PALETTE COLOR", Allocated: 8}, {Allocated: 1, Frames: 2},
	} {
		f.Add(p.Bytes(f), int8(0), int8(0), int16(0), int16(0))
		f.Add(p.Bytes(f), int8(1), int8(2), int16(40), int16(400))
	}
	f.Fuzz(func(t *testing.T, data []byte, first, last int8, centre, width int16) {
		if !small(data) || Sniff(data) == ZIP {
			t.Skip("many pixels, or for FuzzZip")
		}
		holds(t, [][]byte{data}, View{
			Slices: 3, First: int(first), Last: int(last), Window: Window{float64(centre), float64(width)}, OnlyCT: width > 3000,
		})
	})
}

// FuzzSeries is three files together, loose and in an archive.
func FuzzSeries(f *testing.F) {
	files := ct(f, 3, "1.1")
	f.Add(files[0], files[2], files[1], uint8(0))
	f.Add(files[0], with(f, dicomtest.Phantom{Modality: "MR", Frames: 2}), makePNG(f, gray(9, 9)), uint8(2))
	f.Fuzz(func(t *testing.T, a, b, c []byte, ask uint8) {
		if !small(a) || !small(b) || !small(c) {
			t.Skip("many pixels")
		}
		if slices.ContainsFunc([][]byte{a, b, c}, func(data []byte) bool { p, e := inspect(data); return e == nil && p.canvas.Dx()*p.canvas.Dy() > 1<<14 }) {
			t.Skip("many pixels")
		}
		v := View{Slices: 4, Series: int(ask)}
		holds(t, [][]byte{a, b, c}, v)
		holds(t, [][]byte{zipOf(t, packed{"a", a, false}, packed{"b", b, true}, packed{"c", c, false})}, v)
	})
}

// FuzzZip is an archive as it comes.
func FuzzZip(f *testing.F) {
	files := ct(f, 2, "1.1")
	f.Add(zipOf(f, entries(files...)...), uint8(0))
	f.Add(zipOf(f, packed{name: "a/", data: nil}, packed{name: "x", data: makePNG(f, gray(5, 4))}, packed{name: "y", data: []byte("z")}), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, ask uint8) {
		if Sniff(data) != ZIP {
			t.Skip("no archive")
		}
		holds(t, [][]byte{data}, View{Slices: 4, Series: int(ask)})
	})
}
