package bot

import (
	"context"
	"errors"
	"slices"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// reshow makes the view of an earlier image that the question asks for, as an
// image of its own: what was sent before stays what it was. Its file is fetched
// again, since only prepared pictures are kept. What cannot be shown ends in
// s.unmet; only the store's trouble is an error.
func (b *Bot) reshow(ctx context.Context, j *job, s *sight, before []store.ImageRecord, asked wish) error {
	if !slices.ContainsFunc(s.images, isDICOM) {
		if asked.view.Window != (imaging.Window{}) || asked.view.First > 0 && len(asked.slices) == 0 {
			j.aside = textOnlyDICOM
		}
		return nil
	}
	if !slices.ContainsFunc(before, isDICOM) {
		return nil // the new ones have been shown as far as they can be
	}
	if asked.cannot != "" {
		s.unmet = asked.cannot
		return nil
	}
	if !slices.ContainsFunc(before, func(r store.ImageRecord) bool { return r.Series > 0 && !r.Gone }) {
		asked.view.Series = 0 // there is only one series, whatever its number
	}
	if asked.empty() {
		return nil
	}
	r, ok := target(before, s.about, asked)
	if !ok {
		if s.unmet == "" {
			s.unmet = textNoneFits(before, asked)
		}
		return nil
	}
	s.unmet = ""
	view := asked.over(viewFrom(r.View))
	if shown := alreadyShown(before, r, view, asked); shown > 0 {
		s.aim(r.Label, shown, asked)
		return nil
	}
	if len(s.images) >= maxThreadImages {
		s.unmet = textNotReshown(r.Label, reasonTooMany)
		return nil
	}
	items := make([]*item, len(r.Files))
	for i, id := range r.Files {
		items[i] = &item{file: file{ID: id}}
	}
	all, unmet := b.refetch(ctx, items, view)
	i := slices.IndexFunc(all, func(m made) bool { return m.image.Modality != "" })
	switch {
	case unmet != nil:
		s.unmet = textNoSuchView(unmet, view, asked)
	case i < 0:
		reason := string(imaging.KindEmpty)
		if k := slices.IndexFunc(items, func(it *item) bool { return it.reason != "" }); k >= 0 {
			reason = items[k].reason
		}
		s.unmet = textNotReshown(r.Label, reason)
	default:
		if all[i].image.Series == 0 {
			all[i].image.Series = r.Series // its files alone do not say that there are others
		}
		label, err := b.keep(ctx, j, s, len(s.now)-1, r.Files, all[i])
		if err != nil {
			return err
		}
		s.aim(r.Label, label, asked)
	}
	return nil
}

// aim makes the question one about the image with label to instead of from, and
// about the slices that it names.
func (s *sight) aim(from, to int, asked wish) {
	s.about = append(slices.DeleteFunc(s.about, func(l int) bool { return l == from || l == to }), to)
	if s.must == nil {
		s.must = map[int][]int{}
	}
	s.must[to] = asked.slices
	if i := slices.Index(s.steering.only, from); i >= 0 {
		s.steering.only[i] = to
	}
}

func isDICOM(r store.ImageRecord) bool { return r.Modality != "" && !r.Gone }

// target is the image that a wish is about: one that the question names, else one
// of the series that it names, else the newest that the wish can be about at all.
func target(images []store.ImageRecord, named []int, asked wish) (store.ImageRecord, bool) {
	for _, label := range named {
		if label >= 1 && label <= len(images) && isDICOM(images[label-1]) {
			return images[label-1], true
		}
	}
	for _, exactly := range []bool{true, false} {
		for _, r := range slices.Backward(images) {
			switch {
			case !isDICOM(r),
				asked.view.OnlyCT && r.Modality != "CT",
				asked.view.First > 0 && r.Of == 1,
				asked.view.Series > 0 && r.Series == 0,
				exactly && asked.view.Series > 0 && r.Series != asked.view.Series:
			default:
				return r, true
			}
		}
	}
	return store.ImageRecord{}, false
}

// alreadyShown is the label of an image that shows what is asked for, or 0: the
// series itself, slices that it holds, or the same view of the same files.
func alreadyShown(images []store.ImageRecord, r store.ImageRecord, view imaging.View, asked wish) int {
	noWindow := asked.view.Window == imaging.Window{}
	noWindow = noWindow && !asked.plain
	sameSeries := asked.view.Series == 0 || asked.view.Series == r.Series
	if noWindow && sameSeries {
		switch {
		case asked.view.First == 0: // nothing but the series
			return r.Label
		case len(asked.slices) > 0 && holdsAll(r, asked.slices):
			return r.Label
		}
	}
	for _, other := range slices.Backward(images) {
		if !other.Gone && slices.Equal(other.Files, r.Files) && other.View == viewWords(view) {
			return other.Label
		}
	}
	return 0
}

// holdsAll says whether an image holds all slices with those numbers.
func holdsAll(r store.ImageRecord, numbers []int) bool {
	return len(placesOf(r, numbers)) == len(numbers)
}

// refetch fetches the files of an image again and prepares them with a view. A file
// that cannot be had ends it: half a series would be another image.
func (b *Bot) refetch(ctx context.Context, items []*item, view imaging.View) (all []made, unmet *imaging.Error) {
	release := b.fetchAll(ctx, items)
	defer release()
	places := make([]int, len(items))
	for i, it := range items {
		if it.reason != "" {
			return nil, nil
		}
		places[i] = i
	}
	images, refused := b.prepareView(ctx, items, places, view)
	for _, img := range images {
		all = append(all, newMade(img, places, true))
	}
	for _, err := range refused {
		if e := noSuchView(err); e != nil {
			unmet = e
		}
	}
	return all, unmet
}

// noSuchView is the error that says what a view asks for is not there; else nil.
func noSuchView(err error) *imaging.Error {
	var e *imaging.Error
	if errors.As(err, &e) && e.Kind == imaging.KindNoSuchView {
		return e
	}
	return nil
}
