package dicom

import "math"

// ofFrame are the data sets that describe frame i, in the order in which they are
// to be asked: its item of PerFrameFunctionalGroupsSequence (5200,9230), that of
// SharedFunctionalGroupsSequence (5200,9229), and the file itself.
func (f *File) ofFrame(i int) (sets []*dataset) {
	if frames := f.ds.items(tagFrameGroups); i >= 0 && i < len(frames) {
		sets = append(sets, frames[i])
	}
	if shared := f.ds.items(tagSharedGroups); len(shared) > 0 {
		sets = append(sets, shared[0])
	}
	return append(sets, f.ds)
}

// grouped are the values of t in the functional group, or beside it as in files of a
// single frame; ok is false when there is no such element. One more is read than n,
// by which too many are told.
func (d *dataset) grouped(group, t tag, n int) (values []float64, ok bool) {
	if items := d.items(group); len(items) > 0 && items[0].has(t) {
		return items[0].floats(t, n+1), true
	}
	return d.floats(t, n+1), d.has(t)
}

// readPlace reads where frames lie that do not say so themselves: once, since a file
// may have tens of thousands.
func (f *File) readPlace() {
	sets := f.ofFrame(-1)
	for k, ok := 0, false; k < len(sets) && !ok; k++ {
		f.position, ok = sets[k].grouped(tagPlanePositions, tagPosition, 3)
	}
	for k, ok := 0, false; k < len(sets) && !ok; k++ {
		f.orientation, ok = sets[k].grouped(tagPlaneOrients, tagOrientation, 6)
	}
}

// crooked is how far direction cosines may be from perpendicular unit vectors:
// files round them to few digits, and anonymizers write zeros.
const crooked = 0.05

// Geometry is that of frame i, from 0.
func (f *File) Geometry(i int) (g Geometry) {
	position, orientation := f.position, f.orientation
	if frames := f.ds.items(tagFrameGroups); i >= 0 && i < len(frames) {
		if own, ok := frames[i].grouped(tagPlanePositions, tagPosition, 3); ok {
			position = own
		}
		if own, ok := frames[i].grouped(tagPlaneOrients, tagOrientation, 6); ok {
			orientation = own
		}
	}
	if len(position) != 3 || len(orientation) != 6 {
		return Geometry{}
	}
	copy(g.Position[:], position)
	copy(g.Row[:], orientation)
	copy(g.Col[:], orientation[3:])
	if math.Abs(dot(g.Row, g.Row)-1) > crooked || math.Abs(dot(g.Col, g.Col)-1) > crooked || math.Abs(dot(g.Row, g.Col)) > crooked {
		return Geometry{}
	}
	g.OK = true
	return g
}

func dot(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// The RegionSpatialFormats (PS3.3 C.8.5.5.1.1) that are pictures: 2D, M-mode,
// spectral and wave form. Graphics (5) and none (0) may be text.
const firstFormat, lastFormat = 1, 4

// maxRegions is more than any console draws.
const maxRegions = 256

// readRegions keeps the ultrasound regions that show something, clipped to the
// picture.
func (f *File) readRegions() {
	items := f.ds.items(tagRegions)
	f.HasRegions = len(items) > 0
	for _, d := range items {
		format := d.integer(tagRegionFormat, 0)
		if format < firstFormat || format > lastFormat || d.integer(tagRegionType, 1) == 0 {
			continue
		}
		r := Region{
			X0: max(0, d.integer(tagRegionX0, 0)), X1: min(f.Columns-1, d.integer(tagRegionX1, -1)),
			Y0: max(0, d.integer(tagRegionY0, 0)), Y1: min(f.Rows-1, d.integer(tagRegionY1, -1)),
		}
		if r.X0 <= r.X1 && r.Y0 <= r.Y1 && len(f.Regions) < maxRegions {
			f.Regions = append(f.Regions, r)
		}
	}
}
