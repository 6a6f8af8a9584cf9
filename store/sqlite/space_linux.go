package sqlite

import "syscall"

// blockSize is the unit in which a file system counts its blocks.
func blockSize(st *syscall.Statfs_t) int64 {
	if st.Frsize != 0 {
		return int64(st.Frsize)
	}
	return int64(st.Bsize) // file systems of old fill in no other
}
