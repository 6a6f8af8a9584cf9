package imaging

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// decode unpacks the picture. The context is heard at each read of at most
// readStep bytes, so that a file that is slow to decode ends with it.
func (p *plan) decode(ctx context.Context) (image.Image, error) {
	unpack := map[Format]func(io.Reader) (image.Image, error){
		PNG: png.Decode, JPEG: jpeg.Decode, GIF: gif.Decode,
		WebP: webp.Decode, BMP: bmp.Decode, TIFF: tiff.Decode,
	}[p.format]
	var img image.Image
	err := guard(func() (err error) {
		img, err = unpack(&reader{ctx: ctx, data: p.data})
		return err
	})
	// Decoders wrap or replace the error of a reader, so ask the context itself.
	switch {
	case err == nil:
		return img, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, p.undecodable(err)
}

// undecodable sorts a decoder's error: a kind of file that it does not know, or a
// file that is cut or damaged.
func (p *plan) undecodable(err error) *Error {
	var (
		j jpeg.UnsupportedError
		n png.UnsupportedError
		t tiff.UnsupportedError
	)
	if errors.As(err, &j) || errors.As(err, &n) || errors.As(err, &t) || errors.Is(err, bmp.ErrUnsupported) {
		return p.refuse(KindUnsupported, err)
	}
	return p.refuse(KindCut, err)
}

// guard runs f and turns a panic into an error: decoders meet files that were made
// to break them.
func guard(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case runtime.Error: // holds indices and lengths, nothing of the file
			err = fmt.Errorf("decoder panicked: %w", v)
		default:
			err = errors.New("decoder panicked")
		}
	}()
	return f()
}

// readStep is how many bytes a decoder gets between two looks at the context.
const readStep = 4096

// reader hands out data until its context ends. It is an io.ReaderAt too, which
// spares x/image/tiff a copy of the file.
type reader struct {
	ctx  context.Context
	data []byte
	off  int
}

// Read gives out at most readStep bytes, however many are asked for.
func (r *reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.off >= len(r.data) {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), readStep)], r.data[r.off:])
	r.off += n
	return n, nil
}

// ReadAt fills b in one go, as io.ReaderAt must: a strip of a TIFF at a time.
func (r *reader) ReadAt(b []byte, off int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if off < 0 || off >= int64(len(r.data)) {
		return 0, io.EOF
	}
	n := copy(b, r.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
