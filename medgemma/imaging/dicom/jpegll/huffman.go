package jpegll

// fastBits is how many bits the first look-up takes: it decides nearly all words.
const fastBits = 10

// table is a Huffman table of categories 0 to 16 of differences (T.81 table H.2).
type table struct {
	// fast gives, by the next bits, category<<8 | length of the word; 0 where the word
	// is longer or there is none.
	fast [1 << fastBits]uint16

	// For words of each length, 1 to 16: the code after the last, shifted up to 16
	// bits, and what leads from a code to its place in values (T.81 F.2.2.3).
	limit  [17]int32
	offset [17]int32
	values []byte
}

// newTable makes the table of so many words of each length from 1 to 16, and of
// the categories that they stand for.
func newTable(counts, values []byte) (*table, error) {
	t := &table{values: make([]byte, len(values))}
	code, k := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(counts[length-1])
		t.offset[length] = k - code
		for range n {
			v := values[k]
			if v > 16 || code >= 1<<length {
				return nil, ErrDamaged
			}
			t.values[k] = v
			if length <= fastBits {
				first := code << (fastBits - length)
				for i := range int32(1) << (fastBits - length) {
					t.fast[first+i] = uint16(v)<<8 | uint16(length)
				}
			}
			code++
			k++
		}
		t.limit[length] = code << (16 - length)
		code <<= 1
	}
	return t, nil
}

// slow finds a word of more than fastBits bits in the next 16. Length 0 means that
// there is none.
func (t *table) slow(next int32) (category, length uint) {
	for l := fastBits + 1; l <= 16; l++ {
		if next < t.limit[l] {
			return uint(t.values[t.offset[l]+next>>(16-l)]), uint(l)
		}
	}
	return 0, 0
}
