package imaging

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// The end of the caller's context is no fault of the files, and leaves no part of a
// series behind.
func TestCallerEndsSeries(t *testing.T) {
	files := ct(t, 4, "1.1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, files := range map[string][][]byte{
		"loose": files, "archive": {zipOf(t, entries(files...)...)}, "pictures": {zipOf(t, packed{name: "x", data: makePNG(t, gray(9, 9))})},
	} {
		images, refused := NewPreparer(Config{}).Prepare(ctx, files, View{Slices: 9})
		var e *Error
		for _, err := range refused {
			if !errors.Is(err, context.Canceled) || errors.As(err, &e) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(images) != 0 {
			t.Errorf("%s: %d images", name, len(images))
		}
	}
}

// A context that ends in the middle gives no image either, wherever that is.
func TestCallerEndsInTheMiddle(t *testing.T) {
	files := [][]byte{zipOf(t, entries(ct(t, 4, "1.1")...)...)}
	ended := 0
	for looks := range 30 {
		ctx := &endsAfter{looks: looks}
		ctx.Context, ctx.cancel = context.WithCancel(t.Context())
		images, refused := NewPreparer(Config{Workers: 1}).Prepare(ctx, files, View{Slices: 9})
		ctx.cancel()
		switch {
		case refused[0] != nil && len(images) > 0:
			t.Errorf("after %d looks: %d images and %v", looks, len(images), refused[0])
		case refused[0] != nil:
			ended++
		case len(images[0].Slices) != 4:
			t.Errorf("after %d looks: %d slices and no word of it", looks, len(images[0].Slices))
		}
	}
	if ended < 5 {
		t.Errorf("only %d contexts ended in the middle", ended)
	}
}

// endsAfter is canceled by those who take so many contexts from it.
type endsAfter struct {
	context.Context
	cancel context.CancelFunc
	looks  int
}

func (c *endsAfter) Deadline() (time.Time, bool) {
	if c.looks--; c.looks < 0 {
		c.cancel()
	}
	return c.Context.Deadline()
}

// A series over the whole budget is prepared slice by slice, not stuck.
func TestSeriesOverBudget(t *testing.T) {
	files := ct(t, 6, "1.1")
	frames := dicomtest.CT(32, 32)
	frames.Frames = 6
	for _, c := range []Config{{Memory: 1, Workers: 1}, {Memory: 1}, {Workers: 1}} {
		for _, files := range [][][]byte{files, {zipOf(t, entries(files...)...)}, {frames.Bytes(t)}, {zipOf(t, packed{name: "x", data: frames.Bytes(t)})}} {
			if im := only(t, shown(t, c, View{Slices: 9}, files...)); len(im.Slices) != 6 {
				t.Errorf("%d slices", len(im.Slices))
			}
		}
	}
}

// Time that runs out leaves slices out, and refuses what has none left.
func TestSeriesOutOfTime(t *testing.T) {
	var all []*instance
	for i, data := range ct(t, 3, "1.1") {
		in, err := policy{}.admit(t.Context(), source{file: i, data: data})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, in)
	}
	s := group(all, func(*instance) bool { return false })[0]
	spent := newPurse(3)
	spent.left.Store(1)
	img, failed := NewPreparer(Config{}).stack(t.Context(), s, View{Slices: 3}, spent)
	if len(img.Slices) != 0 || len(failed) != 3 {
		t.Errorf("%d slices, %d failures", len(img.Slices), len(failed))
	}
	for _, err := range failed {
		var e *Error
		if !errors.As(err, &e) || e.Kind != KindTimeout {
			t.Errorf("%v, want KindTimeout", err)
		}
	}
}

// The estimate of a frame covers what showing it allocates.
func TestFrameEstimate(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates too")
	}
	phantom := func(p dicomtest.Phantom) dicomtest.Phantom {
		p.Rows, p.Columns = 950, 1100
		return p
	}
	colour := makeJPEG(t, photo(1100, 950), 85)
	for name, p := range map[string]dicomtest.Phantom{
		"CT":      phantom(dicomtest.CT(1, 1)),
		"RLE":     phantom(dicomtest.Phantom{Modality: "MR", Stored: 12, Syntax: dicomtest.RLE}),
		"32 bits": phantom(dicomtest.Phantom{Modality: "NM", Allocated: 32, Syntax: dicomtest.RLE}),
		"JPEG":    phantom(dicomtest.Phantom{Modality: "XC", Photometric: "RGB", Syntax: dicomtest.JPEGBaseline, Compressed: [][]byte{colour}}),
		"pieces":  phantom(dicomtest.Phantom{Modality: "XC", Allocated: 8, Syntax: dicomtest.JPEGBaseline, Pieces: 3, Compressed: [][]byte{makeJPEG(t, gray(1100, 950), 85)}}),
		"lies":    phantom(dicomtest.Phantom{Modality: "XC", Allocated: 8, Syntax: dicomtest.JPEGBaseline, Compressed: [][]byte{colour}}), // of one channel, says the header
		"palette": phantom(dicomtest.Phantom{Modality: "US", Allocated: 8, Photometric: "PALETTE COLOR", Syntax: dicomtest.ExplicitBE}),
		"deflate": phantom(dicomtest.Phantom{Modality: "DX", Stored: 12, Syntax: dicomtest.Deflated}),
	} {
		in, err := policy{}.admit(t.Context(), source{data: p.Bytes(t)})
		if err != nil {
			t.Fatal(err)
		}
		s := group([]*instance{in}, func(*instance) bool { return false })[0]
		pr := NewPreparer(Config{})
		allocated := totalAlloc(func() {
			if img, failed := pr.stack(t.Context(), s, View{Slices: 1}, newPurse(1)); len(img.Slices) != 1 {
				t.Error(failed)
			}
		})
		if byAcquisition(in.Header, View{}) {
			allocated /= 2 // it is unpacked twice, one after the other
		}
		if allocated > uint64(in.cost) {
			t.Errorf("%s: allocated %d bytes, estimate %d", name, allocated, in.cost)
		}
	}
}

// Files that claim more frames than are looked at, together, are refused.
func TestTooManyFrames(t *testing.T) {
	p := dicomtest.Phantom{Modality: "XA", Rows: 1, Columns: 1, Allocated: 8, Frames: 12_000}
	images, refused := NewPreparer(Config{}).Prepare(t.Context(), [][]byte{p.Bytes(t), p.Bytes(t)}, View{Slices: 3})
	var e *Error
	if refused[0] != nil || !errors.As(refused[1], &e) || e.Kind != KindTooLarge {
		t.Errorf("refused %v", refused)
	}
	if im := only(t, images); im.Of != 12_000 || !slices.Equal(numbers(im), []int{1, 6001, 12_000}) {
		t.Errorf("%v of %d", numbers(im), im.Of)
	}
}
