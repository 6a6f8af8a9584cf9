package dicom

import (
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// benchmarkFrame opens a 512 x 512 CT slice and reads all its rows.
func benchmarkFrame(b *testing.B, syntax string) {
	p := dicomtest.CT(512, 512)
	p.Syntax = syntax
	data := p.Bytes(b)
	b.SetBytes(2 * 512 * 512)
	b.ReportAllocs()
	row := make([]int, 512)
	for b.Loop() {
		f, err := Open(b.Context(), data)
		if err != nil {
			b.Fatal(err)
		}
		fr, err := f.Frame(b.Context(), 0)
		if err != nil {
			b.Fatal(err)
		}
		for y := range fr.Height {
			fr.Row(y, row)
		}
	}
}

func BenchmarkCTNative(b *testing.B)    { benchmarkFrame(b, dicomtest.ExplicitLE) }
func BenchmarkCTBigEndian(b *testing.B) { benchmarkFrame(b, dicomtest.ExplicitBE) }
func BenchmarkCTDeflated(b *testing.B)  { benchmarkFrame(b, dicomtest.Deflated) }
func BenchmarkCTRLE(b *testing.B)       { benchmarkFrame(b, dicomtest.RLE) }

func BenchmarkOpenCT(b *testing.B) {
	data := dicomtest.CT(512, 512).Bytes(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
}
