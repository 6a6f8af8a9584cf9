package jpegll

import "context"

// scan is one scan: some of the components, interleaved.
type scan struct {
	image     *Image
	size      int      // of a sample in bytes
	channels  []int    // places of its components in a pixel
	tables    []*table // of each
	predictor int      // predictor, 1 to 7 (table H.1)
	point     int      // point transform: samples are coded without so many low bits
	restart   int      // rows between restart markers; 0 means none
	bits      bitReader
}

// hearEvery is how many samples are decoded between two looks at the context:
// about a millisecond.
const hearEvery = 1 << 16

// scan reads a scan header (B.2.3); the coded data follow it.
func (d *decoder) scan(body []byte) (*scan, error) {
	if len(body) < 1 || len(body) != 4+2*int(body[0]) || body[0] < 1 || int(body[0]) > d.Components {
		return nil, ErrDamaged
	}
	n := int(body[0])
	s := &scan{image: &d.Image, size: d.size, bits: bitReader{data: d.data, at: d.at}}
	for i := range n {
		id, to := body[1+2*i], body[2+2*i]>>4
		c := 0
		for c < d.Components && (d.ids[c] != id || d.seen[c]) {
			c++
		}
		if c == d.Components || to > 3 || d.tables[to] == nil {
			return nil, ErrDamaged
		}
		d.seen[c] = true
		s.channels = append(s.channels, c)
		s.tables = append(s.tables, d.tables[to])
	}
	s.predictor, s.point = int(body[1+2*n]), int(body[3+2*n]&15)
	switch {
	case s.predictor == 0: // a difference to another frame: hierarchical
		return nil, ErrUnsupported
	case s.predictor > 7, s.point >= d.Precision:
		return nil, ErrDamaged
	case d.restart%d.Width != 0: // must be whole rows (H.1.1)
		return nil, ErrDamaged
	}
	s.restart = d.restart / d.Width
	return s, nil
}

// decode reads the differences row by row and adds what the neighbours predict.
func (s *scan) decode(ctx context.Context) error {
	n := len(s.channels)
	row, above := make([]uint16, n*s.image.Width), make([]uint16, n*s.image.Width)
	heard := 0
	for y := range s.image.Height {
		if heard += len(row); heard >= hearEvery || y == 0 {
			heard = 0
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		first := y == 0
		if s.restart > 0 && y > 0 && y%s.restart == 0 {
			if !s.bits.restart() {
				return ErrDamaged
			}
			first = true
		}
		if !s.bits.differences(row, s.tables) || s.bits.overrun() {
			return ErrDamaged
		}
		if first {
			firstRow(row, n, 1<<(s.image.Precision-s.point-1))
		} else {
			predict(row, above, n, s.predictor)
		}
		s.write(y, row)
		row, above = above, row
	}
	return nil
}

// write puts a row of samples into the image.
func (s *scan) write(y int, row []uint16) {
	mask := uint16(1<<s.image.Precision - 1)
	pixel := s.image.Components * s.size
	line := s.image.Pix[y*s.image.Width*pixel:][:s.image.Width*pixel]
	n := len(s.channels)
	for k, c := range s.channels {
		at := c * s.size
		for i := k; i < len(row); i += n {
			v := row[i] << s.point & mask
			line[at] = byte(v)
			if s.size == 2 {
				line[at+1] = byte(v >> 8)
			}
			at += pixel
		}
	}
}
