package dicomtest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"slices"
	"testing"
)

// Transfer syntaxes (PS3.5 A).
const (
	ImplicitLE   = "1.2.840.10008.1.2"
	ExplicitLE   = "1.2.840.10008.1.2.1"
	Deflated     = "1.2.840.10008.1.2.1.99"
	ExplicitBE   = "1.2.840.10008.1.2.2"
	RLE          = "1.2.840.10008.1.2.5"
	JPEGBaseline = "1.2.840.10008.1.2.4.50"
	JPEGExtended = "1.2.840.10008.1.2.4.51"
	JPEGLossless = "1.2.840.10008.1.2.4.57"
	JPEGLossSV1  = "1.2.840.10008.1.2.4.70"
	JPEG2000     = "1.2.840.10008.1.2.4.90"
)

// File is a DICOM file to write.
type File struct {
	Syntax     string    // a transfer syntax; "" is ExplicitLE
	Elements   []Element // of the data set; written in the order of their tags, the last of equal ones
	NoPreamble bool      // nor "DICM"
	NoMeta     bool      // no group 0002, and so no word of the syntax
	NoSyntax   bool      // a group 0002 without TransferSyntaxUID
}

// Element is one data element. Value is by VR:
//
//	texts (CS, DS, IS, LO, PN, UI ...)  string or []string; DS also float64s, IS also ints
//	US SS UL SL AT                      int or []int
//	FL FD                               float64 or []float64
//	OW US SS                            []uint16 as well
//	OB OW UN and any other              []byte, written as they are
//	SQ                                  Sequence
//	OB                                  Fragments
//
// nil is an empty value.
type Element struct {
	Tag      uint32 // group<<16 | element
	VR       string
	Value    any
	Implicit bool // without its VR, in an explicit file
}

// Sequence is the items of a sequence.
type Sequence struct {
	Items     [][]Element
	Undefined bool // lengths, ended by delimiters
}

// Fragments are encapsulated pixels. An offset table of as many entries as there
// are Offsets comes first, empty or not.
type Fragments struct {
	Offsets []uint32
	Data    [][]byte
}

// Bytes is the file.
func (f File) Bytes(t testing.TB) []byte {
	t.Helper()
	syntax := f.Syntax
	if syntax == "" {
		syntax = ExplicitLE
	}
	var out bytes.Buffer
	if !f.NoPreamble {
		out.Write(make([]byte, 128))
		out.WriteString("DICM")
	}
	if !f.NoMeta {
		meta := []Element{
			{Tag: 0x0002_0001, VR: "OB", Value: []byte{0, 1}},
			{Tag: 0x0002_0002, VR: "UI", Value: text(f.Elements, 0x0008_0016)},
			{Tag: 0x0002_0003, VR: "UI", Value: text(f.Elements, 0x0008_0018)},
		}
		if !f.NoSyntax {
			meta = append(meta, Element{Tag: 0x0002_0010, VR: "UI", Value: syntax})
		}
		w := writer{t: t, order: binary.LittleEndian}
		w.dataset(meta)
		length := writer{t: t, order: binary.LittleEndian}
		length.dataset([]Element{{Tag: 0x0002_0000, VR: "UL", Value: w.out.Len()}})
		out.Write(length.out.Bytes())
		out.Write(w.out.Bytes())
	}
	w := writer{t: t, order: binary.LittleEndian, implicit: syntax == ImplicitLE}
	if syntax == ExplicitBE {
		w.order = binary.BigEndian
	}
	w.dataset(f.Elements)
	if syntax == Deflated {
		z, err := flate.NewWriter(&out, flate.DefaultCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := z.Write(w.out.Bytes()); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	out.Write(w.out.Bytes())
	return out.Bytes()
}

// text is the value of a text element, or "".
func text(elements []Element, tag uint32) string {
	for _, e := range slices.Backward(elements) {
		if s, ok := e.Value.(string); ok && e.Tag == tag {
			return s
		}
	}
	return ""
}
