package dicom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"runtime"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/jpegll"
)

// errClaim is a picture that its bytes cannot hold.
var errClaim = errors.New("claims more pixels than its bytes can hold")

// jpegFrame unpacks a frame of a JPEG transfer syntax. Which process it is coded by
// is read from the frame itself, as are its size, depth and number of components:
// headers are wrong more often than codecs. But a size beyond what padding to whole
// blocks explains is another picture than the header's, and is refused.
func jpegFrame(ctx context.Context, h Header, data []byte) (*Frame, error) {
	head, err := readJPEGHead(data)
	if err != nil {
		return nil, err
	}
	switch {
	case far(head.width, h.Columns), far(head.height, h.Rows): // Cost counts on it
		return nil, &Error{Kind: KindCut, Err: errors.New("JPEG: another size than the header's")}
	case head.width*head.height > maxPixels:
		return nil, &Error{Kind: KindTooLarge}
	case head.components != 1 && head.components != 3:
		return nil, &Error{Kind: KindUnsupported, What: "unusual number of channels"}
	}
	if head.lossless {
		return losslessFrame(ctx, h, data)
	}
	// A block of 64 samples takes at least one bit, and covers at most 8 blocks' room
	// of pixels where chroma is subsampled.
	if head.width*head.height > 64*8*len(data) {
		return nil, &Error{Kind: KindCut, Err: errClaim}
	}
	img, err := decodeJPEG(ctx, data)
	if err != nil {
		return nil, err
	}
	return lossyFrame(h, head, img)
}

// far says that an edge is more than the rest of a block away from the header's.
func far(got, want int) bool { return got < 1 || got-want >= 8 || want-got >= 8 }

// decodeJPEG is image/jpeg under a context, and without its panics.
func decodeJPEG(ctx context.Context, data []byte) (img image.Image, err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case runtime.Error: // holds indices and lengths, nothing of the file
			img, err = nil, &Error{Kind: KindCut, Err: fmt.Errorf("JPEG decoder panicked: %w", v)}
		default:
			img, err = nil, &Error{Kind: KindCut, Err: errors.New("JPEG decoder panicked")}
		}
	}()
	// The end marker once more: some writers leave it out.
	end := []byte{0xFF, 0xD9}
	img, err = jpeg.Decode(&heard{ctx: ctx, from: io.MultiReader(bytes.NewReader(data), bytes.NewReader(end))})
	// Decoders wrap or replace the error of a reader, so ask the context itself.
	var unsupported jpeg.UnsupportedError
	switch {
	case err == nil:
		return img, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &unsupported):
		return nil, &Error{Kind: KindUnsupported, What: "unusual JPEG", Err: err}
	}
	return nil, &Error{Kind: KindCut, Err: err}
}

// losslessFrame shows the samples as they are coded; colours are not converted.
func losslessFrame(ctx context.Context, h Header, data []byte) (*Frame, error) {
	img, err := jpegll.Decode(ctx, data)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, jpegll.ErrUnsupported):
		return nil, &Error{Kind: KindUnsupported, What: "unusual lossless JPEG", Err: err}
	default:
		return nil, &Error{Kind: KindCut, Err: err}
	}
	size := (img.Precision + 7) / 8
	f := &Frame{
		Width: img.Width, Height: img.Height, Channels: img.Components, Photometric: h.Photometric,
		Bits: min(h.BitsStored, 8*size), Signed: h.Signed,
		layout: layout{bytes: size}, pix: img.Pix,
	}
	switch grey := isGrey(h.Photometric); {
	case f.Channels == 1 && !grey:
		f.Photometric = "MONOCHROME2"
	case f.Channels == 3 && grey:
		f.Photometric = "RGB"
	case f.Photometric == "YBR_FULL_422": // nothing is halved in a lossless frame
		f.Photometric = "YBR_FULL"
	}
	return f, nil
}

// isGrey tells the interpretations of one sample a pixel.
func isGrey(photometric string) bool {
	return photometric == "MONOCHROME1" || photometric == "MONOCHROME2" || photometric == "PALETTE COLOR"
}
