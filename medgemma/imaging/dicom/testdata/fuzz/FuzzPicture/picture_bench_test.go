package dicom

import (
	"runtime"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// showAll is the work of showing a frame: all rows.
func showAll(b *testing.B, p dicomtest.Phantom, s Shade) {
	f := opened(b, p.Bytes(b))
	fr, err := f.Frame(b.Context(), 0)
	if err != nil {
		b.Fatal(err)
	}
	pixels := fr.Width * fr.Height
	b.ReportAllocs()
	for b.Loop() {
		pic, err := f.Picture(b.Context(), 0, fr, s)
		if err != nil {
			b.Fatal(err)
		}
		for y := range pic.Height {
			pic.Row(y)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(pixels), "ns/pixel")
}

func BenchmarkCTInThreeWindows(b *testing.B) {
	p := dicomtest.Phantom{Rows: 512, Columns: 512, Signed: true, Extra: rescale("1", "-1024")}
	showAll(b, p, Shade{Mode: ModeClips, Clips: notebook})
}

func BenchmarkCR20MP(b *testing.B) {
	p := dicomtest.Phantom{Rows: 5000, Columns: 4000, Stored: 12, Photometric: "MONOCHROME1"}
	b.Run("window", func(b *testing.B) {
		p.Extra = window("2048", "2000")
		showAll(b, p, Shade{Mode: ModeMinMax})
	})
	b.Run("min_max", func(b *testing.B) {
		p.Extra = nil
		showAll(b, p, Shade{Mode: ModeMinMax})
	})
	b.Run("percentile", func(b *testing.B) {
		p.Extra = nil
		showAll(b, p, Shade{})
	})
}

func BenchmarkUltrasound(b *testing.B) {
	for _, photometric := range []string{"RGB", "YBR_FULL", "PALETTE COLOR"} {
		b.Run(photometric, func(b *testing.B) {
			showAll(b, dicomtest.Phantom{Rows: 768, Columns: 1024, Allocated: 8, Photometric: photometric}, Shade{})
		})
	}
}

// A picture of 20 megapixels holds no second one of its size: it holds tables and a row.
func TestPictureIsNoCopy(t *testing.T) {
	fr := &Frame{Width: 4000, Height: 5000, Channels: 1, Bits: 16, layout: layout{bytes: 2}, pix: make([]byte, 40_000_000)}
	f := with(t, false)
	for _, s := range []Shade{{}, {Mode: ModeMinMax}, {Mode: ModeClips, Clips: notebook}} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := f.Picture(t.Context(), 0, fr, s); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		bytes := after.TotalAlloc - before.TotalAlloc
		if bytes > 1_000_000 {
			t.Errorf("mode %d: %d bytes for a picture", s.Mode, bytes)
		}
	}
	p, err := f.Picture(t.Context(), 0, fr, Shade{})
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { p.Row(7) }); n != 0 {
		t.Errorf("a row allocates %g times", n)
	}
}
