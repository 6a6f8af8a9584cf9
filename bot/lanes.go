package bot

import (
	"context"
	"strings"
	"sync"
)

// lanes runs work in order per key and at the same time across keys. At most
// limit pieces of work run at once, and nobody has more of them than are left free:
// who comes first with many gets half, the next one half of the rest, and there is
// a place for the one who comes then. What waits are small entries, and people take
// turns (rounds.go).
//
// The person "" is nobody. Each key of nobody's work counts as a person, and all of
// it together leaves an eighth of the limit to the others.
//
// Work that panics does not take the process down: recovered is told, and the
// lane goes on.
type lanes struct {
	limit     int
	recovered func(value any)

	mu      sync.Mutex
	lanes   map[string]*lane // those with work, waiting or running
	ready   rounds[*lane]    // those whose next work waits, under its person
	serving int              // goroutines
	runs    map[string]int   // by person
	running int              // of all
	waiting int              // pieces of work that have not begun
	idle    sync.WaitGroup
	closed  bool
	calmed  chan struct{} // closed once no more than half of calmAt are left; nil: nobody waits for it
	calmAt  int
}

// lanesAtOnce is how many envelopes are taken in at once, and how many threads are
// served at once. The store commits what comes at once together, so that more
// than this would not be quicker; a thread that waits costs little until then.
const lanesAtOnce = 512

// lane is the work of one key that has not begun.
type lane struct {
	key   string
	queue []task
}

type task struct {
	person string
	work   func()
}

func newLanes(limit int, recovered func(any)) *lanes {
	return &lanes{limit: max(limit, 2), recovered: recovered, lanes: map[string]*lane{}, runs: map[string]int{}}
}

// do queues work for a person behind what is queued for key. It never blocks.
// After close it drops the work and returns false.
func (l *lanes) do(key, person string, work func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.add(key, task{person, work})
}

// once is do for work of which one waiting piece is as good as many: it adds
// nothing when work for key is waiting already.
func (l *lanes) once(key, person string, work func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if there, ok := l.lanes[key]; ok && len(there.queue) > 0 {
		return !l.closed
	}
	return l.add(key, task{person, work})
}

// ofNobody comes before the key where that stands for a person; no id of Slack's
// begins like this.
const ofNobody = "\x00"

func (l *lanes) add(key string, t task) bool {
	if l.closed {
		return false
	}
	if t.person == "" {
		t.person = ofNobody + key
	}
	l.waiting++
	if there, ok := l.lanes[key]; ok {
		there.queue = append(there.queue, t)
		return true
	}
	fresh := &lane{key: key, queue: []task{t}}
	l.lanes[key] = fresh
	l.ready.add(t.person, fresh)
	if l.serving < l.limit {
		l.serving++
		l.idle.Go(l.serve)
	}
	return true
}

// fits says whether one more piece of a person's work may begin.
func (l *lanes) fits(person string) bool {
	free := l.limit - l.running
	if strings.HasPrefix(person, ofNobody) {
		return free > l.limit/8
	}
	return free > l.runs[person]
}

// serve works until nothing is left that it may take. Work that it leaves behind
// fits once more places are free: what runs looks again when it ends.
func (l *lanes) serve() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		at, ok := l.ready.next(l.fits, nil)
		if !ok {
			l.serving--
			return
		}
		if l.ready.n > 0 && l.serving < l.limit {
			l.serving++ // what ended just now may have made room for more than this
			l.idle.Go(l.serve)
		}
		t := at.queue[0]
		at.queue[0] = task{} // what it holds is not needed any more once it has run
		at.queue = at.queue[1:]
		l.waiting--
		l.runs[t.person]++
		l.running++
		l.mu.Unlock()
		l.run(t.work)
		t.work = nil
		l.mu.Lock()
		l.running--
		if l.runs[t.person]--; l.runs[t.person] == 0 {
			delete(l.runs, t.person)
		}
		if len(at.queue) > 0 {
			l.ready.add(at.queue[0].person, at)
		} else {
			delete(l.lanes, at.key)
		}
		if l.calmed != nil && l.waiting+l.running <= l.calmAt/2 {
			close(l.calmed)
			l.calmed = nil
		}
	}
}

func (l *lanes) run(work func()) {
	defer func() {
		if r := recover(); r != nil {
			l.recovered(r)
		}
	}()
	work()
}

// queued is how many pieces of work have not begun.
func (l *lanes) queued() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting
}

// calm returns nil while no more than at pieces of work are there, waiting or running,
// and else a channel that is closed once no more than half as many are. at is always
// the same.
func (l *lanes) calm(at int) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting+l.running <= at {
		return nil
	}
	if l.calmed == nil {
		l.calmed, l.calmAt = make(chan struct{}), at
	}
	return l.calmed
}

// busy is how many pieces of work have begun and not ended.
func (l *lanes) busy() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running
}

// close takes no more work and waits until what was taken is done, or ctx ends.
func (l *lanes) close(ctx context.Context) error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	done := make(chan struct{})
	go func() { l.idle.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
