package dicom

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// rewritten is a file as a tool of DCMTK writes it anew.
func rewritten(t *testing.T, data []byte, tool string, options ...string) []byte {
	t.Helper()
	path, dir := oracle(t, tool), t.TempDir()
	in, out := filepath.Join(dir, "in.dcm"), filepath.Join(dir, "out.dcm")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.CommandContext(t.Context(), path, append(options, in, out)...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(options, " "), err, said)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// likeDCMTK fails unless all frames of a JPEG file hold the samples that DCMTK
// unpacks, each within some levels. It logs how far off they are.
func likeDCMTK(t *testing.T, data []byte, within int, options ...string) {
	t.Helper()
	got, want := opened(t, data), opened(t, rewritten(t, data, "dcmdjpeg", options...))
	if syntaxOf(got.TransferSyntax).codec != codecJPEG || got.Frames != want.Frames {
		t.Fatalf("%d frames of syntax %s, want %d of JPEG", got.Frames, got.TransferSyntax, want.Frames)
	}
	most, sum, n := 0, 0, 0
	for i := range got.Frames {
		a, b := samplesOf(t, got, i), samplesOf(t, want, i)
		if len(a) != len(b) {
			t.Fatalf("frame %d has %d samples, want %d", i, len(a), len(b))
		}
		for k := range a {
			d := max(a[k]-b[k], b[k]-a[k])
			most, sum, n = max(most, d), sum+d, n+1
		}
	}
	t.Logf("at most %d off, %.4f on average", most, float64(sum)/float64(n))
	if most > within {
		t.Errorf("samples are up to %d off, want at most %d", most, within)
	}
}

// Lossless frames are exact, in whatever way DCMTK codes them.
func TestLosslessJPEGIsExact(t *testing.T) {
	grey := dicomtest.Phantom{Rows: 61, Columns: 83}
	twelve, signed, byteDeep, rgb, ybr, frames := grey, grey, grey, grey, grey, grey
	twelve.Stored = 12
	signed.Signed = true
	byteDeep.Allocated = 8
	rgb.Photometric, ybr.Photometric = "RGB", "YBR_FULL"
	frames.Frames = 3
	for name, c := range map[string]struct {
		p       dicomtest.Phantom
		options string
	}{
		"sv1":    {grey, "+e1"},
		"sv2":    {twelve, "+el +sv 2"},
		"sv3":    {twelve, "+el +sv 3"},
		"sv4":    {signed, "+el +sv 4"},
		"sv5":    {byteDeep, "+el +sv 5"},
		"sv6":    {twelve, "+el +sv 6"}, // not with 16 bits: DCMTK's predictor 6 overflows then
		"sv7":    {grey, "+el +sv 7"},
		"signed": {signed, "+e1"},
		"8 bits": {byteDeep, "+e1"},
		"RGB":    {rgb, "+e1"},
		"YBR":    {ybr, "+el +sv 7"},
		"frames": {frames, "+e1"},
	} {
		t.Run(name, func(t *testing.T) {
			likeDCMTK(t, rewritten(t, c.p.Bytes(t), "dcmcjpeg", strings.Fields(c.options)...), 0, "+cn")
		})
	}
	t.Run("CT", func(t *testing.T) { likeDCMTK(t, sample(t, "CTImage_jpegll_sv1.dcm"), 0) })
}

// Lossy frames are as near to libjpeg as two inverse transforms are to each other:
// they may differ by 1 in a sample, which makes 1 in grey and, where luma and
// chroma both do, 1 + 1.77 in blue. Halved chroma is interpolated as there.
func TestLossyJPEGIsNearDCMTK(t *testing.T) {
	grey := dicomtest.Phantom{Rows: 61, Columns: 83, Allocated: 8}
	rgb, inverse, frames, flat, narrow := grey, grey, grey, grey, grey
	rgb.Photometric, inverse.Photometric = "RGB", "MONOCHROME1"
	frames.Photometric, frames.Frames = "RGB", 3
	flat.Photometric, flat.Rows = "RGB", 1
	narrow.Photometric, narrow.Columns = "RGB", 3
	for name, c := range map[string]struct {
		p       dicomtest.Phantom
		options string
		within  int
	}{
		"grey":        {grey, "+eb", 1},
		"inverse":     {inverse, "+eb", 1},
		"extended":    {grey, "+ee +be", 1},
		"YBR 4:4:4":   {rgb, "+eb +s4", 3},
		"YBR 4:2:2":   {rgb, "+eb +s2", 3},
		"YBR 4:2:0":   {rgb, "+eb +n1", 3},
		"one row":     {flat, "+eb +n1", 3},
		"narrow":      {narrow, "+eb +n1", 3},
		"RGB":         {rgb, "+eb +cr", 1},
		"frames":      {frames, "+eb +s2", 3},
		"low quality": {rgb, "+eb +n1 +q 20", 3},
	} {
		t.Run(name, func(t *testing.T) {
			likeDCMTK(t, rewritten(t, c.p.Bytes(t), "dcmcjpeg", strings.Fields(c.options)...), c.within)
		})
	}
	t.Run("ultrasound", func(t *testing.T) { likeDCMTK(t, sample(t, "examples_ybr_color.dcm"), 3) })
}
