package imaging

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// rawZip writes one entry that claims what it likes of itself.
func rawZip(t *testing.T, w *zip.Writer, deflated []byte, claimed uint64, sum uint32) {
	t.Helper()
	f, err := w.CreateRaw(&zip.FileHeader{
		Name: "x", Method: zip.Deflate, CRC32: sum,
		CompressedSize64: uint64(len(deflated)), UncompressedSize64: claimed,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(deflated); err != nil {
		t.Fatal(err)
	}
}

// written is an archive by way of its writer.
func written(t *testing.T, write func(*zip.Writer)) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	write(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// overlapping lists the first entry n times.
func overlapping(t *testing.T, data []byte, n int) []byte {
	t.Helper()
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	list := bytes.Index(data, []byte("PK\x01\x02"))
	if end < 0 || list < 0 {
		t.Fatal("no archive")
	}
	out := append(bytes.Clone(data[:list]), bytes.Repeat(data[list:end], n)...)
	tail := bytes.Clone(data[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*(end-list)))
	return append(out, tail...)
}

func TestHostileZip(t *testing.T) {
	const gigabyte = 1 << 30
	ct := dicomtest.CT(32, 32)
	slice := ct.Bytes(t)
	// A whole header, then pixels without end.
	beginning := slice[:len(slice)-2*32*32]
	endless := deflatedZeros(t, beginning, gigabyte)
	// A header that never comes to an end: a long element before the pixels.
	at := bytes.Index(slice, []byte("\x28\x00\x02\x00US"))
	never := slices.Concat(slice[:at], []byte("\x09\x00\x02\x10UN\x00\x00\x00\x00\x00\x40"))
	long := deflatedZeros(t, never, 64<<20)
	nested := zipOf(t, packed{name: "0", data: slice})
	for range 5 {
		var all []packed
		for range 16 {
			all = append(all, packed{name: "x.zip", data: nested})
		}
		nested = zipOf(t, all...)
	}
	bombs := 10
	if underRace {
		bombs = 1
	}
	for name, tc := range map[string]struct {
		data []byte
		kind Kind // "" when a picture may come of it
	}{
		"huge entry":        {written(t, func(w *zip.Writer) { rawZip(t, w, deflatedZeros(t, nil, gigabyte), gigabyte, 0) }), KindNoPictures},
		"huge DICOM":        {written(t, func(w *zip.Writer) { rawZip(t, w, endless, gigabyte, 0) }), KindTooLarge},
		"DICOM of 47 MB":    {written(t, func(w *zip.Writer) { rawZip(t, w, endless, 47<<20, 0) }), KindCut},
		"small claim":       {written(t, func(w *zip.Writer) { rawZip(t, w, endless, 100<<10, 0) }), KindCut},
		"large claim":       {written(t, func(w *zip.Writer) { rawZip(t, w, deflatedZeros(t, slice, 0), 40<<20, crc32.ChecksumIEEE(slice)) }), KindCut},
		"huge claim":        {written(t, func(w *zip.Writer) { rawZip(t, w, deflatedZeros(t, slice, 0), 1<<62, 0) }), ""},
		"65536 entries":     {overlapping(t, zipOf(t, packed{name: "x", data: slice}), 65_535), KindTooLarge},
		"more than it says": {lieOfEntries(t, overlapping(t, zipOf(t, packed{name: "x", data: slice}), 60_000)), KindCut},
		"overlapping":       {overlapping(t, written(t, func(w *zip.Writer) { rawZip(t, w, endless, gigabyte, 0) }), 1900), KindTooLarge},
		"overlapping slice": {overlapping(t, zipOf(t, packed{name: "x", data: slice}), 1900), ""},
		"long headers":      {overlapping(t, written(t, func(w *zip.Writer) { rawZip(t, w, long, 64<<20, 0) }), 1900), KindTooLarge},
		"archives within":   {nested, KindNoPictures},
		"deflate bombs":     {overlapping(t, zipOf(t, packed{name: "x", data: deflateBomb(t, 100<<20), stored: true}), bombs), KindTooLarge},
		"picture bomb":      {zipOf(t, packed{name: "x", data: rawPNG(60_000, 60_000, 8, 2, "x")}), KindTooManyPix},
		"huge picture":      {written(t, func(w *zip.Writer) { rawZip(t, w, deflatedZeros(t, makePNG(t, gray(9, 9)), gigabyte), gigabyte, 0) }), KindTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := survives(t, tc.data, View{Slices: 16})
			e, _ := err.(*Error)
			if tc.kind != "" && (e == nil || e.Kind != tc.kind) {
				t.Errorf("refused as %v, want %s", err, tc.kind)
			}
		})
	}
}

// lieOfEntries makes an archive claim that it has one entry.
func lieOfEntries(t *testing.T, data []byte) []byte {
	t.Helper()
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint16(data[end+8:], 1)
	binary.LittleEndian.PutUint16(data[end+10:], 1)
	return data
}
