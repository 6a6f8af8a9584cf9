package imaging

import (
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// grainyCT is an archive of a CT series of n slices of 512 x 512 with soft shapes and
// the grain of a scanner, which is what makes PNG slow and large.
func grainyCT(tb testing.TB, n int) []byte {
	tb.Helper()
	var all []packed
	values := make([]uint16, 512*512)
	paint(512, 512, func(x, y int, level, grain float64) {
		values[y*512+x] = uint16(1024 + 400*(level-0.5) + 40*grain) // -200 to 200 HU, with a grain of 40
	})
	p := dicomtest.CT(512, 512)
	p.Extra = append(p.Extra, element{Tag: 0x7FE0_0010, VR: "OW", Value: values})
	for i := range n {
		s := p
		s.Extra = append(append([]element{}, p.Extra...), elementsOf(i)...)
		all = append(all, packed{name: "x", data: s.Bytes(tb)})
	}
	return zipOf(tb, all...)
}

// BenchmarkCTSeries85 goes from the archive of a series to PNGs in three windows, by
// two workers.
func BenchmarkCTSeries85(b *testing.B) {
	const slices = 85
	data := grainyCT(b, slices)
	p := NewPreparer(Config{Workers: 2})
	b.ReportAllocs()
	out := 0
	for b.Loop() {
		images, refused := p.Prepare(b.Context(), [][]byte{data}, View{Slices: slices})
		if refused[0] != nil || len(images[0].Slices) != slices {
			b.Fatal(refused[0])
		}
		out = 0
		for _, s := range images[0].Slices {
			out += len(s.Data)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N)/slices, "ms/slice")
	b.ReportMetric(float64(out)/slices, "outB/slice")
}
