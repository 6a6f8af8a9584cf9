package bot

import (
	"slices"

	"github.com/medbuddy/medbuddy/store"
)

// portion says which slices of each image go into a request: by label, the
// places in its record's Slices, in order. An image that is not in it is left out.
type portion map[int][]int

// count is how many pictures that is.
func (p portion) count() int {
	n := 0
	for _, s := range p {
		n += len(s)
	}
	return n
}

// share deals out the most pictures that a request takes, to the images in only or,
// when that is nil, to all that are there. First come the images
// that the question is about, then those that came with it, then the others; those
// of a group share evenly, the newest first where there is not enough for all. A
// single picture is not crowded out by a series: up to half of the room is kept for
// those. A series that gets fewer slices than it has is thinned evenly, both ends
// and those in must included. leftOut lists the images that get nothing, in rising
// order.
func share(images []store.ImageRecord, only, about, came []int, must map[int][]int, most int) (send portion, leftOut []int) {
	send = portion{}
	given := map[int]bool{} // or not to be given anything
	for _, r := range images {
		given[r.Label] = r.Gone || only != nil && !slices.Contains(only, r.Label)
	}
	deal := func(labels []int) {
		var group []int
		for _, label := range slices.Backward(labels) { // the newest first where there is not enough for all
			if label >= 1 && label <= len(images) && !given[label] {
				given[label] = true
				group = append(group, label)
			}
		}
		kept := 0
		for _, r := range images {
			if size(r) == 1 && !given[r.Label] {
				kept++
			}
		}
		kept = min(kept, most/2, max(0, most-len(group)))
		most -= kept
		// Whoever needs least is served first; what it leaves is for the others.
		slices.SortStableFunc(group, func(a, b int) int { return size(images[a-1]) - size(images[b-1]) })
		for i, label := range group {
			r, left := images[label-1], len(group)-i
			part := min(size(r), (most+left-1)/left)
			if part > 0 {
				send[label] = spread(size(r), part, placesOf(r, must[label]))
			}
			most -= part
		}
		most += kept
	}
	others := liveLabels(images)
	deal(about)
	deal(came)
	deal(others)
	for _, label := range others {
		if len(send[label]) == 0 {
			leftOut = append(leftOut, label)
		}
	}
	return send, leftOut
}

func size(r store.ImageRecord) int { return len(r.Slices) }

// placesOf are where the slices with those numbers stand in a record.
func placesOf(r store.ImageRecord, numbers []int) (places []int) {
	for i, s := range r.Slices {
		if slices.Contains(numbers, s.Number) {
			places = append(places, i)
		}
	}
	return places
}

// spread picks k of n places evenly, the first and the last included; one alone is
// the middle one. Those in must take the place of their nearest neighbours.
func spread(n, k int, must []int) []int {
	if k >= n {
		k = n
	}
	out := make([]int, k)
	for i := range out {
		switch {
		case k == 1:
			out[i] = n / 2
		default:
			out[i] = (2*i*(n-1) + k - 1) / (2 * (k - 1))
		}
	}
	for _, m := range must {
		if slices.Contains(out, m) {
			continue
		}
		nearest := -1
		for i, at := range out {
			if !slices.Contains(must, at) && (nearest < 0 || abs(at-m) < abs(out[nearest]-m)) {
				nearest = i
			}
		}
		if nearest >= 0 {
			out[nearest] = m
		}
	}
	slices.Sort(out)
	return out
}

func abs(n int) int { return max(n, -n) }
