package dicom

import (
	"bytes"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// What other packages' tests rely on: slices lie where they are said to, and look
// different.
func TestPhantomSeries(t *testing.T) {
	for _, normal := range [][3]float64{{}, {0, 0, 1}, {0, 0, -1}, {0, 1, 0}, {-1, 0, 0}} {
		files := dicomtest.CT(32, 24).Series(t, dicomtest.Series{Slices: 4, UID: "1.2.3", Number: 7, Normal: normal, Spacing: 2.5})
		if normal == [3]float64{} {
			normal[2] = 1
		}
		var seen [][]int
		for i, data := range files {
			f := opened(t, data)
			g := f.Geometry(0)
			cross := [3]float64{
				g.Row[1]*g.Col[2] - g.Row[2]*g.Col[1], g.Row[2]*g.Col[0] - g.Row[0]*g.Col[2], g.Row[0]*g.Col[1] - g.Row[1]*g.Col[0],
			}
			first := opened(t, files[0])
			for j := range g.Position {
				g.Position[j] -= first.Geometry(0).Position[j]
			}
			if !g.OK || cross != normal || dot(g.Position, normal) != 2.5*float64(i) {
				t.Errorf("normal %v: slice %d lies at %+v", normal, i, g)
			}
			if f.Modality != "CT" || f.Series != 7 || f.Instance != i+1 || f.SeriesKey != first.SeriesKey || i > 0 && f.InstanceKey == first.InstanceKey {
				t.Errorf("slice %d: header %+v", i, f.Header)
			}
			pixels := samplesOf(t, f, 0)
			for _, other := range seen {
				if slices.Equal(other, pixels) {
					t.Errorf("slice %d looks like another", i)
				}
			}
			seen = append(seen, pixels)
		}
	}
}

func TestPhantomSeriesWithoutOrder(t *testing.T) {
	for _, data := range dicomtest.CT(8, 8).Series(t, dicomtest.Series{Slices: 2, UID: "1.2.3", NoPlace: true, NoNumber: true}) {
		if f := opened(t, data); f.Geometry(0).OK || f.Instance != 0 || f.Series != 0 {
			t.Errorf("header %+v, geometry %+v", f.Header, f.Geometry(0))
		}
	}
}

func TestPhantomsHoldSecrets(t *testing.T) {
	data := dicomtest.Phantom{}.Bytes(t)
	for _, secret := range dicomtest.Secrets() {
		if !bytes.Contains(data, []byte(secret)) {
			t.Errorf("a phantom does not hold %q", secret)
		}
	}
}
