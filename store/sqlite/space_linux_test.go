package sqlite

import (
	"errors"
	"syscall"
	"testing"
)

// Blocks are counted in fragments, which may be smaller than the blocks that are
// best for reading; and a file system that has no size is not full.
func TestFreeBytes(t *testing.T) {
	for name, c := range map[string]struct {
		st   syscall.Statfs_t
		want int64
		err  error
	}{
		"fragments":    {syscall.Statfs_t{Blocks: 100, Bfree: 20, Bavail: 10, Bsize: 1 << 20, Frsize: 4096}, 10 * 4096, nil},
		"no fragments": {syscall.Statfs_t{Blocks: 100, Bfree: 20, Bavail: 10, Bsize: 4096}, 10 * 4096, nil},
		"full":         {syscall.Statfs_t{Blocks: 100, Bsize: 4096, Frsize: 4096}, 0, nil},
		"no size":      {syscall.Statfs_t{Bsize: 4096, Frsize: 4096}, 0, errors.ErrUnsupported},
	} {
		if got, err := freeOf(&c.st); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %d, %v, want %d, %v", name, got, err, c.want, c.err)
		}
	}
}

// What freeBytes says of a file system without a size is no reason to refuse.
func TestADiskWithoutASize(t *testing.T) {
	const dir = "/proc" // the one that every Linux has
	if _, err := freeBytes(dir); !errors.Is(err, errors.ErrUnsupported) {
		t.Fatalf("freeBytes: %v, want ErrUnsupported", err)
	}
	s := &Store{dir: dir, minFree: minFree}
	if err := s.room(s.minFree, 1<<30); err != nil {
		t.Errorf("room: %v", err)
	}
}
