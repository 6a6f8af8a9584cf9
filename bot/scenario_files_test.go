package bot_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// file makes a file of a kind that the steps name:
//
//	film       a small PNG, each a little different
//	connect    one of another organisation: Slack has to be asked about it
//	html       Slack sends its sign-in page in place of it
//	signin     Slack redirects to the sign-in page
//	gone       Slack does not find it
//	deleted    only its place is left
//	external   it is kept outside Slack
//	hidden     the plan's limit hides it
//	huge       Slack says that it has 1 GB
//	lying      it announces less than it has
//	cut        it ends in the middle
//	broken     the connection ends in the middle
//	empty      it has no bytes
//	bomb       a small PNG of 3,600 megapixels
//	pdf        a PDF
func (s *scenario) file(kind string) slacksim.File {
	s.t.Helper()
	f := film(s.t, s.films)
	f.Name = fmt.Sprintf("doe_jane_19540203_%d.png", s.films)
	switch kind {
	case "film":
	case "connect":
		f.Access = slacksim.CheckInfo
	case "html":
		f.Download.HTML = true
	case "signin":
		f.Download.Redirect = true
	case "gone":
		f.Download.Status = 404
	case "deleted":
		f.Access = slacksim.Deleted
	case "external":
		f.Access, f.ExternalURL, f.Data = slacksim.External, "https://drive.example/x", nil
	case "hidden":
		f.Access = slacksim.Hidden
	case "huge":
		f.Size = 1 << 30
	case "lying":
		f.Download.Length = len(f.Data) / 2
	case "cut":
		f.Data = s.jpeg()[:200]
	case "broken":
		f.Download.CutAt = len(f.Data) / 2
	case "empty":
		f.Data = []byte{}
	case "bomb":
		f.Data = liar()
	case "pdf":
		f.Name, f.Data = fmt.Sprintf("doe_jane_report_%d.pdf", s.films), []byte("%PDF-1.7\n%âãÏÓ\n1 0 obj")
	default:
		s.t.Fatalf("no kind of file: %q", kind)
	}
	return f
}

func (s *scenario) jpeg() []byte {
	var buf bytes.Buffer
	must(s.t, jpeg.Encode(&buf, image.NewGray(image.Rect(0, 0, 64, 64)), nil))
	return buf.Bytes()
}
