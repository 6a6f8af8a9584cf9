package dicom

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// allocated is how many bytes f allocates in all, freed or not.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// readAll opens a file and reads the first and last rows of up to eight frames. It
// fails t when an error is none of this package's.
func readAll(ctx context.Context, t testing.TB, data []byte) {
	t.Helper()
	f, err := Open(ctx, data)
	if err != nil {
		if ctx.Err() == nil {
			isOurs(t, err)
		}
		return
	}
	if f.Rows < 1 || f.Columns < 1 || f.Rows > maxEdge || f.Columns > maxEdge || f.Frames < 1 || f.Claimed < f.Frames ||
		f.BitsStored < 1 || f.BitsStored > f.BitsAllocated || f.Cost() < 0 {
		t.Errorf("header %+v, cost %d", f.Header, f.Cost())
	}
	for _, r := range f.Regions {
		if r.X0 < 0 || r.Y0 < 0 || r.X1 < r.X0 || r.Y1 < r.Y0 || r.X1 >= f.Columns || r.Y1 >= f.Rows {
			t.Errorf("region %+v of a picture of %dx%d", r, f.Columns, f.Rows)
		}
	}
	for i := range min(f.Frames, 8) {
		f.Geometry(i)
		fr, err := f.Frame(ctx, i)
		if err != nil {
			if ctx.Err() == nil {
				isOurs(t, err)
			}
			continue
		}
		if fr.Width < 1 || fr.Height < 1 || fr.Channels != 1 && fr.Channels != 3 || fr.Bits < 1 || fr.Bits > 32 {
			t.Errorf("frame of %dx%d, %d channels, %d bits", fr.Width, fr.Height, fr.Channels, fr.Bits)
		}
		row := make([]int, fr.Width*fr.Channels)
		low, high := 0, 1<<fr.Bits-1
		if fr.Signed {
			low, high = -1<<(fr.Bits-1), 1<<(fr.Bits-1)-1
		}
		for _, y := range []int{0, fr.Height - 1} {
			for _, v := range fr.Row(y, row) {
				if v < low || v > high {
					t.Fatalf("sample %d of %d bits, signed %t", v, fr.Bits, fr.Signed)
				}
			}
		}
	}
}

func isOurs(t testing.TB, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("error %v (%T), want an *Error", err, err)
	}
}

// mostMemory is what a hostile file may cost above its own size.
const mostMemory = 64 << 20

func TestHostileFiles(t *testing.T) {
	lie := func(tag uint32, vr string, value any) []byte {
		return dicomtest.Phantom{Extra: []dicomtest.Element{{Tag: tag, VR: vr, Value: value}}}.Bytes(t)
	}
	deflated := func(begin []byte, zeros int) []byte {
		whole := dicomtest.File{Syntax: dicomtest.Deflated}.Bytes(t)
		out := bytes.NewBuffer(whole[:144+int(binary.LittleEndian.Uint32(whole[140:]))]) // its meta group
		z, err := flate.NewWriter(out, flate.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		z.Write(begin)
		for range zeros >> 20 {
			z.Write(make([]byte, 1<<20))
		}
		z.Close()
		return out.Bytes()
	}
	tail := func(length uint32) []byte {
		data := dicomtest.Phantom{}.Bytes(t)
		at := len(data) - 2*16*16 - 4
		binary.LittleEndian.PutUint32(data[at:], length)
		return data
	}
	many := make([][]byte, 150_000)
	items := bytes.Repeat([]byte{0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF}, 500_000)
	modality := dicomtest.Element{Tag: 0x0008_0060, VR: "CS", Value: "CT"}
	plain := dicomtest.Phantom{NoMeta: true, NoPreamble: true}.Bytes(t)
	for name, data := range map[string][]byte{
		"65535 rows":             lie(0x0028_0010, "US", 65535),
		"30000 x 16":             lie(0x0028_0010, "US", 30000),
		"no rows":                lie(0x0028_0010, "US", 0),
		"2^31 frames":            lie(0x0028_0008, "IS", 1<<31-1),
		"frames of many digits":  lie(0x0028_0008, "IS", strings.Repeat("9", 400)),
		"65000 frames":           lie(0x0028_0008, "IS", 65000),
		"65535 bits":             lie(0x0028_0100, "US", 65535),
		"stored 65535":           lie(0x0028_0101, "US", 65535),
		"high bit 65535":         lie(0x0028_0102, "US", 65535),
		"65535 channels":         lie(0x0028_0002, "US", 65535),
		"pixels of 4 GB":         tail(0xFFFF_FFFE),
		"pixels without an end":  tail(0xFFFF_FFFF),
		"pixels of none":         tail(0),
		"a text of 8 MB":         lie(0x0028_1101, "OW", bytes.Repeat([]byte(`\`), 8<<20)),
		"numbers of 8 MB":        lie(0x0020_0032, "UN", bytes.Repeat([]byte(`1\`), 4<<20)),
		"offsets of 8 MB":        lie(0x7FE0_0001, "OV", make([]byte, 8<<20)),
		"deflated zeros, 64 MB":  deflated(nil, 64<<20),
		"deflated zeros, 40 MB":  deflated(nil, 40<<20),
		"deflated, 40 MB more":   deflated(plain, 40<<20),
		"4 MB of zeros":          append(dicomtest.File{}.Bytes(t), make([]byte, 4<<20)...),
		"items in items in ...":  append(dicomtest.File{Elements: []dicomtest.Element{modality}}.Bytes(t), items...),
		"150,000 fragments":      dicomtest.Phantom{Syntax: dicomtest.RLE, Frames: 150_000, Compressed: many}.Bytes(t),
		"60,000 empty fragments": dicomtest.Phantom{Syntax: dicomtest.RLE, Frames: 60_000, Compressed: many[:60_000]}.Bytes(t),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			if got := allocated(func() { readAll(t.Context(), t, data) }); got > mostMemory {
				t.Errorf("%d MB were allocated for a file of %d bytes", got>>20, len(data))
			}
			t.Logf("%d bytes: %v", len(data), time.Since(began))
		})
	}
}

func TestBombsAreTooLarge(t *testing.T) {
	var out bytes.Buffer
	z, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	z.Write(make([]byte, MaxInflated))
	z.Flush()
	if _, _, err := inflate(t.Context(), out.Bytes()); err != nil {
		t.Errorf("inflating to the limit: %v", err)
	}
	z.Write([]byte{0})
	z.Close()
	_, _, err = inflate(t.Context(), out.Bytes())
	refused(t, "one byte more", err, KindTooLarge, "")
	for name, p := range map[string]dicomtest.Phantom{
		"65535 rows":    {Extra: []dicomtest.Element{{Tag: 0x0028_0010, VR: "US", Value: 65535}}},
		"40 megapixels": {Extra: []dicomtest.Element{{Tag: 0x0028_0010, VR: "US", Value: 30000}, {Tag: 0x0028_0011, VR: "US", Value: 1500}}},
		"many frames":   {Extra: []dicomtest.Element{{Tag: 0x0028_0008, VR: "IS", Value: maxFrames + 1}}},
	} {
		_, err := Open(t.Context(), p.Bytes(t))
		refused(t, name, err, KindTooLarge, "")
	}
}

// mutants are files that are nearly good: n each of flipped headers, flipped bodies
// and cuts.
func mutants(data []byte, n int, seed uint64) (all [][]byte) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		for _, span := range [][2]int{{128, min(len(data), 3000)}, {128, len(data)}} {
			m := slices.Clone(data)
			for range 1 + r.IntN(8) {
				m[span[0]+r.IntN(span[1]-span[0])] = byte(r.Uint32())
			}
			all = append(all, m)
		}
		all = append(all, data[:r.IntN(len(data))])
	}
	return all
}

// TestMutants holds 672 damaged real files, and as many damaged phantoms, to the
// package's promises.
func TestMutants(t *testing.T) {
	names := []string{
		"CT_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "CTImage_jpegll_sv1.dcm",
		"examples_overlay.dcm", "examples_rgb_color.dcm", "examples_ybr_color.dcm", "derived/ct_deflated.dcm",
	}
	for i, name := range names {
		t.Run(name, func(t *testing.T) { survives(t, mutants(sample(t, name), 28, uint64(i))) })
	}
	for i, p := range []dicomtest.Phantom{
		{Syntax: dicomtest.ImplicitLE, Undefined: true},
		{Frames: 3, Photometric: "RGB", Planar: true},
		{Syntax: dicomtest.ExplicitBE, Allocated: 8, Frames: 2},
		{Syntax: dicomtest.RLE, Frames: 3, Pieces: 2},
		{Syntax: dicomtest.Deflated, Photometric: "PALETTE COLOR"},
		{Allocated: 1, Frames: 5, Rows: 7, Columns: 9},
		{Photometric: "YBR_FULL_422", Frames: 2},
		{Allocated: 32, Signed: true},
	} {
		t.Run("phantom", func(t *testing.T) { survives(t, mutants(p.Bytes(t), 28, uint64(i))) })
	}
}

func survives(t *testing.T, files [][]byte) {
	t.Helper()
	for _, data := range files {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if got := allocated(func() { readAll(ctx, t, data) }); got > 3*mostMemory {
			t.Errorf("%d MB were allocated in all for a file of %d bytes", got>>20, len(data))
		}
		if ctx.Err() != nil {
			t.Error("a damaged file took its deadline")
		}
		cancel()
	}
}
