package imaging

import (
	"cmp"
	"math"
	"slices"
)

// placed is a slice with what it is sorted by.
type placed struct {
	frame
	stack int      // of one orientation, in the order in which they came
	along float64  // mm along the stack's normal
	spot  [3]int64 // its position in hundredths of mm
}

// Slices belong to one stack when their normals differ by less than 2 degrees.
const (
	sameNormal = 0.9994
	maxStacks  = 64 // more, as in a rotating series, count as the last
)

// byPosition sorts each stack along its normal and keeps one slice of each place,
// unless there is one place alone: that is a film.
func (s *series) byPosition() {
	var normals [][3]float64
	all := make([]placed, len(s.slices))
	for i, f := range s.slices {
		g := f.place()
		n := normal(g)
		k := slices.IndexFunc(normals, func(m [3]float64) bool { return dot(m, n) > sameNormal })
		if k < 0 && len(normals) < maxStacks {
			normals = append(normals, n)
		}
		if k < 0 {
			k = len(normals) - 1
		}
		p := placed{frame: f, stack: k, along: dot(normals[k], g.Position)}
		for c, v := range g.Position {
			p.spot[c] = int64(math.Round(v * 100))
		}
		all[i] = p
	}
	acquired := map[int]int{} // slices of an acquisition
	for _, f := range s.slices {
		acquired[f.in.Acquisition]++
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.stack, b.stack), cmp.Compare(a.along, b.along), compareSpots(a.spot, b.spot),
			preferred(a.in, b.in, acquired), cmp.Compare(a.at, b.at))
	})
	same := func(a, b placed) bool { return a.stack == b.stack && a.spot == b.spot }
	if slices.ContainsFunc(all, func(p placed) bool { return !same(p, all[0]) }) {
		if once := slices.CompactFunc(slices.Clone(all), same); len(once) < len(all) {
			all = once
			s.notes = append(s.notes, NoteOnePerPlace)
		}
	} else {
		slices.SortStableFunc(all, func(a, b placed) int {
			return cmp.Or(cmp.Compare(a.in.Instance, b.in.Instance), cmp.Compare(a.at, b.at))
		})
	}
	s.slices = s.slices[:0]
	for _, p := range all {
		s.slices = append(s.slices, p.frame)
	}
}

func compareSpots(a, b [3]int64) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[2], b[2]))
}

// preferred sorts what lies at one place, the one to keep first: not derived, of the
// acquisition with most slices, and the first of it (as MedGemma's server chooses).
func preferred(a, b *instance, acquired map[int]int) int {
	derived := func(in *instance) int {
		if in.Derived {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(derived(a), derived(b)),
		cmp.Compare(acquired[b.Acquisition], acquired[a.Acquisition]),
		cmp.Compare(a.Acquisition, b.Acquisition),
		cmp.Compare(a.Instance, b.Instance),
	)
}
