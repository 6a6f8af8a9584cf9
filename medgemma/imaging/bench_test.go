package imaging

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
)

// Each benchmark decodes the same file too, so that one run shows what
// preparation costs on top.

func BenchmarkJPEG12MP(b *testing.B) {
	data := makeJPEG(b, photo(4000, 3000), 90)
	benchBoth(b, data, jpeg.Decode)
}

func BenchmarkPNG16Bit9MP(b *testing.B) {
	img := image.NewGray16(image.Rect(0, 0, 3000, 3000))
	fillGray16(img, 16)
	benchBoth(b, makePNG(b, img), png.Decode)
}

func benchBoth(b *testing.B, data []byte, decode func(io.Reader) (image.Image, error)) {
	var perDecode, perPrepare float64
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
		perDecode = b.Elapsed().Seconds() / float64(b.N)
	})
	b.Run("prepare", func(b *testing.B) {
		b.ReportAllocs()
		size := 0
		for b.Loop() {
			images, err := Prepare(context.Background(), data)
			if err != nil {
				b.Fatal(err)
			}
			size = len(images[0].Slices[0].Data)
		}
		perPrepare = b.Elapsed().Seconds() / float64(b.N)
		b.ReportMetric(float64(size), "outB")
		if perDecode > 0 {
			b.ReportMetric(perPrepare/perDecode, "x/decode")
		}
	})
}
