package dicom

import (
	"fmt"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// names of syntaxes in the names of trials.
var syntaxNames = map[string]string{
	dicomtest.ImplicitLE: "implicit", dicomtest.ExplicitLE: "explicit", dicomtest.ExplicitBE: "big endian",
	dicomtest.Deflated: "deflated", dicomtest.RLE: "RLE",
}

func text(tag uint32, values string) dicomtest.Element {
	return dicomtest.Element{Tag: tag, VR: "DS", Value: values}
}

// middle is a window over the middle half of the values of bits.
func middle(p dicomtest.Phantom, bits int) []dicomtest.Element {
	centre := float64(int(1) << bits >> 1)
	if p.Signed {
		centre = 0
	}
	return []dicomtest.Element{
		text(0x0028_1050, fmt.Sprintf("%g", centre)), text(0x0028_1051, fmt.Sprintf("%g", max(2, centre, float64(int(1)<<bits>>1)))),
	}
}

var oracleSyntaxes = []string{dicomtest.ImplicitLE, dicomtest.ExplicitLE, dicomtest.ExplicitBE, dicomtest.Deflated, dicomtest.RLE}

func TestGreyAsDCMTK(t *testing.T) {
	var all []trial
	for _, syntax := range oracleSyntaxes {
		for _, depth := range []struct{ allocated, stored int }{{1, 1}, {8, 8}, {8, 6}, {16, 16}, {16, 12}, {32, 32}, {32, 20}} {
			for _, signed := range []bool{false, true} {
				for _, photometric := range []string{"MONOCHROME2", "MONOCHROME1"} {
					if depth.allocated == 1 && (signed || syntax == dicomtest.RLE) || photometric == "MONOCHROME1" && syntax != dicomtest.ExplicitLE {
						continue
					}
					p := dicomtest.Phantom{
						Syntax: syntax, Photometric: photometric, Rows: 24, Columns: 40,
						Allocated: depth.allocated, Stored: depth.stored, Signed: signed, Frames: 2,
					}
					p.Extra = middle(p, depth.stored)
					name := fmt.Sprintf("%s %s %d in %d", syntaxNames[syntax], photometric, depth.stored, depth.allocated)
					if signed {
						name += " signed"
					}
					all = append(all, trial{name: name, data: p.Bytes(t), frame: 1, args: []string{"+Wi", "1"}})
				}
			}
		}
	}
	const order = "DCMTK 3.6.7 takes 32-bit big-endian samples for 16-bit words and swaps halves"
	trials(t, all,
		exception{"big endian MONOCHROME2 32 in 32", 255, order},
		exception{"big endian MONOCHROME2 20 in 32", 255, order})
}

func TestColourAsDCMTK(t *testing.T) {
	var all []trial
	for _, syntax := range oracleSyntaxes {
		for _, photometric := range []string{"RGB", "YBR_FULL", "YBR_FULL_422", "PALETTE COLOR"} {
			for _, allocated := range []int{8, 16} {
				for _, planar := range []bool{false, true} {
					if planar && (photometric == "PALETTE COLOR" || photometric == "YBR_FULL_422") ||
						photometric == "YBR_FULL_422" && (allocated == 16 || syntax == dicomtest.RLE) {
						continue
					}
					p := dicomtest.Phantom{
						Syntax: syntax, Photometric: photometric, Rows: 24, Columns: 40,
						Allocated: allocated, Planar: planar, Frames: 2,
					}
					name := fmt.Sprintf("%s %s %d", syntaxNames[syntax], photometric, allocated)
					if planar {
						name += " planar"
					}
					all = append(all, trial{name: name, data: p.Bytes(t), frame: 1})
				}
			}
		}
	}
	const middle = "DCMTK puts the middle of chroma at 127.5 and truncates each product; the standard says 128 (PS3.3 C.7.6.3.1.2)"
	trials(t, all, exception{"YBR_FULL 8", 2, middle}, exception{"YBR_FULL_422 8", 2, middle})
}
