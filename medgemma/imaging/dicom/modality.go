package dicom

import "math"

// Tags of the transformations (PS3.3 C.11.1, C.7.6.16.2.9).
const (
	tagRescaleIntercept tag = 0x0028_1052
	tagRescaleSlope     tag = 0x0028_1053
	tagModalityLUTs     tag = 0x0028_3000
	tagPixelValues      tag = 0x0028_9145
)

// modality turns stored values into modality values: by a table, or else by slope
// and intercept.
type modality struct {
	slope, intercept float64
	lut              *lut // nil: none
}

// absurd is beyond any unit of measurement, and keeps arithmetic finite.
const absurd = 1e15

// modality is that of frame i. Where only one of slope and intercept is there, the
// other is 1 or 0, and so is a slope of 0: CT that has lost its slope is still far
// off without its intercept. Where they are absurd, or both missing, the stored
// values are the modality values.
func (f *File) modality(i int) modality {
	none := modality{slope: 1}
	for _, d := range f.ofFrame(i) {
		if items := d.items(tagModalityLUTs); len(items) > 0 {
			if l := readLUT(items[0], f.Signed); l != nil {
				return modality{slope: 1, lut: l}
			}
		}
		if items := d.items(tagPixelValues); len(items) > 0 {
			d = items[0]
		}
		slope, intercept := d.floats(tagRescaleSlope, 1), d.floats(tagRescaleIntercept, 1)
		if len(slope) == 0 && len(intercept) == 0 {
			continue
		}
		m := none
		if len(slope) > 0 && slope[0] != 0 {
			m.slope = slope[0]
		}
		if len(intercept) > 0 {
			m.intercept = intercept[0]
		}
		if math.Abs(m.slope) > absurd || math.Abs(m.intercept) > absurd {
			return none
		}
		return m
	}
	return none
}

func (m modality) value(v int) float64 {
	if m.lut != nil {
		return float64(m.lut.at(v))
	}
	return float64(v)*m.slope + m.intercept
}

func (m modality) identity() bool { return m.lut == nil && m.slope == 1 && m.intercept == 0 }

// negative says whether there can be modality values below zero, which decides how
// the first value of a VOI LUT is to be read (PS3.3 C.11.2.1.1).
func (m modality) negative(fr *Frame) bool {
	low := fr.lowest()
	return m.lut == nil && min(m.value(low), m.value(low+1<<fr.Bits-1)) < 0
}
