package imaging

// check says whether a series can be shown as v asks.
func (v View) check(s *series) *Error {
	no := func(of int) *Error { return &Error{Kind: KindNoSuchView, Format: DICOM, Of: of} }
	h := s.slices[0].in.Header
	switch {
	case v.OnlyCT && !hounsfield(h):
		return no(0)
	case v.Window != Window{} && (!v.Window.valid() || !grey(h)):
		return no(0)
	}
	n := len(s.slices)
	first, last := v.span(n)
	if v.First != 0 || v.Last != 0 {
		if n == 1 || first < 1 || last > n || first > last {
			return no(n)
		}
	}
	return nil
}

// span is the first and the last slice that are asked for, from 1.
func (v View) span(n int) (first, last int) {
	first, last = v.First, v.Last
	if first == 0 {
		first = 1
	}
	if last == 0 {
		last = n
	}
	return first, last
}

// pick chooses at most v.Slices of n slices, evenly over what is asked for and with
// both ends; one alone is the middle one. Places are from 0.
func (v View) pick(n int) []int {
	first, last := v.span(n)
	n = last - first + 1
	k := min(v.Slices, n)
	places := make([]int, k)
	for i := range places {
		at := n / 2
		if k > 1 {
			at = (2*i*(n-1) + k - 1) / (2 * (k - 1)) // round(i*(n-1)/(k-1))
		}
		places[i] = first - 1 + at
	}
	return places
}

// plain is v without anything but the number of slices: the default view.
func (v View) plain() View { return View{Slices: v.Slices} }
