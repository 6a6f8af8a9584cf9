package imaging

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/semaphore"
)

// Config bounds what a Preparer does at once, and holds what a team may decide.
// Zero values mean the defaults.
type Config struct {
	Memory  int64 // bytes that decoding may take, by estimate; default 512 MiB
	Workers int   // pictures or slices at once; default 2, at most GOMAXPROCS

	Green         [2]float64 // HU that are black and white in CT's green channel; default -135 to 215
	AllowBurnedIn bool       // take files that say text is burned into their picture
}

// defaultGreen is CT's green window: that of MedGemma's report and notebooks.
// Google's serving code has 135 to 215 in its place, which reads like a slip.
var defaultGreen = [2]float64{-135, 215}

// Preparer prepares files under a budget shared by everybody who uses it. It is
// safe for concurrent use.
type Preparer struct {
	memory  *semaphore.Weighted
	total   int64
	workers *semaphore.Weighted
	most    int // workers
	policy  policy
}

// NewPreparer returns a Preparer with its own budget.
func NewPreparer(c Config) *Preparer {
	if c.Memory <= 0 {
		c.Memory = 512 << 20
	}
	if c.Workers <= 0 {
		c.Workers = 2
	}
	c.Workers = min(c.Workers, runtime.GOMAXPROCS(0))
	if c.Green == [2]float64{} {
		c.Green = defaultGreen
	}
	return &Preparer{
		memory:  semaphore.NewWeighted(c.Memory),
		total:   c.Memory,
		workers: semaphore.NewWeighted(int64(c.Workers)),
		most:    c.Workers,
		policy:  policy{green: c.Green, burnedIn: c.AllowBurnedIn},
	}
}

// Prepare makes images of the files, in the order of their first files. A picture
// file is an image of its own; DICOM files given together are grouped by series,
// each an image; an archive is one series of DICOM, or its pictures.
//
// refused[i] is nil, or why files[i] is not, or not wholly, in the images: an
// *Error, or an error that wraps ctx.Err(), and then nothing is wrong with the
// file. Pictures that are refused without decoding are so at once; what decodes, and
// every DICOM file and archive, waits for room. What is over the whole budget is decoded alone.
func (p *Preparer) Prepare(ctx context.Context, files [][]byte, v View) (images []Image, refused []error) {
	v.Slices = min(max(v.Slices, 1), MaxSlices)
	refused = make([]error, len(files))
	var loose []*instance
	for i, data := range files {
		switch Sniff(data) {
		case DICOM:
			in, err := p.admit(ctx, source{file: i, data: data})
			if err != nil {
				refused[i] = err
				continue
			}
			loose = append(loose, in)
		case ZIP:
			found, err := p.archive(ctx, data, v)
			for k := range found {
				found[k].Files = []int{i}
			}
			images, refused[i] = append(images, found...), err
		default:
			img, err := p.picture(ctx, data, newPurse(0))
			if err != nil {
				refused[i] = err
				continue
			}
			img.Files = []int{i}
			images = append(images, img)
		}
	}
	images = append(images, p.loose(ctx, loose, v, refused)...)
	slices.SortStableFunc(images, func(a, b Image) int { return a.Files[0] - b.Files[0] })
	return images, refused
}

// admit opens a loose DICOM file, that may unpack to as much as it may be deflated.
func (p *Preparer) admit(ctx context.Context, s source) (in *instance, err error) {
	err = p.turn(ctx, 1, maxInflated, func() error {
		return newPurse(0).spend(ctx, func(ctx context.Context) (err error) {
			in, err = p.policy.admit(ctx, s)
			return err
		})
	})
	return in, ended(ctx, DICOM, dicomError(err))
}

// picture prepares a file that is no DICOM and no archive.
func (p *Preparer) picture(ctx context.Context, data []byte, t *purse) (img Image, err error) {
	plan, refusal := inspect(data)
	if refusal != nil {
		return Image{}, refusal
	}
	err = p.turn(ctx, 1, plan.memory+overhead, func() error {
		return t.spend(ctx, func(ctx context.Context) (err error) {
			img, err = plan.run(ctx)
			return err
		})
	})
	return img, ended(ctx, plan.format, damaged(plan.format, err))
}
