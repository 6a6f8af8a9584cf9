package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"

	"github.com/medbuddy/medbuddy/medgemma/imaging/jpeg444"
)

// The MIME types of a prepared picture.
const (
	mimePNG  = "image/png"
	mimeJPEG = "image/jpeg"
)

// qualities are tried in turn until a JPEG fits. 95 is what MedGemma's own server
// uses, and lies 45 to 52 dB from the lossless square; even noise fits with the
// last one.
var qualities = []int{95, 90, 80, 60, 40}

// A small picture from a lossy source goes out as PNG too when that is cheap. A
// second lossy coding costs it most: the colour of its border runs into the
// padding (28 dB on a 64-pixel square), and each of its pixels counts for more.
const (
	smallSide  = 512
	smallBytes = 256 << 10
)

// encode writes the square. A picture that has never been through a lossy codec
// goes out as PNG when that fits; one that has goes out as JPEG: PNG would be
// three to five times larger to keep what the first codec made up.
func encode(img image.Image, lossy bool) (data []byte, mime string, err error) {
	limit := MaxOutBytes
	if lossy {
		limit = smallBytes
	}
	if !lossy || img.Bounds().Dx() <= smallSide {
		data, err := encodePNG(img, limit)
		if err != nil || data != nil {
			return data, mimePNG, err
		}
	}
	for _, q := range qualities {
		data, err := encodeJPEG(img, q, lossy)
		if err != nil || len(data) <= MaxOutBytes {
			return data, mimeJPEG, err
		}
	}
	return nil, "", errors.New("encoding: larger than MaxOutBytes at the lowest quality")
}

// encodePNG returns nil when the result is over a limit.
func encodePNG(img image.Image, limit int) ([]byte, error) {
	if planes, ok := img.(*image.YCbCr); ok {
		img = toRGBA(planes)
	}
	// The fast level costs a tenth more bytes and takes half the time; the slow one
	// is tried where that tenth may decide.
	for _, level := range []png.CompressionLevel{png.BestSpeed, png.DefaultCompression} {
		var out bytes.Buffer
		e := png.Encoder{CompressionLevel: level}
		if err := e.Encode(&out, img); err != nil {
			return nil, fmt.Errorf("encoding PNG: %w", err)
		}
		if out.Len() <= limit {
			return out.Bytes(), nil
		}
		if out.Len() > limit*5/4 {
			break
		}
	}
	return nil, nil
}

func toRGBA(planes *image.YCbCr) *image.RGBA {
	rgb := image.NewRGBA(planes.Rect)
	draw.Draw(rgb, rgb.Rect, planes, image.Point{}, draw.Src)
	return rgb
}

// encodeJPEG writes baseline JPEG: one plane for grey; colour as 4:2:0 where that
// halves what a codec has halved before, else as 4:4:4. Colour that never went
// through a lossy codec may be no natural colour at all: CT in three windows has a
// measurement in each channel.
func encodeJPEG(img image.Image, quality int, halved bool) ([]byte, error) {
	if rgb, ok := img.(*image.RGBA); ok && !halved {
		return jpeg444.Encode(rgb, quality), nil
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encoding JPEG: %w", err)
	}
	return out.Bytes(), nil
}

// ToJPEG encodes a prepared picture again as JPEG, for a request that would be
// over its limit. quality is 1 to 100. It takes what Prepare made, PNG or JPEG of
// at most Side pixels an edge, and refuses anything else.
func ToJPEG(data []byte, quality int) ([]byte, error) {
	if quality < 1 || quality > 100 {
		return nil, fmt.Errorf("encoding JPEG: quality %d is not within 1 to 100", quality)
	}
	size, decode := png.DecodeConfig, png.Decode
	switch Sniff(data) {
	case PNG:
	case JPEG:
		size, decode = jpeg.DecodeConfig, jpeg.Decode
	default:
		return nil, errors.New("encoding JPEG: not a prepared picture")
	}
	// The same order as everywhere here: the size first, then the pixels.
	c, err := size(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading prepared picture: %w", err)
	}
	if c.Width > Side || c.Height > Side {
		return nil, errors.New("encoding JPEG: not a prepared picture")
	}
	img, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading prepared picture: %w", err)
	}
	if planes, ok := img.(*image.YCbCr); ok && planes.SubsampleRatio == image.YCbCrSubsampleRatio444 {
		img = toRGBA(planes)
	}
	return encodeJPEG(img, quality, false)
}
