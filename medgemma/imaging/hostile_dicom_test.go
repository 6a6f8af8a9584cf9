package imaging

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// hostileMemory is the most that a hostile file may cost above its own size.
const hostileMemory = 64 << 20

// survives prepares a file that was made to be expensive. Memory is held against the
// limit, time is only told: the machine may be busy.
func survives(t *testing.T, data []byte, v View) ([]Image, error) {
	t.Helper()
	p := NewPreparer(Config{})
	var images []Image
	var refused []error
	begun := time.Now()
	peak := peakHeap(func() { images, refused = p.Prepare(t.Context(), [][]byte{data}, v) })
	t.Logf("%d bytes: %v, %.1f MB above it, %d images, %v", len(data), time.Since(begun).Round(time.Millisecond), float64(peak)/(1<<20), len(images), refused[0])
	if !underRace && peak > hostileMemory {
		t.Errorf("it took %d bytes", peak)
	}
	var e *Error
	if refused[0] != nil && !errors.As(refused[0], &e) || refused[0] == nil && len(images) == 0 {
		t.Errorf("%d images, error %v", len(images), refused[0])
	}
	return images, refused[0]
}

func TestHostileDICOM(t *testing.T) {
	edge := func(rows, columns int) []element {
		return []element{{Tag: 0x0028_0010, VR: "US", Value: rows}, {Tag: 0x0028_0011, VR: "US", Value: columns}}
	}
	one := func(tag uint32, vr string, value any) []element { return []element{{Tag: tag, VR: vr, Value: value}} }
	ct := dicomtest.CT(32, 32)
	rle := ct
	rle.Syntax = dicomtest.RLE
	boxes := make([][4]int, 20_000)
	for i := range boxes {
		boxes[i] = [4]int{i % 9, i % 7, 20, 20}
	}
	jpg := func(stream []byte) dicomtest.Phantom {
		return dicomtest.Phantom{Modality: "XC", Rows: 6000, Columns: 6000, Allocated: 8, Syntax: dicomtest.JPEGBaseline, Compressed: [][]byte{stream}}
	}
	palette := dicomtest.Phantom{Modality: "US", Photometric: "PALETTE COLOR", Allocated: 8, Rows: 32, Columns: 32}
	elements := bytes.Repeat([]byte("\x09\x00\x01\x10UN\x00\x00\x00\x00\x00\x00"), 1<<20)
	whole := with(t, ct)
	head := whole[:bytes.Index(whole, []byte("\x28\x00\x02\x00US"))]
	for name, data := range map[string][]byte{
		"60000 x 60000":      with(t, ct, edge(60_000, 60_000)...),
		"6000 x 6000":        with(t, ct, edge(6000, 6000)...),
		"RLE 6000 x 6000":    with(t, rle, edge(6000, 6000)...),
		"frames":             with(t, ct, one(0x0028_0008, "IS", "2147483647")...),
		"65536 frames":       with(t, ct, one(0x0028_0008, "IS", "65536")...),
		"RLE frames":         with(t, rle, one(0x0028_0008, "IS", "65536")...),
		"deflate bomb":       deflateBomb(t, 512<<20),
		"nested sequences":   slices.Concat(head, bytes.Repeat([]byte("\x28\x00\x10\x91SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"), 50_000)),
		"regions":            with(t, palette, regions(boxes...)),
		"JPEG of scans":      jpg(emptyScansJPEG(6000, 6000, 400)).Bytes(t),
		"JPEG of 144 MP":     jpg(emptyScansJPEG(12_000, 12_000, 1)).Bytes(t),
		"modality LUT":       with(t, ct, lutOf(0x0028_3000)),
		"VOI LUT":            with(t, dicomtest.Phantom{Modality: "DX", Stored: 12}, lutOf(0x0028_3010)),
		"palette":            with(t, palette, one(0x0028_1101, "US", []int{0, 0, 16})...),
		"palette of 8":       with(t, palette, one(0x0028_1201, "OW", []byte{1, 2})...),
		"2^20 elements":      slices.Concat(head, elements),
		"endless element":    slices.Concat(head, []byte("\x28\x00\x00\x30SQ\x00\x00\xff\xff\xff\xff"), bytes.Repeat([]byte("\xfe\xff\x00\xe0\xff\xff\xff\xff"), 1<<18)),
		"long element":       slices.Concat(head, []byte("\x28\x00\x01\x00UN\x00\x00\xfe\xff\xff\xff"), whole[len(head):]),
		"fragments":          dicomtest.Phantom{Modality: "US", Syntax: dicomtest.RLE, Allocated: 8, Frames: 60_000, Compressed: make([][]byte, 60_000)}.Bytes(t),
		"window of nothing":  with(t, dicomtest.Phantom{Modality: "MG", Stored: 12}, element{Tag: 0x0028_1050, VR: "DS", Value: "1e308"}, element{Tag: 0x0028_1051, VR: "DS", Value: "1e308"}),
		"slope of infinity":  with(t, dicomtest.Phantom{Modality: "MR", Stored: 12}, element{Tag: 0x0028_1053, VR: "DS", Value: "1e308"}, element{Tag: 0x0028_1052, VR: "DS", Value: "-1e308"}),
		"places of infinity": with(t, ct, element{Tag: 0x0020_0032, VR: "DS", Value: "1e308\\1e308\\1e308"}, element{Tag: 0x0020_0037, VR: "DS", Value: "1\\0\\0\\0\\1\\0"}),
	} {
		t.Run(name, func(t *testing.T) {
			images, err := survives(t, data, View{Slices: 16})
			if err != nil && strings.Contains(err.Error(), "DOE") {
				t.Errorf("the error holds text of the file: %v", err)
			}
			for _, im := range images {
				for _, s := range im.Slices {
					pixels(t, s)
				}
			}
		})
	}
}

// lutOf is a table that claims 65,536 entries and has two.
func lutOf(tag uint32) element {
	return element{Tag: tag, VR: "SQ", Value: dicomtest.Sequence{Items: [][]element{{
		{Tag: 0x0028_3002, VR: "US", Value: []int{0, 0, 16}}, {Tag: 0x0028_3006, VR: "OW", Value: []byte{1, 2, 3, 4}},
	}}}}
}

// deflateBomb is a deflated DICOM file of so many zeros.
func deflateBomb(t *testing.T, size int) []byte {
	t.Helper()
	p := dicomtest.CT(32, 32)
	p.Syntax = dicomtest.Deflated
	f := p.File(t)
	f.Elements = nil
	head := f.Bytes(t) // an empty data set: the end of the file is its deflated nothing
	at := bytes.LastIndex(head, []byte(dicomtest.Deflated)) + len(dicomtest.Deflated)
	long := binary.LittleEndian.AppendUint32([]byte("\xe0\x7f\x10\x00OB\x00\x00"), uint32(size))
	return slices.Concat(head[:at], deflatedZeros(t, long, size))
}

// deflatedZeros is a beginning and so many zeros.
func deflatedZeros(t *testing.T, beginning []byte, size int) []byte {
	t.Helper()
	return deflatedAgain(t, beginning, make([]byte, 1<<20), size>>20)
}

// deflatedAgain is a beginning and n times a part, which is packed once, in a block
// that needs nothing before it.
func deflatedAgain(t *testing.T, beginning, again []byte, n int) []byte {
	t.Helper()
	var out, block bytes.Buffer
	for _, part := range []struct {
		to   *bytes.Buffer
		data []byte
	}{{&out, beginning}, {&block, again}} {
		w, err := flate.NewWriter(part.to, flate.DefaultCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(part.data); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	for range n {
		out.Write(block.Bytes())
	}
	return append(out.Bytes(), 0x03, 0x00) // the last, empty block
}
