package main

import (
	"bytes"
	"image"
	_ "image/gif"  // whose sizes are told
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"net/http"
	"path"
	"strings"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

type pageFile struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
	Alt   string `json:"alt"`
	Kind  string `json:"kind"` // a few letters, such as "DICOM"
	Size  int    `json:"size"`
	Image bool   `json:"image"`
	Gone  bool   `json:"gone"`

	Width  int `json:"width"` // of a picture in pixels; 0 where it cannot be read
	Height int `json:"height"`
}

// fileState is a file as the page shows it.
func (p *page) fileState(f slacksim.File) pageFile {
	gone := f.Access == slacksim.Deleted || f.Access == slacksim.Hidden
	out := pageFile{
		ID: f.ID, Name: f.Name, Title: f.Title, Alt: f.Alt, Kind: kind(f), Size: f.Size,
		Gone: gone, Image: shown[f.Mimetype] && !gone && f.Access != slacksim.External,
	}
	if out.Image {
		size := p.size(f.ID)
		out.Width, out.Height = size.X, size.Y
	}
	return out
}

// size reads a picture's size once: the page asks many times while an answer grows.
func (p *page) size(id string) image.Point {
	if known, ok := p.sizes.Load(id); ok {
		size, _ := known.(image.Point)
		return size
	}
	var size image.Point
	if f, ok := p.sim.File(id); ok {
		if c, _, err := image.DecodeConfig(bytes.NewReader(f.Data)); err == nil {
			size = image.Pt(c.Width, c.Height)
		}
	}
	p.sizes.Store(id, size)
	return size
}

// kind is the word on the chip of a file that is not shown as a picture.
func kind(f slacksim.File) string {
	_, word, _ := strings.Cut(f.Mimetype, "/")
	switch word {
	case "octet-stream", "plain":
		// Of unknown bytes the name says more; a DICOM file often has no ending.
		word = strings.TrimPrefix(path.Ext(f.Name), ".")
	case "jpeg":
		word = "jpg"
	}
	if word == "" || len(word) > 5 {
		word = "file"
	}
	return strings.ToUpper(word)
}

// shown are the types that a browser can show and that cannot carry script.
var shown = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true}

// file gives the bytes of a posted file, as a picture or else as a download.
func (p *page) file(w http.ResponseWriter, r *http.Request) {
	f, ok := p.sim.File(r.PathValue("id"))
	if !ok || f.Access == slacksim.Deleted || f.Access == slacksim.External {
		http.NotFound(w, r)
		return
	}
	if shown[f.Mimetype] {
		w.Header().Set("Content-Type", f.Mimetype)
	} else {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", "attachment")
	}
	_, _ = w.Write(f.Data) // the page has gone: nobody to tell
}
