package imaging

import (
	"archive/zip"
	"compress/flate"
	"context"
	"hash"
	"hash/crc32"
	"io"
)

// open unpacks an entry. Package zip could as well, but it looks at no context while
// it unpacks: megabytes may come to nothing, and then nothing is handed out.
func (e *entry) open(ctx context.Context) (*unpacking, error) {
	raw, err := e.file.OpenRaw()
	if err != nil {
		return nil, err
	}
	u := &unpacking{entry: e, sum: crc32.NewIEEE()}
	heard := &listening{ctx: ctx, r: raw}
	switch e.file.Method {
	case zip.Store:
		u.r = heard
	case zip.Deflate:
		u.r = flate.NewReader(heard)
	default:
		return nil, zip.ErrAlgorithm
	}
	return u, nil
}

// listening reads until its context ends, a little at a time.
type listening struct {
	ctx context.Context
	r   io.Reader
}

func (l *listening) Read(b []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	return l.r.Read(b[:min(len(b), readStep)])
}

// unpacking is an entry's own bytes. They are counted, and at their end the checksum
// has to be right; without one there is none to be held against (0, as package zip).
type unpacking struct {
	entry *entry
	r     io.Reader
	sum   hash.Hash32
}

func (u *unpacking) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if u.entry.archive.left.Add(-int64(n)) < 0 {
		return 0, errTooMuch
	}
	u.sum.Write(b[:n])
	if want := u.entry.file.CRC32; err == io.EOF && want != 0 && want != u.sum.Sum32() {
		err = zip.ErrChecksum
	}
	return n, err
}
