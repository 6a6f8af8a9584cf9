package imaging

import (
	"bytes"
	"errors"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// sampleDir is the folder of real files beside the project, or "".
func sampleDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		samples := filepath.Join(dir, "shared", "samples")
		if _, err := os.Stat(samples); err == nil {
			return samples
		} else if !errors.Is(err, fs.ErrNotExist) {
			tb.Fatal(err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// sample reads a real file from the folder of samples. Without the folder the test is
// skipped, except in CI.
func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	dir := sampleDir(tb)
	if dir == "" && os.Getenv("CI") != "true" {
		tb.Skipf("no ../shared/samples/%s: skipped", name)
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Image{
		"cxr_pa_cc0.png":              {Format: PNG, Slices: []Slice{{MIME: mimePNG}}, Width: 1477, Height: 1198, Of: 1},
		"fundus_cc0.jpg":              {Format: JPEG, Slices: []Slice{{MIME: mimeJPEG}}, Width: 1411, Height: 1411, Of: 1},
		"histology_ihc_public.png":    {Format: PNG, Slices: []Slice{{MIME: mimePNG}}, Width: 512, Height: 512, Of: 1},
		"skin_ISIC_0000000_cc0.jpg":   {Format: JPEG, Slices: []Slice{{MIME: mimePNG}}, Width: 250, Height: 250, Of: 1},
		"derived/cxr_exif6_gps.jpg":   {Format: JPEG, Slices: []Slice{{MIME: mimeJPEG}}, Width: 640, Height: 519, Of: 1},
		"derived/cxr_progressive.jpg": {Format: JPEG, Slices: []Slice{{MIME: mimeJPEG}}, Width: 640, Height: 519, Of: 1},
		"derived/fundus_cmyk.jpg":     {Format: JPEG, Slices: []Slice{{MIME: mimeJPEG}}, Width: 600, Height: 600, Of: 1},
		"derived/ct_12bit_in_16.png":  {Format: PNG, Slices: []Slice{{MIME: mimePNG}}, Width: 128, Height: 128, Of: 1, Notes: []Note{NoteStretched, NoteSmall}},
		"derived/cxr_full16.png":      {Format: PNG, Slices: []Slice{{MIME: mimePNG}}, Width: 640, Height: 519, Of: 1},
		"derived/fundus_alpha.png":    {Format: PNG, Slices: []Slice{{MIME: mimePNG}}, Width: 300, Height: 300, Of: 1},
		"derived/ct_anim.gif":         {Format: GIF, Slices: []Slice{{MIME: mimePNG}}, Width: 128, Height: 128, Of: 8, Notes: []Note{NoteFirstFrame, NoteSmall}},
		"derived/fundus.webp":         {Format: WebP, Slices: []Slice{{MIME: mimeJPEG}}, Width: 600, Height: 600, Of: 1},
		"derived/fundus.bmp":          {Format: BMP, Slices: []Slice{{MIME: mimePNG}}, Width: 200, Height: 200, Of: 1, Notes: []Note{NoteSmall}},
		"derived/fundus_lzw.tif":      {Format: TIFF, Slices: []Slice{{MIME: mimePNG}}, Width: 600, Height: 600, Of: 1},
	} {
		t.Run(name, func(t *testing.T) {
			im, _ := prepared(t, sample(t, name))
			if im.Format != want.Format || im.Slices[0].MIME != want.Slices[0].MIME || im.Width != want.Width || im.Height != want.Height ||
				im.Of != want.Of || !slices.Equal(im.Notes, want.Notes) {
				im.Slices[0].Data = nil
				t.Errorf("prepared as %+v, want %+v", im, want)
			}
			noMetadata(t, im.Slices[0].Data)
		})
	}
}

func TestSampleRefusals(t *testing.T) {
	for name, want := range map[string]Error{
		"derived/fundus.heic":           {Kind: KindUnsupported, Format: HEIC},
		"derived/cxr_truncated.jpg":     {Kind: KindCut, Format: JPEG},
		"derived/png_60000_liar.png":    {Kind: KindTooManyPix, Format: PNG, Width: 60_000, Height: 60_000},
		"derived/burned_in_phi.dcm":     {Kind: KindBurnedIn, Format: DICOM},
		"MR_small_jp2klossless.dcm":     {Kind: KindUnsupported, Format: DICOMJPEG2000},
		"MR_small_jpeg_ls_lossless.dcm": {Kind: KindUnsupported, Format: DICOMJPEGLS},
		"LICENSES.md":                   {Kind: KindUnsupported, Format: Text},
	} {
		t.Run(name, func(t *testing.T) {
			got := *refused(t, sample(t, name), want.Kind)
			got.Err = nil
			if got.Error() != want.Error() {
				t.Errorf("refused as %v, want %v", &got, &want)
			}
		})
	}
}

// DICOM is shown by the rules of its modality.
func TestDICOMSamples(t *testing.T) {
	t.Parallel()
	const windows = "windows:-1024..1024,-135..215,0..80"
	for name, want := range map[string]Image{
		"CT_small.dcm":            {Width: 128, Height: 128, Of: 1, Modality: "CT", Notes: []Note{NoteSmall, windows}},
		"CTImage_jpegll_sv1.dcm":  {Width: 512, Height: 512, Of: 1, Modality: "CT", Notes: []Note{windows}},
		"derived/ct_deflated.dcm": {Width: 128, Height: 128, Of: 1, Modality: "CT", Notes: []Note{NoteSmall, windows}},
		"derived/ct_series.zip":   {Width: 128, Height: 128, Of: 12, Modality: "CT", Notes: []Note{NoteSmall, NoteSampled, windows}},
		"MR_small_RLE.dcm":        {Width: 64, Height: 64, Of: 1, Modality: "MR", Notes: []Note{NoteSmall, NoteMinMax}},
		"MR_small_bigendian.dcm":  {Width: 64, Height: 64, Of: 1, Modality: "MR", Notes: []Note{NoteSmall, NoteMinMax}},
		"examples_overlay.dcm":    {Width: 484, Height: 300, Of: 1, Modality: "MR", Notes: []Note{NoteMinMax}},
		"examples_rgb_color.dcm":  {Width: 320, Height: 240, Of: 1, Modality: "US", Notes: []Note{NoteNotTrained, NoteMayBeBurned}},
		"examples_ybr_color.dcm":  {Width: 236, Height: 209, Of: 30, Modality: "US", Notes: []Note{NoteSmall, NoteSampled, NoteCropped, NoteNotTrained}},
	} {
		t.Run(name, func(t *testing.T) {
			im := only(t, shown(t, Config{}, View{Slices: 5}, sample(t, name)))
			if im.Format != DICOM || im.Modality != want.Modality || im.Width != want.Width || im.Height != want.Height ||
				im.Of != want.Of || len(im.Slices) != min(5, want.Of) || !slices.Equal(im.Notes, want.Notes) {
				im.Slices = nil
				t.Errorf("prepared as %+v, want %+v", im, want)
			}
			if Sniff(sample(t, name)) == ZIP {
				return
			}
			// An archive of it, of which the beginning is read first, gives the same.
			zipped := only(t, shown(t, Config{}, View{Slices: 5}, zipOf(t, packed{name: "x", data: sample(t, name)})))
			if !reflect.DeepEqual(zipped, im) {
				t.Error("it comes out of an archive as something else")
			}
		})
	}
}

// The same slice in three transfer syntaxes is the same picture.
func TestDICOMSamplesAgree(t *testing.T) {
	for name, like := range map[string]string{
		"MR_small_RLE.dcm": "MR_small_bigendian.dcm", "derived/ct_deflated.dcm": "CT_small.dcm",
	} {
		a, b := only(t, shown(t, Config{}, View{}, sample(t, name))), only(t, shown(t, Config{}, View{}, sample(t, like)))
		if !bytes.Equal(a.Slices[0].Data, b.Slices[0].Data) {
			t.Errorf("%s and %s differ", name, like)
		}
	}
}

// The same picture in five formats looks the same: the turned one is turned back,
// the CMYK one has its ink the right way, and WebP keeps its contrast.
func TestSamplesAgree(t *testing.T) {
	t.Parallel()
	for name, like := range map[string]string{
		"derived/cxr_exif6_gps.jpg":   "derived/cxr_ok.jpg",
		"derived/cxr_progressive.jpg": "derived/cxr_ok.jpg",
		"derived/cxr_full16.png":      "derived/cxr_ok.jpg",
		"derived/fundus.webp":         "derived/fundus_lzw.tif",
		"derived/fundus_cmyk.jpg":     "derived/fundus_lzw.tif",
	} {
		t.Run(name, func(t *testing.T) {
			_, a := prepared(t, sample(t, name))
			_, b := prepared(t, sample(t, like))
			want, side := reference(b, 1)
			if db := psnr(t, a, want, side); db < 32 {
				t.Errorf("%.1f dB apart", db)
			}
			// Squeezed contrast and wrong black show in the mean before all.
			sum := 0.0
			for y := range side {
				for x := range side {
					p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray), color.GrayModel.Convert(b.At(x, y)).(color.Gray)
					sum += float64(p.Y) - float64(q.Y)
				}
			}
			if mean := sum / float64(side*side); mean < -1 || mean > 1 {
				t.Errorf("%.2f levels brighter", mean)
			}
		})
	}
}
