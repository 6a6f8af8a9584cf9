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

// share deals out the most pictures that a request takes. First come the images
// that the question is about, then those that came with it, which share what
// there is evenly; what is left goes to the others, newest first. A series that
// gets fewer than it has is thinned evenly, both ends included. leftOut lists the
// images that get nothing, in rising order.
func share(images []store.ImageRecord, about, came []int, most int) (send portion, leftOut []int) {
	send = portion{}
	given := map[int]bool{}
	deal := func(labels []int) {
		var waiting []int
		for _, label := range slices.Backward(labels) { // the newest first where there is not enough for all
			if label >= 1 && label <= len(images) && !given[label] {
				given[label] = true
				waiting = append(waiting, label)
			}
		}
		// Whoever needs least is served first; what it leaves is for the others.
		slices.SortStableFunc(waiting, func(a, b int) int { return size(images[a-1]) - size(images[b-1]) })
		for i, label := range waiting {
			left := len(waiting) - i
			part := min(size(images[label-1]), (most+left-1)/left)
			if part > 0 {
				send[label] = spread(size(images[label-1]), part)
			}
			most -= part
		}
	}
	deal(about)
	deal(came)
	for label := len(images); label >= 1; label-- {
		deal([]int{label})
	}
	for label := 1; label <= len(images); label++ {
		if len(send[label]) == 0 {
			leftOut = append(leftOut, label)
		}
	}
	return send, leftOut
}

func size(r store.ImageRecord) int { return len(r.Slices) }

// spread picks k of n places evenly, the first and the last included; one alone is
// the middle one.
func spread(n, k int) []int {
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
	return out
}
