package jpegll

import (
	"context"
	"errors"
	"testing"
)

// Whatever comes in, it is a picture of the size it says or one of the errors that
// are promised. Small pictures of every kind are the seeds.
func FuzzDecode(f *testing.F) {
	for predictor := 1; predictor <= 7; predictor++ {
		p := picture{
			width: 9, height: 7, components: 1 + predictor%4, precision: 2 + 2*predictor, predictor: predictor,
			point: predictor % 2, restart: predictor % 3, apart: predictor > 4, words: even,
		}
		f.Add(p.encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Decode(context.Background(), data)
		switch {
		case err != nil:
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
				t.Errorf("error %v is none of those promised", err)
			}
		case len(got.Pix) != got.Width*got.Height*got.Components*((got.Precision+7)/8):
			t.Errorf("%d bytes for %d x %d of %d components and %d bits", len(got.Pix), got.Width, got.Height, got.Components, got.Precision)
		case len(got.Pix) > 16*len(data):
			t.Errorf("%d bytes from %d", len(got.Pix), len(data))
		}
	})
}
