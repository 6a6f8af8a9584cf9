package dicom

import (
	"bytes"
	"context"
)

// halved says whether native pixels are uncompressed YBR_FULL_422: two samples a
// pixel. Some files say so and hold three: their length tells, the one that they say,
// for what is there may be cut.
func (f *File) halved() bool {
	return f.samples == 3 && (f.Photometric == "YBR_FULL_422" || f.Photometric == "YBR_PARTIAL_422") &&
		f.pixels.length < 3*f.Rows*f.Columns*f.Claimed
}

// frameBits is the length of a native frame.
func (f *File) frameBits() int {
	if f.halved() {
		// Y0 Y1 Cb Cr: an odd last pixel has its pair's room (PS3.3 C.7.6.3.1.2 wants even rows).
		return f.Rows * ((f.Columns + 1) / 2 * 4) * f.BitsAllocated
	}
	return f.Rows * f.Columns * f.samples * f.BitsAllocated
}

// heldFrames is how many frames the pixels can hold. For encapsulated ones it finds
// out where they begin.
func (f *File) heldFrames() int {
	if f.pixels.encapsulated {
		f.pixels.frames = f.findFrames()
		return len(f.pixels.frames)
	}
	if f.floating() {
		return f.Claimed
	}
	return len(f.pixels.native) * 8 / max(1, f.frameBits())
}

func (f *File) floating() bool { return f.ds.has(tagFloatPixels) || f.ds.has(tagDoublePixels) }

// findFrames groups the fragments to frames (PS3.5 A.4): by the offset table, by
// one fragment a frame, or by where a fragment ends as a JPEG stream does.
func (f *File) findFrames() [][2]int {
	n := len(f.pixels.fragments)
	switch {
	case n == 0:
		return nil
	case f.Claimed == 1:
		return [][2]int{{0, n}}
	}
	if frames := f.framesByOffsets(f.pixels.offsets); frames != nil {
		return frames
	}
	if frames := f.framesByOffsets(f.longOffsets()); frames != nil {
		return frames
	}
	if n <= f.Claimed || syntaxOf(f.TransferSyntax).codec == codecRLE {
		frames := make([][2]int, min(n, f.Claimed))
		for i := range frames {
			frames[i] = [2]int{i, i + 1}
		}
		return frames
	}
	var frames [][2]int
	first := 0
	for i, fragment := range f.pixels.fragments {
		// An end of image, perhaps padded (T.81 B.1.1.3; the same in JPEG-LS and JPEG 2000).
		tail := fragment[max(0, len(fragment)-8):]
		if bytes.Contains(tail, []byte{0xFF, 0xD9}) {
			frames = append(frames, [2]int{first, i + 1})
			first = i + 1
		}
	}
	return frames[:min(len(frames), f.Claimed)]
}

// framesByOffsets is nil when the table does not fit the fragments.
func (f *File) framesByOffsets(offsets []int) (frames [][2]int) {
	if len(offsets) != f.Claimed {
		return nil
	}
	at, i := 0, 0 // offset of fragment i's item
	for _, offset := range offsets {
		for i < len(f.pixels.fragments) && at < offset {
			at += 8 + len(f.pixels.fragments[i])
			i++
		}
		if at != offset || i == len(f.pixels.fragments) {
			if f.truncated && len(frames) > 0 {
				break // the table tells of frames that are cut off
			}
			return nil
		}
		if len(frames) > 0 {
			if frames[len(frames)-1][0] == i {
				return nil
			}
			frames[len(frames)-1][1] = i
		}
		frames = append(frames, [2]int{i, len(f.pixels.fragments)})
	}
	return frames
}

// longOffsets is the Extended Offset Table (PS3.5 A.4), of 64 bits an entry.
func (f *File) longOffsets() (offsets []int) {
	for b := f.ds.get(tagLongOffsets).value; len(b) >= 8; b = b[8:] {
		offset := f.ds.order().Uint64(b)
		if offset > uint64(1)<<40 || len(offsets) == maxFrames {
			return nil
		}
		offsets = append(offsets, int(offset))
	}
	return offsets
}

// encapsulated is the stream of frame i: the file's own bytes when it is in one
// fragment.
func (f *File) encapsulated(i int) ([]byte, error) {
	if !f.pixels.encapsulated || i >= len(f.pixels.frames) {
		return nil, &Error{Kind: KindCut}
	}
	span := f.pixels.frames[i]
	fragments := f.pixels.fragments[span[0]:span[1]]
	if len(fragments) == 1 {
		return fragments[0], nil
	}
	size := 0
	for _, one := range fragments {
		size += len(one)
	}
	joined := make([]byte, 0, size)
	for _, one := range fragments {
		joined = append(joined, one...)
	}
	return joined, nil
}

// Frame unpacks frame i, from 0. Its errors are *Error, or wrap ctx.Err().
func (f *File) Frame(ctx context.Context, i int) (*Frame, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if i < 0 || i >= f.Frames {
		return nil, &Error{Kind: KindCut}
	}
	s := syntaxOf(f.TransferSyntax)
	switch {
	case f.floating():
		return nil, &Error{Kind: KindUnsupported, What: "floating-point pixels"}
	case s.codec == codecNone:
		return nil, &Error{Kind: KindUnsupported, What: s.name}
	case f.samples != 1 && f.samples != 3:
		return nil, &Error{Kind: KindUnsupported, What: "unusual number of channels"}
	case s.codec == codecJPEG:
		data, err := f.encapsulated(i)
		if err != nil {
			return nil, err
		}
		return jpegFrame(ctx, f.Header, data)
	case f.BitsAllocated != 1 && f.BitsAllocated != 8 && f.BitsAllocated != 16 && f.BitsAllocated != 32:
		return nil, &Error{Kind: KindUnsupported, What: "unusual bit depth"}
	case s.codec == codecRLE:
		data, err := f.encapsulated(i)
		if err != nil {
			return nil, err
		}
		return f.rleFrame(ctx, data)
	}
	return f.nativeFrame(i)
}

// newFrame is a frame as the header describes it, without its samples.
func (f *File) newFrame() *Frame {
	return &Frame{
		Width: f.Columns, Height: f.Rows, Channels: f.samples, Photometric: f.Photometric,
		Bits: f.BitsStored, Signed: f.Signed,
		layout: layout{bytes: f.BitsAllocated / 8, shift: f.highBit + 1 - f.BitsStored},
	}
}

// nativeFrame shows the file's own bytes as frame i.
func (f *File) nativeFrame(i int) (*Frame, error) {
	fr := f.newFrame()
	fr.layout.bigEndian = f.TransferSyntax == syntaxBigEndian
	fr.layout.planar = f.planar
	fr.layout.halved = f.halved()
	if fr.layout.halved && f.BitsAllocated != 8 {
		return nil, &Error{Kind: KindUnsupported, What: "unusual bit depth"}
	}
	bits := f.frameBits()
	first, end := i*bits/8, ((i+1)*bits+7)/8
	if end > len(f.pixels.native) {
		return nil, &Error{Kind: KindCut}
	}
	fr.pix = f.pixels.native[first:end]
	fr.layout.skip = i * bits % 8
	if f.swapped() {
		fr.pix = make([]byte, end-first)
		for j := range fr.pix {
			if k := (first + j) ^ 1; k < len(f.pixels.native) {
				fr.pix[j] = f.pixels.native[k]
			}
		}
	}
	return fr, nil
}

// swapped says that bytes stand in 16-bit words of big endian (PS3.5 8.1.1).
func (f *File) swapped() bool {
	return f.TransferSyntax == syntaxBigEndian && f.BitsAllocated <= 8 && f.pixels.words
}

// Cost estimates what opening the file and Frame for one frame allocate, in bytes.
func (f *File) Cost() int64 {
	if f.TransferSyntax == syntaxDeflated {
		return MaxInflated
	}
	samples := int64(f.Rows) * int64(f.Columns) * int64(max(1, f.samples))
	join := int64(0)
	for _, span := range f.pixels.frames[:min(1, len(f.pixels.frames))] {
		if span[1]-span[0] > 1 {
			for _, fragment := range f.pixels.fragments[span[0]:span[1]] {
				join += int64(len(fragment))
			}
		}
	}
	switch syntaxOf(f.TransferSyntax).codec {
	case codecJPEG:
		// Whatever the header says of channels, the frame may have three: image/jpeg
		// makes 3 bytes a pixel of them and 4 of RGB, in whole blocks of up to 32 pixels,
		// of a picture that may be up to 7 larger; or there are 3 more once converted.
		// Lossless samples of 16 bits are 6.
		whole := func(edge int) int64 { return (int64(edge) + 7 + 31) &^ 31 }
		return 7*whole(f.Columns)*whole(f.Rows) + join
	case codecRLE:
		return samples*int64(f.BitsAllocated)/8 + join
	}
	if f.swapped() {
		return int64(f.frameBits())/8 + 1
	}
	return 0
}
