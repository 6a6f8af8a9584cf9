package bot

import (
	"sync"
	"time"

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

// ownSet remembers the questions that this process has recorded and not yet begun.
type ownSet struct {
	mu sync.Mutex
	at map[string]time.Time // zero: another process may have begun it
}

const (
	ownSetSize = 50_000

	// freshFor is less than a lease: within it nobody can have taken a thread up,
	// posted to it, died, and lost it again. Who is stopped after a post that it
	// could not remember keeps the lease until it passes (drain).
	freshFor = leaseFor - 5*time.Second
)

// add puts the key in, and says whether it is new.
func (s *ownSet) add(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.at[key]; ok {
		return false
	}
	if s.at == nil || len(s.at) >= ownSetSize {
		s.at = map[string]time.Time{} // what is forgotten is looked for in the thread first
	}
	s.at[key] = time.Now()
	return true
}

// drop takes the key out: the question turned out not to be this process's.
func (s *ownSet) drop(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.at, key)
}

// spoil says that another process has the question's thread.
func (s *ownSet) spoil(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.at[key]; ok {
		s.at[key] = time.Time{}
	}
}

// take removes the key. own says that it was in, fresh that nobody else can have
// begun the question, since this process has had its thread since held.
func (s *ownSet) take(key string, held time.Time) (own, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, own := s.at[key]
	delete(s.at, key)
	return own, held.Sub(at) < freshFor
}

// doubts remembers what a person has tried without anybody knowing whether it took
// effect: the person is told that it did not, and tries again. The zero value is empty.
type doubts[K comparable, V any] struct {
	mu sync.Mutex
	of map[K]doubt[V]
}

type doubt[V any] struct {
	tried V
	at    time.Time
}

const (
	// doubtFor is how long a person may take to try it again. What another process
	// has done meanwhile is not known here.
	doubtFor  = 10 * time.Minute
	doubtSize = 1000
)

func (d *doubts[K, V]) put(who K, tried V) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of == nil || len(d.of) >= doubtSize {
		d.of = map[K]doubt[V]{}
	}
	d.of[who] = doubt[V]{tried, time.Now()}
}

func (d *doubts[K, V]) take(who K) (tried V, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	was, ok := d.of[who]
	delete(d.of, who)
	return was.tried, ok && time.Since(was.at) < doubtFor
}
