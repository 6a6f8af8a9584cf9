package dicomtest

import (
	"encoding/binary"
	"testing"
)

// Phantom is a made-up picture: gradients, a disc and a bar, and a made-up patient.
// The zero values of its fields mean what their comments say.
type Phantom struct {
	Syntax        string // "" is ExplicitLE
	Photometric   string // "" is MONOCHROME2; RGB, YBR_FULL, YBR_FULL_422 (native: halved), PALETTE COLOR
	Rows, Columns int    // 0 is 16
	Frames        int    // 0 is 1, and no NumberOfFrames
	Allocated     int    // bits, 1, 8, 16 or 32; 0 is 16 for grey and 8 for colour
	Stored        int    // bits, 1 to Allocated; 0 is Allocated
	HighBit       int    // 0 is Stored-1
	Signed        bool
	Planar        bool // colour by plane

	Modality string    // "" is OT
	Extra    []Element // added, and put in the place of those with the same tag

	// Encapsulated syntaxes.
	Compressed [][]byte // frames, from an encoder; RLE has its own when there are none
	Pieces     int      // fragments of a frame; 0 is 1
	NoOffsets  bool     // leaves the offset table empty

	// How the file is written.
	Undefined  bool // lengths of sequences
	NoPreamble bool
	NoMeta     bool
	NoSyntax   bool
	Bytes8     bool // pixels of 1 and 8 bits as OB; else OW, as implicit files have them

	offset int // added to the numbers of frames
}

// withDefaults spells the zero values out.
func (p Phantom) withDefaults() Phantom {
	set := func(to *int, n int) {
		if *to == 0 {
			*to = n
		}
	}
	if p.Syntax == "" {
		p.Syntax = ExplicitLE
	}
	if p.Photometric == "" {
		p.Photometric = "MONOCHROME2"
	}
	if p.Modality == "" {
		p.Modality = "OT"
	}
	set(&p.Rows, 16)
	set(&p.Columns, 16)
	set(&p.Frames, 1)
	set(&p.Pieces, 1)
	if p.Channels() == 3 {
		set(&p.Allocated, 8)
	}
	set(&p.Allocated, 16)
	set(&p.Stored, p.Allocated)
	set(&p.HighBit, p.Stored-1)
	return p
}

// Channels is 1 or 3.
func (p Phantom) Channels() int {
	switch p.Photometric {
	case "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT":
		return 3
	}
	return 1
}

// Sample is the stored value of a pixel's channel, with its sign. It uses the whole
// range of Stored bits; colour of YBR_FULL_422 is the same for pairs of pixels.
func (p Phantom) Sample(frame, y, x, channel int) int {
	p = p.withDefaults()
	frame += p.offset
	if p.Photometric == "YBR_FULL_422" && channel > 0 {
		x &^= 1
	}
	top := 1<<p.Stored - 1
	var v int
	dy, dx := 2*y-p.Rows, 2*x-p.Columns
	switch {
	case 9*(dy*dy+dx*dx) < p.Rows*p.Columns: // a disc in the middle
		v = top - frame%2 - channel
	case y < p.Rows/8: // a bar at the top, its length tells the frame
		if x <= frame+channel {
			v = top
		}
	default:
		across, down := max(1, p.Columns-1), max(1, p.Rows-1)
		switch channel {
		case 0:
			v = top * (x*down + y*across) / (2 * across * down)
		case 1:
			v = top * (p.Columns - 1 - x) / across
		default:
			v = top * y / down
		}
		v += 3 * frame
	}
	v &= top
	if p.Signed {
		v -= 1 << (p.Stored - 1)
	}
	return v
}

// Bytes is the phantom's file.
func (p Phantom) Bytes(t testing.TB) []byte {
	t.Helper()
	return p.File(t).Bytes(t)
}

// File is the phantom's file before it is written.
func (p Phantom) File(t testing.TB) File {
	t.Helper()
	p = p.withDefaults()
	planar, signed := 0, 0
	if p.Planar {
		planar = 1
	}
	if p.Signed {
		signed = 1
	}
	elements := append(personal(p.Undefined),
		Element{Tag: 0x0008_0016, VR: "UI", Value: "1.2.840.10008.5.1.4.1.1.2"},
		Element{Tag: 0x0008_0018, VR: "UI", Value: "1.2.826.0.1.3680043.8.498.1.1"},
		Element{Tag: 0x0008_0060, VR: "CS", Value: p.Modality},
		Element{Tag: 0x0020_000D, VR: "UI", Value: "1.2.826.0.1.3680043.8.498.1"},
		Element{Tag: 0x0020_000E, VR: "UI", Value: "1.2.826.0.1.3680043.8.498.1.2"},
		Element{Tag: 0x0028_0002, VR: "US", Value: p.Channels()},
		Element{Tag: 0x0028_0004, VR: "CS", Value: p.Photometric},
		Element{Tag: 0x0028_0010, VR: "US", Value: p.Rows},
		Element{Tag: 0x0028_0011, VR: "US", Value: p.Columns},
		Element{Tag: 0x0028_0100, VR: "US", Value: p.Allocated},
		Element{Tag: 0x0028_0101, VR: "US", Value: p.Stored},
		Element{Tag: 0x0028_0102, VR: "US", Value: p.HighBit},
		Element{Tag: 0x0028_0103, VR: "US", Value: signed},
	)
	if p.Channels() > 1 {
		elements = append(elements, Element{Tag: 0x0028_0006, VR: "US", Value: planar})
	}
	if p.Frames > 1 {
		elements = append(elements, Element{Tag: 0x0028_0008, VR: "IS", Value: p.Frames})
	}
	if p.Photometric == "PALETTE COLOR" {
		elements = append(elements, palette()...)
	}
	elements = append(elements, p.pixels(t))
	return File{
		Syntax: p.Syntax, Elements: append(elements, p.Extra...),
		NoPreamble: p.NoPreamble, NoMeta: p.NoMeta, NoSyntax: p.NoSyntax,
	}
}

// palette is 256 entries of 16 bits: red rises, green falls, blue is a tent. Entry
// i is [i*257, 65535-i*257, ...]; smaller pixels use its beginning.
func palette() (elements []Element) {
	for channel := range uint32(3) {
		entries := make([]uint16, 256)
		for i := range entries {
			entries[i] = [3]uint16{uint16(i * 257), uint16(65535 - i*257), uint16(min(i, 255-i) * 514)}[channel]
		}
		elements = append(elements,
			Element{Tag: 0x0028_1101 + channel, VR: "US", Value: []int{256, 0, 16}},
			Element{Tag: 0x0028_1201 + channel, VR: "OW", Value: entries})
	}
	return elements
}

// order is the byte order of the pixels.
func (p Phantom) order() byteOrder {
	if p.Syntax == ExplicitBE {
		return binary.BigEndian
	}
	return binary.LittleEndian
}
