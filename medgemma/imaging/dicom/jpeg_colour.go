package dicom

import (
	"fmt"
	"image"
)

// lossyFrame shows what image/jpeg decoded: grey, or RGB.
func lossyFrame(h Header, head jpegHead, img image.Image) (*Frame, error) {
	w, ht := img.Bounds().Dx(), img.Bounds().Dy()
	f := &Frame{
		Width: w, Height: ht, Channels: 3, Photometric: "RGB", Bits: min(h.BitsStored, 8),
		layout: layout{bytes: 1},
	}
	switch img := img.(type) {
	case *image.Gray:
		f.Channels, f.Signed, f.Photometric = 1, h.Signed, h.Photometric
		if !isGrey(h.Photometric) {
			f.Photometric = "MONOCHROME2"
		}
		f.pix = img.Pix
		if img.Stride != w {
			f.pix = make([]byte, 0, w*ht)
			for y := range ht {
				f.pix = append(f.pix, img.Pix[y*img.Stride:][:w]...)
			}
		}
	case *image.RGBA: // the components were named R, G, B, or an Adobe marker says so
		f.pix = img.Pix[:0] // in place: what is written is never ahead of what is read
		for y := range ht {
			for row := img.Pix[y*img.Stride:][:4*w]; len(row) > 0; row = row[4:] {
				f.pix = append(f.pix, row[:3]...)
			}
		}
	case *image.YCbCr:
		f.pix = make([]byte, 0, 3*w*ht)
		if planesAreRGB(h, head, img) {
			f.pix = appendPlanes(f.pix, img)
		} else {
			f.pix = appendConverted(f.pix, img)
		}
	default:
		return nil, &Error{Kind: KindUnsupported, What: "unusual JPEG", Err: fmt.Errorf("decoded as %T", img)}
	}
	return f, nil
}

// planesAreRGB says that image/jpeg took planes for YCbCr that are red, green and
// blue: the header says so, and nothing in the frame speaks against it. Halved
// chroma does, for nobody halves red and blue.
func planesAreRGB(h Header, head jpegHead, img *image.YCbCr) bool {
	return h.Photometric == "RGB" && head.adobe != 1 && img.SubsampleRatio == image.YCbCrSubsampleRatio444
}

func appendPlanes(pix []byte, img *image.YCbCr) []byte {
	for y := range img.Rect.Dy() {
		r, g, b := img.Y[y*img.YStride:], img.Cb[y*img.CStride:], img.Cr[y*img.CStride:]
		for x := range img.Rect.Dx() {
			pix = append(pix, r[x], g[x], b[x])
		}
	}
	return pix
}

// appendConverted converts to RGB as DICOM's YBR_FULL (PS3.3 C.7.6.3.1.2) is
// defined. Chroma that was halved is interpolated, as libjpeg does and so every
// viewer that people compare with: image/jpeg would repeat it, which is up to 88
// levels off at the edges of colour.
func appendConverted(pix []byte, img *image.YCbCr) []byte {
	w := img.Rect.Dx()
	cb, cr := newChroma(img, img.Cb), newChroma(img, img.Cr)
	for y := range img.Rect.Dy() {
		luma, cb, cr := img.Y[y*img.YStride:][:w], cb.row(y), cr.row(y)
		for x, l := range luma {
			// In units of 1/65,536, rounded channel by channel as libjpeg does (jdcolor.c).
			l, b, r := int32(l), int32(cb[x])-128, int32(cr[x])-128
			pix = append(pix,
				clamp8(l+(91881*r+1<<15)>>16),
				clamp8(l+(-22554*b-46802*r+1<<15)>>16),
				clamp8(l+(116130*b+1<<15)>>16))
		}
	}
	return pix
}

func clamp8(v int32) byte { return byte(min(max(v, 0), 255)) }
