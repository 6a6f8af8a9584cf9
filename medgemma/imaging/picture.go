package imaging

import (
	"context"
	"fmt"
	"image"
)

// run walks the road of the package comment, from decoding on. The end of its context
// is its time.
func (p *plan) run(ctx context.Context) (Image, error) {
	img, err := p.decode(ctx)
	if err != nil {
		return Image{}, err
	}
	square, notes, err := p.square(img)
	if err != nil {
		return Image{}, err
	}
	if err := ctx.Err(); err != nil {
		return Image{}, err
	}
	data, mime, err := encode(square, p.lossy)
	if err != nil {
		return Image{}, fmt.Errorf("preparing an image: %w", err)
	}
	w, h := p.canvas.Dx(), p.canvas.Dy()
	if p.turn.swaps() {
		w, h = h, w
	}
	return Image{
		Slices: []Slice{{Number: 1, Data: data, MIME: mime}}, Side: square.Bounds().Dx(),
		Width: w, Height: h, Of: p.frames, Format: p.format, Notes: notes,
	}, nil
}

// square pads, scales and turns a decoded picture.
func (p *plan) square(img image.Image) (square image.Image, notes []Note, err error) {
	if p.frames > 1 {
		notes = append(notes, NoteFirstFrame)
	}
	at := place(p.canvas, p.at.Add(img.Bounds().Min), p.turn)
	if planes, ok := img.(*image.YCbCr); ok {
		square = scalePlanes(planes, at, p.studio)
	} else {
		t, stretched := toneOf(img)
		f, err := flatten(img, t)
		if err != nil {
			return nil, nil, p.refuse(KindUnsupported, err)
		}
		square = scaleFlat(f, img.Bounds().Dx(), img.Bounds().Dy(), at)
		if stretched {
			notes = append(notes, NoteStretched)
		}
		if f.transparent {
			notes = append(notes, NoteFlattened)
		}
	}
	if min(p.canvas.Dx(), p.canvas.Dy()) < smallEdge {
		notes = append(notes, NoteSmall)
	}
	return turnUpright(square, p.turn), notes, nil
}
