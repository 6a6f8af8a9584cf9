package bot

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

// made is an image that was prepared and has no label yet.
type made struct {
	image imaging.Image
	files []int // places of the items it was made from, rising
	met   bool  // it is shown as the question asks

	siblings int // images that were made of the same file, this one among them
}

// Bounds of the files that are in memory at the same time. The DICOM files of a
// question are held together, because only together can they be grouped by series.
const (
	filesAtOnce = 4 // fetched and prepared for one question
	filesInAll  = 8 // and for all
	heldForOne  = 256 << 20
	heldForAll  = 384 << 20

	// Questions with little to fetch do not wait behind those with much.
	little         = 32 << 20
	heldForLittles = 128 << 20
)

// prepareAll fetches the items and makes images of them, in the order of their
// first files. DICOM and archives are shown as asked; where that cannot be, they
// are shown by default, and unmet says what cannot be.
func (b *Bot) prepareAll(ctx context.Context, items []*item, asked wish) (all []made, unmet string) {
	release := b.fetchAll(ctx, items)
	defer release()
	found, cannot := make([][]made, len(items)+1), make([]string, len(items)+1)
	var loose []int
	for n, it := range items {
		if it.reason == "" && imaging.Sniff(it.data) == imaging.DICOM {
			loose = append(loose, n)
		}
	}
	b.eachItem(items, func(n int, it *item) {
		if !slices.Contains(loose, n) {
			found[n], cannot[n] = b.makeImages(ctx, items, []int{n}, asked)
		}
	})
	if len(loose) > 0 {
		images, sentence := b.makeImages(ctx, items, loose, asked)
		if slices.ContainsFunc(items, notFetched) {
			for i := range images { // the file that is missing may belong to any of them
				if images[i].image.Of > 1 {
					images[i].image.Notes = append(images[i].image.Notes, imaging.NoteIncomplete)
				}
			}
		}
		found[len(items)], cannot[len(items)] = images, sentence
	}
	all = slices.Concat(found...)
	slices.SortStableFunc(all, func(a, b made) int { return a.files[0] - b.files[0] })
	if i := slices.IndexFunc(cannot, func(s string) bool { return s != "" }); i >= 0 {
		unmet = cannot[i]
	}
	return all, unmet
}

// fetchAll brings the bytes of the items into memory, once there is room for them;
// release gives the room back.
func (b *Bot) fetchAll(ctx context.Context, items []*item) (release func()) {
	b.eachItem(items, func(_ int, it *item) { it.reason = b.resolve(ctx, &it.file) })
	giveBack, err := b.reserve(ctx, items)
	if err != nil {
		for _, it := range items {
			it.reason = reasonDownload
		}
		return func() {}
	}
	b.eachItem(items, func(_ int, it *item) {
		ctx, cancel := context.WithTimeout(ctx, fileTime(it.file.Size))
		defer cancel()
		it.reason = b.fetch(ctx, it)
	})
	return func() {
		for _, it := range items {
			it.data = nil
		}
		giveBack()
	}
}

// eachItem calls do for the items that may still become images, some at a time. A
// panic ends that item alone.
func (b *Bot) eachItem(items []*item, do func(n int, it *item)) {
	var g errgroup.Group
	g.SetLimit(filesAtOnce)
	for n, it := range items {
		if it.reason != "" {
			continue
		}
		g.Go(func() error {
			defer func() {
				if v := recover(); v != nil {
					b.recovered(v)
					it.data, it.reason = nil, string(imaging.KindCut)
				}
			}()
			b.files <- struct{}{}
			defer func() { <-b.files }()
			do(n, it)
			return nil
		})
	}
	_ = g.Wait() // each item holds its own outcome
}

// reserve waits until there is room in memory for the files. What would take more
// than one question may have is refused.
func (b *Bot) reserve(ctx context.Context, items []*item) (giveBack func(), err error) {
	var sum int64
	for _, it := range items {
		if it.reason != "" {
			continue
		}
		size := reserved(it.file.Size)
		if sum+size > heldForOne {
			it.reason = reasonTooMuch
			continue
		}
		sum += size
	}
	room := b.held
	switch {
	case sum == 0:
		return func() {}, nil
	case sum <= little:
		room = b.heldLittle
	}
	if err := room.Acquire(ctx, sum); err != nil {
		return nil, err
	}
	return func() { room.Release(sum) }, nil
}

// reserved is the room for a file of a size that Slack gives; it may give none.
func reserved(size int64) int64 {
	if size <= 0 {
		return imaging.MaxFileBytes
	}
	return size
}

// notFetched says whether a file is missing that may be a slice of a series.
func notFetched(it *item) bool {
	switch it.reason {
	case reasonDownload, reasonForbidden, reasonDeleted, reasonHidden, reasonTooMany, reasonTooMuch, string(imaging.KindHTML):
		return true
	}
	return false
}

// makeImages prepares the fetched items at those places, together.
func (b *Bot) makeImages(ctx context.Context, items []*item, places []int, asked wish) (all []made, unmet string) {
	var view imaging.View
	if f := imaging.Sniff(items[places[0]].data); f == imaging.DICOM || f == imaging.ZIP {
		view = asked.over(view)
	}
	images, refused := b.prepareView(ctx, items, places, view)
	for _, img := range images {
		all = append(all, newMade(img, places, img.View != imaging.View{}))
	}
	var again []int
	for i, err := range refused {
		if e := noSuchView(err); e != nil {
			again, unmet = append(again, places[i]), textNoSuchView(e, view, asked)
		}
	}
	if len(again) > 0 {
		images, _ := b.prepareView(ctx, items, again, imaging.View{})
		for _, img := range images {
			all = append(all, newMade(img, again, false))
		}
	}
	if len(places) == 1 {
		for i := range all {
			all[i].siblings = len(all)
		}
	}
	return all, unmet
}

func newMade(img imaging.Image, places []int, met bool) made {
	m := made{image: img, met: met}
	for _, i := range img.Files {
		m.files = append(m.files, places[i])
	}
	slices.Sort(m.files)
	return m
}

// prepareView prepares items with one view and marks those that are in no image.
func (b *Bot) prepareView(ctx context.Context, items []*item, places []int, view imaging.View) ([]imaging.Image, []error) {
	view.Slices = max(1, b.cfg.MaxImages)
	data := make([][]byte, len(places))
	for i, n := range places {
		data[i] = items[n].data
	}
	images, refused := b.images.Prepare(ctx, data, view)
	in := map[int]bool{}
	for i := range images {
		for _, n := range images[i].Files {
			in[n] = true
			if items[places[n]].copied {
				images[i].Notes = append(images[i].Notes, noteSlackCopy)
			}
		}
	}
	for i, n := range places {
		items[n].reason = ""
		if !in[i] {
			items[n].reason = reasonOf(refused[i], len(data[i]))
		}
	}
	return images, refused
}

// reasonOf is the word for why a file of so many bytes became no image.
func reasonOf(err error, size int) string {
	var refused *imaging.Error
	switch {
	case errors.As(err, &refused) && refused.Kind == imaging.KindTooLarge && size <= imaging.MaxFileBytes:
		return reasonCrowded
	case errors.As(err, &refused):
		return fileReason(refused)
	case err != nil:
		return reasonDownload // time ran out before its turn came; nothing is wrong with it
	}
	return string(imaging.KindEmpty)
}
