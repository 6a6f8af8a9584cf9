//go:build linux || darwin

package sqlite

import (
	"errors"
	"fmt"
	"syscall"
)

// freeBytes is how much a user who is not root may still write to the disk of dir.
// It is errors.ErrUnsupported where the file system does not say.
func freeBytes(dir string) (int64, error) {
	var st syscall.Statfs_t
	for {
		err := syscall.Statfs(dir, &st)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("free space: %w", err)
		}
		return freeOf(&st)
	}
}

// freeOf is freeBytes of what the system says. A file system without a size, such
// as a tmpfs without a limit and many that are mounted over a network, reports no
// blocks at all, also no free ones.
func freeOf(st *syscall.Statfs_t) (int64, error) {
	if st.Blocks == 0 {
		return 0, errors.ErrUnsupported
	}
	return int64(st.Bavail) * blockSize(st), nil
}
