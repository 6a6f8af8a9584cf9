package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"testing"

	"golang.org/x/image/tiff"
)

// The TIFFs of care teams are grey, 16 bits deep, and written by programs that each
// have their own habits. The standard encoder has none of them, so they are written
// here (TIFF 6.0).

// greyTIFF is how a grey picture is written.
type greyTIFF struct {
	bits        int  // 1, 8 or 16
	white0      bool // MinIsWhite: 0 is white
	compression int  // 1 none, 5 LZW, 8 deflate, 32773 PackBits
	predictor   bool // differences to the left neighbour
	order       binary.AppendByteOrder
	rows        int // of a strip
}

// encode writes values of so many bits.
func (g greyTIFF) encode(t *testing.T, w, h int, value func(x, y int) int) []byte {
	t.Helper()
	var strips [][]byte
	for top := 0; top < h; top += g.rows {
		var raw []byte
		for y := top; y < min(top+g.rows, h); y++ {
			raw = append(raw, g.row(w, func(x int) int { return value(x, y) })...)
		}
		strips = append(strips, g.pack(t, raw))
	}
	predictor, photometric := 1, 1
	if g.predictor {
		predictor = 2
	}
	if g.white0 {
		photometric = 0
	}
	order := g.order
	out := []byte("II*\x00")
	if order.String() == "BigEndian" {
		out = []byte("MM\x00*")
	}
	at := 8 // of the next strip
	var offsets, counts []int
	for _, s := range strips {
		offsets, counts = append(offsets, at), append(counts, len(s))
		at += len(s)
	}
	lists := at // where the offsets and counts lie that are more than one
	if len(strips) > 1 {
		at += 8 * len(strips)
	}
	out = order.AppendUint32(out, uint32(at))
	out = append(out, slices.Concat(strips...)...)
	first := []uint32{uint32(offsets[0]), uint32(counts[0])}
	if len(strips) > 1 {
		for _, v := range append(offsets, counts...) {
			out = order.AppendUint32(out, uint32(v))
		}
		first = []uint32{uint32(lists), uint32(lists + 4*len(strips))}
	}
	n := uint32(len(strips))
	tags := [][3]uint32{ // tag, count, value
		{256, 1, uint32(w)}, {257, 1, uint32(h)}, {258, 1, uint32(g.bits)}, {259, 1, uint32(g.compression)},
		{262, 1, uint32(photometric)}, {273, n, first[0]}, {277, 1, 1}, {278, 1, uint32(g.rows)}, {279, n, first[1]},
		{317, 1, uint32(predictor)},
	}
	out = order.AppendUint16(out, uint16(len(tags)))
	for _, tag := range tags {
		out = order.AppendUint16(order.AppendUint16(out, uint16(tag[0])), 4) // LONG
		out = order.AppendUint32(order.AppendUint32(out, tag[1]), tag[2])
	}
	return order.AppendUint32(out, 0)
}

// row is one row before it is packed.
func (g greyTIFF) row(w int, value func(x int) int) (raw []byte) {
	if g.bits == 1 {
		raw = make([]byte, (w+7)/8)
		for x := range w {
			raw[x/8] |= byte(value(x) << (7 - x%8))
		}
		return raw
	}
	left := 0
	for x := range w {
		v := value(x)
		d := v
		if g.predictor {
			d, left = v-left, v
		}
		if g.bits == 8 {
			raw = append(raw, byte(d))
		} else {
			raw = g.order.AppendUint16(raw, uint16(d))
		}
	}
	return raw
}

// pack compresses a strip. LZW and PackBits take every byte for itself.
func (g greyTIFF) pack(t *testing.T, raw []byte) []byte {
	t.Helper()
	switch g.compression {
	case 1:
		return raw
	case 8:
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		if _, err := z.Write(raw); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	case 5: // words of nine bits, as long as the table is cleared in time
		var w bitWriter
		var out []byte
		for i, v := range raw {
			if i%200 == 0 {
				w.write(256, 9)
			}
			w.write(int(v), 9)
		}
		w.write(257, 9)
		w.write(0, 7)
		for i := 0; i < len(w.out); i++ { // no zeros behind FF here
			out = append(out, w.out[i])
			if w.out[i] == 0xFF {
				i++
			}
		}
		return out
	case 32773:
		var out []byte
		for chunk := range slices.Chunk(raw, 128) {
			out = append(append(out, byte(len(chunk)-1)), chunk...)
		}
		return out
	}
	t.Fatalf("no compression %d", g.compression)
	return nil
}

// Every way of writing a grey picture is the same picture, and only what uses little
// of its range is stretched.
func TestGreyTIFF(t *testing.T) {
	t.Parallel()
	const w, h = 231, 226
	img := image.NewGray16(image.Rect(0, 0, w, h))
	fillGray16(img, 16)
	for _, bits := range []int{1, 8, 16} {
		full := 1<<bits - 1
		want := image.NewGray16(img.Rect)
		value := func(x, y int) int { return int(img.Gray16At(x, y).Y) >> (16 - bits) }
		for y := range h {
			for x := range w {
				want.SetGray16(x, y, color.Gray16{Y: uint16(value(x, y) * 65535 / full)})
			}
		}
		reference, side := reference(want, 1)
		for _, compression := range []int{1, 5, 8, 32773} {
			for i := range 8 {
				g := greyTIFF{
					bits: bits, compression: compression, order: binary.LittleEndian, rows: 19,
					white0: i&1 > 0, predictor: i&2 > 0 && bits > 1 && (compression == 5 || compression == 8),
				}
				if i&4 > 0 {
					g.order, g.rows = binary.BigEndian, h
				}
				data := g.encode(t, w, h, func(x, y int) int {
					if g.white0 {
						return full - value(x, y)
					}
					return value(x, y)
				})
				im, got := prepared(t, data)
				if db := psnr(t, got, reference, side); db < 50 {
					t.Errorf("%+v: %.1f dB from the reference", g, db)
				}
				if im.Format != TIFF || len(im.Notes) != 0 {
					t.Errorf("%+v: %s with notes %v", g, im.Format, im.Notes)
				}
			}
		}
	}
}

// 12-bit values look the same wherever 16 bits hold them: low, with white as 0, or
// with 32,768 added by a program that knows no signed samples.
func TestNarrowGreyTIFF(t *testing.T) {
	const w, h = 300, 240
	img := image.NewGray16(image.Rect(0, 0, w, h))
	fillGray16(img, 12)
	low := greyTIFF{bits: 16, compression: 5, predictor: true, order: binary.LittleEndian, rows: h}
	white0 := low
	white0.white0 = true
	files := map[string][]byte{
		"low":     low.encode(t, w, h, func(x, y int) int { return int(img.Gray16At(x, y).Y) }),
		"white 0": white0.encode(t, w, h, func(x, y int) int { return 4095 - int(img.Gray16At(x, y).Y) }),
		"moved":   low.encode(t, w, h, func(x, y int) int { return 32768 - 1024 + int(img.Gray16At(x, y).Y) }),
	}
	_, first := prepared(t, files["low"])
	want, side := reference(first, 1)
	for name, data := range files {
		im, got := prepared(t, data)
		if !slices.Equal(im.Notes, []Note{NoteStretched}) {
			t.Errorf("%s: notes %v", name, im.Notes)
		}
		if db := psnr(t, got, want, side); db < 50 {
			t.Errorf("%s: %.1f dB from the low one", name, db)
		}
	}
}

// Colour of one hue spans little and is left as it is.
func TestColourOfOneHueIsNotStretched(t *testing.T) {
	img := image.NewRGBA64(image.Rect(0, 0, 240, 240))
	paint(240, 240, func(x, y int, l, g float64) {
		v := uint16(30_000 + 10_000*l)
		img.SetRGBA64(x, y, color.RGBA64{R: v + 4000, G: v, B: v, A: 65535})
	})
	if im := like(t, encodeTIFF(t, img, tiff.Deflate), img, 1, 50); len(im.Notes) != 0 {
		t.Errorf("notes %v", im.Notes)
	}
}
