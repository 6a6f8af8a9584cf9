package dicom

// palette is the photometric interpretation of a frame whose samples are numbers of
// colours.
const palette = "PALETTE COLOR"

// Tags of the palettes (PS3.3 C.7.6.3.1.5, C.7.9.2): red; green and blue follow.
const (
	tagPaletteDescriptor tag = 0x0028_1101
	tagPaletteData       tag = 0x0028_1201
	tagPaletteSegments   tag = 0x0028_1221
)

// paletteRow shows a frame by the file's palettes.
func (f *File) paletteRow(fr *Frame) (func(int) []byte, error) {
	var channels [3]*lut
	for c := range channels {
		t := tag(c)
		channels[c] = readTable(f.ds, tagPaletteDescriptor+t, tagPaletteData+t, fr.Signed)
		if channels[c] == nil {
			channels[c] = readSegments(f.ds, tagPaletteDescriptor+t, tagPaletteSegments+t, fr.Signed)
		}
		if channels[c] == nil {
			return nil, &Error{Kind: KindUnsupported, What: "colours without a palette"}
		}
	}
	// Files say 16 bits and write 8, and the reverse: the largest of all entries
	// tells.
	shift := 0
	for _, l := range channels {
		for _, v := range l.entries {
			if v > 0xFF {
				shift = 8
			}
		}
	}
	samples := make([]int, fr.Width)
	out := make([]byte, 3*fr.Width)
	return func(y int) []byte {
		for x, v := range fr.Row(y, samples) {
			for c, l := range channels {
				out[3*x+c] = byte(l.at(v) >> shift)
			}
		}
		return out
	}, nil
}

// The kinds of segments (PS3.3 C.7.9.2).
const (
	segmentDiscrete = 0 // length, values
	segmentLinear   = 1 // length, last value: a line from the entry before
	segmentIndirect = 2 // number of segments, where the first is in bytes: repeats them
)

// readSegments reads a palette that is written in segments; nil when it contradicts
// itself.
func readSegments(d *dataset, descriptor, data tag, signed bool) *lut {
	n, l := readDescriptor(d, descriptor, signed)
	if l == nil {
		return nil
	}
	size := 2
	if l.bits == 8 {
		size = 1
	}
	words := d.words(data, 8*size)
	for at := 0; at+2 < len(words) && len(l.entries) < n; {
		if words[at] != segmentIndirect {
			if at = l.segment(words, at, n); at < 0 {
				return nil
			}
			continue
		}
		// The offset is of 32 bits, in as many words as it takes.
		repeats, from, width := int(words[at+1]), 0, 4/size
		if at+2+width > len(words) {
			return nil
		}
		for k, w := range words[at+2 : at+2+width] {
			from |= int(w) << (8 * size * k)
		}
		for from /= size; repeats > 0 && len(l.entries) < n; repeats-- {
			if from = l.segment(words, from, n); from < 0 {
				return nil
			}
		}
		at += 2 + width
	}
	if len(l.entries) != n {
		return nil
	}
	return l
}

// segment adds the direct segment at words[at], never beyond n entries, and says
// where the next one is; -1 when it is no such thing.
func (l *lut) segment(words []uint16, at, n int) int {
	if at < 0 || at+2 >= len(words) {
		return -1
	}
	kind, length := words[at], int(words[at+1])
	if length == 0 { // could be repeated for ever
		return -1
	}
	room := min(length, n-len(l.entries))
	switch {
	case kind == segmentDiscrete && at+2+length <= len(words):
		l.entries = append(l.entries, words[at+2:at+2+room]...)
		return at + 2 + length
	case kind == segmentLinear && len(l.entries) > 0:
		from, to := int(l.entries[len(l.entries)-1]), int(words[at+2])
		for k := 1; k <= room; k++ {
			l.entries = append(l.entries, uint16(from+((to-from)*k+sign(to-from)*length/2)/length))
		}
		return at + 3
	}
	return -1
}

// sign makes a division round half away from zero.
func sign(v int) int {
	if v < 0 {
		return -1
	}
	return 1
}
