package dicom

import "math"

// Tags of the values of interest (PS3.3 C.11.2, C.7.6.16.2.10).
const (
	tagWindowCentre tag = 0x0028_1050
	tagWindowWidth  tag = 0x0028_1051
	tagVOIFunction  tag = 0x0028_1056
	tagVOILUTs      tag = 0x0028_3010
	tagFrameVOI     tag = 0x0028_9132
)

// voi is what the file itself asks for: its first VOI LUT, or its first window with
// the function that goes with it, the window's range for people to read; nil when
// there is neither. Of both the LUT counts, as in DCMTK, unless windowed says
// otherwise.
func (f *File) voi(i int, signed, windowed bool) (*lut, Window, curve) {
	for _, d := range f.ofFrame(i) {
		if items := d.items(tagFrameVOI); len(items) > 0 {
			d = items[0]
		}
		w, c := d.window()
		if windowed && c != nil {
			return nil, w, c
		}
		if items := d.items(tagVOILUTs); len(items) > 0 {
			if l := readLUT(items[0], signed); l != nil {
				return l, Window{}, nil
			}
		}
		if c != nil {
			return nil, w, c
		}
	}
	return nil, Window{}, nil
}

// window is the first window of d. A width below 1 stands for no window: consoles
// write 0 for both values; only the functions that were added later allow one
// (PS3.3 C.11.2.1.3).
func (d *dataset) window() (Window, curve) {
	centres, widths := d.floats(tagWindowCentre, 1), d.floats(tagWindowWidth, 1)
	if len(centres) == 0 || len(widths) == 0 || math.Abs(centres[0]) > absurd || widths[0] > absurd {
		return Window{}, nil
	}
	c, width := centres[0], widths[0]
	w := Window{Low: c - width/2, High: c + width/2}
	switch function := d.str(tagVOIFunction); {
	case function == "LINEAR_EXACT" && width > 0:
		return w, w.ramp
	case function == "SIGMOID" && width > 0:
		return w, func(x float64) byte { return eight(1 / (1 + math.Exp(-4*(x-c)/width))) }
	case width >= 1:
		return w, w.linear
	}
	return Window{}, nil
}

// linear is DICOM's default function (PS3.3 C.11.2.1.2.1) with the window's middle
// as centre and its width; of width 1 it is a threshold.
func (w Window) linear(x float64) byte {
	c, width := (w.Low+w.High)/2, w.High-w.Low
	switch {
	case x <= c-0.5-(width-1)/2:
		return 0
	case x > c-0.5+(width-1)/2:
		return 255
	}
	return eight((x-(c-0.5))/(width-1) + 0.5)
}

// ramp is a plain linear clip. Where Low is not below High it is a threshold that
// makes a constant picture white, as MedGemma's own code does of MRI.
func (w Window) ramp(x float64) byte {
	switch {
	case x < w.Low:
		return 0
	case x >= w.High:
		return 255
	}
	return eight((x - w.Low) / (w.High - w.Low))
}

// clip is the linear clip of MedGemma's own CT code (google-health/medgemma,
// notebooks/high_dimensional_ct_hugging_face.ipynb): a ramp of whole HU. It rounds
// half to even: -30 HU in -135..215 is 76.
func (w Window) clip(x float64) byte { return w.ramp(math.RoundToEven(x)) }

// brightness is the table's entry for x, in 8 bits.
func (l *lut) brightness(x float64) byte {
	x = max(math.MinInt32, min(math.Round(x), math.MaxInt32))
	return eight(float64(l.at(int(x))) / float64(int(1)<<l.bits-1))
}
