package dicom

// colourModels are the photometric interpretations that are named when refused
// (PS3.3 C.7.6.3.1.2): those that only a codec knows, and retired ones.
var colourModels = map[string]bool{
	"HSV": true, "ARGB": true, "CMYK": true, "YBR_PARTIAL_422": true,
	"YBR_PARTIAL_420": true, "YBR_ICT": true, "YBR_RCT": true, "XYB": true,
}

// colourRow shows a frame of three channels.
func colourRow(fr *Frame) (func(int) []byte, error) {
	ybr := fr.Photometric == "YBR_FULL" || fr.Photometric == "YBR_FULL_422"
	if !ybr && fr.Photometric != "RGB" {
		what := "colour model"
		if colourModels[fr.Photometric] {
			what = fr.Photometric
		}
		return nil, &Error{Kind: KindUnsupported, What: what}
	}
	samples := make([]int, 3*fr.Width)
	out := make([]byte, 3*fr.Width)
	low, top := fr.lowest(), 1<<fr.Bits-1
	return func(y int) []byte {
		row := fr.Row(y, samples)
		if ybr {
			for x := 0; x < len(row); x += 3 {
				row[x], row[x+1], row[x+2] = rgb(row[x]-low, row[x+1]-low, row[x+2]-low, top)
			}
		}
		for x, v := range row {
			if !ybr {
				v -= low // colour has no sign, though some headers say so
			}
			if top != 255 {
				v = (v*255 + top/2) / top
			}
			out[x] = byte(v)
		}
		return out
	}, nil
}

// rgb converts YBR_FULL (PS3.3 C.7.6.3.1.2, the matrix of ITU-R BT.601) whose
// values reach from 0 to top.
func rgb(y, cb, cr, top int) (r, g, b int) {
	const one, half = 1 << 16, 1 << 15
	cb, cr = cb-(top+1)/2, cr-(top+1)/2
	y = y*one + half
	r = (y + 91881*cr) >> 16            // 1.402
	g = (y - 22554*cb - 46802*cr) >> 16 // 0.344136, 0.714136
	b = (y + 116130*cb) >> 16           // 1.772
	return max(0, min(r, top)), max(0, min(g, top)), max(0, min(b, top))
}
