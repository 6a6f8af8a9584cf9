package imaging

import (
	"errors"
	"image"
	"image/color"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// ct is the files of an axial CT series of n slices, in order.
func ct(t testing.TB, n int, uid string, change ...func(*dicomtest.Series)) [][]byte {
	s := dicomtest.Series{Slices: n, UID: uid}
	for _, c := range change {
		c(&s)
	}
	return dicomtest.CT(32, 32).Series(t, s)
}

// looks is which frame of the phantom each slice is: the bar at its top tells.
func looks(t *testing.T, im Image) (all []int) {
	t.Helper()
	for _, s := range im.Slices {
		img := pixels(t, s)
		n := -1
		for x := range img.Bounds().Dx() {
			if color.GrayModel.Convert(img.At(x, 0)).(color.Gray).Y > 128 {
				n++
			}
		}
		all = append(all, n)
	}
	return all
}

// upTo is first to last.
func upTo(first, last int) (all []int) {
	for i := first; i <= last; i++ {
		all = append(all, i)
	}
	return all
}

// shuffled is a copy in another order, the same each time.
func shuffled(files [][]byte) [][]byte {
	files = slices.Clone(files)
	r := rand.New(rand.NewPCG(5, 6))
	r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	return files
}

// with is a file with other elements.
func with(t testing.TB, p dicomtest.Phantom, extra ...dicomtest.Element) []byte {
	p.Extra = append(slices.Clone(p.Extra), extra...)
	return p.Bytes(t)
}

// Files of a series are one image, sorted by where they lie, however they come; an
// axial one runs from feet to head.
func TestSeriesIsSortedByPosition(t *testing.T) {
	for name, normal := range map[string][3]float64{
		"axial": {0, 0, 1}, "axial from below": {0, 0, -1}, "sagittal": {1, 0, 0}, "coronal": {0, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			files := ct(t, 9, "1.1", func(s *dicomtest.Series) { s.Normal, s.NoNumber = normal, true })
			im := only(t, shown(t, Config{}, View{Slices: 20}, shuffled(files)...))
			want := upTo(0, 8)
			if normal[2] < 0 {
				slices.Reverse(want)
			}
			if got := looks(t, im); !slices.Equal(got, want) {
				t.Errorf("slices in the order %v, want %v", got, want)
			}
			if im.Of != 9 || !slices.Equal(im.Files, upTo(0, 8)) || !slices.Equal(numbers(im), upTo(1, 9)) {
				t.Errorf("of %d, files %v, numbers %v", im.Of, im.Files, numbers(im))
			}
			wantNotes(t, im, NoteSmall, "windows:-1024..1024,-135..215,0..80")
		})
	}
}

// Without positions InstanceNumber counts; without that, the order of the files.
func TestSeriesWithoutPositions(t *testing.T) {
	files := ct(t, 7, "1.1", func(s *dicomtest.Series) { s.NoPlace = true })
	im := only(t, shown(t, Config{}, View{Slices: 20}, shuffled(files)...))
	if got := looks(t, im); !slices.Equal(got, upTo(0, 6)) {
		t.Errorf("by number: %v", got)
	}
	wantNotes(t, im, NoteSmall, "windows:-1024..1024,-135..215,0..80", NoteNoGeometry)

	files = ct(t, 5, "1.1", func(s *dicomtest.Series) { s.NoPlace, s.NoNumber = true, true })
	slices.Reverse(files)
	im = only(t, shown(t, Config{}, View{Slices: 20}, files...))
	if got := looks(t, im); !slices.Equal(got, []int{4, 3, 2, 1, 0}) {
		t.Errorf("as they came: %v", got)
	}
	wantNotes(t, im, NoteSmall, "windows:-1024..1024,-135..215,0..80", NoteNoGeometry, NoteNoOrder)
}

// A file that was posted twice is shown once.
func TestSameFileTwice(t *testing.T) {
	for name, change := range map[string]func(*dicomtest.Series){
		"placed": func(*dicomtest.Series) {}, "numbered": func(s *dicomtest.Series) { s.NoPlace = true },
	} {
		files := ct(t, 4, "1.1", change)
		im := only(t, shown(t, Config{}, View{Slices: 20}, append(files, files...)...))
		if got := looks(t, im); !slices.Equal(got, upTo(0, 3)) || im.Of != 4 || len(im.Files) != 8 {
			t.Errorf("%s: slices %v of %d, files %v", name, got, im.Of, im.Files)
		}
	}
}

// Of several slices at one place the original is kept, of the acquisition with the
// most slices; that is said.
func TestOneSliceOfEachPlace(t *testing.T) {
	place := func(z int) []dicomtest.Element {
		return []dicomtest.Element{
			{Tag: 0x0020_000E, VR: "UI", Value: "1.5"},
			{Tag: 0x0020_0032, VR: "DS", Value: []float64{0, 0, float64(z)}},
			{Tag: 0x0020_0037, VR: "DS", Value: []float64{1, 0, 0, 0, 1, 0}},
		}
	}
	slice := func(z, acquisition, level int, kind string) []byte {
		return with(t, dicomtest.CT(32, 32), append(place(z),
			dicomtest.Element{Tag: 0x0020_0012, VR: "IS", Value: acquisition},
			dicomtest.Element{Tag: 0x0008_0008, VR: "CS", Value: []string{kind, "PRIMARY", "AXIAL"}},
			dicomtest.Element{Tag: 0x0028_1052, VR: "DS", Value: level})...)
	}
	const kept, dropped = 4000, -9000 // offsets that make a slice white or black
	im := only(t, shown(t, Config{}, View{Slices: 20},
		slice(0, 1, dropped, "ORIGINAL"), slice(0, 2, kept, "ORIGINAL"),
		slice(5, 2, dropped, "DERIVED"), slice(5, 2, kept, "ORIGINAL"),
		slice(10, 2, kept, "ORIGINAL"), slice(10, 1, dropped, "ORIGINAL"),
		slice(15, 1, kept, "ORIGINAL"), // of another acquisition, but alone in its place
		slice(20, 2, kept, "ORIGINAL"),
	))
	if im.Of != 5 || !slices.Contains(im.Notes, NoteOnePerPlace) {
		t.Errorf("of %d, notes %v", im.Of, im.Notes)
	}
	for i, s := range im.Slices {
		if v := greyLevel(t, pixels(t, s), 16, 16); v != 255 {
			t.Errorf("slice %d is %d, want the white one", i+1, v)
		}
	}
}

// Pictures of one place are a film: none is dropped.
func TestFilmOfOnePlace(t *testing.T) {
	files := ct(t, 6, "1.6", func(s *dicomtest.Series) { s.Spacing = 1e-9 })
	im := only(t, shown(t, Config{}, View{Slices: 20}, shuffled(files)...))
	if got := looks(t, im); !slices.Equal(got, upTo(0, 5)) {
		t.Errorf("frames %v", got)
	}
}

// Different series are different images, each with its number; views of a chest are
// images each even within one series.
func TestLooseSeriesAreImages(t *testing.T) {
	a := ct(t, 3, "1.1", func(s *dicomtest.Series) { s.Number = 4 })
	b := ct(t, 2, "1.2", func(s *dicomtest.Series) { s.Number = 7 })
	images := shown(t, Config{}, View{Slices: 9}, b[0], a[0], a[1], b[1], a[2], makePNG(t, gray(300, 300)))
	if len(images) != 3 {
		t.Fatalf("%d images", len(images))
	}
	for i, want := range []Image{{Series: 7, Files: []int{0, 3}, Of: 2}, {Series: 4, Files: []int{1, 2, 4}, Of: 3}, {Files: []int{5}, Of: 1}} {
		if im := images[i]; im.Series != want.Series || !slices.Equal(im.Files, want.Files) || im.Of != want.Of || im.Others != nil {
			t.Errorf("image %d: series %d, files %v, of %d", i, im.Series, im.Files, im.Of)
		}
	}
	pa := dicomtest.Phantom{Modality: "DX", Rows: 300, Columns: 240, Stored: 12}
	if images := shown(t, Config{}, View{Slices: 9}, pa.Bytes(t), pa.Bytes(t)); len(images) != 2 || images[1].Files[0] != 1 {
		t.Errorf("two views are %d images", len(images))
	}
}

// A file of several frames is a series of them.
func TestFramesAreSlices(t *testing.T) {
	p := dicomtest.CT(32, 32)
	p.Frames, p.Modality = 12, "XA"
	im := only(t, shown(t, Config{}, View{Slices: 4}, p.Bytes(t)))
	if got := looks(t, im); !slices.Equal(got, []int{0, 4, 7, 11}) || !slices.Equal(numbers(im), []int{1, 5, 8, 12}) || im.Of != 12 {
		t.Errorf("frames %v, numbers %v of %d", got, numbers(im), im.Of)
	}
	wantNotes(t, im, NoteSmall, NoteSampled, NotePercentile, NoteNotTrained)
	p.Modality = "CT" // its frames should have positions
	im = only(t, shown(t, Config{}, View{Slices: 4}, p.Bytes(t)))
	if !slices.Contains(im.Notes, NoteNoGeometry) {
		t.Errorf("notes %v", im.Notes)
	}
}

// What cannot be unpacked is left out and said; when nothing can be, the reason is
// told of each file.
func TestBrokenSlices(t *testing.T) {
	files := ct(t, 5, "1.1")
	files[2] = files[2][:len(files[2])-300]
	images, refused := NewPreparer(Config{}).Prepare(t.Context(), files, View{Slices: 20})
	im := only(t, images)
	var e *Error
	if !errors.As(refused[2], &e) || e.Kind != KindCut || refused[0] != nil || refused[4] != nil {
		t.Errorf("refused %v", refused)
	}
	if got := looks(t, im); !slices.Equal(got, []int{0, 1, 3, 4}) || !slices.Equal(im.Files, []int{0, 1, 3, 4}) ||
		!slices.Equal(numbers(im), []int{1, 2, 4, 5}) || im.Of != 5 || !slices.Contains(im.Notes, NoteIncomplete) {
		t.Errorf("slices %v, files %v, of %d, notes %v", got, im.Files, im.Of, im.Notes)
	}
	packed := dicomtest.CT(16, 16)
	packed.Syntax, packed.Compressed = dicomtest.JPEG2000, [][]byte{{1, 2, 3, 4}}
	all := packed.Series(t, dicomtest.Series{Slices: 2, UID: "1.9"})
	images, refused = NewPreparer(Config{}).Prepare(t.Context(), all, View{Slices: 20})
	if len(images) != 0 {
		t.Errorf("%d images of JPEG 2000", len(images))
	}
	for _, err := range refused {
		if !errors.As(err, &e) || e.Kind != KindUnsupported || e.Format != DICOMJPEG2000 {
			t.Errorf("refused as %v", err)
		}
	}
}

// One worker or four: the same bytes.
func TestSeriesIsDeterministic(t *testing.T) {
	files := ct(t, 20, "1.1")
	want := shown(t, Config{Workers: 1}, View{Slices: 20}, files...)
	if got := shown(t, Config{Workers: 4}, View{Slices: 20}, files...); !reflect.DeepEqual(got, want) {
		t.Error("four workers made something else than one")
	}
	frames := dicomtest.CT(32, 32)
	frames.Frames = 20
	want = shown(t, Config{Workers: 1}, View{Slices: 20}, frames.Bytes(t))
	if got := shown(t, Config{Workers: 4}, View{Slices: 20}, frames.Bytes(t)); !reflect.DeepEqual(got, want) {
		t.Error("four workers made something else of frames than one")
	}
}

// A slice is placed and scaled as the reference does it.
func TestSliceIsTheReference(t *testing.T) {
	t.Parallel()
	p := dicomtest.CT(950, 700)
	im := only(t, shown(t, Config{}, View{}, p.Bytes(t)))
	stored := image.NewNRGBA(image.Rect(0, 0, 700, 950))
	clip := func(hu, low, high int) uint8 {
		return uint8((2*255*(min(max(hu, low), high)-low) + (high - low)) / (2 * (high - low)))
	}
	for y := range 950 {
		for x := range 700 {
			hu := p.Sample(0, y, x, 0) - 1024
			stored.SetNRGBA(x, y, color.NRGBA{clip(hu, -1024, 1024), clip(hu, -135, 215), clip(hu, 0, 80), 255})
		}
	}
	want, side := reference(stored, 1)
	if db := psnr(t, pixels(t, im.Slices[0]), want, side); db < 50 || im.Slices[0].MIME != mimePNG {
		t.Errorf("%s, %.1f dB from the reference", im.Slices[0].MIME, db)
	}
}
