package imaging

import (
	"image"
	"image/color"
)

// Lossy WebP keeps studio-range planes (RFC 6386, section 9.2: ITU-R BT.601 with
// Y from 16 to 235), but image.YCbCr means full range: taken as they are, its
// pictures come out with squeezed contrast, 9 levels off on average.

// studioLuma and studioChroma widen one sample to full range. The change is linear
// in each plane, so it may come after scaling, on the small square.
func studioLuma(v byte) byte   { return clamp((int(v)-16)*255, 219, 0) }
func studioChroma(v byte) byte { return clamp((int(v)-128)*255, 224, 128) }

// clamp returns n/d + offset, rounded, within 0 to 255.
func clamp(n, d, offset int) byte {
	v := n + offset*d
	return byte(min(max((2*v+d)/(2*d), 0), 255))
}

// studioRGB converts one pixel by way of full range.
func studioRGB(y, cb, cr byte) (r, g, b byte) {
	return color.YCbCrToRGB(studioLuma(y), studioChroma(cb), studioChroma(cr))
}

// widen maps every sample of a plane by way of a table.
func widen(pix []byte, f func(byte) byte) {
	var table [256]byte
	for i := range table {
		table[i] = f(byte(i))
	}
	for i, v := range pix {
		pix[i] = table[v]
	}
}

// subsampling returns how many pixels one chroma sample covers.
func subsampling(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// scalePlanes pads and scales a YCbCr picture plane by plane; chroma goes straight
// from its own size to that of the square. The result is full range, 4:4:4, or
// grey when there is no colour in it.
func scalePlanes(img *image.YCbCr, p placement, studio bool) image.Image {
	out := image.NewYCbCr(image.Rect(0, 0, p.out, p.out), image.YCbCrSubsampleRatio444)
	w, h := img.Rect.Dx(), img.Rect.Dy()
	across := newTaps(w, p.at.X, p.side, p.out)
	down := newTaps(h, p.at.Y, p.side, p.out)
	black := byte(0)
	if studio {
		black = 16
	}
	resample(target{pix: out.Y, out: p.out, step: 1, channels: 1, fill: black}, across, down,
		func(y int) []byte { return img.Y[y*img.YStride:][:w] })

	sx, sy := subsampling(img.SubsampleRatio)
	cw := (w + sx - 1) / sx
	cAcross, cDown := folded(across, sx), folded(down, sy)
	for _, c := range []struct{ from, to []byte }{{img.Cb, out.Cb}, {img.Cr, out.Cr}} {
		resample(target{pix: c.to, out: p.out, step: 1, channels: 1, fill: 128}, cAcross, cDown,
			func(y int) []byte { return c.from[y*img.CStride:][:cw] })
	}
	if studio {
		widen(out.Y, studioLuma)
		widen(out.Cb, studioChroma)
		widen(out.Cr, studioChroma)
	}
	if neutral(out.Cb) && neutral(out.Cr) {
		return &image.Gray{Pix: out.Y, Stride: out.YStride, Rect: out.Rect}
	}
	return out
}

// neutral reports whether a chroma plane holds no colour at all.
func neutral(plane []byte) bool {
	for _, v := range plane {
		if v != 128 {
			return false
		}
	}
	return true
}

// scaleFlat pads and scales a grey or RGB picture of w x h. An RGB picture in which
// every pixel came out grey is returned as grey: a third of the bytes, the same
// picture.
func scaleFlat(f *flat, w, h int, p placement) image.Image {
	across := newTaps(w, p.at.X, p.side, p.out)
	down := newTaps(h, p.at.Y, p.side, p.out)
	square := image.Rect(0, 0, p.out, p.out)
	if f.channels == 1 {
		out := image.NewGray(square)
		resample(target{pix: out.Pix, out: p.out, step: 1, channels: 1}, across, down, f.rows)
		return out
	}
	out := image.NewRGBA(square)
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = 255
	}
	resample(target{pix: out.Pix, out: p.out, step: 4, channels: 3}, across, down, f.rows)
	for px := out.Pix; len(px) > 0; px = px[4:] {
		if px[0] != px[1] || px[1] != px[2] {
			return out
		}
	}
	grey := image.NewGray(square)
	for i := range grey.Pix {
		grey.Pix[i] = out.Pix[4*i]
	}
	return grey
}

// turnUpright turns a prepared square.
func turnUpright(img image.Image, turn orientation) image.Image {
	side := img.Bounds().Dx()
	switch img := img.(type) {
	case *image.Gray:
		img.Pix = turnPlane(img.Pix, side, 1, turn)
	case *image.RGBA:
		img.Pix = turnPlane(img.Pix, side, 4, turn)
	case *image.YCbCr:
		img.Y = turnPlane(img.Y, side, 1, turn)
		img.Cb = turnPlane(img.Cb, side, 1, turn)
		img.Cr = turnPlane(img.Cr, side, 1, turn)
	}
	return img
}
