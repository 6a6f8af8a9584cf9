package imaging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Limits of a contact sheet.
const (
	maxSheet      = 2048 // pixels of an edge
	maxSheetBytes = 2 << 20
)

// Sheet is one picture of what the model gets, of at most 2048 pixels an edge and 2
// MB: a single slice as it is, several in a grid, in order, each below its number,
// which covers nothing of it. It is made from prepared bytes and refuses others.
func Sheet(ctx context.Context, all []Slice) (data []byte, mime string, err error) {
	switch {
	case len(all) == 0 || len(all) > MaxSlices:
		return nil, "", fmt.Errorf("making a contact sheet: of %d slices", len(all))
	case len(all) == 1:
		return all[0].Data, all[0].MIME, nil
	}
	side := 0
	for _, s := range all {
		n, err := preparedSide(s.Data)
		if err != nil {
			return nil, "", fmt.Errorf("making a contact sheet: %w", err)
		}
		side = max(side, n)
	}
	// Noise alone does not fit at once; half of the edge is a quarter of the bytes.
	for edge := maxSheet; edge >= maxSheet/8; edge /= 2 {
		sheet, err := newGrid(len(all), side, edge).draw(ctx, all)
		if err != nil {
			return nil, "", fmt.Errorf("making a contact sheet: %w", err)
		}
		for _, q := range qualities {
			data, err := encodeJPEG(sheet, q, false)
			if err != nil {
				return nil, "", fmt.Errorf("making a contact sheet: %w", err)
			}
			if len(data) <= maxSheetBytes {
				return data, mimeJPEG, nil
			}
		}
	}
	return nil, "", errors.New("making a contact sheet: larger than its limit at the lowest quality")
}

// preparedSide is the edge of a prepared picture; anything else is refused before
// it is decoded.
func preparedSide(data []byte) (int, error) {
	size := png.DecodeConfig
	if Sniff(data) == JPEG {
		size = jpeg.DecodeConfig
	}
	c, err := size(bytes.NewReader(data))
	if err != nil || c.Width != c.Height || c.Width > Side || c.Width < 1 {
		return 0, errors.New("not a prepared picture")
	}
	return c.Width, nil
}

// grid is how the cells of a sheet lie.
type grid struct {
	columns, rows int
	cell          int // edge of a picture
	strip         int // height of the line above it, for the number
	scale         int // of the letters, which are 7 x 13
}

const gap = 2 // pixels between cells

// newGrid makes pictures as large as fit, and never larger than they are.
func newGrid(n, side, edge int) grid {
	g := grid{columns: int(math.Ceil(math.Sqrt(float64(n))))}
	g.rows = (n + g.columns - 1) / g.columns
	g.cell = min(side, edge/g.columns-gap)
	// Slack shows sheets at a fraction of their size: letters grow with the sheet.
	g.scale = min(max(g.cell*g.columns/700, 1), 3)
	g.strip = 13*g.scale + 2
	g.cell = max(1, min(g.cell, edge/g.rows-gap-g.strip))
	return g
}

func (g grid) bounds() image.Rectangle {
	return image.Rect(0, 0, g.columns*(max(g.cell, 21*g.scale)+gap), g.rows*(g.cell+g.strip+gap))
}

// draw makes the sheet, in one plane if there is no colour in it.
func (g grid) draw(ctx context.Context, all []Slice) (image.Image, error) {
	sheet := image.NewRGBA(g.bounds())
	draw.Draw(sheet, sheet.Rect, image.Black, image.Point{}, draw.Src)
	for i, s := range all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := g.put(sheet, i, s); err != nil {
			return nil, err
		}
	}
	return collapse(sheet), nil
}

// put draws slice i and its number.
func (g grid) put(sheet *image.RGBA, i int, s Slice) error {
	width := sheet.Rect.Dx() / g.columns
	at := image.Pt(i%g.columns*width, i/g.columns*(g.cell+g.strip+gap))
	decode := png.Decode
	if Sniff(s.Data) == JPEG {
		decode = jpeg.Decode
	}
	var img image.Image
	err := guard(func() (err error) {
		img, err = decode(bytes.NewReader(s.Data))
		return err
	})
	if err != nil {
		return errors.New("not a prepared picture")
	}
	small, err := g.shrink(img)
	if err != nil {
		return err
	}
	draw.Draw(sheet, small.Bounds().Add(at).Add(image.Pt(0, g.strip)), small, image.Point{}, draw.Src)
	letters(sheet, at, g.scale, strconv.Itoa(s.Number))
	return nil
}

// shrink scales a prepared square to its cell with the filter that made it.
func (g grid) shrink(img image.Image) (image.Image, error) {
	side := img.Bounds().Dx()
	p := placement{side: side, out: min(side, g.cell)}
	if planes, ok := img.(*image.YCbCr); ok {
		return scalePlanes(planes, p, false), nil
	}
	f, err := flatten(img, nil)
	if err != nil {
		return nil, err
	}
	return scaleFlat(f, side, side, p), nil
}

// letters draws text in white, each pixel of the font scale x scale.
func letters(sheet *image.RGBA, at image.Point, scale int, text string) {
	mask := image.NewAlpha(image.Rect(0, 0, 7*len(text), 13))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
	d.DrawString(text)
	for y := range mask.Rect.Dy() {
		for x := range mask.Rect.Dx() {
			if mask.AlphaAt(x, y).A > 0 {
				dot := image.Rect(x, y, x+1, y+1)
				dot = image.Rectangle{Min: dot.Min.Mul(scale), Max: dot.Max.Mul(scale)}.Add(at).Add(image.Pt(2, 1))
				draw.Draw(sheet, dot, image.NewUniform(color.White), image.Point{}, draw.Src)
			}
		}
	}
}

// collapse is img in one plane if there is no colour in it.
func collapse(img *image.RGBA) image.Image {
	for px := img.Pix; len(px) > 0; px = px[4:] {
		if px[0] != px[1] || px[1] != px[2] {
			return img
		}
	}
	out := image.NewGray(img.Rect)
	for i := range out.Pix {
		out.Pix[i] = img.Pix[4*i]
	}
	return out
}
