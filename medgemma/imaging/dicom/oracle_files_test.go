package dicom

import (
	"fmt"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// Of functional groups DCMTK 3.6.7 reads the rescale that all frames share, and
// nothing else: it is told what the others say.
func TestFunctionalGroupsAsDCMTK(t *testing.T) {
	const shared, each, values, voi = 0x5200_9229, 0x5200_9230, 0x0028_9145, 0x0028_9132
	p := dicomtest.Phantom{Rows: 24, Columns: 40, Stored: 12, Frames: 2}
	var all []trial
	p.Extra = []dicomtest.Element{
		sequence(shared, []dicomtest.Element{sequence(values, rescale("2", "-1000"))}),
		sequence(each,
			[]dicomtest.Element{sequence(voi, window("1000", "800"))},
			[]dicomtest.Element{sequence(voi, window(`3000\1`, `2000\1`))}),
	}
	all = append(all,
		trial{name: "window of frame 1", data: p.Bytes(t), frame: 0, args: []string{"+Ww", "1000", "800"}},
		trial{name: "window of frame 2", data: p.Bytes(t), frame: 1, args: []string{"+Ww", "3000", "2000"}})
	p.Extra = []dicomtest.Element{
		sequence(shared, []dicomtest.Element{sequence(voi, window("1000", "800"))}),
		sequence(each,
			[]dicomtest.Element{sequence(values, rescale("1", "-1000"))},
			[]dicomtest.Element{sequence(values, rescale("1", "500"))}),
	}
	all = append(all,
		trial{name: "rescale of frame 1", data: p.Bytes(t), frame: 0, args: []string{"+Ww", "2000", "800"}},
		trial{name: "rescale of frame 2", data: p.Bytes(t), frame: 1, args: []string{"+Ww", "500", "800"}})
	trials(t, all)
}

// Lossy and lossless JPEG, by Go's and by DCMTK's encoders, in each photometric
// interpretation that JPEG has in DICOM.
func TestJPEGAsDCMTK(t *testing.T) {
	var all []trial
	for _, c := range []struct {
		photometric string
		allocated   int
		stored      int
		options     string
	}{
		{"MONOCHROME2", 8, 8, "+eb"}, {"MONOCHROME1", 8, 8, "+eb"}, {"MONOCHROME2", 8, 8, "+ee +be"},
		{"RGB", 8, 8, "+eb +cr"}, {"RGB", 8, 8, "+eb +s4"}, {"RGB", 8, 8, "+eb +s2"}, {"RGB", 8, 8, "+eb +n1"},
		{"MONOCHROME2", 8, 8, "+e1"}, {"MONOCHROME1", 16, 12, "+e1"}, {"MONOCHROME2", 16, 16, "+el +sv 4"},
		{"RGB", 8, 8, "+e1"}, {"YBR_FULL", 8, 8, "+e1"}, {"PALETTE COLOR", 8, 8, "+e1"},
	} {
		p := dicomtest.Phantom{Rows: 24, Columns: 40, Photometric: c.photometric, Allocated: c.allocated, Stored: c.stored, Frames: 2}
		args := []string(nil)
		switch {
		case c.stored > 8:
			p.Extra, args = middle(p, c.stored), []string{"+Wi", "1"}
		case strings.HasPrefix(c.photometric, "MONO"):
			args = []string{"-W"} // a window would multiply what two transforms differ by
		}
		all = append(all, trial{
			name: fmt.Sprintf("%s %d %s", c.photometric, c.stored, c.options), frame: 1, args: args, shade: Shade{Mode: ModeMinMax},
			data: rewritten(t, p.Bytes(t), "dcmcjpeg", strings.Fields(c.options)...),
		})
	}
	grey := dicomtest.Phantom{Syntax: dicomtest.JPEGBaseline, Rows: 24, Columns: 40, Allocated: 8, Compressed: [][]byte{coded(t, 40, 24, false)}}
	colour := dicomtest.Phantom{Syntax: dicomtest.JPEGBaseline, Photometric: "YBR_FULL_422", Rows: 24, Columns: 40, Compressed: [][]byte{coded(t, 40, 24, true)}}
	all = append(all, trial{name: "Go's grey", data: grey.Bytes(t), args: []string{"-W"}, shade: Shade{Mode: ModeMinMax}}, trial{name: "Go's colour", data: colour.Bytes(t)})
	trials(t, all,
		exception{"MONOCHROME1 8 +eb", 2, "two inverse cosine transforms differ by 1, and DCMTK inverts to 1 to 255"},
		exception{"RGB 8 +eb +s", 3, transforms}, exception{"RGB 8 +eb +n1", 3, transforms},
		exception{"Go's colour", 3, transforms})
}
