package imaging

import "errors"

// tiffHead is what the first directory of a TIFF says without decoding it.
type tiffHead struct {
	turn  orientation
	pages int
	strip int64 // rows that are unpacked at once; a very large number when all are
	bits  int64 // per pixel
	ratio int64 // the most bytes that one packed byte can become
}

// maxPages ends the walk along the directories of a file that chains them without
// end.
const maxPages = 10_000

// scanTIFF reads the first directory and counts the pages. Kinds of TIFF that
// x/image/tiff would misread, or call damaged, are refused here by name.
func scanTIFF(data []byte) (tiffHead, *Error) {
	refuse := func(why string) (tiffHead, *Error) {
		return tiffHead{}, &Error{Kind: KindUnsupported, Format: TIFF, Err: errors.New(why)}
	}
	if hasAt(data, 2, "+\x00") || hasAt(data, 2, "\x00+") {
		return refuse("BigTIFF")
	}
	d, ok := openTIFF(data)
	if !ok {
		return tiffHead{}, &Error{Kind: KindCut, Format: TIFF, Err: errors.New("no directory")}
	}
	samples := d.value(tagSamples, 1)
	switch {
	case d.value(tagSubfileType, 0)&1 != 0:
		// Raw files of cameras begin with a thumbnail.
		return refuse("first page is a thumbnail")
	case samples > 1 && d.value(tagPlanar, 1) == 2:
		return refuse("planes apart")
	case samples > 4, samples == 4 && d.value(tagPhotometric, 0) == 2 && d.value(tagExtraSamples, 0) == 0:
		return refuse("more than four channels")
	}
	h := tiffHead{
		turn: d.orientation(), pages: 1,
		strip: int64(d.value(tagRowsPerStrip, 1<<31)),
		bits:  int64(samples) * int64(min(d.value(tagBits, 1), 64)),
		ratio: packing(d.value(tagCompression, 1)),
	}
	for next := d.next; next != 0 && h.pages < maxPages; next = d.next {
		if d, ok = d.at(next); !ok {
			break
		}
		if d.value(tagSubfileType, 0)&1 == 0 {
			h.pages++
		}
	}
	return h, nil
}

// packing is how many bytes one byte can become under a compression (TIFF 6.0,
// tag 259).
func packing(compression uint32) int64 {
	switch compression {
	case 0, 1: // none
		return 1
	case 32773: // PackBits: two bytes become 128
		return 64
	case 8, 32946: // deflate
		return deflateRatio
	}
	return 1 << 20 // LZW and the fax codes: no useful bound
}
