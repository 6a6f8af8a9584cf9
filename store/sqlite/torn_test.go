package sqlite

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// copyFiles leaves what a process would that is killed now. It is done by another
// process, as copies in helpers_test.go.
func copyFiles(path, to string) int {
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, data, 0o600)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

// commitEnds are the offsets in a write-ahead log behind each of its transactions
// (sqlite.org/fileformat2.html, 4.1 and 4.2).
func commitEnds(t *testing.T, log []byte) (ends []int) {
	t.Helper()
	const header, frameHeader = 32, 24
	frame := frameHeader + int(binary.BigEndian.Uint32(log[8:]))
	salt := string(log[16:24])
	for at := header; at+frame <= len(log) && string(log[at+8:at+16]) == salt; at += frame {
		if binary.BigEndian.Uint32(log[at+4:]) > 0 { // size of the database: the last frame of a transaction
			ends = append(ends, at+frame)
		}
	}
	return ends
}

// A power cut may leave the end of the log half written. All transactions before
// that are there, the torn one is not, and the file is sound.
func TestTornLog(t *testing.T) {
	t.Parallel()
	const admitted = 12
	path := file(t)
	s := openAt(t, path, nil)
	for n := range admitted {
		_, err := s.Admit(t.Context(), asking(n, "x"))
		must(t, err)
	}
	left := filepath.Join(t.TempDir(), "left.db")
	if err := other(t, "copy", path, left).Run(); err != nil {
		t.Fatal(err)
	}
	db, err1 := os.ReadFile(left)
	log, err2 := os.ReadFile(left + "-wal")
	must(t, err1, err2)
	ends := commitEnds(t, log)
	first := len(ends) - admitted // transactions before the first Admit
	if first < 1 {
		t.Fatalf("%d transactions in the log, want more than %d", len(ends), admitted)
	}
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	for round := range rounds(50) {
		kept := random.IntN(admitted + 1)
		from := ends[first+kept-1]
		torn := append([]byte{}, log[:from]...)
		// Somewhere in the next transaction, or in what would have followed the last.
		next := append(append([]byte{}, log[from:]...), noise(5000)...)
		if kept < admitted {
			next = next[:ends[first+kept]-from]
		}
		cut := random.IntN(len(next))
		switch round % 3 {
		case 0: // it ends there
			torn = append(torn, next[:cut]...)
		case 1: // and is as long as it was, with noise
			torn = append(append(torn, next[:cut]...), noise(len(next)-cut+1)...)
		case 2: // only one byte is wrong
			next[cut] ^= 1 << random.IntN(8)
			torn = append(torn, next...)
		}
		again := filepath.Join(t.TempDir(), "again.db")
		must(t, os.WriteFile(again, db, 0o600), os.WriteFile(again+"-wal", torn, 0o600))
		s, err := Open(again, Options{Retention: retention})
		must(t, err)
		whole(t, s)
		for n := range admitted {
			isNew, err := s.Admit(t.Context(), asking(n, "x"))
			must(t, err)
			if isNew != (n >= kept) {
				t.Errorf("round %d, %d whole transactions: question %d is new: %v", round, kept, n, isNew)
			}
		}
		must(t, s.Close())
	}
}
