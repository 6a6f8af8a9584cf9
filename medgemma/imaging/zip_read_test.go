package imaging

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// An entry of blocks that hold nothing is left when its time ends, though nothing
// ever comes out of it.
func TestEmptyBlocksEndWithTheirTime(t *testing.T) {
	nothing := append(bytes.Repeat([]byte("\x00\x00\x00\xff\xff"), 1<<18), 0x03, 0x00)
	data := written(t, func(w *zip.Writer) { rawZip(t, w, nothing, 100, 0) })
	a, entries, err := openArchive(data)
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(context.Context) error{
		"look": func(ctx context.Context) error {
			_, err := a.lookAt(ctx, policy{}, entries[0], make([]byte, firstHeader))
			return err
		},
		"read": func(ctx context.Context) error {
			_, err := entries[0].read(ctx)
			return err
		},
	} {
		ctx := &countdown{Context: t.Context(), looks: 12} // of some 300
		if err := read(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s ended with %v", name, err)
		}
		if ctx.looks < -3 {
			t.Errorf("%s went on for %d looks", name, -ctx.looks)
		}
	}
}

// The checksum of an entry is held against its bytes, whether they are packed or not.
func TestEntryChecksum(t *testing.T) {
	slice := dicomtest.CT(32, 32).Bytes(t)
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		for _, flip := range []uint32{0, 1} {
			data := zipOf(t, packed{name: "x", data: slice, stored: method == zip.Store})
			a, entries, err := openArchive(data)
			if err != nil {
				t.Fatal(err)
			}
			entries[0].file.CRC32 ^= flip
			err = a.look(t.Context(), policy{}, entries)
			if _, unread := entries[0].read(t.Context()); err != nil || (unread != nil) != (flip == 1) || len(a.instances) != 1-int(flip) {
				t.Errorf("method %d, flipped %d: %v, %d instances, error %v", method, flip, unread, len(a.instances), err)
			}
		}
	}
}
