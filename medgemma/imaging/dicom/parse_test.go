package dicom

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// refused fails t unless err is an *Error of the kind that names what.
func refused(t testing.TB, name string, err error, kind Kind, what string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("%s: error %v, want an *Error", name, err)
	} else if e.Kind != kind || e.What != what {
		t.Errorf("%s: refused as %s (%s), want %s (%s)", name, e.Kind, e.What, kind, what)
	}
}

func TestFilesAreReadHoweverTheyBegin(t *testing.T) {
	for _, syntax := range []string{dicomtest.ImplicitLE, dicomtest.ExplicitLE, dicomtest.ExplicitBE} {
		for i := range 16 {
			sameSamplesOf(t, dicomtest.Phantom{
				Syntax: syntax, Stored: 12, Rows: 8, Columns: 8, Frames: 2,
				NoPreamble: i&1 > 0, NoMeta: i&2 > 0, NoSyntax: i&4 > 0, Undefined: i&8 > 0,
			})
		}
	}
}

// sameSamplesOf is sameSamples of p's own bytes.
func sameSamplesOf(t *testing.T, p dicomtest.Phantom) {
	t.Helper()
	sameSamples(t, p, p.Bytes(t))
}

func TestTheDatasetDecidesWhetherItIsExplicit(t *testing.T) {
	// The meta group of an implicit file before an explicit data set.
	p := dicomtest.Phantom{Rows: 8, Columns: 8, Syntax: dicomtest.ImplicitLE}
	implicit := p.Bytes(t)
	p.Syntax = dicomtest.ExplicitLE
	explicit := p.Bytes(t)
	at := func(data []byte) int { return 144 + int(binary.LittleEndian.Uint32(data[140:])) }
	sameSamples(t, p, slices.Concat(implicit[:at(implicit)], explicit[at(explicit):]))
}

func TestImplicitElementsInExplicitFiles(t *testing.T) {
	p := dicomtest.Phantom{Rows: 8, Columns: 8, Extra: []dicomtest.Element{
		{Tag: 0x0009_1002, Value: []byte("some private"), Implicit: true},
		{Tag: 0x0020_0013, VR: "IS", Value: 17, Implicit: true},
		{Tag: 0x0021_1001, VR: "SQ", Implicit: true, Value: dicomtest.Sequence{
			Undefined: true, Items: [][]dicomtest.Element{{{Tag: 0x0021_1002, VR: "LO", Value: "x", Implicit: true}}},
		}},
	}}
	data := p.Bytes(t)
	sameSamples(t, p, data)
	if f := opened(t, data); f.Instance != 17 {
		t.Errorf("instance %d, want 17", f.Instance)
	}
}

func TestUnknownRepresentationIsImplicit(t *testing.T) {
	groups := dicomtest.Sequence{Items: [][]dicomtest.Element{{
		{Tag: 0x0020_9116, VR: "SQ", Value: dicomtest.Sequence{Items: [][]dicomtest.Element{{
			{Tag: 0x0020_0037, VR: "DS", Value: []float64{0, 1, 0, 0, 0, 1}},
		}}}},
	}}}
	for _, syntax := range []string{dicomtest.ExplicitLE, dicomtest.ExplicitBE} {
		for _, undefined := range []bool{false, true} {
			groups.Undefined = undefined
			p := dicomtest.Phantom{Syntax: syntax, Rows: 8, Columns: 8, Extra: []dicomtest.Element{
				{Tag: 0x5200_9229, VR: "UN", Value: groups},
				{Tag: 0x0029_1010, VR: "UN", Value: groups}, // not of the dictionary
				{Tag: 0x0020_0032, VR: "DS", Value: []float64{1, 2, 3}},
			}}
			data := p.Bytes(t)
			sameSamples(t, p, data)
			if g := opened(t, data).Geometry(0); !g.OK || g.Row != [3]float64{0, 1, 0} {
				t.Errorf("undefined %t: geometry %+v", undefined, g)
			}
		}
	}
}

func TestIconsArePassedBy(t *testing.T) {
	for _, undefined := range []bool{false, true} {
		for _, syntax := range []string{dicomtest.ExplicitLE, dicomtest.ImplicitLE} {
			sameSamplesOf(t, dicomtest.Phantom{Syntax: syntax, Rows: 8, Columns: 8, Extra: []dicomtest.Element{
				{Tag: 0x0088_0200, VR: "SQ", Value: dicomtest.Sequence{Undefined: undefined, Items: [][]dicomtest.Element{{
					{Tag: 0x0028_0010, VR: "US", Value: 1},
					{Tag: 0x7FE0_0010, VR: "OB", Value: dicomtest.Fragments{Data: [][]byte{[]byte("icon of a face.."), {1, 2}}}},
				}}}},
			}})
		}
	}
}

// nested is a sequence in a sequence and so on, depth of them.
func nested(depth int, undefined bool) dicomtest.Element {
	e := dicomtest.Element{Tag: 0x0040_A730, VR: "SQ", Value: dicomtest.Sequence{Undefined: undefined}}
	for range depth - 1 {
		e = dicomtest.Element{Tag: 0x0040_A730, VR: "SQ", Value: dicomtest.Sequence{
			Undefined: undefined, Items: [][]dicomtest.Element{{e}},
		}}
	}
	return e
}

func TestNestingIsLimited(t *testing.T) {
	p := dicomtest.Phantom{Rows: 8, Columns: 8}
	p.Extra = []dicomtest.Element{nested(maxDepth, true)}
	sameSamplesOf(t, p)
	p.Extra = []dicomtest.Element{nested(maxDepth+1, true)}
	_, err := Open(t.Context(), p.Bytes(t))
	refused(t, "one too deep", err, KindTooLarge, "")
	// Of defined length nobody has to look inside.
	p.Extra = []dicomtest.Element{nested(1000, false)}
	sameSamplesOf(t, p)
}

func TestElementsAreCounted(t *testing.T) {
	// Empty items: eight bytes each.
	items := make([][]dicomtest.Element, maxKept)
	p := dicomtest.Phantom{Rows: 8, Columns: 8, Extra: []dicomtest.Element{
		{Tag: 0x5200_9230, VR: "SQ", Value: dicomtest.Sequence{Items: items}},
	}}
	_, err := Open(t.Context(), p.Bytes(t))
	refused(t, "too many items", err, KindTooLarge, "")
}

func TestCutFiles(t *testing.T) {
	for _, p := range []dicomtest.Phantom{
		{Rows: 4, Columns: 4, Frames: 3},
		{Rows: 4, Columns: 4, Frames: 3, Undefined: true, Syntax: dicomtest.ImplicitLE},
		{Rows: 4, Columns: 4, Frames: 3, Syntax: dicomtest.ExplicitBE, NoMeta: true, NoPreamble: true},
		{Rows: 4, Columns: 4, Frames: 3, Syntax: dicomtest.RLE, Pieces: 2},
		{Rows: 4, Columns: 4, Frames: 3, Syntax: dicomtest.RLE, NoOffsets: true},
		{Rows: 4, Columns: 4, Frames: 3, Syntax: dicomtest.Deflated},
	} {
		whole := p.Bytes(t)
		want := opened(t, whole)
		for n := range len(whole) {
			f, err := Open(t.Context(), whole[:n])
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || e.Kind != KindCut && e.Kind != KindNotImage {
					t.Fatalf("%s: cut at %d of %d: %v", describe(p), n, len(whole), err)
				}
				continue
			}
			missing := false
			for i := range want.Frames {
				if _, err := f.Frame(t.Context(), i); err != nil {
					refused(t, describe(p), err, KindCut, "")
					missing = true
				} else if got := samplesOf(t, f, i); !slices.Equal(got, samplesOf(t, want, i)) {
					t.Fatalf("%s: cut at %d of %d: frame %d is another", describe(p), n, len(whole), i)
				}
			}
			if missing && !f.truncated {
				t.Fatalf("%s: cut at %d of %d: frames are missing and truncated is false", describe(p), n, len(whole))
			}
			if f.Claimed != 3 {
				t.Fatalf("%s: cut at %d of %d: claims %d frames, want 3", describe(p), n, len(whole), f.Claimed)
			}
		}
	}
}
