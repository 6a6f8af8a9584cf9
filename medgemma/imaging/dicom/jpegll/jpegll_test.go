package jpegll

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
)

// same fails unless data decode to the picture, sample for sample.
func (p picture) same(t *testing.T, data []byte) {
	t.Helper()
	got, err := Decode(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	if got.Width != p.width || got.Height != p.height || got.Components != p.components || got.Precision != p.precision {
		t.Fatalf("%d x %d of %d components and %d bits", got.Width, got.Height, got.Components, got.Precision)
	}
	size := (p.precision + 7) / 8
	if want := p.width * p.height * p.components * size; len(got.Pix) != want {
		t.Fatalf("%d bytes of samples, want %d", len(got.Pix), want)
	}
	i := 0
	for y := range p.height {
		for x := range p.width {
			for c := range p.components {
				v := int(got.Pix[i])
				if size == 2 {
					v |= int(got.Pix[i+1]) << 8
				}
				if want := p.sample(x, y, c); v != want {
					t.Fatalf("sample %d, %d of component %d is %d, want %d", x, y, c, v, want)
				}
				i += size
			}
		}
	}
}

func TestEveryKindIsExact(t *testing.T) {
	for predictor := 1; predictor <= 7; predictor++ {
		for precision := 2; precision <= 16; precision++ {
			for components := 1; components <= 4; components++ {
				for _, words := range [][]int{even, skewed} {
					p := picture{
						width: 37, height: 19, components: components, precision: precision,
						predictor: predictor, words: words, apart: predictor%2 == 0,
						restart: []int{0, 1, 4}[precision%3], point: []int{0, 1}[(predictor+components)%2],
					}
					t.Run(fmt.Sprintf("%+v", p), func(t *testing.T) { p.same(t, p.encode()) })
				}
			}
		}
	}
}

// Pictures of one sample, one row, one column, and more restarts than there are
// restart markers.
func TestEdges(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {300, 1}, {1, 300}, {2, 40}} {
		for _, restart := range []int{0, 1} {
			for predictor := 1; predictor <= 7; predictor++ {
				p := picture{width: size[0], height: size[1], components: 3, precision: 16, predictor: predictor, restart: restart, words: skewed}
				p.same(t, p.encode())
			}
		}
	}
}

func TestPointTransform(t *testing.T) {
	for point := range 12 {
		p := picture{width: 40, height: 11, components: 1, precision: 12, predictor: 4, point: point, words: even}
		p.same(t, p.encode())
	}
}

// Category 16 stands for a difference of 32,768 and no more bits; without such a
// difference in it the test above would prove nothing.
func TestCategory16Occurs(t *testing.T) {
	p := picture{width: 37, height: 19, components: 1, precision: 16, predictor: 7, words: even}
	found := false
	for y := range p.height {
		for x := range p.width {
			found = found || (p.sample(x, y, 0)-p.predicted(x, y, 0, y == 0))&0xFFFF == 1<<15
		}
	}
	if !found {
		t.Error("the picture has no difference of 32,768")
	}
}

// Writers leave out the end marker, pad fragments, and put fill bytes before
// markers.
func TestLiberties(t *testing.T) {
	p := picture{width: 60, height: 40, components: 3, precision: 12, predictor: 6, words: even, apart: true}
	data := p.encode()
	p.same(t, data[:len(data)-2])
	p.same(t, append(bytes.Clone(data), 0))
	p.same(t, bytes.ReplaceAll(data, []byte{0xFF, 0xDA}, []byte{0xFF, 0xFF, 0xFF, 0xDA}))
}

// Wherever a file is cut, it is damaged: never a picture with made-up samples.
func TestCutFiles(t *testing.T) {
	p := picture{width: 23, height: 17, components: 3, precision: 12, predictor: 1, restart: 5, words: skewed}
	data := p.encode()
	for n := range len(data) - 2 {
		if _, err := Decode(t.Context(), data[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut to %d of %d bytes: %v", n, len(data), err)
		}
	}
}

func TestRefusals(t *testing.T) {
	p := picture{width: 23, height: 17, components: 3, precision: 12, predictor: 1, words: even}
	good := p.encode()
	p.same(t, good)
	sof, scan := bytes.Index(good, []byte{0xFF, 0xC3}), bytes.Index(good, []byte{0xFF, 0xDA})
	for name, c := range map[string]struct {
		at   int
		b    byte
		want error
	}{
		"baseline":           {sof + 1, 0xC0, ErrUnsupported},
		"arithmetic":         {sof + 1, 0xCB, ErrUnsupported},
		"no height yet":      {sof + 6, 0, ErrUnsupported},
		"no width":           {sof + 8, 0, ErrDamaged},
		"more than its data": {sof + 5, 0xF0, ErrDamaged},
		"17 bits":            {sof + 4, 17, ErrDamaged},
		"1 bit":              {sof + 4, 1, ErrDamaged},
		"5 components":       {sof + 9, 5, ErrDamaged},
		"subsampled":         {sof + 11, 0x22, ErrUnsupported},
		"component twice":    {sof + 13, 1, ErrDamaged},
		"unknown component":  {scan + 5, 9, ErrDamaged},
		"scanned twice":      {scan + 7, 1, ErrDamaged},
		"no such table":      {scan + 6, 0x10, ErrDamaged},
		"predictor 8":        {scan + 11, 8, ErrDamaged},
		"hierarchical":       {scan + 11, 0, ErrUnsupported},
		"point transform":    {scan + 13, 12, ErrDamaged},
		"no start":           {1, 0xD9, ErrDamaged},
	} {
		data := bytes.Clone(good)
		if data[c.at] == c.b {
			t.Errorf("%s: nothing to change", name)
		}
		data[c.at] = c.b
		if _, err := Decode(t.Context(), data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	// Words that do not fit their length, and a category that there is none of.
	counts := make([]byte, 16)
	counts[0] = 3
	if _, err := newTable(counts, []byte{0, 1, 2}); !errors.Is(err, ErrDamaged) {
		t.Errorf("three words of one bit: %v", err)
	}
	counts[0] = 1
	if _, err := newTable(counts, []byte{17}); !errors.Is(err, ErrDamaged) {
		t.Errorf("category 17: %v", err)
	}
	p.restart = 1
	data := p.encode()
	data[bytes.Index(data, []byte{0xFF, 0xDD})+5]++
	if _, err := Decode(t.Context(), data); !errors.Is(err, ErrDamaged) {
		t.Errorf("restart within a row: %v", err)
	}
}

func TestContext(t *testing.T) {
	p := picture{width: 64, height: 64, components: 1, precision: 8, predictor: 1, words: even}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Decode(ctx, p.encode()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func BenchmarkDecode512(b *testing.B) {
	p := picture{width: 512, height: 512, components: 1, precision: 16, predictor: 1, words: even}
	data := p.encode()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
}
