package bot

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// However many people have more to do than there are places, somebody who comes
// then with one thing begins at once; and no place is kept empty for ever.
func TestLanesLeaveAPlaceForTheNext(t *testing.T) {
	for _, limit := range []int{8, 64, lanesAtOnce} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLanes(limit, func(v any) { t.Errorf("panic %v", v) })
				block := make(chan struct{})
				for p := range 2 {
					for i := range 2 * limit {
						l.do(fmt.Sprint(p, "-", i), fmt.Sprint("flooder ", p), func() { <-block })
					}
				}
				synctest.Wait()
				if n := l.running; n < limit/2 {
					t.Errorf("only %d of %d places are taken", n, limit)
				}
				begun := false
				l.do("one", "somebody", func() { begun = true })
				synctest.Wait()
				if !begun {
					t.Error("a third person waits for two who have many things to do")
				}
				close(block)
				if err := l.close(context.Background()); err != nil {
					t.Fatal(err)
				}
				if l.queued() != 0 || l.running != 0 {
					t.Errorf("left behind: %d wait, %d run", l.queued(), l.running)
				}
			})
		})
	}
}

// What is nobody's does not share one person's part, and leaves room for people.
func TestLanesServeWhatIsNobodys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 64
		l := newLanes(limit, func(v any) { t.Errorf("panic %v", v) })
		block := make(chan struct{})
		for i := range 2 * limit {
			l.do(fmt.Sprint(i), "", func() { <-block })
		}
		synctest.Wait()
		if want := limit - limit/8; l.running != want {
			t.Errorf("%d of what is nobody's runs, want %d of %d", l.running, want, limit)
		}
		begun := false
		l.do("one", "somebody", func() { begun = true })
		synctest.Wait()
		if !begun {
			t.Error("somebody waits for what is nobody's")
		}
		close(block)
		if err := l.close(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

// Nobody's work takes turns with a person's: neither waits for all of the other's.
func TestLanesTakeTurnsWithNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLanes(2, func(v any) { t.Errorf("panic %v", v) })
		start := time.Now()
		var took time.Duration
		for i := range 100 {
			l.do(fmt.Sprint("flood", i), "flooder", func() { _ = sleep(t.Context(), time.Second) })
		}
		l.do("adopted", "", func() { took = time.Since(start) })
		if err := l.close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if took > 2*time.Second {
			t.Errorf("an adopted thread waited %v", took)
		}
	})
}

// What has run is let go of, also while its lane has more to do.
func TestLanesLetGoOfWhatHasRun(t *testing.T) {
	l := newLanes(2, func(v any) { t.Errorf("panic %v", v) })
	freed, more := make(chan struct{}), make(chan struct{})
	work := func() func() {
		payload := new([1 << 16]byte)
		runtime.SetFinalizer(payload, func(*[1 << 16]byte) { close(freed) })
		return func() { payload[0] = 1 }
	}
	l.do("k", "p", work())
	l.do("k", "p", func() { <-more })
	defer close(more)
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		runtime.GC()
		select {
		case <-freed:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the work of a lane holds what it was made of after it has run")
}
