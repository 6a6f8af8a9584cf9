package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// sizes are below, at and above the encoder's edge, wide and tall, odd and even.
func sizes() []image.Point {
	if underRace {
		return []image.Point{{1, 1}, {131, 80}, {60, 133}}
	}
	return []image.Point{{1, 1}, {301, 200}, {120, 333}, {896, 500}, {897, 300}, {500, 1001}, {1100, 33}}
}

func TestLosslessIsTheReference(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, img image.Image, files map[string][]byte) {
		want, side := reference(img, 1)
		for name, data := range files {
			t.Run(name+" "+img.Bounds().Size().String(), func(t *testing.T) {
				im := near(t, data, want, side, 50)
				if im.Slices[0].MIME != "image/png" {
					t.Errorf("went out as %s", im.Slices[0].MIME)
				}
				if im.Width != img.Bounds().Dx() || im.Height != img.Bounds().Dy() || im.Of != 1 {
					t.Errorf("%d x %d, %d frames", im.Width, im.Height, im.Of)
				}
			})
		}
	}
	for _, size := range sizes() {
		grey, rgb := gray(size.X, size.Y), photo(size.X, size.Y)
		check(t, grey, map[string][]byte{"grey PNG": makePNG(t, grey)})
		files := map[string][]byte{"PNG": makePNG(t, rgb)}
		if max(size.X, size.Y) <= 512 { // scaling does not ask for the format
			files["TIFF"], files["BMP"] = encodeTIFF(t, rgb, tiff.Deflate), encodeBMP(t, rgb)
		}
		check(t, rgb, files)
	}
}

func TestJPEGIsNearTheReference(t *testing.T) {
	t.Parallel()
	for _, size := range sizes() {
		t.Run(size.String(), func(t *testing.T) {
			want := "image/png" // a small one is not coded with losses twice
			if max(size.X, size.Y) > 512 {
				want = "image/jpeg"
			}
			for _, img := range []image.Image{photo(size.X, size.Y), gray(size.X, size.Y)} {
				data := makeJPEG(t, img, 92)
				if im := like(t, data, decodeJPEG(t, data), 1, 40); im.Slices[0].MIME != want {
					t.Errorf("went out as %s, want %s", im.Slices[0].MIME, want)
				}
			}
		})
	}
}

// A JPEG coded in colour that holds none goes out as one plane, like a grey one.
func TestGreyStaysGrey(t *testing.T) {
	t.Parallel()
	grey := gray(300, 400)
	inColour := image.NewNRGBA(grey.Rect)
	for y := range 400 {
		for x := range 300 {
			inColour.Set(x, y, grey.At(x, y))
		}
	}
	palette := make(color.Palette, 256)
	for i := range palette {
		palette[i] = color.Gray{Y: uint8(i)}
	}
	paletted := &image.Paletted{Pix: grey.Pix, Stride: grey.Stride, Rect: grey.Rect, Palette: palette}
	for name, data := range map[string][]byte{
		"PNG":           makePNG(t, grey),
		"PNG in colour": makePNG(t, inColour),
		"PNG palette":   makePNG(t, paletted),
		"GIF":           encodeGIF(t, paletted),
		"JPEG":          makeJPEG(t, grey, 90),
		"JPEG colour":   makeJPEG(t, inColour, 90),
	} {
		t.Run(name, func(t *testing.T) {
			if _, img := prepared(t, data); img.ColorModel() != color.GrayModel {
				t.Errorf("went out as %T", img)
			}
		})
	}
}

// The padding is black to the last bit in a lossless picture, and within what
// JPEG makes of an edge in the other; far from the edge it is black there too.
func TestPaddingIsBlack(t *testing.T) {
	t.Parallel()
	white := image.NewNRGBA(image.Rect(0, 0, 400, 201))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	warm := image.NewNRGBA(white.Rect)
	for i := range warm.Pix {
		warm.Pix[i] = []byte{255, 60, 20, 255}[i%4]
	}
	_, img := prepared(t, makePNG(t, white))
	for y := range 400 {
		want := 0
		if 99 <= y && y < 300 { // 201 rows below 99 of padding; 100 are beneath
			want = 255
		}
		if got := greyLevel(t, img, 200, y); got != want {
			t.Fatalf("row %d is %d, want %d", y, got, want)
		}
	}
	for _, src := range []image.Image{white, warm} {
		_, img = prepared(t, makeJPEG(t, src, 95))
		for _, y := range []int{0, 40, 80, 320, 399} {
			if c := color.NRGBAModel.Convert(img.At(200, y)).(color.NRGBA); c != (color.NRGBA{A: 255}) {
				t.Errorf("JPEG padding in row %d is %v", y, c)
			}
		}
	}
}

func TestSubsampledJPEG(t *testing.T) {
	t.Parallel()
	for name, hv := range map[string]byte{
		"4:4:4": 0x11, "4:2:2": 0x21, "4:2:0": 0x22, "4:4:0": 0x12, "4:1:1": 0x41, "4:1:0": 0x42,
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range []image.Point{{120, 83}, {910, 601}} {
				if underRace && size.X > 200 {
					break
				}
				data := blockJPEG(size.X, size.Y, []byte{hv, 0x11, 0x11}, noMarker,
					func(c, x, y int) int { return []int{150, 110, 140}[c] + (x+2*y)%40/2 })
				like(t, data, decodeJPEG(t, data), 1, 40)
			}
		})
	}
}

func TestFourComponentJPEG(t *testing.T) {
	t.Parallel()
	for name, marker := range map[string]string{"CMYK": adobe(0), "YCCK": adobe(2)} {
		t.Run(name, func(t *testing.T) {
			data := blockJPEG(500, 375, []byte{0x11, 0x11, 0x11, 0x11}, marker,
				func(c, x, y int) int { return 90 + 30*c + (x+y)%30 })
			like(t, data, decodeJPEG(t, data), 1, 38)
		})
	}
	// Adobe writes CMYK inverted: 255 is no ink.
	data := blockJPEG(64, 64, []byte{0x11, 0x11, 0x11, 0x11}, adobe(0), func(c, x, y int) int { return 255 })
	if _, img := prepared(t, data); greyLevel(t, img, 32, 32) < 250 {
		t.Error("a page without ink is not white")
	}
}

func TestRGBJPEG(t *testing.T) {
	data := blockJPEG(80, 80, []byte{0x11, 0x11, 0x11}, adobe(0), func(c, x, y int) int { return []int{200, 100, 50}[c] })
	_, img := prepared(t, data)
	c := color.NRGBAModel.Convert(img.At(40, 40)).(color.NRGBA)
	if c.R < 195 || c.G < 95 || c.G > 105 || c.B > 55 {
		t.Errorf("planes 200, 100, 50 came out as %v", c)
	}
}

func encodeTIFF(t *testing.T, img image.Image, c tiff.CompressionType) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tiff.Encode(&b, img, &tiff.Options{Compression: c}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeBMP(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := bmp.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeGIF(t *testing.T, frames ...*image.Paletted) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: frames, Delay: make([]int, len(frames))}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
