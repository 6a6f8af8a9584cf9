package imaging

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// Slices are taken evenly, with both ends; one alone is the middle one.
func TestPick(t *testing.T) {
	for _, tc := range []struct {
		view View
		n    int
		want []int
	}{
		{View{Slices: 4}, 12, []int{0, 4, 7, 11}},
		{View{Slices: 5}, 5, []int{0, 1, 2, 3, 4}},
		{View{Slices: 9}, 3, []int{0, 1, 2}},
		{View{Slices: 2}, 100, []int{0, 99}},
		{View{Slices: 1}, 100, []int{50}},
		{View{Slices: 1}, 1, []int{0}},
		{View{Slices: 3, First: 40, Last: 60}, 85, []int{39, 49, 59}},
		{View{Slices: 8, First: 84}, 85, []int{83, 84}},
		{View{Slices: 2, Last: 3}, 85, []int{0, 2}},
		{View{Slices: 8, First: 7, Last: 7}, 85, []int{6}},
	} {
		if got := tc.view.pick(tc.n); !slices.Equal(got, tc.want) {
			t.Errorf("%+v of %d: %v, want %v", tc.view, tc.n, got, tc.want)
		}
	}
	for n := 1; n < 300; n++ {
		for k := 2; k <= min(n, 90); k++ {
			got := View{Slices: k}.pick(n)
			for i, at := range got {
				if want := int(math.Floor(float64(i)*float64(n-1)/float64(k-1) + 0.5)); at != want {
					t.Fatalf("%d of %d: place %d is %d, want %d", k, n, i, at, want)
				}
			}
		}
	}
}

// noSuchView prepares files of which all have to be refused for the view.
func noSuchView(t *testing.T, v View, files ...[]byte) *Error {
	t.Helper()
	images, refused := NewPreparer(Config{}).Prepare(t.Context(), files, v)
	if len(images) != 0 {
		t.Fatalf("%d images", len(images))
	}
	var e *Error
	for _, err := range refused {
		if !errors.As(err, &e) || e.Kind != KindNoSuchView {
			t.Fatalf("refused as %v", err)
		}
	}
	return e
}

func TestSlicesThatAreNotThere(t *testing.T) {
	files := ct(t, 10, "1.1")
	for _, v := range []View{{First: 5, Last: 11}, {First: 11}, {Last: 11}, {First: -1}, {First: 6, Last: 4}} {
		if e := noSuchView(t, v, files...); e.Of != 10 || e.Have != nil {
			t.Errorf("%+v: of %d, have %v", v, e.Of, e.Have)
		}
	}
	if e := noSuchView(t, View{First: 2}, files[0]); e.Of != 1 {
		t.Errorf("a single slice: of %d", e.Of)
	}
	im := only(t, shown(t, Config{}, View{Slices: 3, First: 2, Last: 10}, files...))
	if got := looks(t, im); !slices.Equal(got, []int{1, 5, 9}) || !slices.Equal(numbers(im), []int{2, 6, 10}) || im.Of != 10 {
		t.Errorf("slices %v, numbers %v of %d", got, numbers(im), im.Of)
	}
}

// A window is laid over grey values; the colours of a photo have none.
func TestWindowView(t *testing.T) {
	p := dicomtest.CT(32, 32)
	im := only(t, shown(t, Config{}, View{Window: Window{Centre: -600, Width: 1500}}, p.Bytes(t)))
	wantNotes(t, im, NoteSmall, "window:-600/1500")
	img := pixels(t, im.Slices[0])
	for y := 8; y < 32; y++ {
		hu := float64(p.Sample(0, y, 2, 0) - 1024)
		// PS3.3 C.11.2.1.2.1
		want := ((hu+600+0.5)/(1500-1) + 0.5) * 255
		if got := greyLevel(t, img, 2, y); math.Abs(float64(got)-min(max(want, 0), 255)) > 1 {
			t.Errorf("%v HU is %d, want %.1f", hu, got, want)
		}
	}
	mr := dicomtest.Phantom{Modality: "MR", Stored: 12}
	wantNotes(t, only(t, shown(t, Config{}, View{Window: Window{Centre: 40.5, Width: 400}}, mr.Bytes(t))), NoteSmall, "window:40.5/400")

	colour := dicomtest.Phantom{Modality: "XC", Photometric: "RGB"}
	for name, v := range map[string]View{
		"flat": {Window: Window{Centre: 40}}, "negative": {Window: Window{Centre: 40, Width: -3}},
		"nothing": {Window: Window{Centre: math.NaN(), Width: 400}}, "endless": {Window: Window{Width: math.Inf(1)}},
	} {
		if e := noSuchView(t, v, p.Bytes(t)); e.Of != 0 || e.Have != nil {
			t.Errorf("%s: of %d", name, e.Of)
		}
	}
	hu := View{Window: Window{Centre: 40, Width: 400}, OnlyCT: true}
	noSuchView(t, hu, colour.Bytes(t))
	noSuchView(t, View{Window: hu.Window}, colour.Bytes(t))
	noSuchView(t, hu, mr.Bytes(t))
	eight := dicomtest.Phantom{Modality: "CT", Allocated: 8}
	noSuchView(t, hu, eight.Bytes(t)) // CT without HU
	noSuchView(t, hu, with(t, p, capture))
	noSuchView(t, hu, with(t, p, localizer))
	shown(t, Config{}, hu, p.Bytes(t))
}

// Of files that were posted together those are shown as asked that can be; the rest
// is shown all the same.
func TestViewThatOneSeriesMeets(t *testing.T) {
	files := append(ct(t, 10, "1.1"), with(t, dicomtest.Phantom{Modality: "DX", Rows: 300, Columns: 300, Stored: 12}))
	images := shown(t, Config{}, View{Slices: 3, First: 4, Last: 6, Window: Window{Centre: 40, Width: 400}, OnlyCT: true}, files...)
	if len(images) != 2 || !slices.Equal(numbers(images[0]), []int{4, 5, 6}) || len(images[1].Slices) != 1 {
		t.Fatalf("%d images", len(images))
	}
	wantNotes(t, images[0], NoteSmall, NoteSampled, "window:40/400")
	wantNotes(t, images[1], NoteMinMax)
	if want := (View{First: 4, Last: 6, Window: Window{Centre: 40, Width: 400}, OnlyCT: true}); images[0].View != want || images[1].View != (View{}) {
		t.Errorf("shown by %+v and %+v", images[0].View, images[1].View)
	}

	two := append(ct(t, 3, "1.1", func(s *dicomtest.Series) { s.Number = 4 }), ct(t, 5, "1.2", func(s *dicomtest.Series) { s.Number = 9 })...)
	images = shown(t, Config{}, View{Slices: 3, Series: 9, First: 4}, two...)
	if len(images) != 2 || !slices.Equal(numbers(images[1]), []int{4, 5}) || len(images[0].Slices) != 3 {
		t.Errorf("%d images, slices %v", len(images), numbers(images[1]))
	}
	if e := noSuchView(t, View{Series: 5}, two...); !slices.Equal(e.Have, []Series{{4, "CT", 3}, {9, "CT", 5}}) {
		t.Errorf("have %v", e.Have)
	}
}
