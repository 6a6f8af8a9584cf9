package dicom

// walk passes over the elements from pos to end and adds those of the dictionary to
// ds, which may be nil. Depth 0 is the file itself: there it stops behind the pixels,
// since nothing that follows them is of use. It returns where it stopped, and ok is
// false when what is written there makes no sense or is cut.
func (p *parser) walk(pos, end int, c coding, ds *dataset, depth int) (next int, ok bool) {
	for pos < end {
		h, ok := p.next(pos, end, c)
		if !ok {
			p.truncated = p.truncated || end == len(p.data)
			return end, false
		}
		vr, known := dictionary[h.tag]
		keep := known && ds != nil
		if !p.count(keep) {
			return pos, false
		}
		switch {
		case h.tag == tagItemEnd && depth > 0:
			return h.start, true
		case h.tag == tagSequenceEnd && depth > 0:
			return pos, true // the item's own end is missing
		case h.tag == tagItemEnd || h.tag == tagSequenceEnd:
			pos = h.start
			continue
		}
		if h.tag == tagPixels && depth == 0 {
			return p.pixelData(h, end, c)
		}
		if h.vr != "" && h.vr != unknownInBinary {
			vr = h.vr
		}
		switch {
		case h.undefined && (h.tag == tagPixels || vr != sequenceOfItems && h.vr != "" && h.vr != unknownInBinary):
			// An icon's pixels, for one: raw fragments.
			_, pos, ok = p.fragments(h.start, end, c, false)
		case h.undefined || vr == sequenceOfItems && keep:
			// PS3.5 6.2.2: what is of unknown representation is implicit little endian.
			inner := c
			if h.vr == unknownInBinary {
				inner = coding{implicit: true}
			}
			var items []*dataset
			items, pos, ok = p.sequence(h, end, inner, keep, depth)
			if keep {
				ds.add(element{tag: h.tag, vr: sequenceOfItems, items: items})
			}
		default:
			pos, ok = h.end, h.end <= end
			if keep {
				ds.add(element{tag: h.tag, vr: vr, value: p.data[h.start:min(h.end, end)]})
			}
		}
		if !ok {
			p.truncated = p.truncated || end == len(p.data)
			return end, false
		}
	}
	return end, true
}

// sequence reads the items of h, which keeps its data sets only if asked to. One of
// defined length is left at its end, whatever is in it.
func (p *parser) sequence(h header, end int, c coding, keep bool, depth int) (items []*dataset, next int, ok bool) {
	if depth >= maxDepth {
		p.tooLarge = true
		return nil, end, false
	}
	last, whole := end, !h.undefined
	if !h.undefined {
		last, whole = min(h.end, end), h.end <= end
	}
	pos := h.start
	for pos < last {
		item, ok := p.next(pos, last, c)
		if !ok || !p.count(keep) {
			return items, last, whole && !p.tooLarge
		}
		if item.tag == tagSequenceEnd && h.undefined {
			return items, item.start, true
		}
		if item.tag != tagItem {
			return items, last, whole
		}
		var ds *dataset
		if keep {
			ds = &dataset{bigEndian: c.bigEndian}
			items = append(items, ds)
		}
		stop := last
		if !item.undefined {
			stop = min(item.end, last)
		}
		next, ok := p.walk(item.start, stop, c, ds, depth+1)
		switch {
		case p.tooLarge:
			return items, last, false
		case !item.undefined && item.end <= last:
			pos = stop
		case !ok || !item.undefined:
			return items, last, whole
		default:
			pos = next
		}
	}
	return items, last, whole
}

// fragments passes over the items of encapsulated pixel data (PS3.5 A.4), and
// returns their values if asked to.
func (p *parser) fragments(pos, end int, c coding, keep bool) (values [][]byte, next int, ok bool) {
	for pos < end {
		h, ok := p.next(pos, end, c)
		if !ok || !p.count(keep) {
			return values, end, false
		}
		if h.tag == tagSequenceEnd {
			return values, h.start, true
		}
		if h.tag != tagItem || h.undefined {
			return values, end, false
		}
		if keep {
			values = append(values, p.data[h.start:min(h.end, end)])
		}
		if h.end > end {
			return values, end, false
		}
		pos = h.end
	}
	return values, end, false
}

// pixelData notes where the pixels are.
func (p *parser) pixelData(h header, end int, c coding) (next int, ok bool) {
	p.found = true
	p.pixels.words = h.vr != "OB"
	if !h.undefined {
		p.pixels.native = p.data[h.start:min(h.end, end)]
		p.pixels.length = h.end - h.start
		p.truncated = p.truncated || h.end > end
		return min(h.end, end), h.end <= end
	}
	values, next, ok := p.fragments(h.start, end, c, true)
	p.truncated = p.truncated || !ok
	p.pixels.encapsulated = true
	if len(values) > 0 {
		// One entry too many is enough to tell that the table does not fit.
		for table := values[0]; len(table) >= 4 && len(p.pixels.offsets) <= maxFrames; table = table[4:] {
			p.pixels.offsets = append(p.pixels.offsets, int(c.order().Uint32(table)))
		}
		p.pixels.fragments = values[1:]
	}
	return next, ok
}
