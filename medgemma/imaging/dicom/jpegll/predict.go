package jpegll

// Prediction (T.81 H.1.2). Rows hold n components interleaved; row comes as
// differences and becomes samples, modulo 1<<16. The names a, b and c are those of
// figure H.1: left, above, and left of that.

// firstRow undoes the prediction of the first row of a scan or a restart interval:
// from the left, and of the first sample from the middle of the range.
func firstRow(row []uint16, n int, middle uint16) {
	for i := range n {
		row[i] += middle
	}
	for i := n; i < len(row); i++ {
		row[i] += row[i-n]
	}
}

// predict undoes the prediction of any other row, of which the first sample is
// predicted from above.
func predict(row, above []uint16, n, predictor int) {
	above = above[:len(row)]
	for i := range n {
		row[i] += above[i]
	}
	switch predictor {
	case 1:
		for i := n; i < len(row); i++ {
			row[i] += row[i-n]
		}
	case 2:
		for i := n; i < len(row); i++ {
			row[i] += above[i]
		}
	case 3:
		for i := n; i < len(row); i++ {
			row[i] += above[i-n]
		}
	case 4:
		for i := n; i < len(row); i++ {
			row[i] += row[i-n] + above[i] - above[i-n]
		}
	case 5:
		for i := n; i < len(row); i++ {
			a, b, c := int(row[i-n]), int(above[i]), int(above[i-n])
			row[i] += uint16(a + (b-c)>>1)
		}
	case 6:
		for i := n; i < len(row); i++ {
			a, b, c := int(row[i-n]), int(above[i]), int(above[i-n])
			row[i] += uint16(b + (a-c)>>1)
		}
	case 7:
		for i := n; i < len(row); i++ {
			row[i] += uint16((int(row[i-n]) + int(above[i])) >> 1)
		}
	}
}
