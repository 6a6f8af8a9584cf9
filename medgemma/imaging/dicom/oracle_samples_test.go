package dicom

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// by is what makes dcmj2pnm draw a plain linear clip from Low to High.
func by(w Window) []string {
	return []string{"+Ww", fmt.Sprint((w.Low + w.High + 1) / 2), fmt.Sprint(w.High - w.Low + 1)}
}

const transforms = "two inverse cosine transforms differ by 1, in luma and in chroma, and chroma counts 1.77 in blue"

var notebook = [3]Window{{-1024, 1024}, {-135, 215}, {0, 80}}

// All samples, each in the ways that it can be shown in.
func TestSamplesAsDCMTK(t *testing.T) {
	oracle(t, "dcmj2pnm")
	own, minMax, asStored := []string{"+Wi", "1"}, []string{"+Wm"}, []string{"-W"}
	none := map[string]string{
		"RG3_J2KI_mono1.dcm": "JPEG 2000", "MR_small_jp2klossless.dcm": "JPEG 2000", "MR_small_jpeg_ls_lossless.dcm": "JPEG-LS",
	}
	shown := map[string][]string{
		"CTImage_jpegll_sv1.dcm": own, "CT_small.dcm": minMax, "MR_small_RLE.dcm": own, "MR_small_bigendian.dcm": own,
		"examples_overlay.dcm": own, "examples_rgb_color.dcm": nil, "examples_ybr_color.dcm": nil,
		"derived/burned_in_phi.dcm": asStored, "derived/ct_deflated.dcm": minMax,
	}
	var all []trial
	for name := range none {
		if _, err := opened(t, sample(t, name)).Frame(t.Context(), 0); !isUnsupported(err, none[name]) {
			t.Errorf("%s: %v, want a word of %s", name, err, none[name])
		}
	}
	for name, args := range shown {
		data := sample(t, name)
		f := opened(t, data)
		frames := []int{0}
		if f.Frames > 1 {
			frames = []int{0, f.Frames / 2, f.Frames - 1}
		}
		for _, frame := range frames {
			all = append(all, trial{name: fmt.Sprintf("%s frame %d", name, frame+1), data: data, frame: frame, args: args, shade: Shade{Mode: ModeMinMax}})
		}
		if f.Modality != "CT" {
			continue
		}
		for c, w := range notebook {
			all = append(all, trial{
				name: fmt.Sprintf("%s clip %d", name, c+1), data: data, plane: c + 1, args: by(w),
				shade: Shade{Mode: ModeClips, Clips: notebook},
			})
		}
		all = append(all, trial{
			name: name + " lung", data: data, args: []string{"+Ww", "-600", "1500"},
			shade: Shade{Mode: ModeWindow, Window: Window{-1350, 150}},
		})
	}
	everySample(t, func(name string) bool { return none[name] != "" || slices.Contains(keys(shown), name) })
	trials(t, all,
		exception{"examples_ybr_color.dcm", 3, transforms})
}

func keys(m map[string][]string) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

func isUnsupported(err error, what string) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == KindUnsupported && e.What == what
}

// everySample fails t for each DICOM sample that is not known.
func everySample(t *testing.T, known func(name string) bool) {
	t.Helper()
	for dir := "."; ; dir = filepath.Join(dir, "..") {
		samples := filepath.Join(dir, "shared", "samples")
		if _, err := os.Stat(samples); err != nil {
			continue // sample has found the folder above
		}
		for _, pattern := range []string{"*.dcm", "derived/*.dcm"} {
			found, err := filepath.Glob(filepath.Join(samples, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range found {
				if name := strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(samples)+"/"); !known(name) {
					t.Errorf("%s is compared with nothing", name)
				}
			}
		}
		return
	}
}
