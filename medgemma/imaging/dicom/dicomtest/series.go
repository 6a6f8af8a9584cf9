package dicomtest

import (
	"fmt"
	"slices"
	"testing"
)

// Series is a made-up stack of slices.
type Series struct {
	Slices   int
	UID      string     // SeriesInstanceUID
	Number   int        // SeriesNumber; 0 leaves it out
	Normal   [3]float64 // of the slices, one of the axes or its opposite; zero is (0, 0, 1): axial
	Spacing  float64    // between slices, mm; 0 is 5
	NoPlace  bool       // leaves position and orientation out
	NoNumber bool       // leaves InstanceNumber out
}

// Series is the files of a stack whose slices look like frames 0 and on of p. Slice
// i has InstanceNumber i+1, and lies i times the spacing along the normal.
func (p Phantom) Series(t testing.TB, s Series) (files [][]byte) {
	t.Helper()
	p = p.withDefaults()
	if p.Frames != 1 {
		t.Fatalf("dicomtest: a series of files of %d frames", p.Frames)
	}
	for i := range s.Slices {
		one := p
		one.offset = i
		one.Extra = slices.Concat(p.Extra, s.elements(i))
		files = append(files, one.Bytes(t))
	}
	return files
}

// elements are those that make a phantom slice i of s.
func (s Series) elements(i int) []Element {
	n, spacing := s.Normal, s.Spacing
	if n == [3]float64{} {
		n = [3]float64{0, 0, 1}
	}
	if spacing == 0 {
		spacing = 5
	}
	elements := []Element{
		{Tag: 0x0020_000E, VR: "UI", Value: s.UID},
		{Tag: 0x0008_0018, VR: "UI", Value: fmt.Sprintf("%s.%d", s.UID, i+1)},
	}
	if s.Number != 0 {
		elements = append(elements, Element{Tag: 0x0020_0011, VR: "IS", Value: s.Number})
	}
	if !s.NoNumber {
		elements = append(elements, Element{Tag: 0x0020_0013, VR: "IS", Value: i + 1})
	}
	if !s.NoPlace {
		// Row and column are the axes that follow the normal's: row x column = normal.
		row := []float64{n[2], n[0], n[1]}
		column := []float64{n[1], n[2], n[0]}
		if n[0]+n[1]+n[2] < 0 {
			row, column = []float64{-column[0], -column[1], -column[2]}, []float64{-row[0], -row[1], -row[2]}
		}
		along := spacing * float64(i)
		elements = append(elements,
			Element{Tag: 0x0020_0032, VR: "DS", Value: []float64{n[0]*along - 100, n[1]*along - 100, n[2]*along - 100}},
			Element{Tag: 0x0020_0037, VR: "DS", Value: append(row, column...)})
	}
	return elements
}

// CT is a CT slice as scanners write it: 12 bits, of which 24 are air and 4095 is
// 3071 HU.
func CT(rows, columns int) Phantom {
	return Phantom{
		Modality: "CT", Rows: rows, Columns: columns, Allocated: 16, Stored: 12,
		Extra: []Element{
			{Tag: 0x0028_1052, VR: "DS", Value: -1024},
			{Tag: 0x0028_1053, VR: "DS", Value: 1},
			{Tag: 0x0028_0030, VR: "DS", Value: []float64{0.7, 0.7}},
			{Tag: 0x0018_0050, VR: "DS", Value: 5},
		},
	}
}
