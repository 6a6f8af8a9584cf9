package jpegll

// picture is what the tests encode: a made-up frame and how it is to be coded.
type picture struct {
	width, height, components, precision int

	predictor int
	point     int  // point transform
	restart   int  // rows between restart markers
	apart     bool // each component in a scan of its own
	words     []int
}

// Lengths of the words for categories 0 to 16. Those of skewed reach 16 bits.
var (
	even   = []int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}
	skewed = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 16, 16}
)

// sample is the value at a place: soft shapes, full-scale jumps that need category
// 16, and noise. It has no low bits that the point transform would lose.
func (p picture) sample(x, y, c int) int {
	full := 1<<p.precision - 1
	v := (x*x/7 + y*5 + c*977 + x*y%13) & full
	switch {
	case (x/3+y/5)%7 == 0:
		v = full * ((x + c) & 1)
	case (x+y)%11 == 3:
		v = (x*2654435761 + y*40503 + c*69069) >> 3 & full
	case x == y:
		v = 1 << (p.precision - 1)
	}
	return v >> p.point << p.point
}

// encode writes the picture by the letter of T.81, annex H, one sample at a time.
func (p picture) encode() []byte {
	out := []byte{0xFF, 0xD8, 0xFF, 0xFE, 0, 4, 'h', 'i'}
	out = append(out, 0xFF, 0xC3, 0, byte(8+3*p.components), byte(p.precision),
		byte(p.height>>8), byte(p.height), byte(p.width>>8), byte(p.width), byte(p.components))
	for c := range p.components {
		out = append(out, byte(c+1), 0x11, 0)
	}
	counts, codes := make([]byte, 16), make([]int, 17)
	code := 0
	var values []byte
	for length := 1; length <= 16; length++ {
		for category, l := range p.words {
			if l == length {
				counts[l-1]++
				values = append(values, byte(category))
				codes[category] = code
				code++
			}
		}
		code <<= 1
	}
	out = append(out, 0xFF, 0xC4, 0, byte(2+17+len(values)), 0x02)
	out = append(append(out, counts...), values...)
	if p.restart > 0 {
		n := p.restart * p.width
		out = append(out, 0xFF, 0xDD, 0, 4, byte(n>>8), byte(n))
	}
	all := []int{0, 1, 2, 3}[:p.components]
	scans := [][]int{all}
	if p.apart {
		scans = nil
		for c := range p.components {
			scans = append(scans, []int{c})
		}
	}
	for _, channels := range scans {
		out = append(out, 0xFF, 0xDA, 0, byte(6+2*len(channels)), byte(len(channels)))
		for _, c := range channels {
			out = append(out, byte(c+1), 0x20)
		}
		out = append(out, byte(p.predictor), 0, byte(p.point))
		out = p.scan(out, channels, codes)
	}
	return append(out, 0xFF, 0xD9)
}

func (p picture) scan(out []byte, channels, codes []int) []byte {
	w := writer{out: out}
	marker := 0
	for y := range p.height {
		first := y == 0
		if p.restart > 0 && y > 0 && y%p.restart == 0 {
			w.flush()
			w.out = append(w.out, 0xFF, byte(0xD0+marker%8))
			marker++
			first = true
		}
		for x := range p.width {
			for _, c := range channels {
				d := (p.sample(x, y, c)>>p.point - p.predicted(x, y, c, first)) & 0xFFFF
				if d > 1<<15 {
					d -= 1 << 16
				}
				category := 0
				for m := max(d, -d); m > 0; m >>= 1 {
					category++
				}
				w.write(codes[category], p.words[category])
				if d < 0 {
					d += 1<<category - 1
				}
				if category < 16 {
					w.write(d, category)
				}
			}
		}
	}
	w.flush()
	return w.out
}

// predicted is Px of table H.1.
func (p picture) predicted(x, y, c int, first bool) int {
	at := func(x, y int) int { return p.sample(x, y, c) >> p.point }
	switch {
	case first && x == 0:
		return 1 << (p.precision - p.point - 1)
	case first:
		return at(x-1, y)
	case x == 0:
		return at(x, y-1)
	}
	ra, rb, rc := at(x-1, y), at(x, y-1), at(x-1, y-1)
	return []int{0, ra, rb, rc, ra + rb - rc, ra + (rb-rc)>>1, rb + (ra-rc)>>1, (ra + rb) >> 1}[p.predictor]
}

// writer packs bits, a zero after each FF.
type writer struct {
	out  []byte
	acc  uint64
	have int
}

func (w *writer) write(v, n int) {
	w.acc = w.acc<<n | uint64(v)
	for w.have += n; w.have >= 8; w.have -= 8 {
		b := byte(w.acc >> (w.have - 8))
		if w.out = append(w.out, b); b == 0xFF {
			w.out = append(w.out, 0)
		}
	}
}

func (w *writer) flush() {
	if w.have > 0 {
		w.write(1<<(8-w.have)-1, 8-w.have)
	}
}
