//go:build !linux && !darwin

package sqlite

import "errors"

// freeBytes is not known here: intake stops when the disk is full, not before.
func freeBytes(string) (int64, error) { return 0, errors.ErrUnsupported }
