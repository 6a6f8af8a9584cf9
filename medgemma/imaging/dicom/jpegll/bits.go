package jpegll

import "encoding/binary"

// bitReader reads entropy-coded data: bits from the highest down, a zero byte
// after each FF to be dropped (T.81 B.1.1.5). At a marker, and at the end of the
// data, it hands out zeros and counts them.
type bitReader struct {
	data []byte
	at   int    // next byte
	acc  uint64 // the next bits, highest first
	have uint   // how many of acc
	lent uint   // how many of them were never there
}

// fill makes at least 32 bits ready.
func (b *bitReader) fill() {
	// Most of the time no FF is near, and four bytes go in at once.
	if b.at+4 <= len(b.data) {
		v := binary.BigEndian.Uint32(b.data[b.at:])
		// A byte of ^v is 0 (the usual test for a zero byte in a word).
		if (^v-0x01010101)&v&0x80808080 == 0 {
			b.acc |= uint64(v) << (32 - b.have)
			b.have += 32
			b.at += 4
			return
		}
	}
	for b.have <= 56 {
		var v byte
		if b.at < len(b.data) {
			v = b.data[b.at]
			b.at++
		} else {
			b.lent += 8
		}
		if v == 0xFF {
			// A marker stays where it is.
			if b.at < len(b.data) && b.data[b.at] == 0 {
				b.at++
			} else {
				b.at--
				v = 0
				b.lent += 8
			}
		}
		b.acc |= uint64(v) << (56 - b.have)
		b.have += 8
	}
}

// differences reads as many differences as dst has room for, by each table in turn.
// It reports whether every word was one of its table; whether the bits were there
// at all, only overrun knows.
func (b *bitReader) differences(dst []uint16, tables []*table) bool {
	k := 0
	for i := range dst {
		if b.have < 32 { // a word and its bits take at most 31
			b.fill()
		}
		t := tables[k]
		if k++; k == len(tables) {
			k = 0
		}
		e := t.fast[b.acc>>(64-fastBits)]
		category, length := uint(e>>8), uint(e&0xFF)
		if length == 0 {
			if category, length = t.slow(int32(b.acc >> 48)); length == 0 {
				return false
			}
		}
		acc := b.acc << length
		b.have -= length
		switch category {
		case 0:
			dst[i] = 0
		case 16: // no bits follow (H.1.2.2)
			dst[i] = 1 << 15
		default:
			// A value without its highest bit is negative (F.2.2.1, EXTEND): without a
			// branch, since there is no guessing which way it goes.
			v := int32(acc >> (64 - category))
			dst[i] = uint16(v + (v>>(category-1)-1)&(1-1<<category))
			acc <<= category
			b.have -= category
		}
		b.acc = acc
	}
	return true
}

// overrun reports whether bits were read that are not there.
func (b *bitReader) overrun() bool { return b.have < b.lent }

// end is where the marker after the data, or the end, is looked for: no further
// than what has been read ahead.
func (b *bitReader) end() int { return b.at }

// restart drops the bits that fill up the last byte and steps over a restart
// marker. It reports whether there was one.
func (b *bitReader) restart() bool {
	// What was read ahead holds no marker: fill never goes past one. The rest is less
	// than a byte, unless there is something that should not be there.
	at := b.at
	for at+1 < len(b.data) && b.data[at] == 0xFF && b.data[at+1] == 0xFF {
		at++ // fill bytes (B.1.1.2)
	}
	if at+1 >= len(b.data) || b.data[at] != 0xFF || b.data[at+1] < rst0 || b.data[at+1] > rst7 {
		return false
	}
	b.at = at + 2
	b.acc, b.have, b.lent = 0, 0, 0
	return true
}
