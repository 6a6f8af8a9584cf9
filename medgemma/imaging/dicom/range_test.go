package dicom

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

func TestRange(t *testing.T) {
	for _, c := range []struct {
		name   string
		signed bool
		extra  []dicomtest.Element
		values []int
		want   Window
		none   bool
	}{
		{name: "as stored", values: []int{5, 3, 9}, want: Window{3, 9}},
		{name: "signed", signed: true, values: []int{5, -3, 9}, want: Window{-3, 9}},
		{name: "rescaled", values: []int{5, 3, 9}, extra: rescale("2", "-10"), want: Window{-4, 8}},
		{name: "rescaled down", values: []int{5, 3, 9}, extra: rescale("-2", "0"), want: Window{-18, -6}},
		{name: "slope alone", values: []int{5, 3, 9}, extra: []dicomtest.Element{text(0x0028_1053, "2")}, want: Window{6, 18}},
		{name: "intercept alone", values: []int{5, 3, 9}, extra: []dicomtest.Element{text(0x0028_1052, "-1024")}, want: Window{-1021, -1015}},
		{name: "slope of zero", values: []int{5, 3, 9}, extra: rescale("0", "-1024"), want: Window{-1021, -1015}},
		{name: "slope that is no number", values: []int{5, 3, 9}, extra: rescale("x", "-1024"), want: Window{-1021, -1015}},
		{name: "absurd intercept", values: []int{5, 3, 9}, extra: []dicomtest.Element{text(0x0028_1052, "1e300")}, want: Window{3, 9}},
		{name: "absurd slope", values: []int{5, 3, 9}, extra: rescale("1e300", "0"), want: Window{3, 9}},
		{name: "padding", values: []int{5, 0, 9}, extra: []dicomtest.Element{words(0x0028_0120, 0)}, want: Window{5, 9}},
		{name: "padding rescaled", values: []int{5, 0, 9}, extra: append(rescale("1", "-1024"), words(0x0028_0120, 0)), want: Window{-1019, -1015}},
		{name: "range of padding", values: []int{5, 0, 9, 1, 2}, extra: []dicomtest.Element{words(0x0028_0120, 0), words(0x0028_0121, 2)}, want: Window{5, 9}},
		{name: "range of padding downwards", values: []int{5, 0, 9, 1, 2}, extra: []dicomtest.Element{words(0x0028_0120, 2), words(0x0028_0121, 0)}, want: Window{5, 9}},
		{name: "padding unsigned by mistake", signed: true, values: []int{5, -2000, 9}, extra: []dicomtest.Element{words(0x0028_0120, 63536)}, want: Window{5, 9}},
		{name: "padding signed by mistake", values: []int{5, 65535, 9}, extra: []dicomtest.Element{{Tag: 0x0028_0120, VR: "SS", Value: -1}}, want: Window{5, 9}},
		{name: "padding alone", values: []int{7, 7}, extra: []dicomtest.Element{words(0x0028_0120, 7)}, none: true},
		{name: "modality LUT that falls and rises", values: []int{0, 1, 2}, want: Window{10, 500},
			extra: []dicomtest.Element{table(0x0028_3000, 3, 0, 16, func(i int) int { return []int{500, 10, 70}[i] })}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, ok, err := with(t, c.signed, c.extra...).Range(t.Context(), 0, row(c.signed, c.values...))
			if w != c.want || ok == c.none || err != nil {
				t.Errorf("range %v, %t, %v", w, ok, err)
			}
		})
	}
	colour := &Frame{Width: 1, Height: 1, Channels: 3, Bits: 8, Photometric: "RGB", layout: layout{bytes: 1}, pix: make([]byte, 3)}
	if _, ok, _ := with(t, false).Range(t.Context(), 0, colour); ok {
		t.Error("colour has a range")
	}
}

// The middle 99 % without padding, against sorted values, at every depth.
func TestPercentiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, bits := range []int{8, 12, 16, 20, 32} {
		for _, signed := range []bool{false, true} {
			fr := &Frame{Width: 50, Height: 41, Channels: 1, Bits: bits, Signed: signed, layout: layout{bytes: 4}}
			low := fr.lowest()
			var values []int
			for range fr.Width * fr.Height {
				v := low + random.IntN(1<<bits)
				if random.IntN(10) == 0 {
					v = low + 3 // padding
				}
				fr.pix = binary.LittleEndian.AppendUint32(fr.pix, uint32(v))
				if v != low+3 {
					values = append(values, v)
				}
			}
			slices.Sort(values)
			n := len(values) - 1
			cut := int(0.005*float64(n) + 0.5)
			got, ok, err := modality{slope: 1}.spread(t.Context(), fr, span{low + 3, low + 3}, outliers)
			if want := (Window{float64(values[cut]), float64(values[n-cut])}); got != want || !ok || err != nil {
				t.Errorf("%d bits, signed %t: %v, want %v (%v)", bits, signed, got, want, err)
			}
			got, _, _ = modality{slope: 1}.spread(t.Context(), fr, span{0, -1}, 0)
			if want := (Window{float64(min(values[0], low+3)), float64(values[n])}); got != want {
				t.Errorf("%d bits, signed %t: all %v, want %v", bits, signed, got, want)
			}
		}
	}
}

// One bright marker does not leave the rest in the dark.
func TestPercentilesShow(t *testing.T) {
	values := make([]int, 1000)
	for i := range values {
		values[i] = i
	}
	values[999] = 60000
	p, got := shown(t, with(t, false), row(false, values...), Shade{})
	if p.Applied != AppliedPercentile || p.Window != (Window{5, 994}) {
		t.Fatalf("applied %s %v", p.Applied, p.Window)
	}
	if got[5] != 0 || got[500] != 128 || got[994] != 255 || got[999] != 255 { // 127.6
		t.Errorf("shown as %d, %d, %d, %d", got[5], got[500], got[994], got[999])
	}
	// A small bright thing on black is not cut away with the outliers.
	values = make([]int, 1000)
	values[7] = 100
	p, got = shown(t, with(t, false), row(false, values...), Shade{})
	if p.Applied != AppliedMinMax || got[7] != 255 || got[8] != 0 {
		t.Errorf("applied %s, shown as %d, %d", p.Applied, got[7], got[8])
	}
}

func TestPaddingIsShownLikeAnyValue(t *testing.T) {
	padding := words(0x0028_0120, 1000)
	p, got := shown(t, with(t, false, padding), row(false, 0, 100, 1000), Shade{Mode: ModeMinMax})
	want(t, got, 0, 255, 255)
	if p.Window != (Window{0, 100}) {
		t.Errorf("padding is in the range: %v", p.Window)
	}
	p, got = shown(t, with(t, false, padding), row(false, 1000, 1000), Shade{})
	want(t, got, 0, 0) // nothing else is there
	if p.Applied != AppliedNone {
		t.Errorf("applied %s", p.Applied)
	}
}
