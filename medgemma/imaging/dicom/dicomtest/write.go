package dicomtest

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// byteOrder is what both orders of package binary can do.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// writer writes elements one after another.
type writer struct {
	t        testing.TB
	order    byteOrder
	implicit bool
	out      bytes.Buffer
}

// dataset writes elements in the order of their tags, the last of equal ones.
func (w *writer) dataset(elements []Element) {
	last := map[uint32]Element{}
	for _, e := range elements {
		last[e.Tag] = e
	}
	tags := make([]uint32, 0, len(last))
	for tag := range last {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		w.element(last[tag])
	}
}

const undefined = 0xFFFF_FFFF

func (w *writer) element(e Element) {
	w.t.Helper()
	switch v := e.Value.(type) {
	case Sequence:
		w.sequence(e, v)
	case Fragments:
		w.begin(e, undefined)
		table := []byte{}
		for _, offset := range v.Offsets {
			table = binary.LittleEndian.AppendUint32(table, offset)
		}
		for _, data := range append([][]byte{table}, v.Data...) {
			w.mark(0xFFFE_E000, uint32(len(data)))
			w.out.Write(data)
		}
		w.mark(0xFFFE_E0DD, 0)
	default:
		value := w.value(e)
		w.begin(e, uint32(len(value)))
		w.out.Write(value)
	}
}

func (w *writer) sequence(e Element, s Sequence) {
	inner := writer{t: w.t, order: w.order, implicit: w.implicit}
	if e.VR == "UN" { // PS3.5 6.2.2 note 4
		inner.order, inner.implicit = binary.LittleEndian, true
	}
	for _, item := range s.Items {
		one := writer{t: w.t, order: inner.order, implicit: inner.implicit}
		one.dataset(item)
		length := uint32(one.out.Len())
		if s.Undefined {
			length = undefined
		}
		inner.mark(0xFFFE_E000, length)
		inner.out.Write(one.out.Bytes())
		if s.Undefined {
			inner.mark(0xFFFE_E00D, 0)
		}
	}
	length := uint32(inner.out.Len())
	if s.Undefined {
		inner.mark(0xFFFE_E0DD, 0)
		length = undefined
	}
	w.begin(e, length)
	w.out.Write(inner.out.Bytes())
}

// begin writes an element's tag, VR and length (PS3.5 7.1).
func (w *writer) begin(e Element, length uint32) {
	w.t.Helper()
	if w.implicit || e.Implicit {
		w.mark(e.Tag, length)
		return
	}
	if len(e.VR) != 2 {
		w.t.Fatalf("dicomtest: element %08x has VR %q", e.Tag, e.VR)
	}
	w.tag(e.Tag)
	w.out.WriteString(e.VR)
	switch e.VR {
	case "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV":
		w.out.Write([]byte{0, 0})
		w.out.Write(w.order.AppendUint32(nil, length))
	default:
		if length > math.MaxUint16 {
			w.t.Fatalf("dicomtest: element %08x of VR %s has %d bytes", e.Tag, e.VR, length)
		}
		w.out.Write(w.order.AppendUint16(nil, uint16(length)))
	}
}

func (w *writer) tag(tag uint32) {
	w.out.Write(w.order.AppendUint16(nil, uint16(tag>>16)))
	w.out.Write(w.order.AppendUint16(nil, uint16(tag)))
}

// mark writes a tag and a length without a VR.
func (w *writer) mark(tag, length uint32) {
	w.tag(tag)
	w.out.Write(w.order.AppendUint32(nil, length))
}

// value is e's value, of even length.
func (w *writer) value(e Element) (out []byte) {
	w.t.Helper()
	switch v := e.Value.(type) {
	case nil:
	case []byte:
		out = slices.Clone(v)
	case []uint16:
		for _, n := range v {
			out = w.order.AppendUint16(out, n)
		}
	case string:
		out = []byte(v)
	case []string:
		out = []byte(strings.Join(v, `\`))
	case int:
		return w.value(Element{Tag: e.Tag, VR: e.VR, Value: []int{v}})
	case []int:
		out = w.ints(e, v)
	case float64:
		return w.value(Element{Tag: e.Tag, VR: e.VR, Value: []float64{v}})
	case []float64:
		out = w.floats(e, v)
	default:
		w.t.Fatalf("dicomtest: element %08x has a %T", e.Tag, v)
	}
	if len(out)%2 == 1 {
		switch e.VR {
		case "UI", "OB", "OW", "UN":
			out = append(out, 0)
		default:
			out = append(out, ' ')
		}
	}
	return out
}

func (w *writer) ints(e Element, v []int) (out []byte) {
	w.t.Helper()
	var texts []string
	for _, n := range v {
		switch e.VR {
		case "US", "SS":
			out = w.order.AppendUint16(out, uint16(n))
		case "UL", "SL":
			out = w.order.AppendUint32(out, uint32(n))
		case "AT":
			out = w.order.AppendUint16(out, uint16(n>>16))
			out = w.order.AppendUint16(out, uint16(n))
		case "IS", "DS":
			texts = append(texts, strconv.Itoa(n))
		default:
			w.t.Fatalf("dicomtest: element %08x of VR %s has integers", e.Tag, e.VR)
		}
	}
	return append(out, strings.Join(texts, `\`)...)
}

func (w *writer) floats(e Element, v []float64) (out []byte) {
	w.t.Helper()
	var texts []string
	for _, n := range v {
		switch e.VR {
		case "FL", "OF":
			out = w.order.AppendUint32(out, math.Float32bits(float32(n)))
		case "FD", "OD":
			out = w.order.AppendUint64(out, math.Float64bits(n))
		case "DS":
			texts = append(texts, strconv.FormatFloat(n, 'g', 10, 64))
		default:
			w.t.Fatalf("dicomtest: element %08x of VR %s has floats", e.Tag, e.VR)
		}
	}
	return append(out, strings.Join(texts, `\`)...)
}
