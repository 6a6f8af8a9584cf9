package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/medbuddy/medbuddy/store"
)

// series is n different ones of some size each, in an order that no sorting of
// their bytes gives.
func series(n, size int, name string) []string {
	var out []string
	for i := range n {
		head := fmt.Sprintf("%s %d/", name, (i*37+11)%n)
		out = append(out, head+strings.Repeat("\xff", max(0, size-len(head))))
	}
	return out
}

func seriesCases() []testCase {
	return []testCase{
		{"85 slices in order", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			w.put(l, 1, series(85, 30<<10, "first")...)
			w.put(l, 2, "a picture")
			w.image(thread(1), record(1, 85), series(85, 30<<10, "first")...)
			w.image(thread(1), record(2, 1), "a picture")
			w.same("records", w.read(thread(1)).Images, []store.ImageRecord{record(1, 85), record(2, 1)})
			w.s = w.replica()
			w.image(thread(1), record(1, 85), series(85, 30<<10, "first")...)
		}},
		{"as many as there may be, and one more", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			many := pixels(series(store.MaxSlices+1, 0, "x")...)
			w.is(w.s.PutImage(w.ctx, l, record(1, store.MaxSlices+1), many), store.ErrTooLarge)
			w.same("images", len(w.read(thread(1)).Images), 0)
			w.put(l, 1, series(store.MaxSlices, 0, "x")...)
			w.image(thread(1), record(1, store.MaxSlices), series(store.MaxSlices, 0, "x")...)
		}},
		{"slices that weigh nothing", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.ok(w.s.PutImage(w.ctx, w.lease(thread(1), "a"), record(1, 3), [][]byte{nil, []byte("x"), {}}))
			w.image(thread(1), record(1, 3), "", "x", "")
		}},
		{"a wrong number of slices", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			for _, c := range [][2]int{{0, 0}, {0, 1}, {1, 0}, {2, 1}, {2, 3}} {
				w.is(w.s.PutImage(w.ctx, l, record(1, c[0]), make([][]byte, c[1])), store.ErrInvalidKey)
			}
			w.same("images", len(w.read(thread(1)).Images), 0)
			w.put(l, 1, "x", "y")
			w.is(w.s.PutImage(w.ctx, l, record(1, 3), make([][]byte, 2)), store.ErrInvalidKey)
			w.image(thread(1), record(1, 2), "x", "y")
		}},
		{"replaced by fewer and by more", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			w.put(l, 1, series(9, 0, "first")...)
			w.put(l, 2, series(3, 0, "other")...)
			for round, n := range []int{2, 1, 12, 9} {
				name := fmt.Sprint("round", round)
				w.put(l, 1, series(n, 0, name)...)
				w.image(thread(1), record(1, n), series(n, 0, name)...)
				w.image(thread(1), record(2, 3), series(3, 0, "other")...)
			}
			w.same("records", w.read(thread(1)).Images, []store.ImageRecord{record(1, 9), record(2, 3)})
		}},
		{"whole to whoever reads while it is replaced", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			versions := []struct {
				n    int
				name string
			}{{5, "odd"}, {6, "even"}}
			w.put(l, 1, series(5, 100<<10, "odd")...) // several commits each
			reader := w.replica()
			done := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				for {
					r, data, err := reader.Image(w.ctx, thread(1), 1)
					if err != nil {
						w.Errorf("Image: %v", err)
						return
					}
					for i, d := range data {
						name := "odd"
						if len(data) == 6 {
							name = "even"
						}
						if len(r.Slices) != len(data) || !strings.HasPrefix(string(d), fmt.Sprintf("%s %d/", name, (i*37+11)%len(data))) {
							w.Error("slices of two images")
							return
						}
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
			for round := range 3 {
				v := versions[(round+1)%2]
				w.put(l, 1, series(v.n, 100<<10, v.name)...)
			}
			close(done)
			wg.Wait()
		}},
		{"forgotten and expired with the thread", 0, func(w *world) {
			for _, n := range []int{1, 2} {
				w.admit(ask(thread(n), n))
				l := w.lease(thread(n), "a")
				w.put(l, 1, series(5, 0, "x")...)
				w.ok(w.s.Release(w.ctx, l))
			}
			w.forget(thread(1), store.Deleted{Questions: 1, Images: 1})
			w.gone(thread(1))
			w.image(thread(2), record(1, 5), series(5, 0, "x")...)
			w.clock.Advance(w.keep)
			w.gone(thread(2))
			w.expireAll(10)
			w.gone(thread(2))
			w.admit(ask(thread(2), 9))
			w.put(w.lease(thread(2), "a"), 1, "anew")
			w.image(thread(2), record(1, 1), "anew")
		}},
		{"a lost lease leaves what was there", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			old := w.lease(thread(1), "a")
			w.put(old, 1, "x", "y")
			l := w.lease(thread(1), "a")
			big := series(5, 100<<10, "late")
			w.is(w.s.PutImage(w.ctx, old, record(1, 5), pixels(big...)), store.ErrLeaseLost)
			w.is(w.s.PutImage(w.ctx, old, record(2, 5), pixels(big...)), store.ErrLeaseLost)
			w.image(thread(1), record(1, 2), "x", "y")
			w.same("images", len(w.read(thread(1)).Images), 1)
			w.ok(w.s.Release(w.ctx, l))
			w.is(w.s.PutImage(w.ctx, l, record(1, 5), pixels(big...)), store.ErrLeaseLost)
			w.image(thread(1), record(1, 2), "x", "y")
		}},
		{"no Forget at the same time leaves a part", 0, func(w *world) {
			other := w.replica()
			for i := range 2 {
				t := thread(i)
				w.admit(ask(t, i))
				l := w.lease(t, "a")
				var wg sync.WaitGroup
				wg.Go(func() {
					err := other.PutImage(w.ctx, l, record(1, 5), pixels(series(5, 100<<10, "x")...))
					if err != nil && !errors.Is(err, store.ErrLeaseLost) {
						w.Errorf("PutImage: %v", err)
					}
				})
				if _, err := w.s.Forget(w.ctx, t); err != nil {
					w.Errorf("Forget: %v", err)
				}
				wg.Wait()
				w.gone(t)
			}
		}},
	}
}
