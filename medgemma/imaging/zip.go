package imaging

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// Limits of archives. What an archive claims of itself counts for nothing; what is
// read of it is counted.
const (
	maxEntries   = 2000
	maxDirectory = 4 << 20   // bytes, of the list of its entries
	maxRead      = 2 << 30   // bytes unpacked in all, MR twice; also
	readRatio    = 64        // so many times the archive's own size, beyond
	freeRead     = 128 << 20 // this
	maxHeld      = 128 << 20 // bytes of entries in memory at a time; also
	freeHeld     = 48 << 20  // this and the archive's own size; one entry, alone, up to
	entryRatio   = 8         // so many times that size beyond: films pack no better
	firstHeader  = 64 << 10  // bytes that are read of an entry to look at its header,
	maxHeader    = 16 << 20  // four times as many each time it does not suffice

	// What looking at the entries takes: a header, its beginning while it grows, and
	// what a deflated one becomes.
	lookMemory = maxHeader + maxHeader/4 + maxInflated
)

var (
	errTooMany   = errors.New("more entries than are looked at")
	errTooMuch   = errors.New("unpacks to more than is read")
	errMethod    = errors.New("encrypted, or packed in an unknown way")
	errDirectory = errors.New("no list of entries")
)

// archive is a ZIP that is being read.
type archive struct {
	purse *purse
	left  atomic.Int64 // bytes that may still be unpacked
	most  int64        // bytes of one entry
	room  int64        // bytes of entries that may be held at a time, or one entry
	held  *semaphore.Weighted

	pictures   []*entry
	instances  []*instance
	frames     int // of the instances, as they say
	incomplete bool
	withheld   bool  // an entry says that text is burned in
	locked     bool  // an entry is encrypted
	first      error // why the first DICOM file or picture is refused
	other      error // what the first DICOM file is that is no picture
}

// openArchive reads the list of entries.
func openArchive(data []byte) (*archive, []*entry, error) {
	refuse := func(kind Kind, err error) (*archive, []*entry, error) {
		return nil, nil, &Error{Kind: kind, Format: ZIP, Err: err}
	}
	if len(data) > MaxSeriesBytes {
		return refuse(KindTooLarge, nil)
	}
	// A list of millions of entries is stopped while it is read: each takes some
	// hundred bytes, whatever the archive says their number is.
	r := &metered{data: data, left: maxDirectory}
	z, err := zip.NewReader(r, int64(len(data)))
	switch {
	case errors.Is(err, errTooMany):
		return refuse(KindTooLarge, errTooMany)
	case err != nil:
		return refuse(KindCut, errDirectory)
	case len(z.File) > maxEntries:
		return refuse(KindTooLarge, errTooMany)
	}
	r.left = -1
	size := int64(len(data))
	a := &archive{
		purse: newPurse(int(seriesTime / sliceTime)),
		most:  min(MaxSeriesBytes, freeHeld+entryRatio*size),
		room:  min(maxHeld, freeHeld+size),
	}
	a.left.Store(min(maxRead, freeRead+readRatio*size))
	a.held = semaphore.NewWeighted(a.room)
	var entries []*entry
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" {
			return nil, nil, &Error{Kind: KindUnsupported, Format: Office}
		}
		if !aside(f.Name) {
			entries = append(entries, &entry{archive: a, file: f})
		}
	}
	return a, entries, nil
}

// aside says of a name that its entry is no file of the study: folders, what macOS
// puts beside each file, and the index of a disc. Nothing else is read from names.
func aside(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base == "" || strings.HasPrefix(base, "._") || base == "DICOMDIR" ||
		strings.HasPrefix(name, "__MACOSX/") || strings.Contains(name, "/__MACOSX/")
}

// metered hands out a number of bytes; without end when left is negative.
type metered struct {
	data []byte
	left int64
}

func (m *metered) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(m.data)) {
		return 0, io.EOF
	}
	n := copy(b, m.data[off:])
	if m.left >= 0 {
		if m.left -= int64(n); m.left < 0 {
			return 0, errTooMany
		}
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// archive makes images of a ZIP: one series of its DICOM files, else its pictures.
func (p *Preparer) archive(ctx context.Context, data []byte, v View) (images []Image, err error) {
	var a *archive
	err = p.turn(ctx, 1, lookMemory, func() error {
		var entries []*entry
		err := guard(func() (err error) {
			a, entries, err = openArchive(data)
			return err
		})
		if err != nil {
			return archiveError(ctx, err)
		}
		return a.look(ctx, p.policy, entries)
	})
	switch {
	case err != nil:
		return nil, err
	case len(a.instances) > 0:
		return p.archived(ctx, a, v)
	case len(a.pictures) > 0:
		return p.archivedPictures(ctx, a, v)
	case a.first != nil:
		return nil, a.first
	case a.locked:
		return nil, &Error{Kind: KindUnsupported, Format: ZIP, Err: errMethod}
	case a.other != nil:
		return nil, a.other
	}
	return nil, &Error{Kind: KindNoPictures, Format: ZIP}
}

// archiveError makes what went wrong with an archive an error of this package.
func archiveError(ctx context.Context, err error) error {
	return ended(ctx, ZIP, damaged(ZIP, err))
}

// archived makes an image of one series of an archive.
func (p *Preparer) archived(ctx context.Context, a *archive, v View) ([]Image, error) {
	groups := group(a.instances, func(*instance) bool { return false })
	s := largest(groups)
	if v.Series != 0 {
		if s = byNumber(groups, v.Series); s == nil {
			return nil, &Error{Kind: KindNoSuchView, Format: DICOM, Have: list(groups, nil)}
		}
	}
	if err := p.count(ctx, a, s); err != nil {
		return nil, err
	}
	if err := v.check(s); err != nil {
		return nil, err
	}
	img, failed := p.stack(ctx, s, v, a.purse)
	if len(img.Slices) == 0 {
		return nil, firstFailure(s, failed)
	}
	img.View = v
	img.View.Slices = 0
	if len(groups) > 1 {
		img.Series, img.Others = s.number, list(groups, s)
	}
	if a.withheld {
		img.Notes = append(img.Notes, NoteWithheld)
	}
	if a.incomplete || len(a.pictures) > 0 {
		img.Notes = append(img.Notes, NoteIncomplete)
	}
	img.Notes = inOrder(img.Notes)
	return []Image{img}, nil
}

// firstFailure is that of the first file of a series that has one.
func firstFailure(s *series, failed map[*instance]error) error {
	for _, in := range s.instances {
		if err := failed[in]; err != nil {
			return err
		}
	}
	return &Error{Kind: KindCut, Format: DICOM}
}

// count finds out how many frames the files of several frames really hold: from
// their beginnings only their claim was known. What cannot be read is left out.
func (p *Preparer) count(ctx context.Context, a *archive, s *series) error {
	changed := false
	var first error
	var kept []*instance
	for _, in := range s.instances {
		if in.Claimed <= 1 {
			kept = append(kept, in)
			continue
		}
		changed = true
		err := p.turnWith(ctx, in.source, a.purse, 1, in.cost, func(data []byte) error {
			return a.purse.spend(ctx, func(ctx context.Context) error {
				f, err := openFile(ctx, data)
				if err != nil {
					return err
				}
				whole, err := newInstance(f, in.source, f.Frames)
				if err != nil {
					return err
				}
				*in = *whole
				return nil
			})
		})
		switch {
		case err == nil:
			kept = append(kept, in)
		case ctx.Err() != nil:
			return ended(ctx, DICOM, err)
		case first == nil:
			first = ended(ctx, DICOM, dicomError(err))
		}
	}
	switch {
	case len(kept) == 0:
		return first
	case changed:
		a.incomplete = a.incomplete || first != nil
		s.instances, s.slices, s.notes = kept, nil, nil
		s.sort()
	}
	return nil
}

// archivedPicture takes two turns: what decoding takes is known once it is read.
func (p *Preparer) archivedPicture(ctx context.Context, s source, t *purse) (Image, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return Image{}, err
	}
	defer release()
	var data []byte
	err = p.turn(ctx, 1, s.size(), func() (err error) {
		data, err = s.read(ctx, t)
		return err
	})
	if err != nil {
		return Image{}, err
	}
	return p.picture(ctx, data, t)
}

// archivedPictures makes an image of each of the first pictures.
func (p *Preparer) archivedPictures(ctx context.Context, a *archive, v View) (images []Image, err error) {
	if v != v.plain() {
		return nil, &Error{Kind: KindNoSuchView, Format: ZIP, Of: 1}
	}
	var first error
	for _, e := range a.pictures[:min(len(a.pictures), v.Slices)] {
		img, err := p.archivedPicture(ctx, source{entry: e}, a.purse)
		switch {
		case ctx.Err() != nil:
			return nil, ended(ctx, ZIP, ctx.Err())
		case err != nil && first == nil:
			first = archiveError(ctx, err)
		case err == nil:
			images = append(images, img)
		}
	}
	if len(images) == 0 {
		return nil, first
	}
	if a.incomplete || len(images) < len(a.pictures) {
		last := &images[len(images)-1]
		last.Notes = inOrder(append(slices.Clone(last.Notes), NoteIncomplete))
	}
	return images, nil
}
