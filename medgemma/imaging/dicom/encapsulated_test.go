package dicom

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// streams are n made-up JPEG streams of different lengths, without pixels.
func streams(n int) (all [][]byte) {
	for i := range n {
		s := append([]byte{0xFF, 0xD8}, bytes.Repeat([]byte{byte(i)}, 40+7*i)...)
		all = append(all, append(s, 0xFF, 0xD9))
	}
	return all
}

func TestFramesAreFoundAmongFragments(t *testing.T) {
	frames := streams(4)
	long := dicomtest.Element{Tag: 0x7FE0_0001, VR: "OV"}
	at := 0
	for _, f := range frames {
		long.Value = binary.LittleEndian.AppendUint64(bytesOf(long.Value), uint64(at))
		padded := (len(f) + 1) &^ 1
		at += padded + 3*8
	}
	for _, c := range []struct {
		name string
		p    dicomtest.Phantom
	}{
		{"offset table, one fragment each", dicomtest.Phantom{}},
		{"offset table, three fragments each", dicomtest.Phantom{Pieces: 3}},
		{"empty table, one fragment each", dicomtest.Phantom{NoOffsets: true}},
		{"empty table, ends of images", dicomtest.Phantom{NoOffsets: true, Pieces: 3}},
		{"extended offset table", dicomtest.Phantom{NoOffsets: true, Pieces: 3, Extra: []dicomtest.Element{long}}},
	} {
		c.p.Syntax, c.p.Allocated, c.p.Frames, c.p.Compressed = dicomtest.JPEGBaseline, 8, 4, frames
		f := opened(t, c.p.Bytes(t))
		if f.Frames != 4 {
			t.Errorf("%s: %d frames, want 4", c.name, f.Frames)
			continue
		}
		for i, want := range frames {
			got, err := f.encapsulated(i)
			if err != nil {
				t.Fatal(err)
			}
			if pad := len(got) - len(want); pad < 0 || pad > 1 || !bytes.Equal(got[:len(want)], want) {
				t.Errorf("%s: frame %d is %d bytes, want the %d that were written", c.name, i, len(got), len(want))
			}
		}
	}
}

func bytesOf(v any) []byte {
	b, _ := v.([]byte)
	return b
}

func TestWrongOffsetTables(t *testing.T) {
	frames := streams(3)
	p := dicomtest.Phantom{Syntax: dicomtest.JPEGBaseline, Allocated: 8, Frames: 3, Compressed: frames}
	for name, offsets := range map[string][]uint32{
		"zeros":      {0, 0, 0},
		"beyond":     {0, 1 << 20, 1 << 31},
		"descending": {200, 100, 0},
		"between":    {0, 13, 27},
		"too many":   {0, 1, 2, 3, 4, 5},
	} {
		file := p.File(t)
		fragments := dicomtest.Fragments{Offsets: offsets}
		for _, f := range frames {
			fragments.Data = append(fragments.Data, f[:len(f)&^1])
		}
		file.Elements = append(file.Elements, dicomtest.Element{Tag: 0x7FE0_0010, VR: "OB", Value: fragments})
		f := opened(t, file.Bytes(t))
		if want := [][2]int{{0, 1}, {1, 2}, {2, 3}}; !slices.Equal(f.pixels.frames, want) {
			t.Errorf("%s: frames %v, want one fragment each", name, f.pixels.frames)
		}
	}
}

// rleFrame is a frame of RLE by hand: its segments' bytes as they are.
func rleFrame(segments ...[]byte) []byte {
	out := make([]byte, 64)
	binary.LittleEndian.PutUint32(out, uint32(len(segments)))
	for i, s := range segments {
		if i < 15 {
			binary.LittleEndian.PutUint32(out[4+4*i:], uint32(len(out)))
		}
		out = append(out, s...)
	}
	return out
}

// rle8 is a file of one 8-bit frame of the given edges.
func rle8(t testing.TB, rows, columns int, frame []byte) *File {
	t.Helper()
	return opened(t, dicomtest.Phantom{
		Syntax: dicomtest.RLE, Allocated: 8, Rows: rows, Columns: columns, Compressed: [][]byte{frame},
	}.Bytes(t))
}

func TestRLEByHand(t *testing.T) {
	// PS3.5 G.3.2: a run of 3, a no-operation, 2 as they are, a run of 128, one more.
	f := rle8(t, 2, 67, rleFrame([]byte{254, 7, 128, 1, 8, 9, 129, 5, 0, 6}))
	want := slices.Concat([]int{7, 7, 7, 8, 9}, slices.Repeat([]int{5}, 128), []int{6})
	if got := samplesOf(t, f, 0); !slices.Equal(got, want) {
		t.Errorf("unpacked %v, want %v", got, want)
	}
}

func TestRunsAcrossTheEnd(t *testing.T) {
	for name, segment := range map[string][]byte{
		"a run":  {129, 5},
		"as is":  append([]byte{63}, slices.Repeat([]byte{5}, 64)...),
		"padded": {193 + 16, 5, 193 + 16, 5, 0, 0, 0, 0},
	} {
		if got := samplesOf(t, rle8(t, 4, 8, rleFrame(segment)), 0); !slices.Equal(got, slices.Repeat([]int{5}, 32)) {
			t.Errorf("%s: unpacked %v", name, got)
		}
	}
}

func TestWrongRLE(t *testing.T) {
	header := func(words ...uint32) []byte {
		out := make([]byte, 64)
		for i, w := range words {
			binary.LittleEndian.PutUint32(out[4*i:], w)
		}
		return append(out, 193, 5)
	}
	for name, frame := range map[string][]byte{
		"no header":           {1, 0, 0, 0},
		"no segment":          header(0),
		"two segments":        rleFrame([]byte{129, 5}, []byte{129, 5}),
		"many segments":       header(1<<31, 64),
		"segment in header":   header(1, 0),
		"segment at the end":  header(1, 1<<20),
		"segment too short":   rleFrame([]byte{250, 5}),
		"ends in a run":       rleFrame([]byte{254, 5, 250}),
		"ends in what is not": rleFrame([]byte{254, 5, 20, 1, 2}),
		"no-operations":       rleFrame(slices.Repeat([]byte{128}, 4000)),
	} {
		_, err := rle8(t, 4, 8, frame).Frame(t.Context(), 0)
		refused(t, name, err, KindCut, "")
	}
	_, err := rle8(t, 20_000, 2000, rleFrame([]byte{129, 5})).Frame(t.Context(), 0)
	refused(t, "far too short", err, KindCut, "")
}

func TestTheContextIsHeard(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, syntax := range []string{dicomtest.ExplicitLE, dicomtest.RLE} {
		if _, err := opened(t, dicomtest.Phantom{Syntax: syntax}.Bytes(t)).Frame(ctx, 0); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want the context's", syntax, err)
		}
	}
}

func TestFramesThatAreNotThere(t *testing.T) {
	f := opened(t, dicomtest.Phantom{Frames: 2}.Bytes(t))
	for _, i := range []int{-1, 2, 1 << 40} {
		_, err := f.Frame(t.Context(), i)
		refused(t, "frame out of range", err, KindCut, "")
	}
}

func TestCostHoldsWhatIsAllocated(t *testing.T) {
	for _, p := range []dicomtest.Phantom{
		{Rows: 256, Columns: 256},
		{Rows: 256, Columns: 256, Syntax: dicomtest.RLE},
		{Rows: 256, Columns: 256, Syntax: dicomtest.RLE, Pieces: 2, Photometric: "RGB"},
		{Rows: 256, Columns: 255, Syntax: dicomtest.ExplicitBE, Allocated: 8},
		{Rows: 256, Columns: 256, Photometric: "YBR_FULL_422", Syntax: dicomtest.Deflated},
	} {
		f := opened(t, p.Bytes(t))
		got := allocated(func() {
			if _, err := f.Frame(t.Context(), 0); err != nil {
				t.Error(err)
			}
		})
		if got > f.Cost()+8<<10 { // a Frame, and what the runtime does meanwhile
			t.Errorf("%s: Frame allocates %d bytes, Cost says %d", describe(p), got, f.Cost())
		}
	}
	// A deflated file is unpacked when it is opened.
	file := dicomtest.Phantom{Rows: 1, Columns: 1, Syntax: dicomtest.Deflated}.File(t)
	file.Elements = append(file.Elements, words(0x0028_0010, 2000), words(0x0028_0011, 2000),
		dicomtest.Element{Tag: 0x7FE0_0010, VR: "OW", Value: make([]byte, 8_000_000)})
	data, cost := file.Bytes(t), int64(0)
	if got := allocated(func() { cost = opened(t, data).Cost() }); got < 8_000_000 || got > cost {
		t.Errorf("Open allocates %d bytes, Cost says %d", got, cost)
	}
}
