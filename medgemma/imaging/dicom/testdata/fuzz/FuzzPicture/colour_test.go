package dicom

import (
	"encoding/binary"
	"math"
	"testing"
)

// rgbFrame is one row of three channels, 8 or 16 bits deep.
func rgbFrame(photometric string, bits int, values ...int) *Frame {
	fr := &Frame{Width: len(values) / 3, Height: 1, Channels: 3, Photometric: photometric, Bits: bits, layout: layout{bytes: (bits + 7) / 8}}
	for _, v := range values {
		if bits > 8 {
			fr.pix = binary.LittleEndian.AppendUint16(fr.pix, uint16(v))
		} else {
			fr.pix = append(fr.pix, byte(v))
		}
	}
	return fr
}

func TestColour(t *testing.T) {
	f := with(t, false)
	p, got := shown(t, f, rgbFrame("RGB", 8, 1, 2, 3, 255, 0, 9), Shade{})
	want(t, got, 1, 2, 3, 255, 0, 9)
	if p.Channels != 3 || p.Applied != AppliedNone {
		t.Errorf("%d channels, applied %s", p.Channels, p.Applied)
	}
	_, got = shown(t, f, rgbFrame("RGB", 16, 0, 0x8000, 0xFFFF), Shade{})
	want(t, got, 0, 128, 255)
	_, got = shown(t, f, rgbFrame("RGB", 10, 0, 512, 1023), Shade{})
	want(t, got, 0, 128, 255)
	signed := rgbFrame("RGB", 8, 0x80, 0, 0x7F) // -128, 0, 127
	signed.Signed = true
	_, got = shown(t, f, signed, Shade{})
	want(t, got, 0, 128, 255)
}

// YBR_FULL by the formula of PS3.3 C.7.6.3.1.2, in floating point.
func TestYBR(t *testing.T) {
	f := with(t, false)
	near := func(got byte, exact float64) bool {
		return math.Abs(float64(got)-max(0, min(exact, 255))) <= 0.51
	}
	for y := 0; y < 256; y += 5 {
		for cb := 0; cb < 256; cb += 5 {
			for cr := 0; cr < 256; cr += 5 {
				_, got := shown(t, f, rgbFrame("YBR_FULL", 8, y, cb, cr), Shade{})
				fy, fb, fr := float64(y), float64(cb-128), float64(cr-128)
				if !near(got[0], fy+1.402*fr) || !near(got[1], fy-0.344136*fb-0.714136*fr) || !near(got[2], fy+1.772*fb) {
					t.Fatalf("%d %d %d is %d", y, cb, cr, got)
				}
			}
		}
	}
	_, got := shown(t, f, rgbFrame("YBR_FULL_422", 8, 76, 85, 255, 150, 44, 21), Shade{})
	want(t, got, 254, 0, 0, 0, 255, 1)
	_, got = shown(t, f, rgbFrame("YBR_FULL", 16, 0x8000, 0x8000, 0x8000), Shade{})
	want(t, got, 128, 128, 128)
}
