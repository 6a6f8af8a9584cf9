package imaging

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

// resample filters a plane in one pass over its rows, from top to bottom: each row
// is scaled across, then added to the few output rows it takes part in. No copy of
// the source is made.
func resample(dst target, across, down []taps, src rows) {
	width := dst.out * dst.channels
	row := make([]int32, width)
	ring := newRing(down, width)
	next := 0 // output rows before it are written
	last := -1
	for _, t := range down {
		if len(t.weights) > 0 {
			last = t.first + len(t.weights) - 1
		}
	}
	for y := firstRow(down); y <= last; y++ {
		// Rows of padding above, and rows whose samples are all behind.
		next = dst.flush(down, ring, next, y)
		scaleAcross(row, src(y), across, dst.channels, int32(dst.fill))
		for o := next; o < len(down) && (len(down[o].weights) == 0 || down[o].first <= y); o++ {
			if len(down[o].weights) == 0 {
				continue
			}
			addRow(ring.row(o), row, down[o].weights[y-down[o].first])
		}
	}
	dst.flush(down, ring, next, last+1)
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

// flush writes the output rows that need no source row from y on, and returns the
// first that still does.
func (t target) flush(down []taps, r ring, next, y int) int {
	for ; next < len(down); next++ {
		d := down[next]
		if len(d.weights) > 0 && d.first+len(d.weights) > y {
			return next
		}
		t.write(next, r.row(next), d.fill)
		clear(r.row(next))
	}
	return next
}

// write rounds one finished row to 8 bits. fill is the padding's share of it.
func (t target) write(o int, acc []int32, fill int32) {
	const shift = weightBits + rowBits
	base := fill*int32(t.fill)<<rowBits + 1<<(shift-1)
	line := t.pix[o*t.out*t.step:][:t.out*t.step]
	if t.step == 1 {
		for i, v := range acc {
			line[i] = byte((v + base) >> shift)
		}
		return
	}
	for x := range t.out {
		for c := range t.channels {
			line[x*t.step+c] = byte((acc[x*t.channels+c] + base) >> shift)
		}
	}
}

// scaleAcross filters one row into samples of 8+rowBits bits.
func scaleAcross(dst []int32, src []byte, across []taps, channels int, fill int32) {
	const shift = weightBits - rowBits
	const half = 1 << (shift - 1)
	if channels == 1 {
		for i := range across {
			t := &across[i]
			s := t.fill*fill + half
			w := t.weights
			in := src[t.first:][:len(w)]
			// Four at a time: the loop is most of what preparing a JPEG costs
			// beyond decoding it.
			for len(w) >= 4 && len(in) >= 4 {
				s += w[0]*int32(in[0]) + w[1]*int32(in[1]) + w[2]*int32(in[2]) + w[3]*int32(in[3])
				w, in = w[4:], in[4:]
			}
			for k, v := range w {
				s += v * int32(in[k])
			}
			dst[i] = s >> shift
		}
		return
	}
	for i := range across {
		t := &across[i]
		r := t.fill*fill + half
		g, b := r, r
		in := src[3*t.first:][:3*len(t.weights)]
		for _, w := range t.weights {
			r += w * int32(in[0])
			g += w * int32(in[1])
			b += w * int32(in[2])
			in = in[3:]
		}
		out := dst[3*i:][:3]
		out[0], out[1], out[2] = r>>shift, g>>shift, b>>shift
	}
}

// addRow adds one row, weighted, to an output row.
func addRow(acc, row []int32, w int32) {
	acc = acc[:len(row)]
	for i, v := range row {
		acc[i] += w * v
	}
}

// ring holds the output rows that are being added to: two or three where a picture
// is scaled down.
type ring struct {
	acc   []int32
	width int
	n     int
}

// newRing makes room for as many output rows as one source row can take part in.
// Rows of padding alone never wait for a source row.
func newRing(down []taps, width int) ring {
	n, lo := 1, 0
	for hi := range down {
		for down[lo].first+len(down[lo].weights) <= down[hi].first && lo < hi {
			lo++
		}
		n = max(n, hi-lo+1)
	}
	return ring{acc: make([]int32, n*width), width: width, n: n}
}

// row is where output row o is added up.
func (r ring) row(o int) []int32 {
	at := o % r.n * r.width
	return r.acc[at : at+r.width]
}
