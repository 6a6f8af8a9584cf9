package imaging

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"
)

// decodeTime bounds the preparation of one file, once it is its turn.
const decodeTime = 10 * time.Second

// Prepare makes the picture, or later the pictures, of one file. It knows no other
// Prepare: a process that takes files from many people shares a Preparer.
//
// The error is an *Error when the file is refused. When ctx ends first the error
// wraps ctx.Err() and is no *Error: nothing is wrong with the file.
func Prepare(ctx context.Context, data []byte) ([]Image, error) {
	p, refusal := inspect(data)
	if refusal != nil {
		return nil, refusal
	}
	return p.run(ctx, decodeTime)
}

// Config bounds what a Preparer does at once. Zero values mean the defaults.
type Config struct {
	Memory  int64 // bytes that decoding may take, by estimate; default 512 MiB
	Workers int   // files at once; default 2, at most GOMAXPROCS
}

// Preparer is Prepare under a budget shared by everybody who uses it. It is safe
// for concurrent use.
type Preparer struct {
	memory  *semaphore.Weighted
	total   int64
	workers *semaphore.Weighted
}

// NewPreparer returns a Preparer with its own budget.
func NewPreparer(c Config) *Preparer {
	if c.Memory <= 0 {
		c.Memory = 512 << 20
	}
	if c.Workers <= 0 {
		c.Workers = min(2, runtime.GOMAXPROCS(0))
	}
	return &Preparer{
		memory:  semaphore.NewWeighted(c.Memory),
		total:   c.Memory,
		workers: semaphore.NewWeighted(int64(c.Workers)),
	}
}

// Prepare is the function Prepare once there is room. Refusals that need no
// decoding come at once; waiting ends with ctx. A file that is over the whole
// budget is decoded alone.
func (p *Preparer) Prepare(ctx context.Context, data []byte) ([]Image, error) {
	plan, refusal := inspect(data)
	if refusal != nil {
		return nil, refusal
	}
	if err := p.workers.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("waiting to prepare an image: %w", err)
	}
	defer p.workers.Release(1)
	need := min(plan.memory+overhead, p.total)
	if err := p.memory.Acquire(ctx, need); err != nil {
		return nil, fmt.Errorf("waiting to prepare an image: %w", err)
	}
	defer p.memory.Release(need)
	return plan.run(ctx, decodeTime)
}

// overhead is what a preparation takes beside the decoded picture: the square in
// planes and encoded, filters, and the codecs' own state.
const overhead = 12 << 20

// run walks the road of the package comment, from decoding on.
func (p *plan) run(ctx context.Context, limit time.Duration) ([]Image, error) {
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	img, err := p.decode(inner)
	if err != nil {
		return nil, p.ended(ctx, err)
	}
	square, notes, err := p.square(img)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, p.ended(ctx, err)
	}
	data, mime, err := encode(square, p.lossy)
	if err != nil {
		return nil, fmt.Errorf("preparing an image: %w", err)
	}
	w, h := p.canvas.Dx(), p.canvas.Dy()
	if p.turn.swaps() {
		w, h = h, w
	}
	return []Image{{
		Slices: []Slice{{Number: 1, Data: data, MIME: mime}}, Side: square.Bounds().Dx(),
		Width: w, Height: h, Of: p.frames, Format: p.format, Files: []int{0}, Notes: notes,
	}}, nil
}

// ended tells the end of the caller's context from that of the file's own time.
func (p *plan) ended(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("preparing an image: %w", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return p.refuse(KindTimeout, err)
	}
	return err
}

// square pads, scales and turns a decoded picture.
func (p *plan) square(img image.Image) (square image.Image, notes []Note, err error) {
	if p.frames > 1 {
		notes = append(notes, NoteFirstFrame)
	}
	at := place(p.canvas, p.at.Add(img.Bounds().Min), p.turn)
	if planes, ok := img.(*image.YCbCr); ok {
		square = scalePlanes(planes, at, p.studio)
	} else {
		t, stretched := toneOf(img)
		f, err := flatten(img, t)
		if err != nil {
			return nil, nil, p.refuse(KindUnsupported, err)
		}
		square = scaleFlat(f, img.Bounds().Dx(), img.Bounds().Dy(), at)
		if stretched {
			notes = append(notes, NoteStretched)
		}
		if f.transparent {
			notes = append(notes, NoteFlattened)
		}
	}
	if min(p.canvas.Dx(), p.canvas.Dy()) < smallEdge {
		notes = append(notes, NoteSmall)
	}
	return turnUpright(square, p.turn), notes, nil
}
