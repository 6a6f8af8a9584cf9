package dicom

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// tag is a data element's group and number.
type tag uint32

// element is one data element; its value points into the file.
type element struct {
	tag   tag
	vr    string // two letters; the dictionary's where the file has none
	value []byte
	items []*dataset // of a sequence
}

// Limits of what the getters hand out: the rest of a value is left out, so that a
// hostile one cannot become many times its size. The longest value of use is a
// look-up table of 65,536 entries.
const (
	maxValues = 1024
	maxText   = 1024 // bytes, of one value
	maxNumber = 64   // bytes, of a number in text: DS has 16 at most, IS 12 (PS3.5 table 6.2-1)
	maxWords  = 1 << 17
)

// dataset is the elements of a file or of a sequence's item that are in the
// dictionary. What the getters do not find, or cannot read, is nil or zero.
type dataset struct {
	elements  []element // each tag once, as a rule in ascending order
	bigEndian bool
}

// add keeps e; the first of several with one tag counts.
func (d *dataset) add(e element) {
	if _, have := dictionary[e.tag]; have && !d.has(e.tag) {
		d.elements = append(d.elements, e)
	}
}

func (d *dataset) get(t tag) element {
	for _, e := range d.elements {
		if e.tag == t {
			return e
		}
	}
	return element{}
}

// has says whether the element is there, empty or not.
func (d *dataset) has(t tag) bool { return d.get(t).tag == t }

// str is a value as text without its padding: the first of several.
func (d *dataset) str(t tag) string {
	if all := split(d.get(t).value, 1, maxText); len(all) > 0 {
		return all[0]
	}
	return ""
}

// strs are all values of a text element, at most 1024.
func (d *dataset) strs(t tag) []string { return split(d.get(t).value, maxValues, maxText) }

// split cuts text at its backslashes into at most n values without their padding,
// each of at most size bytes with it.
func split(value []byte, n, size int) (all []string) {
	for len(value) > 0 && len(all) < n {
		one, rest, _ := bytes.Cut(value, []byte{'\\'})
		all = append(all, strings.Trim(string(one[:min(len(one), size)]), " \x00\t\r\n"))
		value = rest
	}
	return all
}

// numbers are the first values of DS or IS; nil when one of them is no number, or
// longer than any is. It looks no further than where so many of them end: the rest
// may be megabytes.
func numbers(value []byte, most int) (all []float64) {
	for _, s := range split(value[:min(len(value), most*(maxNumber+1))], most, maxNumber+1) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || len(s) > maxNumber {
			return nil
		}
		all = append(all, v)
	}
	return all
}

// ints are the first values of a US, SS, UL, SL or IS element, at most so many. signed
// says how to read US/SS where the file does not say (implicit VR).
func (d *dataset) ints(t tag, signed bool, most int) (all []int) {
	e := d.get(t)
	if e.vr == eitherShort {
		e.vr = "US"
		if signed {
			e.vr = "SS"
		}
	}
	if e.vr == "IS" {
		for _, v := range numbers(e.value, most) { // some write 1.0
			if v != math.Trunc(v) || math.Abs(v) > math.MaxInt32 {
				return nil
			}
			all = append(all, int(v))
		}
		return all
	}
	b, order := e.value, d.order()
	for size := sizes[e.vr]; size > 0 && len(b) >= size && len(all) < most; b = b[size:] {
		switch e.vr {
		case "US", "OW", "AT":
			all = append(all, int(order.Uint16(b)))
		case "SS":
			all = append(all, int(int16(order.Uint16(b))))
		case "UL", "OL":
			all = append(all, int(order.Uint32(b)))
		case "SL":
			all = append(all, int(int32(order.Uint32(b))))
		}
	}
	return all
}

// sizes are the bytes of one value of a binary integer representation.
var sizes = map[string]int{"US": 2, "SS": 2, "OW": 2, "AT": 2, "UL": 4, "OL": 4, "SL": 4}

// integer is the first of ints, or other when there is none.
func (d *dataset) integer(t tag, other int) int {
	if all := d.ints(t, false, 1); len(all) > 0 {
		return all[0]
	}
	return other
}

// floats are the first values of a DS, FL, FD or of any integer element, at most so
// many; nil when one of them is not a finite number.
func (d *dataset) floats(t tag, most int) (all []float64) {
	e, order := d.get(t), d.order()
	switch e.vr {
	case "DS":
		all = numbers(e.value, most)
	case "FL", "OF":
		for b := e.value; len(b) >= 4 && len(all) < most; b = b[4:] {
			all = append(all, float64(math.Float32frombits(order.Uint32(b))))
		}
	case "FD", "OD":
		for b := e.value; len(b) >= 8 && len(all) < most; b = b[8:] {
			all = append(all, math.Float64frombits(order.Uint64(b)))
		}
	default:
		for _, v := range d.ints(t, false, most) {
			all = append(all, float64(v))
		}
	}
	for _, v := range all {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	return all
}

// words are the values of an OW, OB or US element of a look-up table, each of
// bits (8 or 16), at most 131,072.
func (d *dataset) words(t tag, bits int) []uint16 {
	e, order := d.get(t), d.order()
	if bits == 16 {
		all := make([]uint16, min(len(e.value)/2, maxWords))
		for i := range all {
			all[i] = order.Uint16(e.value[2*i:])
		}
		return all
	}
	all := make([]uint16, min(len(e.value), maxWords))
	swap := 0
	if d.bigEndian && e.vr != "OB" {
		swap = 1 // words of two entries, the first in the low byte
	}
	for i := range all {
		if j := i ^ swap; j < len(e.value) {
			all[i] = uint16(e.value[j])
		}
	}
	return all
}

// items are those of a sequence.
func (d *dataset) items(t tag) []*dataset { return d.get(t).items }

func (d *dataset) order() binary.ByteOrder { return coding{bigEndian: d.bigEndian}.order() }

// pixelData is where the pictures are.
type pixelData struct {
	native       []byte   // unpacked: all frames, one after another, as far as they are there
	length       int      // of native, as the file says
	words        bool     // native is of 16-bit words (OW), which matters in big endian
	encapsulated bool     // in fragments
	fragments    [][]byte // without the table
	offsets      []int    // of frames from the first fragment's item; may be empty or nonsense
	frames       [][2]int // first fragment of each frame, and the first behind it
}
