package imaging

import (
	"cmp"
	"math"
	"slices"
)

// placed is a slice with what it is sorted by.
type placed struct {
	frame
	stack int     // of one orientation, in the order in which they came
	along float64 // mm along the stack's normal
	level int     // number of along, as levels counts
	spot  [3]int  // numbers of the position's coordinates, likewise
}

// Slices belong to one stack when their normals differ by less than 2 degrees.
const (
	sameNormal = 0.9994
	maxStacks  = 64 // more, as in a rotating series, count as the last
)

// jitter is by how many mm the positions of one place may differ: they are computed
// anew for each slice, and rounded.
const jitter = 0.01

// levels numbers values in ascending order; those within jitter of the lowest of a
// number share it. Rounding would tell 0.6249 from 0.625.
func levels(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	numbers := make([]int, len(values))
	n, lowest := 0, math.Inf(-1)
	for _, i := range order {
		if values[i]-lowest > jitter {
			n, lowest = n+1, values[i]
		}
		numbers[i] = n
	}
	return numbers
}

// place finds the stack and the place of each slice.
func (s *series) place() []placed {
	var normals [][3]float64
	all := make([]placed, len(s.slices))
	along := make([]float64, len(all))
	var axes [3][]float64
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
		along[i] = dot(normals[k], g.Position)
		all[i] = placed{frame: f, stack: k, along: along[i]}
		for c, v := range g.Position {
			axes[c] = append(axes[c], v)
		}
	}
	for i, n := range levels(along) {
		all[i].level = n
	}
	for c := range axes {
		for i, n := range levels(axes[c]) {
			all[i].spot[c] = n
		}
	}
	return all
}

// byPosition sorts each stack along its normal and keeps one slice of each place,
// unless there is one place alone: that is a film.
func (s *series) byPosition() {
	all := s.place()
	acquired := map[int]int{} // slices of an acquisition
	for _, f := range s.slices {
		acquired[f.in.Acquisition]++
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.stack, b.stack), cmp.Compare(a.level, b.level), slices.Compare(a.spot[:], b.spot[:]),
			preferred(a.in, b.in, acquired), cmp.Compare(a.at, b.at))
	})
	same := func(a, b placed) bool { return a.stack == b.stack && a.spot == b.spot }
	if slices.ContainsFunc(all, func(p placed) bool { return !same(p, all[0]) }) {
		once := slices.CompactFunc(slices.Clone(all), same)
		if s.header().Modality == "CT" {
			once = onePhase(once)
		}
		if len(once) < len(all) {
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

// onePhase drops, of each stack of CT, what other acquisitions have between the
// slices of its largest one: contrast phases lie a little beside each other, and
// MedGemma's server keeps the largest acquisition alone. Slices that go on where it
// ends, as of step and shoot, or that fill a gap in it stay. MR is not asked: its
// acquisitions may take turns.
func onePhase(all []placed) (kept []placed) {
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(p placed) bool { return p.stack != all[0].stack })
		if n < 0 {
			n = len(all)
		}
		kept = append(kept, largestPhase(all[:n])...)
		all = all[n:]
	}
	return kept
}

// largestPhase does that for one stack.
func largestPhase(stack []placed) []placed {
	count := map[int]int{}
	for _, p := range stack {
		count[p.in.Acquisition]++
	}
	largest := stack[0].in.Acquisition
	for a, n := range count {
		if n > count[largest] || n == count[largest] && a < largest {
			largest = a
		}
	}
	var along, gaps []float64
	for _, p := range stack {
		if p.in.Acquisition == largest {
			along = append(along, p.along)
		}
	}
	slices.Sort(along)
	for i := range along[1:] {
		gaps = append(gaps, along[i+1]-along[i])
	}
	if len(gaps) == 0 {
		return stack
	}
	slices.Sort(gaps)
	typical := gaps[len(gaps)/2]
	return slices.DeleteFunc(slices.Clone(stack), func(p placed) bool {
		if p.in.Acquisition == largest {
			return false
		}
		switch i, _ := slices.BinarySearch(along, p.along); i {
		case 0:
			return along[0]-p.along < typical/2
		case len(along):
			return p.along-along[i-1] < typical/2
		default:
			return along[i]-along[i-1] < 1.5*typical
		}
	})
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
