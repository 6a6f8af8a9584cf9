package imaging

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"testing"

	"golang.org/x/image/tiff"
)

// Every orientation comes out as the reference turns it, from each format that can
// carry one, in both byte orders, whether scaled or not.
func TestEightOrientations(t *testing.T) {
	t.Parallel()
	for turn := 1; turn <= 8; turn++ {
		t.Run(fmt.Sprint(turn), func(t *testing.T) {
			for _, size := range []image.Point{{64, 47}, {899, 301}} {
				if underRace && size.X > 64 {
					break
				}
				img := photo(size.X, size.Y)
				order := binary.AppendByteOrder(binary.LittleEndian)
				if turn%2 == 0 {
					order = binary.BigEndian
				}
				wantW, wantH := size.X, size.Y
				if turn >= 5 {
					wantW, wantH = wantH, wantW
				}
				upright := func(im Image) {
					t.Helper()
					if im.Width != wantW || im.Height != wantH {
						t.Errorf("upright size %d x %d, want %d x %d", im.Width, im.Height, wantW, wantH)
					}
				}
				// What is scaled is turned afterwards: one format each will do.
				small := size.X <= Side
				if small || turn%4 < 2 {
					jpg := withExif(makeJPEG(t, img, 95), exif(order, turn))
					upright(like(t, jpg, decodeJPEG(t, jpg), turn, 40))
				}
				if small || turn%4 >= 2 {
					want, side := reference(img, turn)
					upright(near(t, withChunk(makePNG(t, img), "eXIf", exif(order, turn)), want, side, 50))
					if small {
						upright(near(t, withOrientation(encodeTIFF(t, img, tiff.Uncompressed), turn), want, side, 50))
					}
				}
			}
			grey := gray(31, 60)
			webp := extendedWebP(flatWebP(grey), grey.Rect.Dx(), grey.Rect.Dy(), exif(binary.LittleEndian, turn))
			like(t, webp, grey, turn, 50)
		})
	}
}

// A damaged or senseless Exif block never costs the picture.
func TestBadExifMeansUpright(t *testing.T) {
	img := gray(90, 50)
	good := exif(binary.LittleEndian, 6)
	loop := []byte(good)
	binary.LittleEndian.PutUint32(loop[4:], 0xfffffff0)
	for name, block := range map[string]string{
		"empty":       "",
		"cut":         good[:20],
		"far":         string(loop),
		"orientation": exif(binary.BigEndian, 9),
		"zero":        exif(binary.BigEndian, 0),
		"noise":       "II*\x00\x08\x00\x00\x00\xff\xff" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			like(t, withChunk(makePNG(t, img), "eXIf", block), img, 1, 50)
			jpg := withExif(makeJPEG(t, img, 95), block)
			like(t, jpg, decodeJPEG(t, jpg), 1, 40)
		})
	}
}

func withExif(jpg []byte, block string) []byte {
	return append([]byte("\xff\xd8"+segment(0xe1, "Exif\x00\x00"+block)), jpg[2:]...)
}

// withChunk puts a chunk after the header of a PNG.
func withChunk(png []byte, name, body string) []byte {
	const head = 8 + 25
	out := bytes.Clone(png[:head])
	out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, name+body...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(name+body)))
	return append(out, png[head:]...)
}

// withOrientation adds tag 274 to a TIFF that x/image/tiff wrote: its directory is
// at the end, sorted, and refers to values before it.
func withOrientation(file []byte, turn int) []byte {
	le := binary.LittleEndian
	at := int(le.Uint32(file[4:]))
	n := int(le.Uint16(file[at:]))
	entry := le.AppendUint16(nil, 274)
	entry = le.AppendUint16(entry, 3)
	entry = le.AppendUint32(entry, 1)
	entry = le.AppendUint32(entry, uint32(turn))
	entries := file[at+2 : at+2+12*n]
	k := 0
	for k < n && le.Uint16(entries[12*k:]) < 274 {
		k++
	}
	// The values that lie behind the directory keep their offsets in a copy of it
	// that goes to the very end.
	out := bytes.Clone(file)
	le.PutUint32(out[4:], uint32(len(out)))
	out = le.AppendUint16(out, uint16(n+1))
	out = append(out, entries[:12*k]...)
	out = append(out, entry...)
	out = append(out, entries[12*k:]...)
	return le.AppendUint32(out, 0)
}

// flatWebP writes a lossless WebP chunk (VP8L) of a grey picture with a plain code
// of 8 bits for each green value and no transform but "subtract green", which
// turns green alone into grey.
func flatWebP(img *image.Gray) string {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	var b lsbWriter
	b.write(0x2f, 8)
	b.write(uint32(w-1), 14)
	b.write(uint32(h-1), 14)
	b.write(0, 4) // no alpha, version 0
	b.write(1, 1) // a transform:
	b.write(2, 2) // subtract green
	b.write(0, 1) // no more
	b.write(0, 1) // no colour cache
	b.write(0, 1) // one group of codes
	// Green: a normal code in which the lengths of symbols 0 to 255 are 8 and of the
	// rest 0. The lengths themselves are coded with one bit: 0 for "0", 1 for "8".
	b.write(0, 1)
	b.write(12-4, 4) // code lengths given for 17 18 0 1 2 3 4 5 16 6 7 8
	for _, n := range []uint32{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1} {
		b.write(n, 3)
	}
	b.write(0, 1) // all 280 follow
	for s := range 280 {
		b.write(map[bool]uint32{true: 1, false: 0}[s < 256], 1)
	}
	for _, only := range []uint32{0, 0, 255, 0} { // red, blue, alpha, distance: one symbol
		b.write(1, 1) // a simple code
		b.write(0, 1) // of one symbol
		b.write(1, 1) // of 8 bits
		b.write(only, 8)
	}
	for y := range h {
		for x := range w {
			v := uint32(img.GrayAt(x, y).Y)
			for k := 7; k >= 0; k-- { // words come most significant bit first
				b.write(v>>k&1, 1)
			}
		}
	}
	return chunk("VP8L", string(b.close()))
}

func chunk(name, body string) string {
	out := name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
	if len(body)%2 == 1 {
		out += "\x00"
	}
	return out
}

func riff(chunks string) []byte { return []byte(chunk("RIFF", "WEBP"+chunks)) }

func int24(v int) string { return string([]byte{byte(v), byte(v >> 8), byte(v >> 16)}) }

// extendedWebP wraps a still with an Exif chunk behind it.
func extendedWebP(still string, w, h int, block string) []byte {
	return riff(chunk("VP8X", "\x08\x00\x00\x00"+int24(w-1)+int24(h-1)) + still + chunk("EXIF", block))
}

type lsbWriter struct {
	out  []byte
	acc  uint64
	have int
}

func (b *lsbWriter) write(v uint32, n int) {
	b.acc |= uint64(v) << b.have
	for b.have += n; b.have >= 8; b.have -= 8 {
		b.out = append(b.out, byte(b.acc))
		b.acc >>= 8
	}
}

func (b *lsbWriter) close() []byte {
	b.write(0, 7)
	return b.out
}

func TestFlatWebPHelper(t *testing.T) {
	grey := gray(40, 30)
	_, img := prepared(t, riff(flatWebP(grey)))
	if got, want := img.At(7, 12), (color.Gray{Y: grey.GrayAt(7, 7).Y}); got != want { // 5 rows of padding
		t.Errorf("pixel is %v, want %v", got, want)
	}
}
