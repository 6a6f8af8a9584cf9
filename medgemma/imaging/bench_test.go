package imaging

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"
)

// Each benchmark decodes the same file too, in turns with preparing it, so that one
// run shows what preparation costs on top whatever else the machine does.

// A phone's photograph of 12 megapixels: 2.2 MB, for it has grain.
func BenchmarkJPEG12MP(b *testing.B) {
	benchBoth(b, phonePhoto(b), jpeg.Decode)
}

func BenchmarkPNG16Bit9MP(b *testing.B) {
	img := image.NewGray16(image.Rect(0, 0, 3000, 3000))
	fillGray16(img, 16)
	benchBoth(b, makePNG(b, img), png.Decode)
}

// phonePhoto is photo with so much grain that it takes the bytes of a real one.
func phonePhoto(tb testing.TB) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, 4000, 3000))
	paint(4000, 3000, func(x, y int, l, g float64) {
		c := func(v float64) uint8 { return uint8(255 * unit(v+0.05*g)) }
		img.SetNRGBA(x, y, color.NRGBA{c(l), c(0.8*l*l + 0.1), c(0.6 - 0.5*l), 255})
	})
	return makeJPEG(tb, img, 90)
}

func benchBoth(b *testing.B, data []byte, decode func(io.Reader) (image.Image, error)) {
	var decoding, preparing []time.Duration
	size := 0
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		if _, err := decode(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
		decoding = append(decoding, time.Since(start))
		start = time.Now()
		images, err := Prepare(context.Background(), data)
		if err != nil {
			b.Fatal(err)
		}
		preparing = append(preparing, time.Since(start))
		size = len(images[0].Slices[0].Data)
	}
	// The quickest of each is the least disturbed.
	d, p := slices.Min(decoding).Seconds(), slices.Min(preparing).Seconds()
	b.ReportMetric(1000*d, "ms/decode")
	b.ReportMetric(1000*p, "ms/prepare")
	b.ReportMetric(p/d, "x/decode")
	b.ReportMetric(float64(len(data)), "inB")
	b.ReportMetric(float64(size), "outB")
}

var peak = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// BenchmarkProcessMemory prepares the photograph of 12 megapixels in a process of
// its own, with the file read from disk, and reports the most that it took.
func BenchmarkProcessMemory(b *testing.B) {
	const name = "IMAGING_BENCH_FILE"
	if file := os.Getenv(name); file != "" { // that process
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Prepare(context.Background(), data); err != nil {
			b.Fatal(err)
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			b.Skip("this system does not tell how much memory a process took")
		}
		os.Stdout.Write(status)
		return
	}
	file := filepath.Join(b.TempDir(), "photo.jpg")
	if err := os.WriteFile(file, phonePhoto(b), 0o600); err != nil {
		b.Fatal(err)
	}
	most := 0.0
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkProcessMemory$", "-test.benchtime=1x")
		cmd.Env = append(os.Environ(), name+"="+file)
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		// Not what the parent is told: that counts its own memory before the exec.
		if m := peak.FindSubmatch(out); m != nil {
			kib, _ := strconv.Atoi(string(m[1]))
			most = max(most, float64(kib)/1024)
		}
	}
	b.ReportMetric(most, "MiB")
}
