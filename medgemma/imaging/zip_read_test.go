package imaging

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
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

// A film that is much larger than its archive is an ordinary one; zeros without end
// are not.
func TestZipOfALongFilm(t *testing.T) {
	const frames = 64
	p := dicomtest.Phantom{Modality: "XA", Rows: 1024, Columns: 1024, Allocated: 8, Extra: []element{{Tag: 0x0028_0008, VR: "IS", Value: frames}}}
	one := p.Bytes(t)
	at := bytes.LastIndex(one, []byte("\xe0\x7f\x10\x00O"))
	head := binary.LittleEndian.AppendUint32(append(bytes.Clone(one[:at]), "\xe0\x7f\x10\x00OB\x00\x00"...), frames<<20)
	frame := make([]byte, 1<<20)
	r := rand.New(rand.NewPCG(9, 10))
	for i := range len(frame) / 6 {
		frame[i] = byte(r.Uint32())
	}
	size := uint64(len(head) + frames<<20)
	film := func(frame []byte) []byte {
		return written(t, func(w *zip.Writer) { rawZip(t, w, deflatedAgain(t, head, frame, frames), size, 0) })
	}
	data := film(frame)
	if size < uint64(freeHeld+len(data)) {
		t.Fatal("the film is too short for the test")
	}
	im := only(t, shown(t, Config{}, View{Slices: 2}, data))
	if im.Of != frames || len(im.Slices) != 2 {
		t.Errorf("%d slices of %d", len(im.Slices), im.Of)
	}
	refused(t, film(make([]byte, 1<<20)), KindTooLarge)
}
