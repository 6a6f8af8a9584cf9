package imaging

import (
	"encoding/base64"
	"image"
	"image/color"
	"slices"
	"testing"

	"golang.org/x/image/tiff"
)

// Transparent pixels lie on black, in every depth, and that is said.
func TestTransparencyOnBlack(t *testing.T) {
	const w, h = 300, 260
	straight, deep := image.NewNRGBA(image.Rect(0, 0, w, h)), image.NewNRGBA64(image.Rect(0, 0, w, h))
	paint(w, h, func(x, y int, l, g float64) {
		v := uint8(255 * unit(l))
		straight.SetNRGBA(x, y, color.NRGBA{v, v / 2, 255 - v, uint8(x * 255 / w)})
		deep.SetNRGBA64(x, y, color.NRGBA64{uint16(v) * 257, 40_000, 60_000, uint16(y * 65_535 / h)})
	})
	palette := &image.Paletted{Pix: make([]byte, w*h), Stride: w, Rect: image.Rect(0, 0, w, h),
		Palette: color.Palette{color.NRGBA{}, color.NRGBA{250, 120, 10, 255}, color.NRGBA{250, 120, 10, 128}}}
	for i := range palette.Pix {
		palette.Pix[i] = byte(i / 5 % 3)
	}
	for name, file := range map[string]struct {
		data []byte
		img  image.Image
	}{
		"PNG 8":   {makePNG(t, straight), straight},
		"PNG 16":  {makePNG(t, deep), deep},
		"TIFF":    {encodeTIFF(t, straight, tiff.Deflate), straight},
		"palette": {makePNG(t, palette), palette},
	} {
		t.Run(name, func(t *testing.T) {
			im := like(t, file.data, file.img, 1, 50)
			if !slices.Equal(im.Notes, []Note{NoteFlattened}) {
				t.Errorf("notes %v", im.Notes)
			}
		})
	}
}

// An alpha channel that hides nothing is not worth a note.
func TestOpaqueAlphaIsNotNoted(t *testing.T) {
	img := image.NewNRGBA64(image.Rect(0, 0, 230, 230))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	if im, _ := prepared(t, makePNG(t, img)); len(im.Notes) != 0 {
		t.Errorf("notes %v", im.Notes)
	}
}

func TestSmallIsNoted(t *testing.T) {
	for short, want := range map[int]bool{223: true, 224: false} {
		im, _ := prepared(t, makePNG(t, gray(700, short)))
		if slices.Contains(im.Notes, NoteSmall) != want {
			t.Errorf("short edge %d: notes %v", short, im.Notes)
		}
	}
}

// The smallest files of each WebP kind: lossy, lossy with alpha, animated.
func TestTinyWebP(t *testing.T) {
	for name, file := range map[string]string{
		"lossy":    "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA",
		"alpha":    "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==",
		"animated": "UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA",
	} {
		t.Run(name, func(t *testing.T) {
			data, err := base64.StdEncoding.DecodeString(file)
			if err != nil {
				t.Fatal(err)
			}
			if im, _ := prepared(t, data); im.Format != WebP || im.Width != 1 || im.Height != 1 {
				t.Errorf("%s, %d x %d", im.Format, im.Width, im.Height)
			}
		})
	}
}
