package dicom

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample reads a real file from the folder of samples beside the project. Without
// the folder the test is skipped, except in CI.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "shared", "samples", name))
		if err == nil {
			return data
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("no ../shared/samples/%s", name)
	}
	t.Skipf("no ../shared/samples/%s: skipped", name)
	return nil
}

// opened is a file that is known to be good.
func opened(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// samplesOf are all samples of frame i, row after row.
func samplesOf(t testing.TB, f *File, i int) []int {
	t.Helper()
	fr, err := f.Frame(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]int, fr.Height*fr.Width*fr.Channels)
	for y := range fr.Height {
		fr.Row(y, all[y*fr.Width*fr.Channels:][:fr.Width*fr.Channels])
	}
	return all
}

// sampleHeaders are what the real files say of themselves, as dcmdump shows it. The
// zero values of Photometric, Frames and Claimed stand for MONOCHROME2, 1 and 1.
var sampleHeaders = map[string]Header{
	"CT_small.dcm": {
		Modality: "CT", TransferSyntax: syntaxExplicit, Rows: 128, Columns: 128, BitsAllocated: 16, BitsStored: 16, Signed: true,
		Series: 1, Acquisition: 2, Instance: 1,
	},
	"derived/ct_deflated.dcm": {
		Modality: "CT", TransferSyntax: syntaxDeflated, Rows: 128, Columns: 128, BitsAllocated: 16, BitsStored: 16, Signed: true,
		Series: 1, Acquisition: 2, Instance: 1,
	},
	"derived/burned_in_phi.dcm": {
		Modality: "OT", TransferSyntax: syntaxExplicit, Rows: 512, Columns: 512, BitsAllocated: 8, BitsStored: 8,
		Series: 1, Acquisition: 2, Instance: 1, BurnedIn: "YES",
	},
	"MR_small_RLE.dcm": {
		Modality: "MR", TransferSyntax: syntaxRLE, Rows: 64, Columns: 64, BitsAllocated: 16, BitsStored: 16, Signed: true,
		Series: 1, Instance: 1, Derived: true,
	},
	"MR_small_bigendian.dcm": {
		Modality: "MR", TransferSyntax: syntaxBigEndian, Rows: 64, Columns: 64, BitsAllocated: 16, BitsStored: 16, Signed: true,
		Series: 1, Instance: 1, Derived: true,
	},
	"RG3_J2KI_mono1.dcm": {
		Modality: "CR", Photometric: "MONOCHROME1",
		TransferSyntax: "1.2.840.10008.1.2.4.91", Rows: 1760, Columns: 1760, BitsAllocated: 16, BitsStored: 10,
		Series: 1, Instance: 3, Derived: true,
	},
	"examples_rgb_color.dcm": {
		Modality: "US", TransferSyntax: syntaxExplicit, Photometric: "RGB", Rows: 240, Columns: 320, BitsAllocated: 8, BitsStored: 8,
		Series: 1, Instance: 1, Ultrasound: true,
	},
	"examples_ybr_color.dcm": {
		Modality: "US", TransferSyntax: "1.2.840.10008.1.2.4.50", Photometric: "YBR_FULL_422", Rows: 240, Columns: 320,
		Frames: 30, Claimed: 30, BitsAllocated: 8, BitsStored: 8, Series: 1, Instance: 16117, Derived: true, Lossy: true,
		Ultrasound: true, HasRegions: true, Regions: []Region{{84, 31, 319, 239}}, // the file says 595 and 414: it was made smaller afterwards
	},
}

func TestSampleHeaders(t *testing.T) {
	for name, want := range sampleHeaders {
		t.Run(name, func(t *testing.T) {
			got := opened(t, sample(t, name)).Header
			if got.SeriesKey == "" || got.InstanceKey == "" {
				t.Error("no keys")
			}
			got.SeriesKey, got.InstanceKey = "", ""
			if want.Photometric == "" {
				want.Photometric = "MONOCHROME2"
			}
			want.Frames, want.Claimed = max(1, want.Frames), max(1, want.Claimed)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSamplesInSeveralSyntaxesAgree(t *testing.T) {
	for _, pair := range [][2]string{
		{"MR_small_RLE.dcm", "MR_small_bigendian.dcm"},
		{"CT_small.dcm", "derived/ct_deflated.dcm"},
	} {
		a, b := opened(t, sample(t, pair[0])), opened(t, sample(t, pair[1]))
		if !slices.Equal(samplesOf(t, a, 0), samplesOf(t, b, 0)) {
			t.Errorf("%s and %s hold different samples", pair[0], pair[1])
		}
		if a.SeriesKey != b.SeriesKey {
			t.Errorf("%s and %s are of different series", pair[0], pair[1])
		}
		if g := a.Geometry(0); !g.OK || g != b.Geometry(0) {
			t.Errorf("%s and %s lie at %+v and %+v", pair[0], pair[1], g, b.Geometry(0))
		}
	}
}

func TestSamplesThatCannotBeUnpackedAreNamed(t *testing.T) {
	for name, want := range map[string]string{
		"MR_small_jp2klossless.dcm":     "JPEG 2000",
		"RG3_J2KI_mono1.dcm":            "JPEG 2000",
		"MR_small_jpeg_ls_lossless.dcm": "JPEG-LS",
	} {
		_, err := opened(t, sample(t, name)).Frame(t.Context(), 0)
		refused(t, name, err, KindUnsupported, want)
	}
}
