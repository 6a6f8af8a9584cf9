package imaging

import (
	"math"
	"slices"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom"
)

// frame is one slice of a series before it is unpacked.
type frame struct {
	in *instance
	at int // of the instance's frames, from 0
}

func (f frame) place() dicom.Geometry { return f.in.places[f.at] }

// series is what belongs together.
type series struct {
	instances []*instance // as they came
	slices    []frame     // in order, one for each place
	number    int         // to ask for it by
	notes     []Note      // on the order
}

func (s *series) header() dicom.Header { return s.slices[0].in.Header }

// seriesKey is what the files of a series share. The modality and whether it is a
// localizer are in it because some scanners put different pictures in one series.
type seriesKey struct {
	uid, modality string
	localizer     bool
}

// group puts instances together by series, in the order of their first ones. Those
// that alone picks, and those that name no series, are each by themselves.
func group(all []*instance, alone func(*instance) bool) (groups []*series) {
	byKey := map[seriesKey]*series{}
	for _, in := range all {
		key := seriesKey{in.SeriesKey, in.Modality, in.Localizer}
		s := byKey[key]
		if s == nil || in.SeriesKey == "" || alone(in) {
			s = &series{}
			groups = append(groups, s)
			byKey[key] = s
		}
		s.instances = append(s.instances, in)
	}
	for _, s := range groups {
		s.sort()
	}
	number(groups)
	return groups
}

// number gives each series the number to ask for it by: its SeriesNumber where all
// have one and no two the same, else its place.
func number(groups []*series) {
	seen := map[int]bool{0: true}
	distinct := true
	for _, s := range groups {
		n := s.instances[0].Series
		distinct = distinct && !seen[n]
		seen[n] = true
	}
	for i, s := range groups {
		s.number = i + 1
		if distinct {
			s.number = s.instances[0].Series
		}
	}
}

// list describes all but one of the series.
func list(groups []*series, but *series) (others []Series) {
	for _, s := range groups {
		if s != but {
			others = append(others, Series{Number: s.number, Modality: modalityOf(s.header()), Slices: len(s.slices)})
		}
	}
	return others
}

// byNumber is nil when there is none.
func byNumber(groups []*series, n int) *series {
	if i := slices.IndexFunc(groups, func(s *series) bool { return s.number == n }); i >= 0 {
		return groups[i]
	}
	return nil
}

// largest is the series to show when nobody asked for one: of most slices, axial
// before others, and localizers last. The first of equals wins.
func largest(groups []*series) *series {
	rank := func(s *series) int {
		switch {
		case s.header().Localizer:
			return 0
		case !s.axial():
			return 1
		}
		return 2
	}
	best := groups[0]
	for _, s := range groups[1:] {
		if rank(s) > rank(best) || rank(s) == rank(best) && len(s.slices) > len(best.slices) {
			best = s
		}
	}
	return best
}

// nearAxial is the cosine of 20 degrees: head CT is tilted by as much.
const nearAxial = 0.9397

// axial says whether most slices lie across the body's long axis.
func (s *series) axial() bool {
	n := 0
	for _, f := range s.slices {
		if g := f.place(); g.OK && math.Abs(normal(g)[2]) >= nearAxial {
			n++
		}
	}
	return 2*n > len(s.slices)
}

// stacked are the modalities whose slices have an order in space.
var stacked = []string{"CT", "MR", "PT"}

// sort fills s.slices: by position, without one by InstanceNumber, without that as
// they came.
func (s *series) sort() {
	positions := true
	for _, in := range s.instances {
		for i := range in.frames {
			s.slices = append(s.slices, frame{in, i})
			positions = positions && in.places[i].OK && inScanner(in.places[i].Position)
		}
	}
	switch {
	case len(s.slices) == 1:
	case positions:
		s.byPosition()
	case len(s.instances) == 1: // frames of one file stand in their order
		if slices.Contains(stacked, s.header().Modality) {
			s.notes = append(s.notes, NoteNoGeometry)
		}
	default:
		s.byNumber()
	}
}

// inScanner says whether a position is one in a scanner, and a number at all.
func inScanner(position [3]float64) bool {
	const far = 1e6 // mm
	for _, v := range position {
		if !(math.Abs(v) < far) {
			return false
		}
	}
	return true
}

// byNumber sorts by InstanceNumber and drops files that are there twice.
func (s *series) byNumber() {
	s.notes = append(s.notes, NoteNoGeometry)
	seen := map[int]string{}
	var once []*instance
	ordered := true
	for _, in := range s.instances {
		key, there := seen[in.Instance]
		switch {
		case in.Instance == 0:
			ordered = false
		case there && key != "" && key == in.InstanceKey:
			continue
		case there:
			ordered = false
		}
		seen[in.Instance] = in.InstanceKey
		once = append(once, in)
	}
	if ordered {
		slices.SortStableFunc(once, func(a, b *instance) int { return a.Instance - b.Instance })
	} else {
		s.notes = append(s.notes, NoteNoOrder)
	}
	s.slices = s.slices[:0]
	for _, in := range once {
		for i := range in.frames {
			s.slices = append(s.slices, frame{in, i})
		}
	}
}

// normal is the direction of a stack, such that an axial one runs from feet to head.
func normal(g dicom.Geometry) [3]float64 {
	n := [3]float64{
		g.Row[1]*g.Col[2] - g.Row[2]*g.Col[1],
		g.Row[2]*g.Col[0] - g.Row[0]*g.Col[2],
		g.Row[0]*g.Col[1] - g.Row[1]*g.Col[0],
	}
	largest := n[2]
	for _, v := range n[:2] {
		if math.Abs(v) > math.Abs(largest)+1e-3 {
			largest = v
		}
	}
	if largest < 0 {
		n = [3]float64{-n[0], -n[1], -n[2]}
	}
	return n
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
