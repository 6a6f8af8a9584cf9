package imaging

import "encoding/binary"

// rows hands out one row of a plane: its samples, channels interleaved, 8 bits
// each. The slice is valid until the next call.
type rows func(y int) []byte

// target is where resample writes: a square of edge out, with pixels of step bytes
// of which the first channels are written.
type target struct {
	pix      []byte
	out      int
	step     int
	channels int
	fill     byte // value of the padding
}

// rowBits is the precision kept between the two directions, beyond 8 bits. 8 bits
// more, times weightBits, still fit an int32.
const rowBits = 8

// resample filters a plane in one pass over its rows, from top to bottom. Each
// output row is first added up from the few source rows that it takes part in, and
// then scaled across: down comes first because it goes over all samples, and eight
// neighbours of a row share a weight. Only those few source rows are copied.
func resample(dst target, across, down []taps, src rows) {
	ring := newRing(down)
	var sums []int32 // of a source row's width
	var near [][]byte
	next := firstRow(down) // source row that is read next
	for o := range down {
		d := &down[o]
		line := dst.pix[o*dst.out*dst.step:][:dst.out*dst.step]
		if len(d.weights) == 0 {
			dst.pad(line)
			continue
		}
		for ; next < d.first+len(d.weights); next++ {
			ring.put(next, src(next))
		}
		near = near[:0]
		for k := range d.weights {
			near = append(near, ring.row(d.first+k))
		}
		if sums == nil {
			sums = make([]int32, len(near[0]))
			across = evened(across, len(sums)/dst.channels)
		}
		scaleDown(sums, near, d.weights, d.fill*int32(dst.fill))
		if dst.channels == 1 {
			scaleAcross(line, sums, across, dst.step, int32(dst.fill))
		} else {
			scaleColour(line, sums, across, dst.step, int32(dst.fill))
		}
	}
}

// firstRow is the first source row that any output row needs.
func firstRow(down []taps) int {
	for _, t := range down {
		if len(t.weights) > 0 {
			return t.first
		}
	}
	return 0
}

// pad fills an output row that no source row takes part in.
func (t target) pad(line []byte) {
	if t.step == 1 {
		for i := range line {
			line[i] = t.fill
		}
		return
	}
	for ; len(line) > 0; line = line[t.step:] {
		for c := range t.channels {
			line[c] = t.fill
		}
	}
}

// scaleDown adds up weighted rows, and what the padding adds to them, to samples of
// 8+rowBits bits.
func scaleDown(dst []int32, rows [][]byte, weights []int32, padding int32) {
	const shift = weightBits - rowBits
	padding += 1 << (shift - 1) // half, to round
	n := len(dst) &^ 7
	for x := 0; x < n; x += 8 {
		a, b, c, d := addEight(rows, weights, x, uint64(padding))
		to := (*[8]int32)(dst[x:])
		to[0], to[4] = int32(uint32(a)>>shift), int32(a>>(32+shift))
		to[1], to[5] = int32(uint32(b)>>shift), int32(b>>(32+shift))
		to[2], to[6] = int32(uint32(c)>>shift), int32(c>>(32+shift))
		to[3], to[7] = int32(uint32(d)>>shift), int32(d>>(32+shift))
	}
	for x := n; x < len(dst); x++ {
		s := padding
		for k, row := range rows {
			s += weights[k] * int32(row[x])
		}
		dst[x] = s >> shift
	}
}

// addEight adds up eight weighted neighbours, two to a word, 32 bits each: 8 of the
// sample and weightBits never reach the upper one, and no weight is negative. a
// holds the first and the fifth, b the next of both, and so on. This is most of what
// preparing a JPEG costs beyond decoding it.
func addEight(rows [][]byte, weights []int32, x int, start uint64) (a, b, c, d uint64) {
	const lanes = 0x0000_00FF_0000_00FF // every fourth byte
	start |= start << 32
	a, b, c, d = start, start, start, start
	for k, w := range weights {
		v, w := binary.LittleEndian.Uint64(rows[k][x:]), uint64(w)
		a += v & lanes * w
		v >>= 8
		b += v & lanes * w
		v >>= 8
		c += v & lanes * w
		v >>= 8
		d += v & lanes * w
	}
	return a, b, c, d
}

// scaleAcross filters one row of single samples and rounds it to 8 bits.
func scaleAcross(dst []byte, src []int32, across []taps, step int, fill int32) {
	const shift = weightBits + rowBits
	const half = 1 << (shift - 1)
	for i := range across {
		t := &across[i]
		s := t.fill*fill<<rowBits + half
		w := t.weights
		in := src[t.first:][:len(w)]
		for len(w) >= 4 && len(in) >= 4 {
			s += w[0]*in[0] + w[1]*in[1] + w[2]*in[2] + w[3]*in[3]
			w, in = w[4:], in[4:]
		}
		for k, v := range w {
			s += v * in[k]
		}
		dst[i*step] = byte(s >> shift)
	}
}

// scaleColour is scaleAcross for three channels.
func scaleColour(dst []byte, src []int32, across []taps, step int, fill int32) {
	const shift = weightBits + rowBits
	const half = 1 << (shift - 1)
	for i := range across {
		t := &across[i]
		r := t.fill*fill<<rowBits + half
		g, b := r, r
		in := src[3*t.first:][:3*len(t.weights)]
		for _, w := range t.weights {
			r += w * in[0]
			g += w * in[1]
			b += w * in[2]
			in = in[3:]
		}
		to := dst[i*step:][:3]
		to[0], to[1], to[2] = byte(r>>shift), byte(g>>shift), byte(b>>shift)
	}
}

// ring holds the source rows that output rows still need.
type ring [][]byte

// newRing makes room for as many rows as one output row needs.
func newRing(down []taps) ring {
	n, read := 1, 0
	for _, t := range down {
		if len(t.weights) > 0 {
			read = max(read, t.first+len(t.weights))
			n = max(n, read-t.first)
		}
	}
	return make(ring, n)
}

// put copies row y in the place of the oldest.
func (r ring) put(y int, row []byte) { r[y%len(r)] = append(r[y%len(r)][:0], row...) }

func (r ring) row(y int) []byte { return r[y%len(r)] }
