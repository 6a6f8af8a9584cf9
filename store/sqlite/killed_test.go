package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// hands is how many threads a process of TestKilled works on at once.
const hands = 4

// workThread is a thread of one process.
func workThread(pid, hand int) store.ThreadKey {
	return store.ThreadKey{Team: fmt.Sprintf("P%d", pid), Channel: "C1", TS: fmt.Sprintf("%d.000001", hand+1)}
}

func workQuestion(t store.ThreadKey, n int) store.Question {
	return store.Question{Key: store.QuestionKey{Team: t.Team, Channel: t.Channel, TS: fmt.Sprintf("%s%05d.000002", t.TS[:1], n)},
		Thread: t, Kind: store.KindAsk, User: "U1", Text: strings.Repeat("x", 500)}
}

// workForEver asks and answers, and says what is stored once it is.
func workForEver(path string) int {
	s, err := Open(path, Options{Retention: retention})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	failed := make(chan error)
	for hand := range hands {
		go func() { failed <- work(s, hand) }()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	return 1
}

func work(s *Store, hand int) error {
	ctx, pid := context.Background(), os.Getpid()
	k := workThread(pid, hand)
	for n := 0; ; n++ {
		q := workQuestion(k, n)
		if _, err := s.Admit(ctx, q); err != nil {
			return err
		}
		fmt.Println("asked", pid, hand, n)
		l, err1 := s.Lease(ctx, k, "a", time.Minute)
		err2 := s.Place(ctx, l, q.Key, "1.000001")
		err3 := s.Finish(ctx, l, q.Key, []store.Turn{{Role: store.RoleModel, Text: q.Key.TS}})
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		fmt.Println("answered", pid, hand, n)
	}
}

// What was acknowledged before a kill -9 is there afterwards, and a question is
// either open or answered once. (It says nothing about a power cut: the kernel keeps
// what was written.)
func TestKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no kill -9 on Windows")
	}
	type place struct{ pid, hand int }
	path := file(t)
	asked, answered := map[place]int{}, map[place]int{} // how many
	for round := range rounds(100) {
		said := 0
		lines(t, other(t, "work", path, ""), func(line string) bool {
			var word string
			var p place
			var n int
			_, err := fmt.Sscan(line, &word, &p.pid, &p.hand, &n)
			must(t, err)
			if word == "asked" {
				asked[p] = n + 1
			} else {
				answered[p] = n + 1
			}
			said++
			return said < 10+17*round%53
		})
	}
	s := openAt(t, path, nil)
	whole(t, s)
	if len(answered) < rounds(100) {
		t.Fatalf("only %d threads were worked on", len(answered))
	}
	for p, n := range asked {
		k := workThread(p.pid, p.hand)
		th, err := s.Thread(t.Context(), k)
		open, err2 := s.Open(t.Context(), k)
		must(t, err, err2)
		// It may have died between a write and its word.
		if got := len(th.Turns) + len(open); got != n && got != n+1 || len(th.Turns) < answered[p] || len(open) > 1 {
			t.Errorf("%d asked, %d answered; there are %d open and %d answered", n, answered[p], len(open), len(th.Turns))
		}
		for i, turn := range th.Turns {
			if q := workQuestion(k, i); turn.Text != q.Key.TS || turn.Seq != i+1 {
				t.Errorf("turn %d answers %s, want %s", turn.Seq, turn.Text, q.Key.TS)
			}
		}
		for i := range n {
			if first, err := s.Admit(t.Context(), workQuestion(k, i)); first || err != nil {
				t.Fatalf("an acknowledged key was lost: %v, %v", first, err)
			}
		}
	}
}

// whole fails unless the file is sound.
func whole(t *testing.T, s *Store) {
	t.Helper()
	var verdict string
	must(t, s.write(t.Context(), "check", func(tx *tx) error { return tx.get(`PRAGMA integrity_check`, nil, &verdict) }))
	if verdict != "ok" {
		t.Error("the file is damaged")
	}
}
