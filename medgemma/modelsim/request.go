package modelsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"image"
	_ "image/jpeg" // the formats an endpoint is sent
	_ "image/png"
	"net/http"
	"regexp"
	"strings"
)

// Request is one inference request as it came.
type Request struct {
	N      int // 1, 2, 3 ... in the order of coming
	Path   string
	Header http.Header
	Body   []byte // byte for byte

	// From the body, as far as it could be understood.
	Model        string
	Stream       bool
	IncludeUsage bool
	Temperature  float64
	MaxTokens    int
	Messages     []Message
}

// Message is one message of a request.
type Message struct {
	Role  string
	Parts []Part // a string is one text part
}

// Part is a text, or an image when Image is not nil.
type Part struct {
	Text  string
	Image *Image
}

// Image is a picture of a request.
type Image struct {
	Label         string // the last "Image N" in the text before it; of a slice that of its series; or empty
	Slice         int    // N when the text after it begins with "SLICE N", else 0
	Format        string // png or jpeg
	Width, Height int    // in pixels
	Data          []byte
	SHA256        string // of Data, hex
}

// System is the system message, or empty.
func (r Request) System() string {
	if len(r.Messages) > 0 && r.Messages[0].Role == "system" {
		return r.Messages[0].Text()
	}
	return ""
}

// Images are all images of the request, in order.
func (r Request) Images() []Image {
	var all []Image
	for _, m := range r.Messages {
		for _, p := range m.Parts {
			if p.Image != nil {
				all = append(all, *p.Image)
			}
		}
	}
	return all
}

// Question is the last text part of the last message.
func (r Request) Question() string {
	if len(r.Messages) == 0 {
		return ""
	}
	q := ""
	for _, p := range r.Messages[len(r.Messages)-1].Parts {
		if p.Image == nil {
			q = p.Text
		}
	}
	return strings.TrimSpace(sliceRE.ReplaceAllString(q, ""))
}

// Text is the message's text parts, one after another.
func (m Message) Text() string {
	var b strings.Builder
	for _, p := range m.Parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Tokens is a rough count of the prompt: a quarter of the bytes, and 258 for
// an image (256 of its own and the two marks around it).
func (r Request) Tokens() int {
	n := 0
	for _, m := range r.Messages {
		n += 4
		for _, p := range m.Parts {
			if p.Image != nil {
				n += 258
			}
			n += roughTokens(p.Text)
		}
	}
	return n
}

func roughTokens(s string) int { return (len(s) + 3) / 4 }

// wireBody is the common core that every server knows. Any other field is a
// problem: the DICOM container refuses requests for one.
type wireBody struct {
	Model         *string       `json:"model"`
	Messages      []wireMessage `json:"messages"`
	MaxTokens     *int          `json:"max_tokens"`
	Temperature   *float64      `json:"temperature"`
	Stream        bool          `json:"stream"`
	StreamOptions *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

// wireInstance is the seed article's body of :predict, and nothing more.
type wireInstance struct {
	Format      string        `json:"@requestFormat"`
	Messages    []wireMessage `json:"messages"`
	MaxTokens   *int          `json:"max_tokens"`
	Temperature *float64      `json:"temperature"`
}

type wireMessage struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
}

type wirePart struct {
	Type     string  `json:"type"`
	Text     *string `json:"text"`
	ImageURL *struct {
		URL string `json:"url"`
	} `json:"image_url"`
}

// strict decodes one JSON value that has no unknown field and nothing after it.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errTrailing
	}
	return nil
}

var (
	dataURL = regexp.MustCompile(`^data:image/(png|jpeg);base64,`)
	labelRE = regexp.MustCompile(`Image \d+`)
)

// picture is what is known of an image that was decoded before.
type picture struct {
	format        string
	width, height int
}

// mostSeen bounds how many pictures are known again: a long run asks about the
// same few in each request, and decoding one takes longer than all the rest.
const mostSeen = 256

// decode decodes an image for good, once.
func (s *Server) decode(sum [sha256.Size]byte, data []byte) (picture, error) {
	s.mu.Lock()
	p, ok := s.seen[sum]
	s.mu.Unlock()
	if ok {
		return p, nil
	}
	img, format, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return picture{}, err
	}
	p = picture{format, img.Bounds().Dx(), img.Bounds().Dy()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= mostSeen {
		clear(s.seen)
	}
	s.seen[sum] = p
	return p, nil
}

// readImage decodes a data URL, as the endpoint would.
func (s *Server) readImage(url string) (*Image, *fault) {
	head := dataURL.FindStringSubmatch(url)
	if head == nil {
		return nil, wrong("image_url is not a data URL of a PNG or JPEG")
	}
	if strings.ContainsAny(url, "\r\n") { // Go's decoder would skip them, the endpoint does not
		return nil, wrong("image_url holds a line break within its base64")
	}
	data, err := base64.StdEncoding.Strict().DecodeString(url[len(head[0]):])
	if err != nil {
		return nil, wrong("image_url is not base64: %v", err)
	}
	sum := sha256.Sum256(data)
	p, err := s.decode(sum, data)
	if err != nil {
		return nil, wrong("the image does not decode: %v", err)
	}
	if p.format != head[1] {
		return nil, wrong("the image says %s and is %s", head[1], p.format)
	}
	return &Image{Format: p.format, Width: p.width, Height: p.height,
		Data: data, SHA256: hex.EncodeToString(sum[:])}, nil
}
