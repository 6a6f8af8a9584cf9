package sqlite

import "syscall"

// blockSize is the unit in which a file system counts its blocks.
func blockSize(st *syscall.Statfs_t) int64 { return int64(st.Bsize) }
