package dicom

import "image"

// chroma gives the rows of a chroma plane at the size of the picture. Where two
// pixels share a sample in a row it lies between them, and each takes three parts
// of the nearer sample and one of the further; the same between rows where both
// directions are halved ("fancy upsampling", jdsample.c of libjpeg). Other ratios
// are repeated, as there.
type chroma struct {
	plane         []byte
	stride        int
	width, height int // of the plane
	sx, sy        int // pixels that share a sample
	out           []byte
	sum           []int
}

func newChroma(img *image.YCbCr, plane []byte) *chroma {
	c := &chroma{plane: plane, stride: img.CStride, sx: 1, sy: 1}
	switch img.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		c.sx = 2
	case image.YCbCrSubsampleRatio420:
		c.sx, c.sy = 2, 2
	case image.YCbCrSubsampleRatio440:
		c.sy = 2
	case image.YCbCrSubsampleRatio411:
		c.sx = 4
	case image.YCbCrSubsampleRatio410:
		c.sx, c.sy = 4, 2
	}
	c.width, c.height = (img.Rect.Dx()+c.sx-1)/c.sx, (img.Rect.Dy()+c.sy-1)/c.sy
	c.out = make([]byte, c.width*c.sx)
	c.sum = make([]int, c.width)
	return c
}

// row is valid until the next call. It has room for at least the picture's width.
func (c *chroma) row(y int) []byte {
	near := c.plane[y/c.sy*c.stride:][:c.width]
	switch {
	case c.sx == 1:
		return near
	case c.sx == 2 && c.width > 2: // libjpeg repeats what is narrower
		c.interpolate(near, y)
	default:
		for i := range c.out {
			c.out[i] = near[i/c.sx]
		}
	}
	return c.out
}

// interpolate halves the steps across, and down when rows are shared too. The
// roundings alternate, so that they do not add up to a shift.
func (c *chroma) interpolate(near []byte, y int) {
	left, right, shift := 1, 2, 2
	if c.sy == 1 {
		for i, v := range near {
			c.sum[i] = int(v)
		}
	} else {
		// The row on the other side of this one, or this one at the border.
		other := min(max(y/2+y%2*2-1, 0), c.height-1)
		far := c.plane[other*c.stride:][:c.width]
		for i, v := range near {
			c.sum[i] = 3*int(v) + int(far[i])
		}
		left, right, shift = 8, 7, 4
	}
	last := len(c.sum) - 1
	for i, v := range c.sum {
		before, after := c.sum[max(i-1, 0)], c.sum[min(i+1, last)]
		c.out[2*i] = byte((3*v + before + left) >> shift)
		c.out[2*i+1] = byte((3*v + after + right) >> shift)
	}
}
