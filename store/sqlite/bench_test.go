package sqlite

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func BenchmarkAdmit(b *testing.B) {
	var n atomic.Int64
	admit := func(b *testing.B, s *Store) {
		if first, err := s.Admit(b.Context(), asking(int(n.Add(1)), "Is there a fracture?")); !first || err != nil {
			b.Errorf("%v, %v", first, err)
		}
	}
	b.Run("serial", func(b *testing.B) {
		s := openAt(b, file(b), nil)
		for b.Loop() {
			admit(b, s)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		s := openAt(b, file(b), nil)
		b.SetParallelism(64)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				admit(b, s)
			}
		})
	})
	// As many as may stand in line, with what the slowest of a hundred waits.
	b.Run("512 at once", func(b *testing.B) {
		s := openAt(b, file(b), nil)
		var mu sync.Mutex
		var took []time.Duration
		var left atomic.Int64
		left.Store(int64(b.N))
		b.ResetTimer()
		var wg sync.WaitGroup
		for range 512 {
			wg.Go(func() {
				for left.Add(-1) >= 0 {
					began := time.Now()
					admit(b, s)
					mu.Lock()
					took = append(took, time.Since(began))
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		slices.Sort(took)
		b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "admits/s")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	})
	// A burst as after an outage: all at once, until the last is on the disk.
	b.Run("burst of 10000", func(b *testing.B) {
		s := openAt(b, file(b), nil)
		for b.Loop() {
			var wg sync.WaitGroup
			for range 10_000 {
				wg.Go(func() { admit(b, s) })
			}
			wg.Wait()
		}
	})
}

func BenchmarkThread(b *testing.B) {
	s := openAt(b, file(b), nil)
	_, err := s.Admit(b.Context(), asking(1, "x"))
	must(b, err)
	l, err := s.Lease(b.Context(), key(1), "a", time.Hour)
	must(b, err)
	text := make([]byte, 1500)
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	var turns []store.Turn
	for range 30 {
		turns = append(turns,
			store.Turn{Role: store.RoleUser, Messages: []store.Message{{TS: "1.0", User: "U1", Text: "And here?"}}},
			store.Turn{Role: store.RoleModel, Text: string(text)})
	}
	must(b, s.Finish(b.Context(), l, asking(1, "").Key, turns))
	for b.Loop() {
		if th, err := s.Thread(b.Context(), key(1)); err != nil || len(th.Turns) != 60 {
			b.Fatal(len(th.Turns), err)
		}
	}
}
