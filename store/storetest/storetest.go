// Package storetest is the contract of package store as one suite. A backend
// runs it in a few lines:
//
//	storetest.Run(t, func(t *testing.T, c storetest.Config) func() store.Store {
//		path := filepath.Join(t.TempDir(), "medbuddy.db")
//		return func() store.Store { ... open path with c.Clock.Now and c.Retention ... }
//	})
//
// Contend and ManyVerdicts are cases of their own, for as many threads and as few
// verdicts as the backend has time for.
//
// The cases are written from the comments in store.Store, not from a backend.
// Each runs in parallel with the others and on data of its own; no case waits
// for real time to pass. A backend that writes a series in parts should be opened
// with parts of at most 256 KiB, so that the suite's series take several.
package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// Retention is what a case gets that does not ask for another one.
const Retention = 30 * 24 * time.Hour

// Config is what the store of one case must be opened with.
type Config struct {
	Clock     *Clock
	Retention time.Duration
}

// An Opener makes room for fresh data and returns a function that opens a store
// on it. Two stores from that function stand for two processes on the same data.
// The suite closes them.
type Opener func(t *testing.T, c Config) (replica func() store.Store)

// Clock is a clock that moves only when told to. It may be used by several
// goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a fixed moment, with nanoseconds that a store must cut off
// and in a zone that it must not keep.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 3600))}
}

// Now is a backend's clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A testCase promises one thing, which its name says.
type testCase struct {
	name      string
	retention time.Duration // 0: Retention
	run       func(w *world)
}

// Run checks a backend against the whole contract.
func Run(t *testing.T, open Opener) {
	groups := []struct {
		name  string
		cases []testCase
	}{
		{"Admit", admitCases()},
		{"Questions", questionCases()},
		{"Press", pressCases()},
		{"Stop", stopCases()},
		{"Lease", leaseCases()},
		{"Finish", finishCases()},
		{"Turns", turnCases()},
		{"Image", imageCases()},
		{"Series", seriesCases()},
		{"Settings", settingsCases()},
		{"Expiry", expiryCases()},
		{"Expire", expireCases()},
		{"Verdict", verdictCases()},
		{"EditMessage", editMessageCases()},
		{"EraseMessage", eraseMessageCases()},
		{"Erased", erasedCases()},
		{"EraseFile", eraseFileCases()},
		{"Forget", forgetCases()},
		{"Abandoned", abandonedCases()},
		{"Mark", markCases()},
		{"Served", servedCases()},
		{"Calls", callCases()},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range g.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(newWorld(t, open, c.retention))
				})
			}
		})
	}
}
