package imaging

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// flatSlice is a prepared square of one level.
func flatSlice(t *testing.T, side, number int, c color.Color) Slice {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return Slice{Number: number, Data: makePNG(t, img), MIME: mimePNG}
}

func sheetOf(t *testing.T, all []Slice) image.Image {
	t.Helper()
	data, mime, err := Sheet(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > maxSheetBytes {
		t.Errorf("%d bytes", len(data))
	}
	img := pixels(t, Slice{Data: data, MIME: mime})
	if b := img.Bounds(); b.Dx() > maxSheet || b.Dy() > maxSheet {
		t.Errorf("%v", b)
	}
	return img
}

// One slice is shown as it is, to the byte.
func TestSheetOfOne(t *testing.T) {
	s := flatSlice(t, 300, 7, color.Gray{Y: 90})
	data, mime, err := Sheet(t.Context(), []Slice{s})
	if err != nil || mime != s.MIME || !bytes.Equal(data, s.Data) {
		t.Errorf("%d bytes of %s, error %v", len(data), mime, err)
	}
}

// Several stand in rows, in order, each whole below its number.
func TestSheetIsAGrid(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 16, MaxSlices} {
		if underRace && n > 3 {
			break
		}
		var all []Slice
		for i := range n {
			all = append(all, flatSlice(t, 256, i+1, color.Gray{Y: uint8(60 + i)}))
		}
		img := sheetOf(t, all)
		g := newGrid(n, 256, maxSheet)
		if g.bounds() != img.Bounds() || g.columns*g.rows < n {
			t.Fatalf("%d: bounds %v, grid %+v", n, img.Bounds(), g)
		}
		width := img.Bounds().Dx() / g.columns
		for i := range n {
			x, y := i%g.columns*width, i/g.columns*(g.cell+g.strip+gap)
			// The whole square, its corners too.
			for _, at := range []image.Point{{8, 8}, {g.cell - 9, 8}, {8, g.cell - 9}, {g.cell / 2, g.cell / 2}, {g.cell - 9, g.cell - 9}} {
				got := color.GrayModel.Convert(img.At(x+at.X, y+g.strip+at.Y)).(color.Gray).Y
				if d := int(got) - (60 + i); d < -3 || d > 3 {
					t.Fatalf("%d: cell %d is %d at %v, want %d", n, i, got, at, 60+i)
				}
			}
			if white := brightest(img, image.Rect(x, y, x+g.cell, y+g.strip-1)); white < 200 {
				t.Errorf("%d: no number above cell %d: %d", n, i, white)
			}
		}
	}
}

func brightest(img image.Image, r image.Rectangle) (most uint8) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			most = max(most, color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)
		}
	}
	return most
}

// Different numbers look different, and the same ones alike.
func TestSheetNumbers(t *testing.T) {
	strip := func(number int) []byte {
		img := image.NewRGBA(image.Rect(0, 0, 60, 16))
		letters(img, image.Point{}, 1, string(rune('0'+number)))
		return img.Pix
	}
	for a := range 10 {
		for b := range 10 {
			if bytes.Equal(strip(a), strip(b)) != (a == b) {
				t.Errorf("%d and %d", a, b)
			}
		}
	}
}

// The colours of CT, which are measurements, and noise come through within the
// limit of size; slices may be of different sizes and formats.
func TestSheetOfAnything(t *testing.T) {
	t.Parallel()
	noise := image.NewRGBA(image.Rect(0, 0, Side, Side))
	r := rand.New(rand.NewPCG(7, 8))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32()) | byte(i%4/3*255)
	}
	s := Slice{Number: 1, Data: makePNG(t, noise), MIME: mimePNG}
	if !underRace { // a minute of arithmetic
		sheetOf(t, []Slice{s, s, s, s})
	}

	red := flatSlice(t, 200, 1, color.RGBA{250, 10, 10, 255})
	jpg := Slice{Number: 20, Data: makeJPEG(t, photo(500, 500), 90), MIME: mimeJPEG}
	img := sheetOf(t, []Slice{red, jpg, flatSlice(t, 1, 3, color.White)})
	if got := color.NRGBAModel.Convert(img.At(100, 100)).(color.NRGBA); got.R < 240 || got.G > 20 {
		t.Errorf("red is %v", got)
	}
	im := only(t, shown(t, Config{}, View{Slices: 5}, ct(t, 5, "1.1")...))
	sheetOf(t, im.Slices)
	us := dicomtest.Phantom{Modality: "US", Rows: 64, Columns: 64, Photometric: "RGB", Frames: 3}
	sheetOf(t, only(t, shown(t, Config{}, View{Slices: 3}, us.Bytes(t))).Slices)
}

func TestSheetRefusals(t *testing.T) {
	good := flatSlice(t, 20, 1, color.White)
	for name, all := range map[string][]Slice{
		"none": nil, "too many": make([]Slice, MaxSlices+1),
		"no picture": {good, {Data: []byte("GIF89a")}}, "cut": {good, {Data: good.Data[:len(good.Data)-20]}},
		"not square": {good, {Data: makePNG(t, gray(30, 20))}}, "too large": {good, {Data: makePNG(t, gray(Side+1, Side+1))}},
	} {
		if data, _, err := Sheet(t.Context(), all); err == nil {
			t.Errorf("%s: %d bytes", name, len(data))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Sheet(ctx, []Slice{good, good}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
