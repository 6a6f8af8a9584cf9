package dicom

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

func TestNotAnImage(t *testing.T) {
	for class, want := range map[string]string{
		"1.2.840.10008.1.3.10":              "DICOMDIR",
		"1.2.840.10008.5.1.4.1.1.88.33":     "structured report",
		"1.2.840.10008.5.1.4.1.1.104.1":     "PDF",
		"1.2.840.10008.5.1.4.1.1.9.1.1":     "waveform",
		"1.2.840.10008.5.1.4.1.1.481.3":     "radiotherapy plan",
		"1.2.840.10008.5.1.4.1.1.481.5":     "radiotherapy plan",
		"1.2.840.10008.5.1.4.1.1.11.1":      "presentation state",
		"1.2.840.10008.5.1.4.1.1.66.4":      "segmentation",
		"1.2.840.10008.5.1.4.1.1.66":        "no picture", // raw data
		"1.2.826.0.1.3680043.8.498.private": "no picture",
	} {
		file := dicomtest.File{Elements: []dicomtest.Element{
			{Tag: 0x0008_0016, VR: "UI", Value: class},
			{Tag: 0x0008_0060, VR: "CS", Value: "OT"},
			{Tag: 0x0010_0010, VR: "PN", Value: "DOE^JANE"},
		}}
		_, err := Open(t.Context(), file.Bytes(t))
		refused(t, class, err, KindNotImage, want)
	}
	// A segmentation has pixels, which are no picture of anybody.
	p := dicomtest.Phantom{Extra: []dicomtest.Element{{Tag: 0x0008_0016, VR: "UI", Value: "1.2.840.10008.5.1.4.1.1.66.4"}}}
	_, err := Open(t.Context(), p.Bytes(t))
	refused(t, "segmentation with pixels", err, KindNotImage, "segmentation")
	for _, uid := range []string{"1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.107"} {
		_, err := Open(t.Context(), dicomtest.Phantom{Syntax: uid, Compressed: [][]byte{{0, 0, 1, 0xB3}}}.Bytes(t))
		refused(t, uid, err, KindNotImage, "video")
	}
}

func TestNotDICOM(t *testing.T) {
	for _, text := range []string{"", "x", "hello, this is a text", "\x89PNG\r\n\x1a\n0000IHDR", strings.Repeat("\x00", 4096), strings.Repeat("DICM", 100)[2:],
		"DICM" + string(dicomtest.Phantom{NoPreamble: true}.Bytes(t))} {
		_, err := Open(t.Context(), []byte(text))
		refused(t, fmt.Sprintf("%.20q", text), err, KindNotImage, "no picture")
	}
}

func TestWhatCannotBeUnpackedIsNamed(t *testing.T) {
	for uid, want := range map[string]string{
		"1.2.840.10008.1.2.4.90":  "JPEG 2000",
		"1.2.840.10008.1.2.4.91":  "JPEG 2000",
		"1.2.840.10008.1.2.4.201": "HTJ2K",
		"1.2.840.10008.1.2.4.80":  "JPEG-LS",
		"1.2.840.10008.1.2.4.81":  "JPEG-LS",
		"1.2.840.10008.1.2.4.110": "JPEG XL",
		"1.2.840.10008.1.2.8.1":   "deflated frames",
		"1.2.840.113619.5.2":      "unknown transfer syntax",
		"not even a UID":          "unknown transfer syntax",
	} {
		f := opened(t, dicomtest.Phantom{Syntax: uid, Compressed: streams(1)}.Bytes(t))
		if strings.HasPrefix(f.TransferSyntax, "not") {
			t.Errorf("TransferSyntax is %q, the file's text", f.TransferSyntax)
		}
		_, err := f.Frame(t.Context(), 0)
		refused(t, uid, err, KindUnsupported, want)
	}
	for _, c := range []struct {
		p    dicomtest.Phantom
		want string
	}{
		{dicomtest.Phantom{Extra: []dicomtest.Element{{Tag: 0x7FE0_0008, VR: "OF", Value: []float64{1, 2}}}}, "floating-point pixels"},
		{dicomtest.Phantom{Extra: []dicomtest.Element{{Tag: 0x0028_0002, VR: "US", Value: 4}}}, "unusual number of channels"},
		{dicomtest.Phantom{Extra: []dicomtest.Element{{Tag: 0x0028_0100, VR: "US", Value: 12}}}, "unusual bit depth"},
		{dicomtest.Phantom{Extra: []dicomtest.Element{{Tag: 0x0028_0100, VR: "US", Value: 64}}}, "unusual bit depth"},
		{dicomtest.Phantom{Syntax: dicomtest.RLE, Extra: []dicomtest.Element{{Tag: 0x0028_0100, VR: "US", Value: 1}}}, "1-bit RLE"},
	} {
		_, err := opened(t, c.p.Bytes(t)).Frame(t.Context(), 0)
		refused(t, c.want, err, KindUnsupported, c.want)
	}
}

func TestHeaderHoldsTermsOnly(t *testing.T) {
	written := func(text string) Header {
		p := dicomtest.Phantom{Modality: text}
		for _, tag := range []uint32{0x0008_0008, 0x0018_0015, 0x0018_5101, 0x0020_0060, 0x0020_0062, 0x0028_0004, 0x0028_0301} {
			p.Extra = append(p.Extra, dicomtest.Element{Tag: tag, VR: "CS", Value: text})
		}
		p.Extra = append(p.Extra, dicomtest.Element{Tag: 0x0020_000E, VR: "UI", Value: text})
		return opened(t, p.Bytes(t)).Header
	}
	for _, text := range []string{"DOE JANE", "doe", `CT\DOE`, "YES DOE"} {
		if shown := fmt.Sprintf("%+v", written(text)); strings.Contains(strings.ToUpper(shown), "DOE") {
			t.Errorf("%q came through: %s", text, shown)
		}
	}
	shown := fmt.Sprintf("%+v", opened(t, dicomtest.Phantom{Undefined: true}.Bytes(t)))
	for _, secret := range dicomtest.Secrets() {
		if strings.Contains(shown, secret) {
			t.Errorf("an opened file holds %q", secret)
		}
	}
}

func TestHeaderTerms(t *testing.T) {
	p := dicomtest.Phantom{Modality: "cr ", Extra: []dicomtest.Element{
		{Tag: 0x0008_0008, VR: "CS", Value: `DERIVED\PRIMARY\LOCALIZER`},
		{Tag: 0x0008_0016, VR: "UI", Value: "1.2.840.10008.5.1.4.1.1.7.2"},
		{Tag: 0x0020_0011, VR: "IS", Value: 100_000},
		{Tag: 0x0020_0012, VR: "IS", Value: "+4"},
		{Tag: 0x0020_0013, VR: "IS", Value: "7.0"},
		{Tag: 0x0028_0301, VR: "CS", Value: "NO"},
	}}
	h := opened(t, p.Bytes(t)).Header
	if h.Modality != "CR" || h.BurnedIn != "NO" ||
		!h.Derived || !h.Localizer || !h.SecondaryCapture || h.Series != 0 || h.Acquisition != 4 || h.Instance != 7 {
		t.Errorf("header %+v", h)
	}
	p.Extra = append(p.Extra, dicomtest.Element{Tag: 0x0020_000E, VR: "UI", Value: "1.2.3"})
	if other := opened(t, p.Bytes(t)); other.SeriesKey == h.SeriesKey || other.InstanceKey != h.InstanceKey {
		t.Errorf("keys of another series: %s and %s, %s and %s", other.SeriesKey, h.SeriesKey, other.InstanceKey, h.InstanceKey)
	}
}

func TestGeometry(t *testing.T) {
	place := func(values ...float64) dicomtest.Element {
		return dicomtest.Element{Tag: 0x0020_0032, VR: "DS", Value: values}
	}
	turn := func(values ...float64) dicomtest.Element {
		return dicomtest.Element{Tag: 0x0020_0037, VR: "DS", Value: values}
	}
	group := func(tag uint32, e dicomtest.Element) dicomtest.Element {
		return dicomtest.Element{Tag: tag, VR: "SQ", Value: dicomtest.Sequence{Items: [][]dicomtest.Element{{e}}}}
	}
	axial := turn(1, 0, 0, 0, 1, 0)
	f := opened(t, dicomtest.Phantom{Frames: 2, Extra: []dicomtest.Element{
		place(9, 9, 9),
		group(0x5200_9229, group(0x0020_9116, axial)),
		{Tag: 0x5200_9230, VR: "SQ", Value: dicomtest.Sequence{Undefined: true, Items: [][]dicomtest.Element{
			{group(0x0020_9113, place(1, 2, 3))}, {group(0x0020_9113, place(1, 2, 4.5))},
		}}},
	}}.Bytes(t))
	for i, z := range []float64{3, 4.5, 9} { // a third frame has no group of its own
		g := f.Geometry(i)
		if !g.OK || g.Position[2] != z || g.Row != [3]float64{1, 0, 0} || g.Col != [3]float64{0, 1, 0} {
			t.Errorf("frame %d: %+v, want z %v", i, g, z)
		}
	}
	for name, extra := range map[string][]dicomtest.Element{
		"no position":    {axial},
		"no orientation": {place(1, 2, 3)},
		"two numbers":    {axial, place(1, 2)},
		"four numbers":   {axial, place(1, 2, 3, 4)},
		"zeros":          {place(1, 2, 3), turn(0, 0, 0, 0, 0, 0)},
		"parallel":       {place(1, 2, 3), turn(1, 0, 0, 1, 0, 0)},
		"not a number":   {axial, place(1, 2, math.NaN())},
		"infinite":       {axial, place(1, 2, math.Inf(1))},
		"text":           {axial, {Tag: 0x0020_0032, VR: "DS", Value: `1\2\DOE`}},
	} {
		if g := opened(t, dicomtest.Phantom{Extra: extra}.Bytes(t)).Geometry(0); g.OK {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

func TestRegions(t *testing.T) {
	region := func(format, kind, x0, y0, x1, y1 int) []dicomtest.Element {
		return []dicomtest.Element{
			{Tag: 0x0018_6012, VR: "US", Value: format}, {Tag: 0x0018_6014, VR: "US", Value: kind},
			{Tag: 0x0018_6018, VR: "UL", Value: x0}, {Tag: 0x0018_601A, VR: "UL", Value: y0},
			{Tag: 0x0018_601C, VR: "UL", Value: x1}, {Tag: 0x0018_601E, VR: "UL", Value: y1},
		}
	}
	f := opened(t, dicomtest.Phantom{Modality: "US", Rows: 60, Columns: 80, Extra: []dicomtest.Element{
		{Tag: 0x0018_6011, VR: "SQ", Value: dicomtest.Sequence{Items: [][]dicomtest.Element{
			region(1, 1, 10, 20, 30, 40),
			region(2, 1, 0, 0, 0, 0),
			region(3, 3, 70, 50, 200, 1<<32-1),
			region(1, 0, 1, 1, 2, 2),     // no data
			region(5, 1, 1, 1, 2, 2),     // graphics
			region(1, 1, 30, 40, 10, 20), // upside down
			region(1, 1, 80, 0, 90, 10),  // outside
			{},
		}}},
	}}.Bytes(t))
	want := []Region{{10, 20, 30, 40}, {0, 0, 0, 0}, {70, 50, 79, 59}}
	if !slices.Equal(f.Regions, want) {
		t.Errorf("regions %v, want %v", f.Regions, want)
	}
	for _, c := range []struct {
		items [][]dicomtest.Element
		has   bool
	}{
		{nil, false},
		{[][]dicomtest.Element{region(5, 1, 1, 1, 2, 2), region(1, 1, 80, 0, 90, 10)}, true},
	} {
		f := opened(t, dicomtest.Phantom{Rows: 60, Columns: 80, Extra: []dicomtest.Element{sequence(0x0018_6011, c.items...)}}.Bytes(t))
		if f.HasRegions != c.has || len(f.Regions) > 0 {
			t.Errorf("%d regions that show nothing: %t, %v", len(c.items), f.HasRegions, f.Regions)
		}
	}
}

func TestHeaderOfClasses(t *testing.T) {
	for class, want := range map[string][2]bool{ // ultrasound, Secondary Capture
		"1.2.840.10008.5.1.4.1.1.6.1": {true, false}, "1.2.840.10008.5.1.4.1.1.3.1": {true, false}, "1.2.840.10008.5.1.4.1.1.6.2": {true, false},
		"1.2.840.10008.5.1.4.1.1.7": {false, true}, "1.2.840.10008.5.1.4.1.1.7.4": {false, true},
		"1.2.840.10008.5.1.4.1.1.2": {}, "1.2.840.10008.5.1.4.1.1.66.1": {}, "1.2.840.10008.5.1.4.1.1.77.1.4": {},
	} {
		h := opened(t, dicomtest.Phantom{Extra: []dicomtest.Element{{Tag: 0x0008_0016, VR: "UI", Value: class}}}.Bytes(t)).Header
		if got := [2]bool{h.Ultrasound, h.SecondaryCapture}; got != want {
			t.Errorf("%s: ultrasound and Secondary Capture are %v, want %v", class, got, want)
		}
	}
}
