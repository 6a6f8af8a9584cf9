package bot

import (
	"sync"

	"github.com/medbuddy/medbuddy/store"
)

// tryCounter counts how often this process has put a question to the model.
type tryCounter struct {
	mu sync.Mutex
	n  map[store.QuestionKey]int
}

func (c *tryCounter) add(q store.QuestionKey) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[store.QuestionKey]int{}
	}
	c.n[q]++
	return c.n[q]
}

func (c *tryCounter) done(q store.QuestionKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.n, q)
}

// keySet is a set of short keys.
type keySet struct {
	mu sync.Mutex
	in map[string]bool
}

// add puts the key in, and says whether it is new.
func (s *keySet) add(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.in[key] {
		return false
	}
	if s.in == nil {
		s.in = map[string]bool{}
	}
	s.in[key] = true
	return true
}

// take removes the key, and says whether it was in.
func (s *keySet) take(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.in[key]
	delete(s.in, key)
	return was
}
