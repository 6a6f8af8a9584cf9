package imaging

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// plan is what inspect found out about a file, before anything is decoded.
type plan struct {
	format Format
	data   []byte // what the decoder gets
	turn   orientation
	frames int
	lossy  bool            // the pixels have been through a lossy codec
	studio bool            // YCbCr planes are BT.601 studio range
	canvas image.Rectangle // what a person sees; the decoded frame lies on it
	at     image.Point     // where on the canvas the decoder's origin is
	memory int64           // estimate in bytes of what decoding allocates
}

// Work that is refused before it begins.
const (
	// maxScanWork bounds pixels times scans of a JPEG: ordinary progressive files
	// have about 10 scans. 400 empty scans over 36 megapixels fit in 245 KB and
	// take the decoder more than 10 s.
	maxScanWork = 30 * MaxPixels

	// jpegPixelsPerByte is the most that a JPEG can hold: a block of 64 samples
	// takes at least one bit.
	jpegPixelsPerByte = 64 * 8
)

var (
	errClaim = errors.New("claims more pixels than its bytes can hold")
	errScans = errors.New("too many scans")
)

// inspect reads the headers. Its errors are all *Error.
func inspect(data []byte) (plan, *Error) {
	if len(data) == 0 {
		return plan{}, &Error{Kind: KindEmpty, Format: Unknown}
	}
	p := plan{format: Sniff(data), data: data, turn: 1, frames: 1}
	switch p.format {
	case PNG, JPEG, GIF, WebP, BMP, TIFF:
	case HTML:
		return plan{}, p.refuse(KindHTML, nil)
	default:
		return plan{}, p.refuse(KindUnsupported, nil)
	}
	if len(data) > MaxFileBytes {
		return plan{}, p.refuse(KindTooLarge, nil)
	}
	scan := map[Format]func(*plan) *Error{
		PNG: (*plan).inspectPNG, JPEG: (*plan).inspectJPEG, GIF: (*plan).inspectGIF,
		WebP: (*plan).inspectWebP, BMP: (*plan).inspectBMP, TIFF: (*plan).inspectTIFF,
	}[p.format]
	if err := scan(&p); err != nil {
		return plan{}, err
	}
	return p, nil
}

// refuse makes the error of this file.
func (p *plan) refuse(kind Kind, cause error) *Error {
	return &Error{Kind: kind, Format: p.format, Err: cause}
}

// size reads the edges with a format's own DecodeConfig and holds them against the
// limits. It returns what one decoded pixel takes, in bytes.
func (p *plan) size(decode func(io.Reader) (image.Config, error)) (perPixel float64, refusal *Error) {
	var c image.Config
	err := guard(func() (err error) {
		c, err = decode(bytes.NewReader(p.data))
		return err
	})
	if err != nil {
		return 0, p.undecodable(err)
	}
	p.canvas = image.Rect(0, 0, c.Width, c.Height)
	return pixelBytes(c.ColorModel), p.checkEdges(c.Width, c.Height)
}

// checkEdges holds edges against the limits. The edges are bounded besides the
// pixels because filters and rows cost by edge: a file of one row and 40 million
// columns is no picture.
func (p *plan) checkEdges(w, h int) *Error {
	if w <= 0 || h <= 0 {
		return p.refuse(KindCut, errors.New("no pixels"))
	}
	if w > MaxEdge || h > MaxEdge || int64(w)*int64(h) > MaxPixels {
		return &Error{Kind: KindTooManyPix, Format: p.format, Width: w, Height: h}
	}
	return nil
}

// cost sets the memory estimate. Measured factors are in the callers.
func (p *plan) cost(perPixel float64) {
	p.memory = int64(perPixel * float64(p.canvas.Dx()) * float64(p.canvas.Dy()))
}

// pixelBytes is what the standard decoders take for one pixel of a colour model.
// YCbCr and CMYK count as 4 here; JPEG and WebP know better.
func pixelBytes(m color.Model) float64 {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}

// inspectPNG also compares the pixels claimed with the bytes that are there.
func (p *plan) inspectPNG() *Error {
	perPixel, err := p.size(png.DecodeConfig)
	if err != nil {
		return err
	}
	h := scanPNG(p.data)
	if !h.holds(p.canvas.Dx(), p.canvas.Dy()) {
		return p.refuse(KindCut, errClaim)
	}
	p.turn, p.frames = h.turn, h.frames
	if h.interlaced { // each pass is decoded into a picture of its own first
		perPixel *= 2
	}
	p.cost(perPixel)
	return nil
}

// inspectJPEG looks through all markers, not only the first: how long a progressive
// file takes depends on its scans, which no header counts.
func (p *plan) inspectJPEG() *Error {
	if _, err := p.size(jpeg.DecodeConfig); err != nil {
		return err
	}
	h, pixels := scanJPEG(p.data), int64(p.canvas.Dx())*int64(p.canvas.Dy())
	if pixels > jpegPixelsPerByte*int64(len(p.data)) {
		return p.refuse(KindCut, errClaim)
	}
	if int64(h.scans)*pixels > maxScanWork {
		return p.refuse(KindTimeout, errScans)
	}
	p.turn, p.lossy = h.turn, true
	perPixel := h.samples
	if h.progressive { // keeps a 4-byte coefficient for each sample
		perPixel *= 5
	}
	if h.components == 4 { // and an interleaved CMYK copy
		perPixel += 4
	}
	p.cost(perPixel)
	return nil
}

// inspectGIF takes the logical screen for the canvas: decoding the first frame
// never allocates more than it.
func (p *plan) inspectGIF() *Error {
	if _, err := p.size(gif.DecodeConfig); err != nil {
		return err
	}
	p.frames = gifFrames(p.data)
	p.cost(1)
	return nil
}

// inspectWebP checks the first frame and, of an animation, the canvas: they are two
// claims that a file can make apart.
func (p *plan) inspectWebP() *Error {
	h := scanWebP(p.data)
	p.data, p.turn, p.frames, p.lossy, p.studio = h.still, h.turn, h.frames, h.lossy, h.lossy
	if _, err := p.size(webp.DecodeConfig); err != nil {
		return err
	}
	if !h.canvas.Empty() {
		if !p.canvas.Add(h.at).In(h.canvas) {
			return p.refuse(KindCut, errors.New("frame outside its canvas"))
		}
		p.canvas, p.at = h.canvas, h.at
		if err := p.checkEdges(p.canvas.Dx(), p.canvas.Dy()); err != nil {
			return err
		}
	}
	switch {
	case !h.lossy: // the pixels, and a copy while transforms are undone
		p.cost(8)
	case h.alpha: // the alpha plane is unpacked as a lossless picture
		p.cost(7)
	default:
		p.cost(1.5)
	}
	return nil
}

// inspectBMP compares sizes before x/image/bmp allocates the picture that the header
// claims.
func (p *plan) inspectBMP() *Error {
	perPixel, err := p.size(bmp.DecodeConfig)
	if err != nil {
		return err
	}
	// Nothing is compressed in the kinds that are read: at least one bit a pixel,
	// 24 when it is not a palette.
	bits := int64(1)
	if perPixel > 1 {
		bits = 24
	}
	if int64(p.canvas.Dx())*int64(p.canvas.Dy())*bits/8 > int64(len(p.data)) {
		return p.refuse(KindCut, errClaim)
	}
	p.cost(perPixel)
	return nil
}

// inspectTIFF bounds what a strip may become, because x/image/tiff unpacks into
// memory first and looks at the size of the picture afterwards.
func (p *plan) inspectTIFF() *Error {
	h, err := scanTIFF(p.data)
	if err != nil {
		return err
	}
	perPixel, err := p.size(tiff.DecodeConfig)
	if err != nil {
		return err
	}
	w, rows := int64(p.canvas.Dx()), int64(p.canvas.Dy())
	if (w*h.bits+7)/8*rows > h.ratio*int64(len(p.data)) {
		return p.refuse(KindCut, errClaim)
	}
	p.turn, p.frames = h.turn, h.pages
	// A strip is unpacked whole, into a buffer that doubles as it grows.
	strip := min(h.strip, rows) * w * h.bits / 8
	p.cost(perPixel)
	p.memory += 3 * strip
	return nil
}
