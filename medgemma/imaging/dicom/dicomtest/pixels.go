package dicomtest

import (
	"encoding/binary"
	"slices"
	"testing"
)

// pixels is the PixelData element.
func (p Phantom) pixels(t testing.TB) Element {
	t.Helper()
	switch p.Syntax {
	case ImplicitLE, ExplicitLE, ExplicitBE, Deflated:
		vr := "OW"
		if p.Bytes8 && p.Allocated <= 8 { // PS3.5 8.1.2
			vr = "OB"
		}
		return Element{Tag: 0x7FE0_0010, VR: vr, Value: p.native(vr)}
	}
	frames := p.Compressed
	if p.Syntax == RLE && frames == nil {
		for frame := range p.Frames {
			frames = append(frames, p.rle(frame))
		}
	}
	if len(frames) != p.Frames {
		t.Fatalf("dicomtest: a phantom of %d frames has %d compressed ones", p.Frames, len(frames))
	}
	return Element{Tag: 0x7FE0_0010, VR: "OB", Value: p.fragments(frames)}
}

// fragments cuts each frame into Pieces of even length.
func (p Phantom) fragments(frames [][]byte) (out Fragments) {
	at := uint32(0)
	for _, frame := range frames {
		if !p.NoOffsets {
			out.Offsets = append(out.Offsets, at)
		}
		if len(frame)%2 == 1 {
			frame = append(slices.Clone(frame), 0)
		}
		size := (len(frame)/p.Pieces + 1) &^ 1
		for i := range p.Pieces {
			piece := frame
			if i < p.Pieces-1 {
				piece = frame[:min(size, len(frame))]
			}
			frame = frame[len(piece):]
			out.Data = append(out.Data, piece)
			at += 8 + uint32(len(piece))
		}
	}
	return out
}

// raw is a sample as its stored bits, at its place in the allocated ones. The bits
// around it are set, as old files kept overlays there: a reader has to mask them.
func (p Phantom) raw(frame, y, x, channel int) uint32 {
	mask := uint64(1)<<p.Stored - 1
	shift := p.HighBit + 1 - p.Stored
	v := uint64(p.Sample(frame, y, x, channel)) & mask << shift
	if p.Allocated > p.Stored {
		v |= (uint64(1)<<p.Allocated - 1) &^ (mask << shift)
	}
	return uint32(v)
}

// native is the pixels of all frames, unpacked.
func (p Phantom) native(vr string) (out []byte) {
	if p.Allocated == 1 {
		return p.packed()
	}
	put := func(v uint32) {
		switch p.Allocated {
		case 8:
			out = append(out, byte(v))
		case 16:
			out = p.order().AppendUint16(out, uint16(v))
		default:
			out = p.order().AppendUint32(out, v)
		}
	}
	p.each(func(frame, y, x, channel int) { put(p.raw(frame, y, x, channel)) })
	if p.Syntax == ExplicitBE && p.Allocated == 8 && vr == "OW" {
		out = swapped(out)
	}
	return out
}

// each calls f for the samples in the order in which native files have them.
func (p Phantom) each(f func(frame, y, x, channel int)) {
	channels := p.Channels()
	for frame := range p.Frames {
		switch {
		case p.Photometric == "YBR_FULL_422":
			for y := range p.Rows {
				for x := 0; x < p.Columns; x += 2 {
					f(frame, y, x, 0)
					f(frame, y, min(x+1, p.Columns-1), 0)
					f(frame, y, x, 1)
					f(frame, y, x, 2)
				}
			}
		case p.Planar:
			for channel := range channels {
				for y := range p.Rows {
					for x := range p.Columns {
						f(frame, y, x, channel)
					}
				}
			}
		default:
			for y := range p.Rows {
				for x := range p.Columns {
					for channel := range channels {
						f(frame, y, x, channel)
					}
				}
			}
		}
	}
}

// packed is 1-bit pixels from the lowest bit on, without gaps between frames.
func (p Phantom) packed() (out []byte) {
	n := 0
	p.each(func(frame, y, x, channel int) {
		if n%8 == 0 {
			out = append(out, 0)
		}
		out[n/8] |= byte(p.Sample(frame, y, x, channel)&1) << (n % 8)
		n++
	})
	if p.Syntax == ExplicitBE && !p.Bytes8 {
		out = swapped(out)
	}
	return out
}

// swapped is bytes as big-endian files keep them in 16-bit words.
func swapped(b []byte) []byte {
	if len(b)%2 == 1 {
		b = append(b, 0)
	}
	for i := 0; i < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return b
}

// rle is a frame in RLE (PS3.5 annex G): a segment for each byte of each channel,
// the highest byte first, each row by itself.
func (p Phantom) rle(frame int) []byte {
	var segments [][]byte
	for channel := range p.Channels() {
		for shift := p.Allocated - 8; shift >= 0; shift -= 8 {
			var segment []byte
			for y := range p.Rows {
				row := make([]byte, p.Columns)
				for x := range row {
					row[x] = byte(p.raw(frame, y, x, channel) >> shift)
				}
				segment = append(segment, packBits(row)...)
			}
			if len(segment)%2 == 1 {
				segment = append(segment, 0)
			}
			segments = append(segments, segment)
		}
	}
	out := make([]byte, 64)
	binary.LittleEndian.PutUint32(out, uint32(len(segments)))
	for i, segment := range segments {
		binary.LittleEndian.PutUint32(out[4+4*i:], uint32(len(out)))
		out = append(out, segment...)
	}
	return out
}

// packBits encodes runs of at least three equal bytes as such, the rest as they are.
func packBits(row []byte) (out []byte) {
	run := func(at int) int {
		n := 1
		for at+n < len(row) && n < 128 && row[at+n] == row[at] {
			n++
		}
		return n
	}
	for at := 0; at < len(row); {
		if n := run(at); n >= 3 {
			out = append(out, byte(1-n), row[at])
			at += n
			continue
		}
		end := at
		for end < len(row) && end-at < 128 && run(end) < 3 {
			end++
		}
		out = append(out, byte(end-at-1))
		out = append(out, row[at:end]...)
		at = end
	}
	return out
}
