package bot

import (
	"context"
	"sync"
)

// lanes runs work in order per key and at the same time across keys. A lane is a
// goroutine that lives only while it has work. (The idea is tailscale's
// util/execqueue, with keys.)
//
// Work that panics does not take the process down: recovered is told, and the
// lane goes on.
type lanes struct {
	recovered func(value any)

	mu     sync.Mutex
	queues map[string][]func() // present while a goroutine serves the key
	idle   sync.WaitGroup
	closed bool
}

func newLanes(recovered func(any)) *lanes {
	return &lanes{recovered: recovered, queues: map[string][]func(){}}
}

// do queues work for a person behind what is queued for key. It never blocks.
// After close it drops the work and returns false.
func (l *lanes) do(key, person string, work func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	queue, running := l.queues[key]
	l.queues[key] = append(queue, work)
	if !running {
		l.idle.Go(func() { l.serve(key) })
	}
	return true
}

func (l *lanes) serve(key string) {
	for {
		l.mu.Lock()
		queue := l.queues[key]
		if len(queue) == 0 {
			delete(l.queues, key)
			l.mu.Unlock()
			return
		}
		work := queue[0]
		l.queues[key] = queue[1:]
		l.mu.Unlock()
		l.run(work)
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
