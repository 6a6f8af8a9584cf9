package dicom

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
)

// maxInflated is the most that a deflated file may become: some 90 CT slices. The
// syntax is rare and its files are single pictures; a bomb of a few kilobytes
// becomes gigabytes.
const maxInflated = 48 << 20

// inflate unpacks a deflated data set (PS3.5 A.5); whole is false when it ended
// early or is damaged, and what came before is kept. It runs twice, first to learn
// the size, so that it never holds more than the result.
func inflate(data []byte) (out []byte, whole bool, err error) {
	size, err := io.Copy(io.Discard, io.LimitReader(flate.NewReader(bytes.NewReader(data)), maxInflated+1))
	if size > maxInflated {
		return nil, false, &Error{Kind: KindTooLarge}
	}
	out = make([]byte, size)
	if _, again := io.ReadFull(flate.NewReader(bytes.NewReader(data)), out); again != nil {
		return nil, false, &Error{Kind: KindCut, Err: errors.New("inflating differs from its first run")}
	}
	return out, err == nil, nil
}
