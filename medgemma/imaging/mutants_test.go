package imaging

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// 672 mutants of the real DICOM files: bytes of the header changed, bytes behind it
// changed, and the end cut off. Each is an image or an *Error; none panics past the
// package or outlives its time.
func TestMutants(t *testing.T) {
	t.Parallel()
	sample(t, "CT_small.dcm") // skips where there are none
	var names []string
	for _, pattern := range []string{"*.dcm", "derived/*.dcm"} {
		found, err := filepath.Glob(filepath.Join(sampleDir(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	const mutants = 672
	r := rand.New(rand.NewPCG(11, 12))
	p := NewPreparer(Config{})
	made, refusals, slowest := 0, 0, time.Duration(0)
	for i := range mutants {
		if underRace && i%16 != 0 {
			continue
		}
		name := names[i%len(names)]
		data := bytes.Clone(sample(t, rel(t, name)))
		header := min(2000, len(data))
		switch i / len(names) % 3 {
		case 0:
			for range 1 + r.IntN(8) {
				data[132+r.IntN(header-132)] = byte(r.Uint32())
			}
		case 1:
			for range 1 + r.IntN(40) {
				data[header/2+r.IntN(len(data)-header/2)] = byte(r.Uint32())
			}
		default:
			data = data[:r.IntN(len(data))]
		}
		begun := time.Now()
		images, refused := p.Prepare(t.Context(), [][]byte{data}, View{Slices: 2})
		slowest = max(slowest, time.Since(begun))
		var e *Error
		switch {
		case refused[0] != nil && !errors.As(refused[0], &e), refused[0] == nil && len(images) == 0:
			t.Errorf("mutant %d: %d images, %v", i, len(images), refused[0])
		case refused[0] != nil && strings.Contains(refused[0].Error(), "panicked"):
			t.Errorf("mutant %d: %v", i, refused[0])
		case len(images) > 0:
			made++
		default:
			refusals++
		}
	}
	t.Logf("%d images, %d refusals, the slowest took %v", made, refusals, slowest.Round(time.Millisecond))
}

// rel is the name of a file within the folder of samples.
func rel(t *testing.T, name string) string {
	t.Helper()
	short, err := filepath.Rel(sampleDir(t), name)
	if err != nil {
		t.Fatal(err)
	}
	return short
}
