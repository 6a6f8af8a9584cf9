package imaging

import (
	"bytes"
	"context"
	"errors"
	"image"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

func TestRefusals(t *testing.T) {
	grey := gray(300, 200)
	bigTIFF := []byte("II+\x00\x08\x00\x00\x00" + strings.Repeat("\x00", 64))
	twelveBit := blockJPEG(64, 64, []byte{0x11}, noMarker, func(c, x, y int) int { return 99 })
	twelveBit[bytes.Index(twelveBit, []byte("\xff\xc0"))+4] = 12
	noAdobe := blockJPEG(64, 64, []byte{0x11, 0x11, 0x11, 0x11}, noMarker, func(c, x, y int) int { return 99 })
	lossless := bytes.Replace(twelveBit, []byte("\xff\xc0"), []byte("\xff\xc3"), 1)
	runLength := encodeBMP(t, grey)
	runLength[30] = 1
	for name, tc := range map[string]struct {
		data   []byte
		kind   Kind
		format Format
	}{
		"empty":            {nil, KindEmpty, Unknown},
		"sign-in page":     {[]byte("\n<!DOCTYPE html><html><title>Sign in</title>"), KindHTML, HTML},
		"text":             {[]byte(secret), KindUnsupported, Text},
		"DICOM":            {[]byte(strings.Repeat("\x00", 128) + "DICM\x02\x00"), KindCut, DICOM},
		"large":            {append(makePNG(t, grey), make([]byte, MaxFileBytes)...), KindTooLarge, PNG},
		"BigTIFF":          {bigTIFF, KindUnsupported, TIFF},
		"12-bit JPEG":      {twelveBit, KindUnsupported, JPEG},
		"lossless JPEG":    {lossless, KindUnsupported, JPEG},
		"CMYK of no maker": {noAdobe, KindUnsupported, JPEG},
		"packed BMP":       {runLength, KindUnsupported, BMP},
		"only a signature": {[]byte("\x89PNG\r\n\x1a\n"), KindCut, PNG},
		"PNG as text":      {[]byte("\x89PNG\n\x1a\n" + secret), KindCut, PNG},
	} {
		t.Run(name, func(t *testing.T) {
			e := refused(t, tc.data, tc.kind)
			if e.Format != tc.format {
				t.Errorf("format %s, want %s", e.Format, tc.format)
			}
			if strings.Contains(e.Error(), "DOE") {
				t.Errorf("the error holds text of the file: %v", e)
			}
		})
	}
}

// Too large is said of a file that would be read; a large file of another kind is
// refused for what it is.
func TestLargeUnsupported(t *testing.T) {
	data := make([]byte, MaxFileBytes+1)
	copy(data, "%PDF-")
	refused(t, data, KindUnsupported)
}

// A file that ends too early, wherever, is refused and never shown in part. The
// few bytes at the end that hold no pixels may be missing.
func TestCutFiles(t *testing.T) {
	grey, colour := gray(320, 240), photo(320, 240)
	for name, file := range map[string]struct {
		data []byte
		tail int // bytes that may be missing
	}{
		"PNG":       {makePNG(t, colour), 0},
		"JPEG":      {makeJPEG(t, colour, 85), 0},
		"GIF":       {encodeGIF(t, palettedGray(320, 240)), 2},
		"WebP":      {riff(flatWebP(grey)), 2},
		"BMP":       {encodeBMP(t, colour), 0},
		"TIFF":      {encodeTIFF(t, colour, tiff.Uncompressed), 30},
		"TIFF zlib": {encodeTIFF(t, grey, tiff.Deflate), 30},
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{20, 40, 200, len(file.data) / 3, len(file.data) * 6 / 10, len(file.data) - file.tail - 1} {
				images, err := Prepare(context.Background(), file.data[:n])
				var e *Error
				if !errors.As(err, &e) || e.Kind != KindCut || images != nil {
					t.Errorf("cut after %d of %d bytes: %d images, %v", n, len(file.data), len(images), err)
				}
			}
		})
	}
}

// A damaged middle gives a picture or a refusal, and never another error.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	colour := photo(120, 90)
	for name, data := range map[string][]byte{
		"PNG": makePNG(t, colour), "JPEG": makeJPEG(t, colour, 85), "GIF": encodeGIF(t, palettedGray(90, 50)),
		"WebP": riff(flatWebP(gray(60, 60))), "TIFF": encodeTIFF(t, colour, tiff.Deflate), "BMP": encodeBMP(t, colour),
	} {
		t.Run(name, func(t *testing.T) {
			steps := 100
			if underRace {
				steps = 20
			}
			for at := 0; at < len(data); at += 1 + len(data)/steps {
				bad := bytes.Clone(data)
				bad[at] ^= 0xff
				var e *Error
				if _, err := Prepare(context.Background(), bad); err != nil && !errors.As(err, &e) {
					t.Errorf("byte %d: %v is no *Error", at, err)
				}
			}
		})
	}
}

// A panic inside a decoder is a damaged file, and says nothing of its content.
func TestGuard(t *testing.T) {
	var none []int
	err := guard(func() error { _ = none[len(secret)]; return nil })
	if err == nil || !strings.Contains(err.Error(), "out of range") {
		t.Errorf("a runtime panic became %v", err)
	}
	err = guard(func() error { panic(secret) })
	if err == nil || strings.Contains(err.Error(), "DOE") {
		t.Errorf("a panic with a value became %v", err)
	}
	if err := guard(func() error { return nil }); err != nil {
		t.Error(err)
	}
}

// square refuses a picture type that no decoder makes today instead of panicking.
func TestUnknownPictureType(t *testing.T) {
	p := plan{format: PNG, canvas: image.Rect(0, 0, 4, 4), turn: 1, frames: 1}
	_, _, err := p.square(image.NewAlpha(p.canvas))
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindUnsupported {
		t.Errorf("error %v", err)
	}
}
