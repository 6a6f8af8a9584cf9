package bot

import (
	"slices"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// wholes knows of which threads every deletion is heard: of those that were read whole
// and compared (reconcile.go) while a socket was open, as long as one stays open. Slack
// tells of a deletion once, and again for some six minutes; what was deleted while
// nobody listened shows only in the thread itself, by what it lacks.
type wholes struct {
	mu   sync.Mutex
	gaps int // how often somebody listened no more
	read map[store.ThreadKey]bool

	missed []missedNotice // that could not be carried out, and are to be looked for
}

type missedNotice struct {
	at   string    // where the mark waits
	came time.Time // by this process's clock, which nothing sets
}

const wholesSize = 5000

// deaf notes that a socket is open no more, or that what was heard came to nothing.
func (w *wholes) deaf() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gaps++
	clear(w.read)
}

// since is what note is to be told of a reading that begins now.
func (w *wholes) since() (gaps int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.gaps
}

// note notes that a thread was read whole and compared, by a reading that began since.
func (w *wholes) note(t store.ThreadKey, since int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gaps != since {
		return
	}
	if w.read == nil || len(w.read) >= wholesSize {
		w.read = map[store.ThreadKey]bool{} // each is read once more than needed
	}
	w.read[t] = true
}

// has says whether every deletion in a thread is heard.
func (w *wholes) has(t store.ThreadKey) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.read[t]
}

// lose notes that something in a thread is to be looked for once more.
func (w *wholes) lose(t store.ThreadKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.read, t)
}

// miss notes that a notice could not be carried out, of whatever thread, and that the
// mark waits at a ts for it; first says that it is the only one.
func (w *wholes) miss(at string) (first bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.missed = append(w.missed, missedNotice{at, time.Now()})
	return len(w.missed) == 1
}

// missing are the notices that could not be carried out until then.
func (w *wholes) missing(until time.Time) []missedNotice {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.missed), func(n missedNotice) bool { return n.came.After(until) })
}

// found notes that what they told of was looked for, and says how many are left.
func (w *wholes) found(looked []missedNotice) (left int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.missed = slices.DeleteFunc(w.missed, func(n missedNotice) bool { return slices.Contains(looked, n) })
	return len(w.missed)
}

// hearing says whether Slack can tell this process of deletions.
func (b *Bot) hearing() bool {
	for _, s := range b.sockets {
		if open, _ := s.state(); open {
			return true
		}
	}
	return false
}
