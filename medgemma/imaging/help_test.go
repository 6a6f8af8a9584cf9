package imaging

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// Prepare prepares one file by the default view, with a budget of its own.
func Prepare(ctx context.Context, data []byte) ([]Image, error) {
	images, refused := NewPreparer(Config{}).Prepare(ctx, [][]byte{data}, View{})
	return images, refused[0]
}

// shown prepares files as v asks, of which none may be refused.
func shown(t *testing.T, c Config, v View, files ...[]byte) []Image {
	t.Helper()
	images, refused := NewPreparer(c).Prepare(t.Context(), files, v)
	for i, err := range refused {
		if err != nil {
			t.Fatalf("file %d of %d: %v", i, len(files), err)
		}
	}
	return images
}

// only is the one image there is to be.
func only(t *testing.T, images []Image) Image {
	t.Helper()
	if len(images) != 1 {
		t.Fatalf("%d images, want 1", len(images))
	}
	return images[0]
}

// pixels decodes a slice.
func pixels(t *testing.T, s Slice) image.Image {
	t.Helper()
	decode := png.Decode
	if s.MIME == mimeJPEG {
		decode = jpeg.Decode
	}
	img, err := decode(bytes.NewReader(s.Data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// numbers are the places of an image's slices.
func numbers(im Image) (all []int) {
	for _, s := range im.Slices {
		all = append(all, s.Number)
	}
	return all
}

func wantNotes(t *testing.T, im Image, want ...Note) {
	t.Helper()
	if !slices.Equal(im.Notes, want) {
		t.Errorf("notes %q, want %q", im.Notes, want)
	}
}
