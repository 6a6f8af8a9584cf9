package bot

import "slices"

// rounds is a queue in which people take turns: in order for each person, and
// one from each before the second of anybody. Somebody with five hundred things
// waiting and somebody with one are served alternately. The zero rounds is empty.
// It has no lock of its own.
type rounds[T any] struct {
	ring []string // who has something waiting; whose turn is next comes first
	of   map[string][]T
	n    int
}

// add queues v behind what waits for the person. Who had nothing waiting comes
// behind everybody who has.
func (r *rounds[T]) add(person string, v T) {
	if r.of == nil {
		r.of = map[string][]T{}
	}
	if len(r.of[person]) == 0 {
		r.ring = append(r.ring, person)
	}
	r.of[person] = append(r.of[person], v)
	r.n++
}

// next takes the first v that fits of the first person who fits, and sends that
// person to the end of the ring. A nil function takes anybody or anything.
func (r *rounds[T]) next(who func(person string) bool, which func(v T) bool) (v T, ok bool) {
	for i, person := range r.ring {
		if who != nil && !who(person) {
			continue
		}
		for k, v := range r.of[person] {
			if which != nil && !which(v) {
				continue
			}
			if r.cut(person, i, k); len(r.of[person]) > 0 {
				r.drop(i)
				r.ring = append(r.ring, person)
			}
			return v, true
		}
	}
	return v, false
}

// remove takes the first v out for which is holds, and says whether there was one.
// Whose turn it is stays as it was.
func (r *rounds[T]) remove(person string, is func(v T) bool) bool {
	k := slices.IndexFunc(r.of[person], is)
	if k < 0 {
		return false
	}
	r.cut(person, slices.Index(r.ring, person), k)
	return true
}

// cut takes out the kth thing of the ith person, and the person with the last one.
func (r *rounds[T]) cut(person string, i, k int) {
	queue := r.of[person]
	r.n--
	switch {
	case len(queue) == 1:
		delete(r.of, person)
		r.drop(i)
	case k == 0: // the usual case, and not worth moving all the others
		var none T
		queue[0] = none
		r.of[person] = queue[1:]
	default:
		r.of[person] = slices.Delete(queue, k, k+1)
	}
}

// drop takes the ith person out of the ring.
func (r *rounds[T]) drop(i int) {
	if i == 0 { // the usual case
		r.ring = r.ring[1:]
		return
	}
	r.ring = slices.Delete(r.ring, i, i+1)
}
