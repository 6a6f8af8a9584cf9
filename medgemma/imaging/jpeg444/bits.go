package jpeg444

import "math/bits"

// words are the code words of a Huffman table: the word of a value in the low bits,
// its length above them.
type words [256]uint32

// lengthShift is where the length of a word begins; words have at most 16 bits.
const lengthShift = 16

// words makes the code (T.81 annex C).
func (s *spec) words() (w words) {
	code, k := uint32(0), 0
	for i, n := range s.counts {
		for range n {
			w[s.values[k]] = uint32(i+1)<<lengthShift | code
			code++
			k++
		}
		code <<= 1
	}
	return w
}

// bitWriter packs bits into bytes, from the highest down, and puts a zero after each
// FF (T.81 B.1.1.5).
type bitWriter struct {
	out  []byte
	acc  uint64
	have int
}

// write adds the low n bits of v, n at most 32.
func (b *bitWriter) write(v uint32, n int) {
	b.acc = b.acc<<n | uint64(v)
	for b.have += n; b.have >= 8; b.have -= 8 {
		x := byte(b.acc >> (b.have - 8))
		if b.out = append(b.out, x); x == 0xFF {
			b.out = append(b.out, 0)
		}
	}
}

// word adds the word of a value.
func (b *bitWriter) word(w *words, value byte) {
	v := w[value]
	b.write(v&(1<<lengthShift-1), int(v>>lengthShift))
}

// value adds a word that tells a run of zeros and the size of v in bits, then v
// itself; a negative one as what lies below it (T.81 F.1.2.1).
func (b *bitWriter) value(w *words, run byte, v int32) {
	size := bits.Len32(uint32(max(v, -v)))
	b.word(w, run|byte(size))
	if v < 0 {
		v--
	}
	b.write(uint32(v)&(1<<size-1), size)
}

// flush fills the last byte up with ones.
func (b *bitWriter) flush() {
	if b.have > 0 {
		b.write(1<<(8-b.have)-1, 8-b.have)
	}
}
