package jpeg444

// The forward transform (T.81 A.3.3), in integers.

const (
	cosineBits = 13 // precision of the cosines
	extra      = 4  // bits that coefficients have beyond their unit
)

// cosine[k] is cos(k*pi/16)/2, and at 4 also what the first row of the transform
// has: 1/(2*sqrt(2)).
var cosine = [8]int32{4096, 4017, 3784, 3406, 2896, 2276, 1567, 799}

// transform replaces samples from -128 to 127 with coefficients, rows first.
func (b *block) transform() {
	for i := 0; i < 64; i += 8 {
		line(b, i, 1, cosineBits-extra)
	}
	for i := range 8 {
		line(b, i, 8, cosineBits)
	}
}

// line transforms the eight values from first on, step apart, and drops low bits.
// Sums and differences of mirrored values make two transforms of half the length:
// half the work.
func line(b *block, first, step, drop int) {
	v := (*[64]int32)(b)
	at := func(i int) int { return (first + i*step) & 63 }
	x0, x1, x2, x3 := v[at(0)], v[at(1)], v[at(2)], v[at(3)]
	x4, x5, x6, x7 := v[at(4)], v[at(5)], v[at(6)], v[at(7)]
	s0, s1, s2, s3 := x0+x7, x1+x6, x2+x5, x3+x4
	d0, d1, d2, d3 := x0-x7, x1-x6, x2-x5, x3-x4
	c := &cosine
	half := int32(1) << (drop - 1)

	v[at(0)] = (c[4]*(s0+s1+s2+s3) + half) >> drop
	v[at(4)] = (c[4]*(s0-s1-s2+s3) + half) >> drop
	v[at(2)] = (c[2]*(s0-s3) + c[6]*(s1-s2) + half) >> drop
	v[at(6)] = (c[6]*(s0-s3) - c[2]*(s1-s2) + half) >> drop

	v[at(1)] = (c[1]*d0 + c[3]*d1 + c[5]*d2 + c[7]*d3 + half) >> drop
	v[at(3)] = (c[3]*d0 - c[7]*d1 - c[1]*d2 - c[5]*d3 + half) >> drop
	v[at(5)] = (c[5]*d0 - c[1]*d1 + c[7]*d2 + c[3]*d3 + half) >> drop
	v[at(7)] = (c[7]*d0 - c[5]*d1 + c[3]*d2 - c[1]*d3 + half) >> drop
}
