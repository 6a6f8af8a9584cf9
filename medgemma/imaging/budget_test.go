package imaging

import (
	"context"
	"errors"
	"image"
	"testing"
	"testing/synctest"
)

// While the budget is taken, files wait, for as long as their context lets them;
// refusals do not wait.
func TestPreparerWaitsForRoom(t *testing.T) {
	data := makePNG(t, gray(100, 100))
	for name, take := range map[string]func(*Preparer) (release func()){
		"memory": func(p *Preparer) func() {
			if !p.memory.TryAcquire(p.total) {
				t.Fatal("a new budget is taken")
			}
			return func() { p.memory.Release(p.total) }
		},
		"workers": func(p *Preparer) func() {
			if !p.workers.TryAcquire(1) {
				t.Fatal("a new worker is taken")
			}
			return func() { p.workers.Release(1) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPreparer(Config{Workers: 1})
				release := take(p)
				done := make(chan error, 1)
				go func() {
					_, refused := p.Prepare(t.Context(), [][]byte{data}, View{})
					done <- refused[0]
				}()
				synctest.Wait()
				select {
				case err := <-done:
					t.Fatalf("did not wait: %v", err)
				default:
				}
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				var e *Error
				if _, refused := p.Prepare(ctx, [][]byte{data}, View{}); !errors.Is(refused[0], context.Canceled) || errors.As(refused[0], &e) {
					t.Errorf("waiting ended with %v", refused[0])
				}
				if _, refused := p.Prepare(t.Context(), [][]byte{nil}, View{}); !errors.As(refused[0], &e) || e.Kind != KindEmpty {
					t.Errorf("a refusal while there is no room: %v", refused[0])
				}
				release()
				if err := <-done; err != nil {
					t.Errorf("with room again: %v", err)
				}
			})
		})
	}
}

// A file over the whole budget is decoded alone, not refused and not stuck.
func TestPreparerTakesLargeFiles(t *testing.T) {
	for range 2 {
		shown(t, Config{Memory: 1}, View{}, makePNG(t, gray(300, 300)))
	}
}

// The estimate covers what decoding allocates: a budget of guesses bounds nothing.
func TestMemoryEstimate(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates too")
	}
	const w, h = 1100, 950
	grey, colour := gray(w, h), photo(w, h)
	deep := image.NewGray16(image.Rect(0, 0, w, h))
	fillGray16(deep, 16)
	for name, data := range map[string][]byte{
		"grey PNG": makePNG(t, grey), "PNG": makePNG(t, colour), "PNG 16": makePNG(t, deep),
		"JPEG": makeJPEG(t, colour, 85), "progressive": emptyScansJPEG(2000, 1000, 3),
		"CMYK": blockJPEG(2000, 1000, []byte{0x11, 0x11, 0x11, 0x11}, adobe(0), func(c, x, y int) int { return 9 }),
		"GIF":  encodeGIF(t, palettedGray(w, h)), "BMP": encodeBMP(t, colour),
		"WebP": riff(flatWebP(grey)), "TIFF": encodeTIFF(t, colour, 1),
	} {
		t.Run(name, func(t *testing.T) {
			p, refusal := inspect(data)
			if refusal != nil {
				t.Fatal(refusal)
			}
			// All that is ever allocated, of which a part is garbage by the end.
			allocated := totalAlloc(func() {
				if _, err := p.run(t.Context()); err != nil {
					t.Error(err)
				}
			})
			if estimate := uint64(p.memory + overhead); allocated > estimate {
				t.Errorf("allocated %d bytes, estimate %d", allocated, estimate)
			}
		})
	}
}
