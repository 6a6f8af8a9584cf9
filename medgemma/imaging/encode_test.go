package imaging

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// Colour that never went through a lossy codec keeps its whole chroma as JPEG, from
// whatever it is encoded again; colour that has is halved as it was.
func TestChromaIsHalvedOnlyWhereItWas(t *testing.T) {
	t.Parallel()
	noise := image.NewNRGBA(image.Rect(0, 0, 700, 700))
	r := rand.New(rand.NewPCG(3, 4))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32()) | byte(i%4/3*255)
	}
	full, halved := image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio420
	again := func(data []byte) []byte {
		smaller, err := ToJPEG(data, 90)
		if err != nil {
			t.Fatal(err)
		}
		return smaller
	}
	large, _ := prepared(t, makePNG(t, noise)) // too large for PNG
	plain, _ := prepared(t, makePNG(t, photo(640, 480)))
	coded, _ := prepared(t, makeJPEG(t, photo(640, 480), 90))
	for name, c := range map[string]struct {
		data []byte
		want image.YCbCrSubsampleRatio
	}{
		"too large for PNG":      {large.Slices[0].Data, full},
		"the same again":         {again(large.Slices[0].Data), full},
		"a PNG encoded as JPEG":  {again(plain.Slices[0].Data), full},
		"the same once more":     {again(again(plain.Slices[0].Data)), full},
		"from JPEG":              {coded.Slices[0].Data, halved},
		"from JPEG, and smaller": {again(coded.Slices[0].Data), halved},
	} {
		img, err := jpeg.Decode(bytes.NewReader(c.data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := img.(*image.YCbCr).SubsampleRatio; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
