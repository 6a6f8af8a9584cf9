//go:build linux || darwin

package sqlite

import (
	"fmt"
	"syscall"
)

// freeBytes is how much a user who is not root may still write to the disk of dir.
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
		return int64(st.Bavail) * int64(st.Bsize), nil
	}
}
