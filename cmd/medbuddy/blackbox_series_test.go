package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// A series in a ZIP, then slices of it in a window: the requests hold the slices in
// order, each with its number, the question last; and nothing of the patient.
func TestBlackBoxSeries(t *testing.T) {
	w := openWard(t, modelsim.Dedicated, slacksim.Config{}, map[string]string{"MODEL_MAX_IMAGES": "4"})
	w.model.Answer(modelsim.Text("No bleed in Image 1."), modelsim.Text("No nodule in Image 2."))
	var study bytes.Buffer
	z := zip.NewWriter(&study)
	for i, data := range dicomtest.CT(32, 32).Series(t, dicomtest.Series{Slices: 30, UID: "1.2.3", Number: 2}) {
		f, err := z.Create(fmt.Sprintf("doe_jane/IM%03d", 99-i))
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	root := w.post("", "@MedBuddy is there a bleed?", slacksim.File{Name: "doe_jane_head.zip", Data: study.Bytes()})
	w.wait(func() bool { n, _ := w.answers(root); return n == 1 })
	w.post(root, "use slices 10 to 12 in the lung window. Any nodule?")
	w.wait(func() bool { n, _ := w.answers(root); return n == 2 })

	var got bytes.Buffer
	for _, r := range w.model.Requests() {
		for _, secret := range dicomtest.Secrets() {
			if bytes.Contains(r.Body, []byte(secret)) {
				t.Errorf("the request holds %q", secret)
			}
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, r.Body, "", " "); err != nil {
			t.Fatal(err)
		}
		text := systemText.ReplaceAllString(pretty.String(), `"role": "system", "content": "..."`)
		fmt.Fprintf(&got, "%s\n", dataURL.ReplaceAllString(text, "data:image/$1;base64,..."))
	}
	path := filepath.Join("testdata", "payload-series.txt")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
}

// What a real process does with every real scan there is: an answer about it, or a
// sentence that says why not.
func TestBlackBoxSamples(t *testing.T) {
	dir := samples(t)
	w := openWard(t, modelsim.Dedicated, slacksim.Config{}, nil)
	for name, want := range map[string]string{
		"CT_small.dcm":                  "Looked at: Image 1 (CT, 128×128, small image, red, green, blue: −1024 to 1024, −135 to 215, 0 to 80 HU",
		"CTImage_jpegll_sv1.dcm":        "Looked at: Image 1 (CT, 512×512",
		"MR_small_RLE.dcm":              "Looked at: Image 1 (MR, 64×64, small image, lowest to highest value",
		"MR_small_bigendian.dcm":        "Looked at: Image 1 (MR, 64×64, small image, lowest to highest value",
		"MR_small_jp2klossless.dcm":     "is JPEG 2000 compressed",
		"MR_small_jpeg_ls_lossless.dcm": "is JPEG-LS compressed",
		"RG3_J2KI_mono1.dcm":            "is JPEG 2000 compressed",
		"cxr_pa_cc0.png":                "Looked at: Image 1 (1477×1198 seen at 896×896)",
		"examples_overlay.dcm":          "Looked at: Image 1 (MR, 484×300, lowest to highest value",
		"examples_rgb_color.dcm":        "Looked at: Image 1 (US, ",
		"examples_ybr_color.dcm":        "Looked at: Image 1 (US, 16 of 30 frames",
		"derived/burned_in_phi.dcm":     "text is burned into its picture",
		"derived/ct_deflated.dcm":       "Looked at: Image 1 (CT, 128×128",
		"derived/ct_series.zip":         "Looked at: Image 1 (CT, 12 slices, 128×128",
		"derived/ct_12bit_in_16.png":    "contrast stretched",
		"derived/ct_anim.gif":           "first frame only",
		"derived/cxr_truncated.jpg":     "cut off or damaged",
		"derived/fundus.heic":           "is HEIC, and Slack made no copy",
		"derived/fundus.webp":           "Looked at: Image 1 (600×600",
		"derived/fundus_cmyk.jpg":       "Looked at: Image 1 (600×600",
		"derived/fundus_lzw.tif":        "Looked at: Image 1 (600×600",
		"derived/png_60000_liar.png":    "more than 40 megapixels",
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			root := w.post("", "@MedBuddy what does this show?", slacksim.File{Name: "doe_jane" + filepath.Ext(name), Data: data})
			var text string
			w.wait(func() bool {
				_, text = w.answers(root)
				return strings.Contains(text, "AI draft") || strings.Contains(text, "Not read")
			})
			if !strings.Contains(text, want) {
				t.Errorf("the thread says %q, want %q in it", text, want)
			}
		})
	}
}

// samples is the folder of real scans beside the project, where there is one.
func samples(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		path := filepath.Join(dir, "shared", "samples")
		if _, err := os.Stat(path); err == nil {
			return path
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no ../shared/samples")
	}
	t.Skip("no ../shared/samples: skipped")
	return ""
}
