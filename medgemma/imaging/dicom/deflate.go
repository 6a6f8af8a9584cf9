package dicom

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
)

// MaxInflated is the most bytes that a file of the deflated syntax may become when it
// is opened: some 90 CT slices. The syntax is rare and its files are single pictures;
// a bomb of a few kilobytes becomes gigabytes.
const MaxInflated = 48 << 20

// inflate unpacks a deflated data set (PS3.5 A.5); whole is false when it ended
// early or is damaged, and what came before is kept. It runs twice, first to learn
// the size, so that it never holds more than the result. Both runs hear the context
// where they read: megabytes of blocks may hold nothing, and nothing comes out.
func inflate(ctx context.Context, data []byte) (out []byte, whole bool, err error) {
	run := func() io.Reader { return flate.NewReader(&heard{ctx: ctx, from: bytes.NewReader(data)}) }
	ended := func() error { return fmt.Errorf("inflating: %w", ctx.Err()) }
	size, err := io.Copy(io.Discard, io.LimitReader(run(), MaxInflated+1))
	switch {
	case ctx.Err() != nil:
		return nil, false, ended()
	case size > MaxInflated:
		return nil, false, &Error{Kind: KindTooLarge}
	}
	out = make([]byte, size)
	_, again := io.ReadFull(run(), out)
	switch {
	case ctx.Err() != nil:
		return nil, false, ended()
	case again != nil:
		return nil, false, &Error{Kind: KindCut, Err: errors.New("inflating differs from its first run")}
	}
	return out, err == nil, nil
}

// heard reads until its context ends, a little at a time, so that what is slow to
// unpack ends with it.
type heard struct {
	ctx  context.Context
	from io.Reader
}

func (r *heard) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(b[:min(len(b), 4096)])
}
