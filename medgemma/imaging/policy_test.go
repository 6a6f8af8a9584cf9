package imaging

import (
	"errors"
	"image/color"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

type element = dicomtest.Element

var (
	window      = element{Tag: 0x0028_1050, VR: "DS", Value: []float64{40, 300}}
	windowWidth = element{Tag: 0x0028_1051, VR: "DS", Value: []float64{400, 1500}}
	localizer   = element{Tag: 0x0008_0008, VR: "CS", Value: []string{"ORIGINAL", "PRIMARY", "LOCALIZER"}}
	capture     = element{Tag: 0x0008_0016, VR: "UI", Value: "1.2.840.10008.5.1.4.1.1.7"}
	burned      = element{Tag: 0x0028_0301, VR: "CS", Value: "YES"}
)

// regions are those of an ultrasound picture, by their corners.
func regions(corners ...[4]int) element {
	var items [][]element
	for _, c := range corners {
		items = append(items, []element{
			{Tag: 0x0018_6012, VR: "US", Value: 1}, {Tag: 0x0018_6014, VR: "US", Value: 1},
			{Tag: 0x0018_6018, VR: "UL", Value: c[0]}, {Tag: 0x0018_601A, VR: "UL", Value: c[1]},
			{Tag: 0x0018_601C, VR: "UL", Value: c[2]}, {Tag: 0x0018_601E, VR: "UL", Value: c[3]},
		})
	}
	return element{Tag: 0x0018_6011, VR: "SQ", Value: dicomtest.Sequence{Items: items}}
}

// Each modality is shown by its own rule, and the notes say which.
func TestModalities(t *testing.T) {
	t.Parallel()
	const windows = "windows:-1024..1024,-135..215,0..80"
	big := func(modality string) dicomtest.Phantom {
		return dicomtest.Phantom{Modality: modality, Rows: 240, Columns: 300, Stored: 12}
	}
	colour := func(modality string) dicomtest.Phantom {
		return dicomtest.Phantom{Modality: modality, Rows: 240, Columns: 300, Photometric: "RGB"}
	}
	small := func(modality string) dicomtest.Phantom {
		return dicomtest.Phantom{Modality: modality, Rows: 240, Columns: 300, Allocated: 8}
	}
	lut := element{Tag: 0x0028_3010, VR: "SQ", Value: dicomtest.Sequence{Items: [][]element{{
		{Tag: 0x0028_3002, VR: "US", Value: []int{4096, 0, 8}}, {Tag: 0x0028_3006, VR: "OW", Value: make([]byte, 8192)},
	}}}}
	for name, tc := range map[string]struct {
		file  []byte
		notes []Note
	}{
		"CT":               {with(t, big("CT")), []Note{windows}},
		"CT with a window": {with(t, big("CT"), window, windowWidth), []Note{windows}},
		"CT localizer":     {with(t, big("CT"), localizer, window, windowWidth), []Note{"window:40/400"}},
		"CT in colour":     {with(t, colour("CT")), nil},
		"CT of 8 bits":     {with(t, small("CT")), []Note{NotePercentile}},
		"CT as a capture":  {with(t, big("CT"), capture), []Note{NotePercentile, NoteMayBeBurned}},
		"CR":               {with(t, big("CR")), []Note{NoteMinMax}},
		"DX with a window": {with(t, big("DX"), window, windowWidth), []Note{"window:40/400"}},
		"DX with a LUT":    {with(t, big("DX"), lut), []Note{NoteLUT}},
		"MR":               {with(t, big("MR"), window, windowWidth), []Note{NoteMinMax}},
		"MR in colour":     {with(t, colour("MR")), nil},
		"MG":               {with(t, big("MG"), window, windowWidth), []Note{"window:40/400", NoteNotTrained}},
		"PT":               {with(t, big("PT")), []Note{NotePercentile, NoteNotTrained}},
		"SM":               {with(t, colour("SM")), nil},
		"XC":               {with(t, colour("XC")), nil},
		"OP":               {with(t, colour("OP")), nil},
		"OT":               {with(t, colour("OT")), []Note{NoteNotTrained, NoteMayBeBurned}},
		"none":             {with(t, colour(""), element{Tag: 0x0008_0060, VR: "CS"}), []Note{NoteNotTrained, NoteMayBeBurned}},
		"US":               {with(t, colour("US")), []Note{NoteNotTrained, NoteMayBeBurned}},
		"US in a region":   {with(t, colour("US"), regions([4]int{20, 10, 270, 235})), []Note{NoteCropped, NoteNotTrained}},
		"US all region":    {with(t, colour("US"), regions([4]int{0, 0, 150, 239}, [4]int{100, 0, 299, 239})), []Note{NoteNotTrained, NoteMayBeBurned}},
		"US small region":  {with(t, colour("US"), regions([4]int{20, 10, 119, 49})), []Note{NoteSmall, NoteCropped, NoteNotTrained}},
		"capture":          {with(t, colour("XC"), capture), []Note{NoteMayBeBurned}},
	} {
		t.Run(name, func(t *testing.T) {
			im := only(t, shown(t, Config{}, View{}, tc.file))
			wantNotes(t, im, tc.notes...)
			if im.Modality == "" || im.Format != DICOM {
				t.Errorf("modality %q, format %s", im.Modality, im.Format)
			}
		})
	}
}

// The green window of CT is the team's to choose.
func TestGreenWindow(t *testing.T) {
	p := dicomtest.CT(32, 32)
	im := only(t, shown(t, Config{Green: [2]float64{135, 215}}, View{}, p.Bytes(t)))
	wantNotes(t, im, NoteSmall, "windows:-1024..1024,135..215,0..80")
	img := pixels(t, im.Slices[0])
	for y := 4; y < 32; y++ {
		hu := p.Sample(0, y, 1, 0) - 1024
		want := (2*255*(min(max(hu, 135), 215)-135) + 80) / 160
		if got := color.NRGBAModel.Convert(img.At(1, y)).(color.NRGBA).G; int(got) != want {
			t.Errorf("%d HU is %d in green, want %d", hu, got, want)
		}
	}
}

// MR is shown from the lowest to the highest value of its whole acquisition, also of
// the slices that are not shown.
func TestAcquisitionDecidesOverMR(t *testing.T) {
	var files [][]byte
	for i, slope := range []int{1, 1, 4, 1, 9} {
		acquisition := 1
		if i > 2 {
			acquisition = 2
		}
		s := dicomtest.Series{Slices: 5, UID: "1.7"}
		p := dicomtest.Phantom{Modality: "MR", Rows: 32, Columns: 32, Stored: 12, Extra: []element{
			{Tag: 0x0020_0012, VR: "IS", Value: acquisition},
			{Tag: 0x0028_1053, VR: "DS", Value: slope}, {Tag: 0x0028_1052, VR: "DS", Value: 0},
		}}
		files = append(files, p.Series(t, s)[i])
	}
	for v, want := range map[View]int{
		{Slices: 1, First: 1, Last: 1}: 64, {Slices: 1, First: 3, Last: 3}: 255,
		{Slices: 1, First: 4, Last: 4}: 28, {Slices: 1, First: 5, Last: 5}: 255,
	} {
		im := only(t, shown(t, Config{}, v, files...))
		wantNotes(t, im, NoteSmall, NoteSampled, NoteMinMax)
		if got := greyLevel(t, pixels(t, im.Slices[0]), 16, 16); got < want-1 || got > want+1 {
			t.Errorf("slice %d: its highest value is %d, want %d", v.First, got, want)
		}
	}
}

// What of an acquisition could not be measured is said, also when it is not shown.
func TestAcquisitionMeasuredInPart(t *testing.T) {
	p := dicomtest.Phantom{Modality: "MR", Rows: 32, Columns: 32, Stored: 12}
	files := p.Series(t, dicomtest.Series{Slices: 4, UID: "1.7"})
	files[3] = files[3][:len(files[3])-300]
	images, refused := NewPreparer(Config{}).Prepare(t.Context(), files, View{Slices: 1, First: 1, Last: 1})
	if refused[0] != nil {
		t.Fatal(refused[0])
	}
	wantNotes(t, only(t, images), NoteSmall, NoteSampled, NoteMinMax, NoteIncomplete)
}

// Regions count whatever the modality says, and what may be ultrasound and is not
// really cropped is told.
func TestRegionsOfAnyModality(t *testing.T) {
	ultrasound := element{Tag: 0x0008_0016, VR: "UI", Value: "1.2.840.10008.5.1.4.1.1.6.1"}
	part, whole, off := [4]int{20, 10, 59, 49}, [4]int{0, 0, 69, 49}, [4]int{80, 60, 99, 99}
	for _, modality := range []string{"", "OT", "IVUS", "XA", "XC"} {
		for name, tc := range map[string]struct {
			extra           []element
			cropped, warned bool
		}{
			"class, region": {[]element{ultrasound, regions(part)}, true, false},
			"class":         {[]element{ultrasound}, false, true},
			"region":        {[]element{regions(part)}, true, false},
			"whole":         {[]element{regions(whole)}, false, true},
			"off":           {[]element{regions(off)}, false, true},
			"none":          {nil, false, modality == "IVUS"},
		} {
			p := dicomtest.Phantom{Rows: 50, Columns: 70, Photometric: "RGB"}
			im := only(t, shown(t, Config{}, View{}, with(t, p, append(tc.extra, element{Tag: 0x0008_0060, VR: "CS", Value: modality})...)))
			wide := 70
			if tc.cropped {
				wide = 40
			}
			if modality == "" || modality == "OT" {
				tc.warned = true
			}
			if im.Width != wide || slices.Contains(im.Notes, NoteCropped) != tc.cropped || slices.Contains(im.Notes, NoteMayBeBurned) != tc.warned {
				t.Errorf("%q, %s: %d wide, notes %v", modality, name, im.Width, im.Notes)
			}
		}
	}
}

// Ultrasound shows its regions and nothing of what surrounds them.
func TestUltrasoundIsCropped(t *testing.T) {
	p := dicomtest.Phantom{Modality: "US", Rows: 240, Columns: 300, Photometric: "RGB", Frames: 3}
	im := only(t, shown(t, Config{}, View{Slices: 9}, with(t, p, regions([4]int{100, 60, 160, 120}, [4]int{120, 80, 199, 129}))))
	if im.Width != 100 || im.Height != 70 || im.Side != 100 || len(im.Slices) != 3 {
		t.Fatalf("%d x %d, side %d", im.Width, im.Height, im.Side)
	}
	img := pixels(t, im.Slices[1])
	for _, at := range [][2]int{{0, 0}, {99, 69}, {31, 44}} {
		got := color.NRGBAModel.Convert(img.At(at[0], at[1]+15)).(color.NRGBA) // 15 rows of padding
		y, x := at[1]+60, at[0]+100
		want := color.NRGBA{uint8(p.Sample(1, y, x, 0)), uint8(p.Sample(1, y, x, 1)), uint8(p.Sample(1, y, x, 2)), 255}
		if got != want {
			t.Errorf("pixel %v is %v, want %v", at, got, want)
		}
	}
}

// A file that says that text is burned in is refused, alone and within a series,
// unless that is allowed; then it is said.
func TestBurnedIn(t *testing.T) {
	good := ct(t, 3, "1.1")
	bad := with(t, dicomtest.CT(32, 32), burned, element{Tag: 0x0020_000E, VR: "UI", Value: "1.1"})
	images, refused := NewPreparer(Config{}).Prepare(t.Context(), append(good, bad), View{Slices: 9})
	var e *Error
	if !errors.As(refused[3], &e) || e.Kind != KindBurnedIn || len(only(t, images).Slices) != 3 {
		t.Errorf("refused %v", refused)
	}
	im := only(t, shown(t, Config{AllowBurnedIn: true}, View{}, bad))
	if !slices.Contains(im.Notes, NoteBurnedIn) {
		t.Errorf("notes %v", im.Notes)
	}
}

// CT is never coded with losses: its values lie in the colours.
func TestCTIsPNG(t *testing.T) {
	t.Parallel()
	jpg := makeJPEG(t, gray(700, 700), 90)
	p := dicomtest.Phantom{Modality: "MG", Rows: 700, Columns: 700, Allocated: 8, Syntax: dicomtest.JPEGBaseline, Compressed: [][]byte{jpg}}
	if im := only(t, shown(t, Config{}, View{}, p.Bytes(t))); im.Slices[0].MIME != mimeJPEG {
		t.Errorf("what was coded with losses went out as %s", im.Slices[0].MIME)
	}
	ct := dicomtest.CT(900, 900)
	if im := only(t, shown(t, Config{}, View{}, ct.Bytes(t))); im.Slices[0].MIME != mimePNG {
		t.Errorf("CT went out as %s", im.Slices[0].MIME)
	}
}
