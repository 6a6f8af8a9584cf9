package slacksim

import (
	"context"
	"fmt"
	"time"
)

// Wait returns when cond is true. It asks at once and again after changes in the
// workspace: a call, a message, an ack, a socket; always after the last one, but
// not after each: between two questions it pauses four times as long as cond took,
// 50 ms at most, so that a cond that looks at much does not hold up what it waits
// for. cond may call the Sim.
func (s *Sim) Wait(ctx context.Context, cond func() bool) error {
	for {
		changed := s.nextChange()
		begun := time.Now()
		if cond() {
			return nil
		}
		pause := min(4*time.Since(begun), 50*time.Millisecond)
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the workspace: %w", context.Cause(ctx))
		case <-s.ctx.Done():
			return fmt.Errorf("waiting for the workspace: %w", context.Cause(s.ctx))
		}
		if pause > 200*time.Microsecond {
			timer := time.NewTimer(pause)
			select {
			case <-timer.C:
			case <-ctx.Done(): // the next question is the last
			case <-s.ctx.Done():
			}
			timer.Stop()
		}
	}
}

// nextChange gives a channel that is closed by the next change.
func (s *Sim) nextChange() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
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
	if s.changed != nil { // somebody waits
		close(s.changed)
		s.changed = nil
	}
	for ch := range s.watchers {
		select {
		case ch <- struct{}{}:
		default: // it has not read the last one yet, which stands for this one too
		}
	}
}
