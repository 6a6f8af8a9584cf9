package dicom

import (
	"context"
	"encoding/binary"
)

// Limits of the parser. A file of this package's limits in pixels needs far less.
const (
	maxDepth  = 16        // of sequences in sequences
	maxWalked = 1_000_000 // elements, items and fragments passed by
	maxKept   = 200_000   // of those, the ones of which a note is kept; about 100 bytes each
)

// preamble is the length of what stands before "DICM" (PS3.10 7.1).
const preamble = 128

// parser walks over the elements of a file. Its values point into data.
type parser struct {
	data         []byte
	walked, kept int
	truncated    bool
	tooLarge     bool // a limit was met: the file is refused
	pixels       pixelData
	found        bool // pixel data
}

// coding is how the elements of a data set are written.
type coding struct{ implicit, bigEndian bool }

func (c coding) order() binary.ByteOrder {
	if c.bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// parse reads the file's meta group and its data set up to the pixels, into one
// data set, and tells the transfer syntax, by which the pixels are written.
func parse(ctx context.Context, data []byte) (p *parser, ds *dataset, syntax string, err error) {
	p = &parser{data: data}
	ds = &dataset{}
	pos := 0
	if len(data) >= preamble+4 && string(data[preamble:preamble+4]) == "DICM" {
		pos = preamble + 4
	}
	meta := pos > 0
	for pos+8 <= len(data) && binary.LittleEndian.Uint16(data[pos:]) == 2 {
		meta = true
		e, ok := p.next(pos, len(data), coding{})
		if !ok || e.undefined || e.end > len(data) {
			return nil, nil, "", &Error{Kind: KindCut}
		}
		if p.walked++; p.walked > maxWalked {
			return nil, nil, "", &Error{Kind: KindTooLarge}
		}
		ds.add(element{tag: e.tag, vr: e.vr, value: data[e.start:e.end]})
		pos = e.end
	}
	syntax = ds.str(tagTransferSyntax)
	if syntax == syntaxDeflated {
		inflated, whole, err := inflate(ctx, data[pos:])
		if err != nil {
			return nil, nil, "", err
		}
		p.data, p.truncated, pos = inflated, !whole, 0
	}
	c, ok := guess(p.data[pos:])
	if !ok && !meta {
		return nil, nil, "", &Error{Kind: KindNotImage, What: "no picture"}
	}
	if syntax == "" {
		syntax = c.syntax()
	}
	c = coding{implicit: c.implicit && syntax == syntaxImplicit, bigEndian: syntax == syntaxBigEndian}
	ds.bigEndian = c.bigEndian
	p.walk(pos, len(p.data), c, ds, 0)
	if p.tooLarge {
		return nil, nil, "", &Error{Kind: KindTooLarge}
	}
	return p, ds, syntax, nil
}

// guess looks at the first element for how the data set is written. Files that say
// one thing and do another are met in the wild, and letters of a representation
// where a length would be cannot be one: it would be beyond 16 KB, and the first
// element is short. ok is false when it is no element that a file begins with.
func guess(b []byte) (c coding, ok bool) {
	if len(b) < 8 {
		return coding{}, false
	}
	_, explicit := forms[string(b[4:6])]
	little, big := binary.LittleEndian.Uint16(b), binary.BigEndian.Uint16(b)
	c = coding{implicit: !explicit, bigEndian: big < little}
	// The first group of a data set is 0008 in all but name (PS3.3: SOP Common).
	return c, min(little, big) == 8
}

// syntax is the uncompressed transfer syntax of c.
func (c coding) syntax() string {
	switch {
	case c.implicit:
		return syntaxImplicit
	case c.bigEndian:
		return syntaxBigEndian
	}
	return syntaxExplicit
}

// header is the beginning of an element.
type header struct {
	tag        tag
	vr         string // "" when not written
	undefined  bool   // its length
	start, end int    // of its value; end may lie beyond the data
}

// next reads the beginning of the element at pos; ok is false when it is cut.
// Elements without a representation in explicit files are read as implicit ones:
// some writers copy private groups as they came.
func (p *parser) next(pos, end int, c coding) (h header, ok bool) {
	if end-pos < 8 {
		return header{}, false
	}
	b, order := p.data[pos:end], c.order()
	h.tag = tag(order.Uint16(b))<<16 | tag(order.Uint16(b[2:]))
	length, size := uint32(0), 8
	written, explicit := forms[string(b[4:6])]
	switch {
	case h.tag == tagItem || h.tag == tagItemEnd || h.tag == tagSequenceEnd || c.implicit || !explicit:
		length = order.Uint32(b[4:])
	case !written.long:
		h.vr, length = written.name, uint32(order.Uint16(b[6:]))
	case len(b) < 12:
		return header{}, false
	default:
		h.vr, length, size = written.name, order.Uint32(b[8:]), 12
	}
	h.start = pos + size
	h.undefined = length == undefined
	h.end = h.start + int(length)
	return h, true
}

// count notes that something was passed by, and whether it was kept; it says
// whether the walk may go on.
func (p *parser) count(kept bool) bool {
	p.walked++
	if kept {
		p.kept++
	}
	p.tooLarge = p.tooLarge || p.walked > maxWalked || p.kept > maxKept
	return !p.tooLarge
}
