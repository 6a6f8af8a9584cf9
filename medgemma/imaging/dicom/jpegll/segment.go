package jpegll

import (
	"context"
	"encoding/binary"
)

// Markers (T.81 table B.1).
const (
	sof3 = 0xC3
	dht  = 0xC4
	rst0 = 0xD0
	rst7 = 0xD7
	soi  = 0xD8
	eoi  = 0xD9
	sos  = 0xDA
	dnl  = 0xDC
	dri  = 0xDD
)

// segment returns the next marker and what stands in its segment.
func (d *decoder) segment() (marker byte, body []byte, err error) {
	for {
		// To the next marker: between segments only fill bytes are allowed (B.1.1.2),
		// and some writers leave padding behind a scan.
		for d.at < len(d.data) && d.data[d.at] != 0xFF {
			d.at++
		}
		for d.at < len(d.data) && d.data[d.at] == 0xFF {
			d.at++
		}
		if d.at >= len(d.data) {
			return 0, nil, ErrDamaged
		}
		marker = d.data[d.at]
		d.at++
		switch {
		case marker == eoi:
			return 0, nil, ErrDamaged // before its time
		case marker == 0, marker == 1, rst0 <= marker && marker <= soi:
			continue // these stand alone
		}
		if d.at+2 > len(d.data) {
			return 0, nil, ErrDamaged
		}
		n := int(binary.BigEndian.Uint16(d.data[d.at:]))
		if n < 2 || d.at+n > len(d.data) {
			return 0, nil, ErrDamaged
		}
		body = d.data[d.at+2 : d.at+n]
		d.at += n
		return marker, body, nil
	}
}

// headers reads up to the frame header.
func (d *decoder) headers(ctx context.Context) error {
	if len(d.data) < 2 || d.data[0] != 0xFF || d.data[1] != soi {
		return ErrDamaged
	}
	d.at = 2
	for {
		marker, body, err := d.segment()
		if err != nil {
			return err
		}
		switch {
		case marker == sof3:
			return d.frame(body)
		case marker == sos:
			return ErrDamaged
		case isFrame(marker):
			return ErrUnsupported
		}
		if err := d.table(ctx, marker, body); err != nil {
			return err
		}
	}
}

// isFrame tells the frame headers of all processes: C0 to CF but for DHT, JPG and
// DAC.
func isFrame(marker byte) bool {
	return marker&0xF0 == 0xC0 && marker != dht && marker != 0xC8 && marker != 0xCC
}

// frame reads the frame header (B.2.2).
func (d *decoder) frame(body []byte) error {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return ErrDamaged
	}
	d.Precision, d.Components = int(body[0]), int(body[5])
	d.Height, d.Width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	switch {
	case d.Height == 0, d.Components > 4:
		return ErrUnsupported
	case d.Width == 0, d.Components == 0, d.Precision < 2, d.Precision > 16:
		return ErrDamaged
	}
	for i := range d.Components {
		id, factors := body[6+3*i], body[7+3*i]
		// The factors of a single component mean nothing (A.2.2).
		if d.Components > 1 && factors != 0x11 {
			return ErrUnsupported
		}
		d.ids[i] = id
		for _, other := range d.ids[:i] {
			if id == other {
				return ErrDamaged
			}
		}
	}
	return nil
}

// table reads a segment of tables or of no meaning here. It hears the context: a
// file may consist of nothing but tables.
func (d *decoder) table(ctx context.Context, marker byte, body []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case marker == dht:
		return d.huffman(body)
	case marker == dri:
		if len(body) != 2 {
			return ErrDamaged
		}
		d.restart = int(binary.BigEndian.Uint16(body))
	case marker == dnl:
		return ErrUnsupported
	case isFrame(marker): // a second frame
		return ErrUnsupported
	}
	return nil
}

// huffman reads tables (B.2.4.2). Those for AC coefficients have no use here.
func (d *decoder) huffman(body []byte) error {
	for len(body) > 0 {
		if len(body) < 17 {
			return ErrDamaged
		}
		class, to := body[0]>>4, body[0]&15
		counts := body[1:17]
		n := 0
		for _, c := range counts {
			n += int(c)
		}
		if class > 1 || to > 3 || n > 256 || len(body) < 17+n {
			return ErrDamaged
		}
		if class == 0 {
			t, err := newTable(counts, body[17:17+n])
			if err != nil {
				return err
			}
			d.tables[to] = t
		}
		body = body[17+n:]
	}
	return nil
}
