package imaging

import "image"

// placement is where a picture lies on its black square, in pixels of the source
// as it is stored (not yet turned upright).
type placement struct {
	side int         // edge of the square: the longer edge of the canvas
	out  int         // edge of the square once scaled, at most Side; small pictures are not enlarged
	at   image.Point // where the decoded frame's first pixel goes
}

// place centres the canvas on its square; an odd rest goes to the right and to the
// bottom of the upright picture, so it changes sides where turning mirrors an
// axis. That makes turning the small square at the end the same as turning the
// picture at the beginning, without a second picture of full size.
func place(canvas image.Rectangle, origin image.Point, turn orientation) placement {
	w, h := canvas.Dx(), canvas.Dy()
	side := max(w, h)
	x, y := (side-w)/2, (side-h)/2
	if turn.flipsX() {
		x = side - w - x
	}
	if turn.flipsY() {
		y = side - h - y
	}
	return placement{side: side, out: min(side, Side), at: image.Pt(x, y).Add(origin)}
}

// turnPlane sets a square of side x side pixels upright, each of size bytes. It
// returns a new slice, or the same one when there is nothing to do.
func turnPlane(pix []byte, side, size int, turn orientation) []byte {
	if turn <= 1 {
		return pix
	}
	out := make([]byte, len(pix))
	for y := range side {
		for x := range side {
			tx, ty := x, y
			if turn.flipsX() {
				tx = side - 1 - x
			}
			if turn.flipsY() {
				ty = side - 1 - y
			}
			if turn.swaps() {
				tx, ty = ty, tx
			}
			from, to := (y*side+x)*size, (ty*side+tx)*size
			copy(out[to:to+size], pix[from:from+size])
		}
	}
	return out
}
