package imaging

import (
	"context"
	"image"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom"
)

// stacking is a series while its slices are made.
type stacking struct {
	policy policy
	view   View
	purse  *purse

	mu     sync.Mutex
	ranges map[int]dicom.Window // of the values of an acquisition
	made   []made
	failed map[*instance]error

	unmeasured bool // slices of the acquisition could not be measured, shown or not
}

// made is one slice that is done.
type made struct {
	data          []byte
	mime          string
	side          int
	width, height int // of what is shown
	cropped       bool
	applied       Note
}

// stack makes an image of a series. failed says which of its files could not be
// shown, and why; if it could not be done at all the image has no slices.
func (p *Preparer) stack(ctx context.Context, s *series, v View, t *purse) (Image, map[*instance]error) {
	w := &stacking{policy: p.policy, view: v, purse: t, ranges: map[int]dicom.Window{}, failed: map[*instance]error{}}
	places := v.pick(len(s.slices))
	chosen := make([]frame, len(places))
	for i, at := range places {
		chosen[i] = s.slices[at]
	}
	if byAcquisition(s.header(), v) {
		p.eachFrame(ctx, w, s.acquired(chosen), w.measure)
		w.unmeasured = len(w.failed) > 0
		clear(w.failed) // those that matter fail again
	}
	w.made = make([]made, len(chosen))
	p.eachFrame(ctx, w, chosen, w.show)

	if ctx.Err() != nil { // not a part of a series as if it were all
		for _, in := range s.instances {
			w.failed[in] = ended(ctx, DICOM, ctx.Err())
		}
		return Image{}, w.failed
	}
	return w.image(s, chosen, places), w.failed
}

// image puts the slices together that were made.
func (w *stacking) image(s *series, chosen []frame, places []int) Image {
	h := s.header()
	img := Image{Of: len(s.slices), Format: DICOM, Modality: modalityOf(h)}
	notes := slices.Clone(s.notes)
	shown := map[*instance]bool{}
	for i, m := range w.made {
		if m.data == nil {
			continue
		}
		shown[chosen[i].in] = true
		if img.Slices == nil {
			img.Width, img.Height = m.width, m.height
		}
		notes = append(notes, m.applied)
		img.Slices = append(img.Slices, Slice{Number: places[i] + 1, Data: m.data, MIME: m.mime})
		img.Side = max(img.Side, m.side)
		if m.cropped {
			notes = append(notes, NoteCropped)
		}
		if min(m.width, m.height) < smallEdge {
			notes = append(notes, NoteSmall)
		}
		notes = append(notes, headerNotes(chosen[i].in.Header, m.cropped)...)
	}
	for _, in := range s.instances {
		if shown[in] || w.failed[in] == nil {
			img.Files = append(img.Files, in.source.file)
		}
	}
	if len(img.Slices) < img.Of {
		notes = append(notes, NoteSampled)
	}
	if w.unmeasured || len(w.failed) > 0 || slices.ContainsFunc(s.instances, func(in *instance) bool { return in.partial }) {
		notes = append(notes, NoteIncomplete)
	}
	img.Notes = inOrder(notes)
	return img
}

// acquired are the slices of the series that belong to an acquisition of chosen.
func (s *series) acquired(chosen []frame) (all []frame) {
	wanted := map[int]bool{}
	for _, f := range chosen {
		wanted[f.in.Acquisition] = true
	}
	for _, f := range s.slices {
		if wanted[f.in.Acquisition] {
			all = append(all, f)
		}
	}
	return all
}

// step does something with one unpacked frame; i is its place in the list.
type step func(ctx context.Context, i int, f *dicom.File, at int, fr *dicom.Frame) error

// eachFrame unpacks the frames and calls do for each, file by file, on as many
// workers as there are. What fails is kept in w.failed.
func (p *Preparer) eachFrame(ctx context.Context, w *stacking, all []frame, do step) {
	byFile := map[*instance][]int{}
	var files []*instance
	for i, f := range all {
		if byFile[f.in] == nil {
			files = append(files, f.in)
		}
		byFile[f.in] = append(byFile[f.in], i)
	}
	together := 1 // frames of a file
	if len(files) == 1 {
		together = min(p.most, len(all))
	}
	var g errgroup.Group
	g.SetLimit(p.most)
	for _, in := range files {
		g.Go(func() error {
			err := p.turnWith(ctx, in.source, w.purse, together, int64(together)*in.cost, func(data []byte) error {
				return w.file(ctx, in, data, all, byFile[in], together, do)
			})
			w.fail(ctx, in, err)
			return nil
		})
	}
	_ = g.Wait() // each file holds its own outcome
}

// file opens a file and goes through its frames.
func (w *stacking) file(ctx context.Context, in *instance, data []byte, all []frame, places []int, together int, do step) error {
	var f *dicom.File
	err := w.purse.spend(ctx, func(ctx context.Context) (err error) {
		f, err = openFile(ctx, data)
		return err
	})
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(together)
	for _, i := range places {
		g.Go(func() error {
			err := w.purse.spend(ctx, func(ctx context.Context) error {
				fr, err := f.Frame(ctx, all[i].at)
				if err != nil {
					return err
				}
				return do(ctx, i, f, all[i].at, fr)
			})
			w.fail(ctx, in, err)
			return nil
		})
	}
	return g.Wait()
}

// fail keeps why a file, or a frame of it, could not be shown.
func (w *stacking) fail(ctx context.Context, in *instance, err error) {
	if err == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed[in] == nil {
		w.failed[in] = ended(ctx, DICOM, dicomError(err))
	}
}

// measure widens the range of values of the frame's acquisition.
func (w *stacking) measure(ctx context.Context, _ int, f *dicom.File, at int, fr *dicom.Frame) error {
	r, ok, err := f.Range(ctx, at, fr)
	if err != nil || !ok {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if have, there := w.ranges[f.Acquisition]; there {
		r = dicom.Window{Low: min(r.Low, have.Low), High: max(r.High, have.High)}
	}
	w.ranges[f.Acquisition] = r
	return nil
}

// show goes the road of the package comment from unpacked samples on.
func (w *stacking) show(ctx context.Context, i int, f *dicom.File, at int, fr *dicom.Frame) error {
	w.mu.Lock()
	acquired, known := w.ranges[f.Acquisition]
	w.mu.Unlock()
	shade := w.policy.shade(f.Header, w.view, acquired, known)
	pic, err := f.Picture(ctx, at, fr, shade)
	if err != nil {
		return err
	}
	part := crop(f.Header, pic.Width, pic.Height)
	rows := func(y int) []byte {
		return pic.Row(y + part.Min.Y)[part.Min.X*pic.Channels : part.Max.X*pic.Channels]
	}
	canvas := image.Rect(0, 0, part.Dx(), part.Dy())
	square := scaleFlat(&flat{rows: rows, channels: pic.Channels}, part.Dx(), part.Dy(), place(canvas, image.Point{}, 1))
	if err := ctx.Err(); err != nil {
		return err
	}
	data, mime, err := encode(square, f.Lossy && shade.Mode != dicom.ModeClips)
	if err != nil {
		return err
	}
	w.made[i] = made{
		data: data, mime: mime, side: square.Bounds().Dx(), width: part.Dx(), height: part.Dy(),
		cropped: part.Dx() < pic.Width || part.Dy() < pic.Height, applied: w.policy.appliedNote(shade, w.view, pic),
	}
	return nil
}
