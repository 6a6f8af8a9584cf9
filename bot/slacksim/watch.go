package slacksim

import (
	"context"
	"fmt"
)

// Wait returns when cond is true. It asks at once and again after every change
// in the workspace: a call, a message, an ack, a socket. cond may call the Sim.
func (s *Sim) Wait(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the workspace: %w", context.Cause(ctx))
		case <-s.ctx.Done():
			return fmt.Errorf("waiting for the workspace: %w", context.Cause(s.ctx))
		}
	}
}

// Watch gives a channel that holds a value whenever something has changed since
// it was last read. cancel ends the watch; the channel is never closed.
func (s *Sim) Watch() (changes <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[ch] = true
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, ch)
	}
}

// change wakes everybody who waits or watches.
func (s *Sim) change() {
	close(s.changed)
	s.changed = make(chan struct{})
	for ch := range s.watchers {
		select {
		case ch <- struct{}{}:
		default: // it has not read the last one yet, which stands for this one too
		}
	}
}
