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
