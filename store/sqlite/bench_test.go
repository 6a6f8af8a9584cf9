package sqlite

import (
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
