package imaging

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Files made to be expensive are refused by their headers: what that allocates is
// measured, because time on a shared machine is not.
func TestHostileFiles(t *testing.T) {
	zeros := func(n int) string {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		if _, err := w.Write(make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, tc := range map[string]struct {
		data []byte
		kind Kind
	}{
		"liar PNG":         {rawPNG(60_000, 60_000, 8, 2, zeros(100)), KindTooManyPix},
		"PNG 50000":        {rawPNG(50_000, 50_000, 1, 0, zeros(1<<20)), KindTooManyPix},
		"PNG RGBA16":       {rawPNG(20_000, 20_000, 16, 6, zeros(1<<20)), KindTooManyPix},
		"long PNG":         {rawPNG(MaxEdge+1, 1, 8, 0, zeros(40_000)), KindTooManyPix},
		"allowed liar PNG": {rawPNG(6000, 6000, 16, 6, zeros(100)), KindCut},
		"WebP 16000":       {riff(chunk("VP8L", vp8lHeader(16_000, 16_000)+"\x88\x88\x08\x00")), KindTooManyPix},
		"WebP canvas":      {riff(chunk("VP8X", "\x10\x00\x00\x00"+int24(1<<24-1)+int24(99))), KindTooManyPix},
		"GIF 65535":        {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00;"), KindTooManyPix},
		"BMP liar":         {bmpHeader(6000, 6000, 24), KindCut},
		"BMP 60000":        {bmpHeader(60_000, 60_000, 1), KindTooManyPix},
		"TIFF 30000":       {rawTIFF(30_000, 30_000, 1), KindTooManyPix},
		"TIFF liar":        {rawTIFF(6000, 6000, 1), KindCut},
		"TIFF zlib liar":   {rawTIFF(6000, 6000, 8), KindCut},
		"JPEG 12000":       {emptyScansJPEG(12_000, 12_000, 1), KindTooManyPix},
		"JPEG liar":        {[]byte("\xff\xd8" + jpegTables() + jpegFrame(0xc2, 6000, 6000, []byte{0x11}) + "\xff\xd9"), KindCut},
		"JPEG of scans":    {emptyScansJPEG(6000, 6000, 400), KindTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			allocated := totalAlloc(func() { refused(t, tc.data, tc.kind) })
			if allocated > 1<<20 {
				t.Errorf("refusing it allocated %d bytes", allocated)
			}
		})
	}
}

// Text that would unpack to many megabytes is not part of the picture and is not unpacked.
func TestTextBomb(t *testing.T) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	for range 24 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data := withChunk(makePNG(t, gray(50, 50)), "zTXt", "x\x00\x00"+b.String())
	if allocated := totalAlloc(func() { prepared(t, data) }); allocated > 8<<20 {
		t.Errorf("allocated %d bytes", allocated)
	}
}

func totalAlloc(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A decoder hears the end of its time between two reads: here it has a dozen looks
// at the clock, and the file would take it twice as many.
func TestDecodingEndsWithItsTime(t *testing.T) {
	data := emptyScansJPEG(400, 300, 10_000)
	p, refusal := inspect(data)
	if refusal != nil {
		t.Fatal(refusal)
	}
	if len(data) < 25*readStep {
		t.Fatalf("%d bytes are too few for the test", len(data))
	}
	ctx := &countdown{Context: context.Background(), looks: 12}
	if _, err := p.decode(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("decoding ended with %v", err)
	}
	if ctx.looks < -3 {
		t.Errorf("the decoder went on for %d looks", -ctx.looks)
	}
	spent := newPurse(0)
	spent.left.Store(1)
	_, err := NewPreparer(Config{}).picture(t.Context(), data, spent)
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindTimeout {
		t.Errorf("out of time: %v, want KindTimeout", err)
	}
}

// countdown ends after so many looks.
type countdown struct {
	context.Context
	looks int
}

func (c *countdown) Err() error {
	if c.looks--; c.looks < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// The caller's own end is not the file's fault, and is told apart.
func TestCallerEnds(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	for _, ctx := range []context.Context{canceled, late} {
		_, err := Prepare(ctx, makePNG(t, gray(50, 50)))
		var e *Error
		if !errors.Is(err, ctx.Err()) || errors.As(err, &e) {
			t.Errorf("%v, want only %v", err, ctx.Err())
		}
	}
}

func rawPNG(w, h uint32, depth, colorType byte, packed string) []byte {
	be := binary.BigEndian
	head := append(be.AppendUint32(be.AppendUint32(nil, w), h), depth, colorType, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, c := range []struct{ name, body string }{{"IHDR", string(head)}, {"IDAT", packed}, {"IEND", ""}} {
		out = be.AppendUint32(out, uint32(len(c.body)))
		out = append(out, c.name+c.body...)
		out = be.AppendUint32(out, crc32.ChecksumIEEE([]byte(c.name+c.body)))
	}
	return out
}

func vp8lHeader(w, h uint32) string {
	return "\x2f" + string(binary.LittleEndian.AppendUint32(nil, w-1|(h-1)<<14))
}

func bmpHeader(w, h uint32, bits uint16) []byte {
	le := binary.LittleEndian
	palette := 0
	if bits == 1 {
		palette = 8
	}
	b := append([]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00"), byte(54+palette), 0, 0, 0, 40, 0, 0, 0)
	b = le.AppendUint32(le.AppendUint32(b, w), h)
	b = le.AppendUint16(le.AppendUint16(b, 1), bits)
	return append(b, make([]byte, 24+palette)...)
}

// rawTIFF is a grey picture in one strip of a few bytes.
func rawTIFF(w, h uint32, compression uint32) []byte {
	le := binary.LittleEndian
	b := []byte("II*\x00\x08\x00\x00\x00\x08\x00")
	for _, e := range [][2]uint32{
		{256, w}, {257, h}, {tagBits, 8}, {tagCompression, compression},
		{tagPhotometric, 1}, {273, 110}, {tagRowsPerStrip, h}, {279, 20},
	} {
		b = le.AppendUint16(le.AppendUint16(b, uint16(e[0])), 4)
		b = le.AppendUint32(le.AppendUint32(b, 1), e[1])
	}
	return append(b, strings.Repeat("\x00", 40)...)
}

// JPEGs that many cameras and viewers write stay within the bound on scans.
func TestOrdinaryProgressiveIsAllowed(t *testing.T) {
	im, _ := prepared(t, emptyScansJPEG(3000, 2000, 12))
	if im.Width != 3000 || !slices.Equal(im.Notes, nil) {
		t.Errorf("%d wide, notes %v", im.Width, im.Notes)
	}
}
