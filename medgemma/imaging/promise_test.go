package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"reflect"
	"runtime/debug"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// TestMain also proves that nothing here leaves a goroutine behind.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // pictures come and go; a fifth of the time was the collector's
	goleak.VerifyTestMain(m)
}

// The same bytes give the same image, alone or beside others, and the input is left
// as it was.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	files := [][]byte{
		makePNG(t, photo(1000, 400)), makeJPEG(t, photo(700, 1000), 90), encodeGIF(t, palettedGray(200, 90)),
		riff(flatWebP(gray(100, 80))), makePNG(t, gray(640, 480)),
	}
	kept := make([][]byte, len(files))
	want := make([][]Image, len(files))
	for i, data := range files {
		kept[i] = bytes.Clone(data)
		images, err := Prepare(context.Background(), data)
		if err != nil {
			t.Fatal(err)
		}
		want[i] = images
	}
	shared := NewPreparer(Config{Workers: 4})
	var wg sync.WaitGroup
	for i := range 3 * len(files) {
		wg.Go(func() {
			got, refused := shared.Prepare(context.Background(), [][]byte{files[i%len(files)]}, View{})
			if err := refused[0]; err != nil || !reflect.DeepEqual(want[i%len(files)], got) {
				t.Errorf("file %d came out different: %v", i%len(files), err)
			}
		})
	}
	wg.Wait()
	if !reflect.DeepEqual(kept, files) {
		t.Error("the input was changed")
	}
}

// No metadata survives, wherever a format may keep it: neither the text itself nor
// a segment or chunk that could hold any.
func TestNoMetadata(t *testing.T) {
	t.Parallel()
	img := photo(600, 500)
	block := exif(binary.LittleEndian, 6)
	comment := segment(0xfe, secret) + segment(0xed, "Photoshop 3.0\x00"+secret) +
		segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+secret) + segment(0xe2, "ICC_PROFILE\x00"+secret)
	jpg := withExif(makeJPEG(t, img, 90), block)
	jpg = append([]byte("\xff\xd8"+comment), jpg[2:]...)
	png := makePNG(t, img)
	for _, c := range [][2]string{{"tEXt", "Author\x00" + secret}, {"eXIf", block}, {"iTXt", secret}, {"tIME", "\x07\xd0\x01\x01\x01\x01\x01"}} {
		png = withChunk(png, c[0], c[1])
	}
	gif := encodeGIF(t, palettedGray(200, 100))
	at := 13 + colorTable(gif[10])
	gif = append(append(bytes.Clone(gif[:at]), "\x21\xfe"+string(byte(len(secret)))+secret+"\x00"...), gif[at:]...)
	grey := gray(60, 50)
	for name, data := range map[string][]byte{
		"JPEG": jpg, "JPEG to PNG": withExif(makeJPEG(t, gray(90, 80), 90), block), "PNG": png, "GIF": gif,
		"WebP": extendedWebP(flatWebP(grey), 60, 50, block), "trailer": append(makePNG(t, img), secret...),
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(data, []byte("DOE^JANE")) {
				t.Fatal("the file of the test holds no secret")
			}
			im, _ := prepared(t, data)
			noMetadata(t, im.Slices[0].Data)
			smaller, err := ToJPEG(im.Slices[0].Data, 60)
			if err != nil {
				t.Fatal(err)
			}
			noMetadata(t, smaller)
		})
	}
}

// noMetadata walks an encoded picture by its own rules.
func noMetadata(t *testing.T, data []byte) {
	t.Helper()
	for _, s := range []string{"DOE^JANE", "48.2082", "Exif\x00", "http://", "ICC_PROFILE"} {
		if bytes.Contains(data, []byte(s)) {
			t.Errorf("the output holds %q", s)
		}
	}
	if Sniff(data) == PNG {
		for i := 8; i < len(data); i += 12 + int(binary.BigEndian.Uint32(data[i:])) {
			switch name := string(data[i+4 : i+8]); name {
			case "IHDR", "IDAT", "IEND":
			default:
				t.Errorf("the output has a %s chunk", name)
			}
		}
		return
	}
	for i := 2; ; {
		marker, at := nextMarker(data, i)
		if at < 0 || marker == 0xd9 {
			return
		}
		if marker == 0xfe || 0xe0 <= marker && marker <= 0xef {
			t.Errorf("the output has a segment %#x", marker)
		}
		i = at + int(binary.BigEndian.Uint16(data[at:]))
	}
}

// What cannot be kept without loss within MaxOutBytes goes out as JPEG, also noise.
func TestOutputFits(t *testing.T) {
	t.Parallel()
	noise := image.NewNRGBA(image.Rect(0, 0, 896, 896))
	r := rand.New(rand.NewPCG(3, 4))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32()) | byte(i%4/3*255)
	}
	im, _ := prepared(t, makePNG(t, noise))
	if im.Slices[0].MIME != "image/jpeg" || len(im.Slices[0].Data) > MaxOutBytes {
		t.Errorf("%s of %d bytes", im.Slices[0].MIME, len(im.Slices[0].Data))
	}
}

func TestToJPEG(t *testing.T) {
	t.Parallel()
	for name, img := range map[string]image.Image{"grey": gray(500, 700), "colour": photo(700, 500)} {
		t.Run(name, func(t *testing.T) {
			im, before := prepared(t, makePNG(t, img))
			last := 1 << 30
			for _, q := range []int{95, 80, 50} {
				data, err := ToJPEG(im.Slices[0].Data, q)
				if err != nil {
					t.Fatal(err)
				}
				if len(data) >= last {
					t.Errorf("quality %d: %d bytes, not fewer than %d", q, len(data), last)
				}
				last = len(data)
				got, err := jpeg.Decode(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				want, side := reference(before, 1)
				if db := psnr(t, got, want, side); db < 30 {
					t.Errorf("quality %d: %.1f dB", q, db)
				}
				if data, err = ToJPEG(data, 40); err != nil || len(data) >= last {
					t.Errorf("a JPEG encoded again: %d bytes, error %v", len(data), err)
				}
			}
		})
	}
	good := makePNG(t, gray(10, 10))
	for name, tc := range map[string]struct {
		data    []byte
		quality int
	}{
		"quality 0": {good, 0}, "quality 101": {good, 101}, "nothing": {nil, 90}, "cut": {good[:40], 90},
		"GIF": {[]byte("GIF89a"), 90}, "not prepared": {makePNG(t, image.NewGray(image.Rect(0, 0, Side+1, 1))), 90},
	} {
		if data, err := ToJPEG(tc.data, tc.quality); err == nil {
			t.Errorf("%s: %d bytes and no error", name, len(data))
		}
	}
}
