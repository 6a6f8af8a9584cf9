package storetest

import (
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// eraseFile erases a file and fails unless it was found in these threads.
func (w *world) eraseFile(team, file string, want ...store.ThreadKey) {
	w.Helper()
	got, err := w.s.EraseFile(w.ctx, team, file)
	w.ok(err)
	w.same("threads", got, want)
}

// madeOf is image label of two slices, made of these files.
func madeOf(label int, files ...string) store.ImageRecord {
	r := record(label, 2)
	r.Files = files
	return r
}

// hang puts images into a thread, one for each list of files.
func (w *world) hang(t store.ThreadKey, second int, images ...[]string) {
	w.Helper()
	w.admit(ask(t, second))
	l := w.lease(t, "a")
	for i, files := range images {
		w.ok(w.s.PutImage(w.ctx, l, madeOf(i+1, files...), pixels("pixels", "more")))
	}
	w.ok(w.s.Release(w.ctx, l))
}

func eraseFileCases() []testCase {
	return []testCase{
		{"a file that nothing was made of", 0, func(w *world) {
			w.eraseFile("T1", "F1")
			w.hang(thread(1), 1, []string{"F2"})
			w.eraseFile("T1", "F1")
			w.eraseFile("T1", "F")
			w.image(thread(1), madeOf(1, "F2"), "pixels", "more")
		}},
		{"of one of the files of a series", 0, func(w *world) {
			w.hang(thread(1), 1, []string{"F1", "F2", "F3"}, []string{"F4"}, []string{"F2"}, []string{"F1", "F1"})
			before := w.read(thread(1))
			w.clock.Advance(time.Hour)
			w.eraseFile("T1", "F2", thread(1))
			w.lost(thread(1), madeOf(1))
			w.lost(thread(1), madeOf(3))
			w.image(thread(1), madeOf(2, "F4"), "pixels", "more")
			w.image(thread(1), madeOf(4, "F1", "F1"), "pixels", "more")
			w.same("open questions", len(w.open(thread(1))), 1)
			before.Images = w.read(thread(1)).Images
			w.same("thread", w.read(thread(1)), before)
			w.eraseFile("T1", "F3") // it went with the series
			w.eraseFile("T1", "F1", thread(1))
			w.s = w.replica()
			w.lost(thread(1), madeOf(4))
		}},
		{"in all threads of the workspace", 0, func(w *world) {
			elsewhere := store.ThreadKey{Team: "T1", Channel: "C0", TS: "1.000001"}
			for i, team := range []string{"T10", "t1", "T", "__x__"} {
				w.hang(store.ThreadKey{Team: team, Channel: "C1", TS: "1.000001"}, i, []string{"F1"})
			}
			w.hang(thread(2), 2, []string{"F1", "F2"})
			w.hang(thread(1), 1, []string{"F3"}, []string{"F1"})
			w.hang(thread(3), 3, []string{"F2"})
			w.hang(elsewhere, 4, []string{"F1"})
			w.eraseFile("T1", "F1", elsewhere, thread(1), thread(2))
			w.lost(thread(1), madeOf(2))
			w.lost(thread(2), madeOf(1))
			w.lost(elsewhere, madeOf(1))
			w.image(thread(1), madeOf(1, "F3"), "pixels", "more")
			w.image(thread(3), madeOf(1, "F2"), "pixels", "more")
			for _, team := range []string{"T10", "t1", "T", "__x__"} {
				t := store.ThreadKey{Team: team, Channel: "C1", TS: "1.000001"}
				w.image(t, madeOf(1, "F1"), "pixels", "more")
				w.eraseFile(team, "F1", t)
			}
			w.eraseFile("T1", "F1")
		}},
		{"not of an image that was replaced", 0, func(w *world) {
			w.hang(thread(1), 1, []string{"F1"})
			l := w.lease(thread(1), "a")
			w.ok(w.s.PutImage(w.ctx, l, madeOf(1, "F2"), pixels("pixels", "more")))
			w.eraseFile("T1", "F1")
			w.image(thread(1), madeOf(1, "F2"), "pixels", "more")
			w.eraseFile("T1", "F2", thread(1))
			w.ok(w.s.PutImage(w.ctx, l, madeOf(1, "F3"), pixels("again", "more")))
			w.eraseFile("T1", "F2")
			w.image(thread(1), madeOf(1, "F3"), "again", "more")
			w.eraseFile("T1", "F3", thread(1))
		}},
		{"nor of one that is gone with its message", 0, func(w *world) {
			w.shown(thread(1)) // of F1, and of F2
			w.erase(thread(1), tsOf(1), store.Deleted{Messages: 1, Images: 1})
			w.eraseFile("T1", "F1")
			w.eraseFile("T1", "F2", thread(1))
			w.erase(thread(1), tsOf(2), store.Deleted{Messages: 1})
		}},
		{"what PutImage brings of it later", 0, func(w *world) {
			w.hang(thread(1), 1, []string{"F1"})
			w.eraseFile("T1", "F1", thread(1))
			w.eraseFile("T1", "F7")
			w.clock.Advance(store.SeenFor - time.Microsecond)
			w.expireAll(10)
			l := w.lease(thread(1), "a")
			for i, files := range [][]string{{"F1"}, {"F2", "F7"}, {"F7"}} {
				w.ok(w.s.PutImage(w.ctx, l, madeOf(i+1, files...), pixels("pixels", "more")))
				w.lost(thread(1), madeOf(i+1))
			}
			w.ok(w.s.PutImage(w.ctx, l, madeOf(4, "F2"), pixels("pixels", "more")))
			w.image(thread(1), madeOf(4, "F2"), "pixels", "more")
			other := store.ThreadKey{Team: "T2", Channel: "C1", TS: "1.000001"}
			w.hang(other, 2, []string{"F1"})
			w.image(other, madeOf(1, "F1"), "pixels", "more")
		}},
		{"not in what was forgotten or has expired", 0, func(w *world) {
			w.hang(thread(1), 1, []string{"F1"})
			w.hang(thread(2), 2, []string{"F1"})
			w.forget(thread(1), store.Deleted{Questions: 1, Images: 1})
			w.clock.Advance(w.keep)
			w.hang(thread(3), 3, []string{"F1"})
			w.eraseFile("T1", "F1", thread(3))
			w.gone(thread(1))
			w.gone(thread(2))
			w.expireAll(10)
			w.eraseFile("T1", "F1")
		}},
		{"a name that is no id", 0, func(w *world) {
			// What a record says of its files is kept, but only ids are found.
			w.hang(thread(1), 1, []string{"", "F/1", "F\x00", "<F2>", "F3"})
			w.image(thread(1), madeOf(1, "", "F/1", "F\x00", "<F2>", "F3"), "pixels", "more")
			for _, bad := range []string{"", "F/1", "F\x00", "<F2>", "F3\n"} {
				_, err := w.s.EraseFile(w.ctx, "T1", bad)
				w.is(err, store.ErrInvalidKey)
				_, err = w.s.EraseFile(w.ctx, bad, "F3")
				w.is(err, store.ErrInvalidKey)
			}
			w.eraseFile("T1", "F3", thread(1))
		}},
		{"no PutImage at the same time keeps it", 0, func(w *world) {
			other := w.replica()
			for i := range 4 {
				t := store.ThreadKey{Team: "T1", Channel: "C1", TS: tsOf(i)}
				file := []string{"F1", "F2", "F3", "F4"}[i]
				w.admit(ask(t, i))
				l := w.lease(t, "a")
				var wg sync.WaitGroup
				wg.Go(func() {
					r := record(1, 5)
					r.Files = []string{"FX", file}
					if err := other.PutImage(w.ctx, l, r, pixels(series(5, 100<<10, "x")...)); err != nil {
						w.Errorf("PutImage: %v", err)
					}
				})
				if _, err := w.s.EraseFile(w.ctx, "T1", file); err != nil {
					w.Errorf("EraseFile: %v", err)
				}
				wg.Wait()
				_, _, err := w.s.Image(w.ctx, t, 1)
				w.is(err, store.ErrNotFound)
				w.same("gone", w.read(t).Images[0].Gone, true)
			}
		}},
	}
}
