package bot_test

import (
	"fmt"
	"time"
)

// wait waits for what shows in Slack: cond is asked whenever something changes there.
func (w *world) wait(what string, cond func() bool) {
	w.t.Helper()
	if err := w.sim.Wait(w.ctx, cond); err != nil {
		w.t.Fatalf("waiting for %s: %v\nlog:\n%s", what, err, w.log.String())
	}
}

// until waits for what does not show in Slack, as what the store or the bot knows:
// cond is asked time and again.
func (w *world) until(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := within(w.ctx)
	defer cancel()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for !cond() {
		select {
		case <-again.C:
		case <-ctx.Done():
			w.t.Fatalf("waiting for %s: %v\nlog:\n%s", what, ctx.Err(), w.log.String())
		}
	}
}

// closed waits until the store has no open question of the thread: until then an
// answer may be shown and not yet remembered.
func (w *world) closed(root string) {
	w.t.Helper()
	w.waitOpen(root, 0)
}

// waitOpen waits until so many questions of a thread are recorded and not answered.
func (w *world) waitOpen(root string, n int) {
	w.t.Helper()
	w.until(fmt.Sprintf("%d open questions", n), func() bool {
		open, err := w.store.Open(w.ctx, w.threadKey(root))
		must(w.t, err)
		return len(open) == n
	})
}
