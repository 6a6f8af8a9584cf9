package dicom

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// countdown is a context that ends after so many looks at it.
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

// heardSoon fails t unless work that looks at its context often ends with it.
func heardSoon(t *testing.T, what string, work func(ctx context.Context) error) {
	t.Helper()
	ctx := &countdown{Context: context.Background(), looks: 12}
	if err := work(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s ended with %v", what, err)
	}
	if ctx.looks < -4 {
		t.Errorf("%s went on for %d looks", what, -ctx.looks)
	}
}

// deflatedFile is a file of the deflated syntax whose data set is packed.
func deflatedFile(t testing.TB, packed []byte) []byte {
	t.Helper()
	whole := dicomtest.File{Syntax: dicomtest.Deflated}.Bytes(t)
	meta := 144 + int(binary.LittleEndian.Uint32(whole[140:])) // its length is the meta group's first element
	return append(whole[:meta:meta], packed...)
}

// Blocks of deflate that hold nothing give their reader nothing to count: 10 bits
// each, four in five bytes (RFC 1951 3.2.3: not the last, fixed codes, end of block).
func TestEmptyBlocksEndWithTheContext(t *testing.T) {
	data := deflatedFile(t, bytes.Repeat([]byte{0x02, 0x08, 0x20, 0x80, 0x00}, 80_000))
	heardSoon(t, "opening", func(ctx context.Context) error {
		_, err := Open(ctx, data)
		return err
	})
	// The second run, too.
	packed := dicomtest.Phantom{Rows: 128, Columns: 128, Syntax: dicomtest.Deflated}.Bytes(t)
	looks := &countdown{Context: context.Background(), looks: 1 << 30}
	if _, err := Open(looks, packed); err != nil {
		t.Fatal(err)
	}
	ctx := &countdown{Context: context.Background(), looks: (1<<30-looks.looks)*3/4 - 1}
	if _, err := Open(ctx, packed); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("opening ended with %v in its second run", err)
	}
}

func TestRangeEndsWithTheContext(t *testing.T) {
	f := opened(t, dicomtest.Phantom{Rows: 2000, Columns: 2}.Bytes(t))
	fr, err := f.Frame(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	heardSoon(t, "measuring", func(ctx context.Context) error {
		_, _, err := f.Range(ctx, 0, fr)
		return err
	})
}

// Thousands of frames share one position, which may be long: reading it anew for
// each took minutes.
func TestSharedPlacesAreReadOnce(t *testing.T) {
	for name, position := range map[string][]byte{
		"a place":             []byte(`1\2\3`),
		"thousands of digits": bytes.Repeat(append(bytes.Repeat([]byte{'1'}, 1023), '\\'), 1024),
		"spaces":              bytes.Repeat([]byte{' '}, 1<<20),
	} {
		f := opened(t, dicomtest.Phantom{Syntax: dicomtest.ImplicitLE, Rows: 1, Columns: 1, Allocated: 8, Frames: 20_000, Extra: []dicomtest.Element{
			{Tag: 0x0020_0032, VR: "DS", Value: position},
			{Tag: 0x0020_0037, VR: "DS", Value: `1\0\0\0\1\0`},
		}}.Bytes(t))
		i := 0
		if n := testing.AllocsPerRun(1000, func() { f.Geometry(i); i++ }); n > 0 {
			t.Errorf("%s: %g allocations for the geometry of a frame, want none", name, n)
		}
		if g := f.Geometry(0); g.OK != (name == "a place") {
			t.Errorf("%s: geometry %+v", name, g)
		}
	}
	// Opening such a file does not make values of it either.
	long := dicomtest.Phantom{Syntax: dicomtest.ImplicitLE, Extra: []dicomtest.Element{
		{Tag: 0x0020_0032, VR: "DS", Value: bytes.Repeat([]byte(`1\`), 4<<20)},
	}}.Bytes(t)
	if got := allocated(func() { opened(t, long) }); got > 1<<20 {
		t.Errorf("opening allocates %d bytes", got)
	}
}

// A table of offsets that is longer than any could be does not become one.
func TestLongOffsetTables(t *testing.T) {
	file := dicomtest.Phantom{Syntax: dicomtest.RLE, Allocated: 8, Frames: 2}.File(t)
	file.Elements = append(file.Elements, dicomtest.Element{Tag: 0x7FE0_0010, VR: "OB", Value: dicomtest.Fragments{
		Offsets: make([]uint32, 4<<20), Data: [][]byte{make([]byte, 64), make([]byte, 64)},
	}})
	data := file.Bytes(t)
	var f *File
	if got := allocated(func() { f = opened(t, data) }); got > 4<<20 {
		t.Errorf("opening a file of %d MB allocates %d bytes", len(data)>>20, got)
	}
	if f.Frames != 2 {
		t.Errorf("%d frames, want one fragment each", f.Frames)
	}
}
