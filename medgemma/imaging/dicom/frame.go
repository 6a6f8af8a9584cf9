package dicom

// Frame holds the samples of one frame as they are stored: unpacked, not yet
// interpreted. Where the file holds them unpacked they are the file's own bytes.
type Frame struct {
	Width, Height int
	Channels      int    // 1 or 3
	Photometric   string // what the samples are now: a codec may have changed it, as from YBR_FULL_422 to RGB
	Bits          int    // significant bits of a sample, 1 to 32
	Signed        bool

	layout layout
	pix    []byte
}

// layout is how pix is to be read.
type layout struct {
	bytes     int  // of one sample: 1, 2 or 4; 0 means one bit, packed from the lowest
	planar    bool // all of one channel, then all of the next
	bigEndian bool
	halved    bool // uncompressed YBR_FULL_422: Y0 Y1 Cb Cr for each two pixels
}

// Row writes the samples of row y to dst, channels interleaved, masked to Bits and
// with their sign, and returns it. dst has room for Width*Channels.
func (f *Frame) Row(y int, dst []int) []int { panic("not written yet") }
