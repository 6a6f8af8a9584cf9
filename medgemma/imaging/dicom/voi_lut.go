package dicom

// Tags of a look-up table in a sequence's item (PS3.3 C.11.1, C.11.2).
const (
	tagLUTDescriptor tag = 0x0028_3002
	tagLUTData       tag = 0x0028_3006
)

// lut is a look-up table for stored or modality values.
type lut struct {
	first   int      // the value that the first entry is for
	entries []uint16 // at least 1
	bits    int      // of an entry, 1 to 16
}

// readLUT reads the table of a modality or VOI LUT sequence's item; nil when there
// is none that could be used. signed says how a first value is to be read where the
// file does not.
func readLUT(d *dataset, signed bool) *lut {
	return readTable(d, tagLUTDescriptor, tagLUTData, signed)
}

// readTable reads a table by its descriptor: number of entries (0 means 65,536),
// first value, bits of an entry (PS3.3 C.11.1.1.1). A table that is cut short is
// used as far as it goes, like one whose last entry goes on for ever.
func readTable(d *dataset, descriptor, data tag, signed bool) *lut {
	n, l := readDescriptor(d, descriptor, signed)
	if l == nil {
		return nil
	}
	l.entries = d.words(data, 16)
	if bytes := d.words(data, 8); len(l.entries) < n && len(bytes) >= n {
		l.entries = bytes // packed, whatever the descriptor says of their bits
	}
	l.entries = l.entries[:min(n, len(l.entries))]
	if len(l.entries) == 0 {
		return nil
	}
	l.deepen()
	return l
}

// readDescriptor is the number of entries and an empty table; nil without one.
func readDescriptor(d *dataset, descriptor tag, signed bool) (int, *lut) {
	words := d.ints(descriptor, signed, 3)
	if len(words) < 3 {
		return 0, nil
	}
	n := words[0] & 0xFFFF // read as signed it may be negative
	if n == 0 {
		n = 1 << 16
	}
	first := words[1]
	if signed {
		first = int(int16(first)) // some say US of it all the same
	}
	return n, &lut{first: first, bits: words[2] & 0xFFFF}
}

// deepen corrects bits where the descriptor's cannot be: files say 8 of 16-bit
// entries, and 0.
func (l *lut) deepen() {
	if l.bits < 1 || l.bits > 16 {
		l.bits = 1
	}
	for _, v := range l.entries {
		for int(v)>>l.bits != 0 {
			l.bits++
		}
	}
}

// at is the entry for v: the first for all below, the last for all above.
func (l *lut) at(v int) uint16 {
	return l.entries[max(0, min(v-l.first, len(l.entries)-1))]
}
