package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/sqlite"
)

// Killed at any moment, time and again: each question gets one answer in the end,
// and nothing stands unfinished.
func TestRowKilled(t *testing.T) {
	shortForm(t)
	kills, questions, longest := 5, 20, 800
	if *full {
		kills, questions, longest = 200, 400, 1500
	}
	w := openRow(t, rowScale{
		people: 40, channels: 8,
		// Slack's minutes as seconds, so that the tries of many fall between two lives.
		slack: slacksim.Config{AckTimeout: time.Second, RetryAfter: []time.Duration{0, 2 * time.Second, 10 * time.Second}},
		model: modelsim.Config{Handler: modelsim.Echo(modelsim.Delay(100*time.Millisecond), modelsim.Pause(30*time.Millisecond))},
	})
	for kill := range kills {
		// People ask whether anybody is there or not.
		if w.dice.IntN(4) == 0 {
			w.any()
		}
		p := w.start()
		life := time.Duration(20+w.dice.IntN(longest-20)) * time.Millisecond
		for len(w.asked) < questions*(kill+1)/kills {
			part := time.Duration(w.dice.Int64N(int64(life)))
			w.pause(part)
			life -= part
			w.any()
		}
		w.pause(life)
		p.kill()
	}
	if !*full {
		w.passLeases(15 * time.Second)
	}
	w.start()
	w.settle(60 * time.Second)
	t.Logf("%d kills; %+v", kills, w.sim.Stats())
}

// passLeases does to the leases in the embedded store what so much time would do:
// those of dead processes pass, of threads with open questions and of those named. No
// process may run.
func (w *rowWorld) passLeases(d time.Duration, threads ...store.ThreadKey) {
	w.t.Helper()
	st, err := sqlite.Open(filepath.Join(w.env["DATA_DIR"], "medbuddy.db"), sqlite.Options{Retention: time.Hour, Now: func() time.Time { return time.Now().Add(d) }})
	if err != nil {
		w.t.Fatal(err)
	}
	left, err := st.Abandoned(w.t.Context(), 1000)
	for _, thread := range append(left, threads...) {
		lease, lerr := st.Lease(w.t.Context(), thread, "time", time.Second)
		if lerr == nil {
			lerr = st.Release(w.t.Context(), lease)
		}
		if lerr != nil {
			w.t.Fatal(lerr)
		}
	}
	if cerr := st.Close(); err != nil || cerr != nil {
		w.t.Fatal(err, cerr)
	}
}
