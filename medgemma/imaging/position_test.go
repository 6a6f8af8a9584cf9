package imaging

import (
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// Offsets that make a slice white or black.
const white, black = 4000, -9000

// axialSlice lies at z mm; level is its offset in HU.
func axialSlice(t *testing.T, modality string, z float64, acquisition, level int) []byte {
	p := dicomtest.CT(32, 32)
	p.Modality = modality
	return with(t, p, []element{
		{Tag: 0x0020_000E, VR: "UI", Value: "1.5"},
		{Tag: 0x0020_0032, VR: "DS", Value: []float64{0, 0, z}},
		{Tag: 0x0020_0037, VR: "DS", Value: []float64{1, 0, 0, 0, 1, 0}},
		{Tag: 0x0020_0012, VR: "IS", Value: acquisition},
		{Tag: 0x0028_1052, VR: "DS", Value: level},
	}...)
}

// Of several acquisitions of CT that lie in each other the largest is shown, however
// little their positions differ; what goes on where it ends stays.
func TestAcquisitionsThatLieInEachOther(t *testing.T) {
	type phase struct {
		n             int
		from, spacing float64
		level         int
	}
	for name, tc := range map[string]struct {
		modality string
		phases   []phase
		slices   int
		dropped  bool
	}{
		"jitter":             {"CT", []phase{{4, -0.001, 0.625, black}, {5, 0, 0.625, white}}, 5, true},
		"jitter upwards":     {"CT", []phase{{4, 0.001, 5, black}, {5, 0, 5, white}}, 5, true},
		"shifted":            {"CT", []phase{{4, 0.3, 5, black}, {5, 0, 5, white}}, 5, true},
		"of one size":        {"CT", []phase{{5, 0, 5, white}, {5, 0.3, 5, black}}, 5, true},
		"of one size, below": {"CT", []phase{{5, 0, 5, white}, {5, -0.3, 5, black}}, 5, true},
		"thick and thin":     {"CT", []phase{{3, 1.2, 5, black}, {15, 0, 1, white}}, 15, true},
		"step and shoot":     {"CT", []phase{{1, 0, 5, white}, {1, 5, 5, white}, {1, 10, 5, white}}, 3, false},
		"of four each":       {"CT", []phase{{4, 0, 5, white}, {4, 20, 5, white}, {3, 40, 5, white}}, 11, false},
		"in turns":           {"MR", []phase{{4, 0, 10, white}, {3, 5, 10, white}}, 7, false},
	} {
		t.Run(name, func(t *testing.T) {
			var files [][]byte
			for i, p := range tc.phases {
				for k := range p.n {
					files = append(files, axialSlice(t, tc.modality, p.from+float64(k)*p.spacing, i+1, p.level))
				}
			}
			im := only(t, shown(t, Config{}, View{Slices: 20, Window: Window{Centre: 3000, Width: 100}}, shuffled(files)...))
			if im.Of != tc.slices || slices.Contains(im.Notes, NoteOnePerPlace) != tc.dropped {
				t.Errorf("of %d, notes %v", im.Of, im.Notes)
			}
			for i, s := range im.Slices {
				if v := greyLevel(t, pixels(t, s), 16, 16); v != 255 {
					t.Errorf("slice %d is of the other acquisition", i+1)
				}
			}
		})
	}
}
