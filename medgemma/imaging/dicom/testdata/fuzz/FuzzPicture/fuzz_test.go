package dicom

import (
	"context"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// FuzzOpen reads what the fuzzer makes of small phantoms, down to the rows of its
// frames. The corpus under testdata/fuzz is of phantoms only.
func FuzzOpen(f *testing.F) {
	for _, p := range seeds() {
		f.Add(p.Bytes(f))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		readAll(ctx, t, data)
		if ctx.Err() != nil {
			t.Error("the deadline was met")
		}
	})
}

// seeds are phantoms of every kind, as small as they can be.
func seeds() (all []dicomtest.Phantom) {
	for _, syntax := range []string{dicomtest.ImplicitLE, dicomtest.ExplicitLE, dicomtest.ExplicitBE, dicomtest.Deflated, dicomtest.RLE} {
		all = append(all,
			dicomtest.Phantom{Syntax: syntax, Rows: 3, Columns: 5, Stored: 12, Signed: true, Frames: 2},
			dicomtest.Phantom{Syntax: syntax, Rows: 3, Columns: 4, Photometric: "RGB", Planar: true, Undefined: true, NoPreamble: true},
			dicomtest.Phantom{Syntax: syntax, Rows: 3, Columns: 4, Allocated: 8, Photometric: "PALETTE COLOR"})
	}
	group := func(tag, inner uint32, values ...float64) dicomtest.Element {
		return dicomtest.Element{Tag: tag, VR: "SQ", Value: dicomtest.Sequence{Undefined: true, Items: [][]dicomtest.Element{
			{{Tag: inner, VR: "DS", Value: values}},
		}}}
	}
	region := []dicomtest.Element{
		{Tag: 0x0018_6012, VR: "US", Value: 1}, {Tag: 0x0018_601C, VR: "UL", Value: 2}, {Tag: 0x0018_601E, VR: "UL", Value: 2},
	}
	return append(all,
		dicomtest.Phantom{Rows: 3, Columns: 3, Allocated: 1, Frames: 3},
		dicomtest.Phantom{Rows: 3, Columns: 4, Photometric: "YBR_FULL_422"},
		dicomtest.Phantom{Rows: 3, Columns: 3, Allocated: 32, NoMeta: true},
		dicomtest.Phantom{Rows: 3, Columns: 3, Frames: 2, Extra: []dicomtest.Element{
			{Tag: 0x5200_9229, VR: "SQ", Value: dicomtest.Sequence{Items: [][]dicomtest.Element{{group(0x0020_9116, 0x0020_0037, 1, 0, 0, 0, 1, 0)}}}},
			{Tag: 0x5200_9230, VR: "UN", Value: dicomtest.Sequence{Items: [][]dicomtest.Element{{group(0x0020_9113, 0x0020_0032, 1, 2, 3)}}}},
			{Tag: 0x0018_6011, VR: "SQ", Value: dicomtest.Sequence{Items: [][]dicomtest.Element{region}}},
		}},
		dicomtest.Phantom{Syntax: dicomtest.JPEGBaseline, Allocated: 8, Rows: 3, Columns: 3, Frames: 2, Compressed: streams(2), Pieces: 2, NoOffsets: true},
		dicomtest.Phantom{Syntax: dicomtest.JPEG2000, Rows: 3, Columns: 3, Compressed: streams(1)},
	)
}
