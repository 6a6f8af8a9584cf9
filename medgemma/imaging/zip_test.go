package imaging

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// packed is an entry of an archive of the tests.
type packed struct {
	name   string
	data   []byte
	stored bool
}

func zipOf(t testing.TB, entries ...packed) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.stored {
			h.Method = zip.Store
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// entries names files as archives do, which means nothing.
func entries(files ...[]byte) (all []packed) {
	for i, data := range files {
		all = append(all, packed{name: fmt.Sprintf("DOE^JANE/IM%04d", 900-i), data: data, stored: i%2 == 1})
	}
	return all
}

// noise is what lies in archives beside a series and is no part of it.
func noise(t testing.TB) []packed {
	report := with(t, dicomtest.CT(16, 16), element{Tag: 0x0008_0016, VR: "UI", Value: "1.2.840.10008.5.1.4.1.1.88.11"})
	return []packed{
		{name: "DOE^JANE/"}, {name: "README.txt", data: []byte("Chest, two views.")}, {name: "report", data: report},
		{name: "__MACOSX/DOE^JANE/._IM0001", data: []byte("\x00\x05\x16\x07")}, {name: "a/._x.dcm", data: makePNG(t, gray(9, 9))},
		{name: "DICOMDIR", data: ct(t, 1, "1.1")[0]}, {name: "viewer.exe", data: []byte("MZ\x90\x00")}, {name: "empty"},
	}
}

func TestZipOfASeries(t *testing.T) {
	files := ct(t, 12, "1.1")
	im := only(t, shown(t, Config{}, View{Slices: 5}, zipOf(t, append(noise(t), entries(shuffled(files)...)...)...)))
	if got := looks(t, im); !slices.Equal(got, []int{0, 3, 6, 8, 11}) || im.Of != 12 || im.Series != 0 || im.Others != nil || !slices.Equal(im.Files, []int{0}) {
		t.Errorf("slices %v of %d, series %d, others %v, files %v", got, im.Of, im.Series, im.Others, im.Files)
	}
	wantNotes(t, im, NoteSmall, NoteSampled, "windows:-1024..1024,-135..215,0..80")
	loose := only(t, shown(t, Config{}, View{Slices: 5}, files...))
	for i := range loose.Slices {
		if !bytes.Equal(loose.Slices[i].Data, im.Slices[i].Data) {
			t.Errorf("slice %d differs from that of loose files", i)
		}
	}
}

// Of several series the largest axial one is shown, and the others are named.
func TestLargestAxialSeriesWins(t *testing.T) {
	numbered := func(n int) func(*dicomtest.Series) {
		return func(s *dicomtest.Series) { s.Number = n }
	}
	sagittal := ct(t, 9, "1.2", func(s *dicomtest.Series) { s.Number, s.Normal = 7, [3]float64{1, 0, 0} })
	scout := dicomtest.CT(32, 32)
	scout.Extra = append(scout.Extra, localizer)
	all := slices.Concat(
		scout.Series(t, dicomtest.Series{Slices: 12, UID: "1.1", Number: 1}), sagittal,
		ct(t, 3, "1.3", numbered(3)), ct(t, 5, "1.4", numbered(4)), ct(t, 5, "1.5", numbered(12)))
	data := zipOf(t, entries(all...)...)
	others := []Series{{1, "CT", 12}, {7, "CT", 9}, {3, "CT", 3}, {4, "CT", 5}, {12, "CT", 5}}
	for ask, want := range map[int]int{0: 4, 4: 4, 1: 1, 7: 7, 12: 12} {
		im := only(t, shown(t, Config{}, View{Slices: 20, Series: ask}, data))
		rest := slices.DeleteFunc(slices.Clone(others), func(s Series) bool { return s.Number == want })
		if im.View != (View{Series: ask}) {
			t.Errorf("series %d asked: shown by %+v", ask, im.View)
		}
		if im.Series != want || !slices.Equal(im.Others, rest) {
			t.Errorf("series %d asked: %d shown, others %v", ask, im.Series, im.Others)
		}
	}
	if e := noSuchView(t, View{Series: 2}, data); !slices.Equal(e.Have, others) {
		t.Errorf("have %v", e.Have)
	}
	// Without an axial one the largest; numbers that are not distinct are not used.
	data = zipOf(t, entries(slices.Concat(ct(t, 2, "1.8", numbered(5), func(s *dicomtest.Series) { s.NoPlace = true }),
		ct(t, 4, "1.9", numbered(5), func(s *dicomtest.Series) { s.Normal = [3]float64{0, 1, 0} }))...)...)
	if im := only(t, shown(t, Config{}, View{}, data)); im.Series != 2 || im.Of != 4 || !slices.Equal(im.Others, []Series{{1, "CT", 2}}) {
		t.Errorf("series %d of %d slices, others %v", im.Series, im.Of, im.Others)
	}
}

// What may be a picture and is not read is said.
func TestZipThatIsIncomplete(t *testing.T) {
	files := entries(ct(t, 3, "1.1")...)
	for name, extra := range map[string][]byte{
		"picture": makePNG(t, gray(30, 30)), "archive": zipOf(t, files...), "cut": files[0].data[:400],
	} {
		im := only(t, shown(t, Config{}, View{Slices: 9}, zipOf(t, append(slices.Clone(files), packed{name: "x", data: extra})...)))
		if len(im.Slices) != 3 || !slices.Contains(im.Notes, NoteIncomplete) {
			t.Errorf("%s: %d slices, notes %v", name, len(im.Slices), im.Notes)
		}
	}
}

func TestZipOfPictures(t *testing.T) {
	var all []packed
	for i := range 4 {
		all = append(all, packed{name: fmt.Sprint(i), data: makePNG(t, gray(300+i, 300))})
	}
	data := zipOf(t, append(noise(t), append(all, packed{name: "web", data: []byte("<html>")})...)...)
	images := shown(t, Config{}, View{Slices: 9}, data)
	if len(images) != 4 {
		t.Fatalf("%d images", len(images))
	}
	for i, im := range images {
		if im.Width != 300+i || im.Format != PNG || !slices.Equal(im.Files, []int{0}) {
			t.Errorf("image %d: %s %d wide, files %v", i, im.Format, im.Width, im.Files)
		}
		wantNotes(t, im)
	}
	images = shown(t, Config{}, View{Slices: 3}, data)
	if len(images) != 3 {
		t.Fatalf("%d images", len(images))
	}
	wantNotes(t, images[2], NoteIncomplete)
	if e := noSuchView(t, View{First: 2}, data); e.Of != 1 {
		t.Errorf("of %d", e.Of)
	}
	images = shown(t, Config{}, View{Slices: 9}, zipOf(t, all[0], packed{name: "bad", data: all[1].data[:300]}))
	wantNotes(t, only(t, images), NoteIncomplete)
	refused(t, zipOf(t, packed{name: "bad", data: all[1].data[:300]}), KindCut)
}

func TestZipRefusals(t *testing.T) {
	locked := zipOf(t, entries(ct(t, 2, "1.1")...)...)
	unknown := bytes.Clone(locked)
	for i := 0; i+10 < len(locked); i++ {
		switch string(locked[i : i+4]) {
		case "PK\x03\x04":
			locked[i+6] |= 1
			unknown[i+8] = 12 // bzip2
		case "PK\x01\x02":
			locked[i+8] |= 1
			unknown[i+10] = 12
		}
	}
	plain := zipOf(t, entries(ct(t, 2, "1.1")...)...)
	for name, tc := range map[string]struct {
		data   []byte
		kind   Kind
		format Format
	}{
		"encrypted":        {locked, KindUnsupported, ZIP},
		"unknown method":   {unknown, KindUnsupported, ZIP},
		"empty":            {zipOf(t), KindNoPictures, ZIP},
		"text":             {zipOf(t, slices.DeleteFunc(noise(t), func(p packed) bool { return p.name == "report" })...), KindNoPictures, ZIP},
		"report":           {zipOf(t, noise(t)...), KindUnsupported, DICOMReport},
		"report, cut scan": {zipOf(t, append(noise(t), packed{name: "x", data: ct(t, 1, "1.1")[0][:900]})...), KindCut, DICOM},
		"archive within":   {zipOf(t, packed{name: "a.zip", data: plain}), KindNoPictures, ZIP},
		"Office":           {zipOf(t, packed{name: "[Content_Types].xml"}, packed{name: "word/x.png", data: makePNG(t, gray(9, 9))}), KindUnsupported, Office},
		"Office, late":     {zipOf(t, packed{name: "docProps/x"}, packed{name: "[Content_Types].xml"}), KindUnsupported, Office},
		"cut":              {plain[:len(plain)-100], KindCut, ZIP},
		"only a beginning": {[]byte("PK\x03\x04\x14\x00\x00\x00\x08\x00IM0001"), KindCut, ZIP},
		"HEIC":             {zipOf(t, packed{name: "x", data: []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")}), KindUnsupported, HEIC},
		"burned in":        {zipOf(t, packed{name: "x", data: with(t, dicomtest.CT(16, 16), burned)}), KindBurnedIn, DICOM},
		"2001 entries":     {zipOf(t, make([]packed, maxEntries+1)...), KindTooLarge, ZIP},
	} {
		t.Run(name, func(t *testing.T) {
			if e := refused(t, tc.data, tc.kind); e.Format != tc.format {
				t.Errorf("format %s, want %s", e.Format, tc.format)
			}
		})
	}
	damaged := bytes.Clone(plain)
	damaged[bytes.Index(damaged, []byte("DICM"))+3000] ^= 1 // the checksum tells
	var e *Error
	if images, refused := NewPreparer(Config{}).Prepare(t.Context(), [][]byte{damaged}, View{Slices: 2}); len(images) > 0 &&
		!slices.Contains(images[0].Notes, NoteIncomplete) || len(images) == 0 && !errors.As(refused[0], &e) {
		t.Errorf("a damaged entry: %v", refused[0])
	}
}

// A header may be longer than what is read first, and a folder may be named anything.
func TestZipOfLongHeaders(t *testing.T) {
	long := element{Tag: 0x0009_1002, VR: "UN", Value: make([]byte, 300<<10)}
	var files []packed
	for i, data := range ct(t, 3, "1.1") {
		files = append(files, packed{name: fmt.Sprintf("password/word/%d", i), data: data})
	}
	files[1].data = with(t, dicomtest.CT(32, 32), append(slices.Clone(elementsOf(1)), long)...)
	im := only(t, shown(t, Config{}, View{Slices: 9}, zipOf(t, files...)))
	if len(im.Slices) != 3 || slices.Contains(im.Notes, NoteIncomplete) {
		t.Errorf("%d slices, notes %v", len(im.Slices), im.Notes)
	}
}

// elementsOf places slice i of series 1.1.
func elementsOf(i int) []element {
	return []element{
		{Tag: 0x0020_000E, VR: "UI", Value: "1.1"},
		{Tag: 0x0020_0032, VR: "DS", Value: []float64{-100, -100, 5*float64(i) - 100}},
		{Tag: 0x0020_0037, VR: "DS", Value: []float64{1, 0, 0, 0, 1, 0}},
	}
}

// How many frames there are is what can be read, not what the header says.
func TestZipOfFrames(t *testing.T) {
	p := dicomtest.CT(32, 32)
	p.Frames, p.Modality = 10, "XA"
	honest := p.Bytes(t)
	im := only(t, shown(t, Config{}, View{Slices: 3}, zipOf(t, packed{name: "x", data: honest})))
	if im.Of != 10 || !slices.Equal(looks(t, im), []int{0, 5, 9}) || slices.Contains(im.Notes, NoteIncomplete) {
		t.Errorf("of %d, %v, notes %v", im.Of, looks(t, im), im.Notes)
	}
	p.Extra = append(p.Extra, element{Tag: 0x0028_0008, VR: "IS", Value: 5000})
	im = only(t, shown(t, Config{}, View{Slices: 3}, zipOf(t, packed{name: "x", data: p.Bytes(t)})))
	if im.Of != 10 || !slices.Equal(looks(t, im), []int{0, 5, 9}) || !slices.Contains(im.Notes, NoteIncomplete) {
		t.Errorf("of %d, %v, notes %v", im.Of, looks(t, im), im.Notes)
	}
}

// A file of several frames that cannot be read costs its series no more than itself.
func TestZipOfDamagedFrames(t *testing.T) {
	p := dicomtest.CT(128, 128)
	p.Frames, p.Modality = 3, "XA"
	film := p.Bytes(t) // longer than what is read first
	p.Frames = 1
	still := p.Bytes(t)
	damage := func(data []byte) []byte { // the checksum tells
		data[bytes.Index(data, []byte("DICM"))+len(film)-500] ^= 1
		return data
	}
	bad := packed{name: "bad", data: film, stored: true}
	for name, data := range map[string][]byte{
		"films":          damage(zipOf(t, bad, packed{name: "x", data: film, stored: true})),
		"film and still": damage(zipOf(t, bad, packed{name: "x", data: still}, packed{name: "y", data: still}, packed{name: "z", data: still})),
	} {
		im := only(t, shown(t, Config{}, View{Slices: 9}, data))
		if im.Of != 3 || len(im.Slices) != 3 || !slices.Contains(im.Notes, NoteIncomplete) {
			t.Errorf("%s: %d slices of %d, notes %v", name, len(im.Slices), im.Of, im.Notes)
		}
	}
	refused(t, damage(zipOf(t, bad)), KindCut)
}

// Names of entries stay inside, also in errors.
func TestZipNamesStayInside(t *testing.T) {
	data := zipOf(t, packed{name: "DOE^JANE.dcm", data: []byte(strings.Repeat("\x00", 128) + "DICM")})
	if e := refused(t, data, KindNoPictures); strings.Contains(e.Error(), "DOE") {
		t.Errorf("the error holds a name: %v", e)
	}
}
