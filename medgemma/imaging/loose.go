package imaging

import (
	"context"
	"slices"
)

// loose makes images of DICOM files that were posted by themselves: people chose
// them, so each series is shown. What a view asks for counts for the series that can
// be shown so; where none can, all are refused.
func (p *Preparer) loose(ctx context.Context, all []*instance, v View, refused []error) (images []Image) {
	total := 0
	all = slices.DeleteFunc(all, func(in *instance) bool {
		total += in.frames
		if total > maxFrames {
			refused[in.source.file] = &Error{Kind: KindTooLarge, Format: DICOM}
		}
		return total > maxFrames
	})
	groups := group(all, func(in *instance) bool { return slices.Contains(projections, in.Modality) })
	views, refusals := v.deal(groups)
	for i, s := range groups {
		if refusals != nil {
			for _, in := range s.instances {
				refused[in.source.file] = refusals[i]
			}
			continue
		}
		img, failed := p.stack(ctx, s, views[i], newPurse(len(s.slices)))
		for in, err := range failed {
			refused[in.source.file] = err
		}
		if len(img.Slices) == 0 {
			// Those that were not to be shown go with those that could not be.
			for _, in := range s.instances {
				if refused[in.source.file] == nil {
					refused[in.source.file] = firstFailure(s, failed)
				}
			}
			continue
		}
		// Which series it is, the files themselves say.
		img.View = views[i]
		img.View.Slices, img.View.Series = 0, 0
		if len(groups) > 1 {
			img.Series = s.number
		}
		images = append(images, img)
	}
	return images
}

// deal says how each series is shown: as asked where that is possible, else by
// default. If it is possible nowhere, there are only refusals.
func (v View) deal(groups []*series) (views []View, refusals []error) {
	refusals = make([]error, len(groups))
	met := false
	for i, s := range groups {
		views = append(views, v.plain())
		var refusal *Error
		if v.Series != 0 && v.Series != s.number {
			refusal = &Error{Kind: KindNoSuchView, Format: DICOM, Have: list(groups, nil)}
		} else {
			refusal = v.check(s)
		}
		if refusal != nil {
			refusals[i] = refusal
			continue
		}
		views[i], met = v, true
	}
	if met {
		return views, nil
	}
	return nil, refusals
}
