package medgemma

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// form is how a request is put and its answer comes, richest first. A Client
// goes down this ladder when an endpoint does not understand a rung.
type form int32

const (
	formUsage  form = iota // a stream that ends with the token counts
	formStream             // a stream; older servers refuse stream_options
	formPlain              // one JSON answer; on Vertex AI through :predict
)

// validate refuses what no server takes, before anything is sent. Its words
// hold positions only.
func (r Request) validate() error {
	switch {
	case r.MaxTokens < 1:
		return errors.New("max tokens is below 1")
	case !(r.Temperature >= 0 && r.Temperature <= 1): // also NaN
		return errors.New("temperature is not within 0 to 1")
	case len(r.Turns)%2 == 0:
		return errors.New("turns do not begin and end with the user")
	}
	for i, t := range r.Turns {
		want := RoleUser
		if i%2 == 1 {
			want = RoleModel
		}
		if t.Role != want {
			return fmt.Errorf("turn %d: roles do not alternate", i+1)
		}
		if len(t.Parts) == 0 {
			return fmt.Errorf("turn %d: no parts", i+1)
		}
		for j, p := range t.Parts {
			switch {
			case p.Image == nil:
			case t.Role == RoleModel:
				return fmt.Errorf("turn %d, part %d: the model has no images", i+1, j+1)
			case p.Text != "":
				return fmt.Errorf("turn %d, part %d: both text and image", i+1, j+1)
			case p.Image.MIME != "image/png" && p.Image.MIME != "image/jpeg":
				return fmt.Errorf("turn %d, part %d: neither PNG nor JPEG", i+1, j+1)
			case len(p.Image.Data) == 0:
				return fmt.Errorf("turn %d, part %d: an image without data", i+1, j+1)
			}
		}
	}
	return nil
}

// encodeMessages returns the elements of the messages list, without brackets.
// The same turns always give the same bytes, and a longer conversation only
// adds to the end: the endpoint's prefix cache lives on that.
//
// MedGemma's template decides the shapes. Of a system text in parts it keeps
// only the first and drops the rest silently, so system is one string.
func encodeMessages(r Request) []byte {
	b := bytes.NewBuffer(make([]byte, 0, sizeOf(r)))
	if r.System != "" {
		b.WriteString(`{"role":"system","content":`)
		writeString(b, r.System)
		b.WriteByte('}')
	}
	for _, t := range r.Turns {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, `{"role":"%s","content":`, t.Role)
		if t.Role == RoleModel {
			var s strings.Builder
			for _, p := range t.Parts {
				s.WriteString(p.Text)
			}
			writeString(b, s.String())
		} else {
			writeParts(b, t.Parts)
		}
		b.WriteByte('}')
	}
	return b.Bytes()
}

func writeParts(b *bytes.Buffer, parts []Part) {
	for i, p := range parts {
		b.WriteByte("[,"[min(i, 1)])
		if p.Image == nil {
			b.WriteString(`{"type":"text","text":`)
			writeString(b, p.Text)
			b.WriteByte('}')
			continue
		}
		b.WriteString(`{"type":"image_url","image_url":{"url":"data:` + p.Image.MIME + `;base64,`)
		b.Write(base64.StdEncoding.AppendEncode(b.AvailableBuffer(), p.Image.Data))
		b.WriteString(`"}}`)
	}
	b.WriteByte(']')
}

// writeString writes s as JSON with <, > and & as they are: escaped they would
// cost bytes of the limit, and the seed's bodies do not escape them.
func writeString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	// A string always encodes, and a Buffer always takes it.
	_ = enc.Encode(s)
	b.Truncate(b.Len() - 1) // Encode ends with a newline
}

// encodeBody puts the messages into the body for t in form f. What can change
// from call to call comes after the messages.
func encodeBody(t *target, f form, model string, messages []byte, r Request) []byte {
	head := `{"model":"","messages":[`
	tail := "}"
	switch {
	case f == formPlain && t.name != "":
		// The exact body of the article this bot grew from; vLLM's container
		// takes the chat path by @requestFormat.
		head = `{"instances":[{"@requestFormat":"chatCompletions","messages":[`
		tail = "}]}"
	case t.name == "":
		name := new(bytes.Buffer)
		writeString(name, model)
		head = `{"model":` + name.String() + `,"messages":[`
	}
	switch f {
	case formUsage:
		tail = `,"stream":true,"stream_options":{"include_usage":true}` + tail
	case formStream:
		tail = `,"stream":true` + tail
	}
	b := make([]byte, 0, len(head)+len(messages)+len(tail)+64)
	b = append(b, head...)
	b = append(b, messages...)
	b = append(b, `],"max_tokens":`...)
	b = strconv.AppendInt(b, int64(r.MaxTokens), 10)
	b = append(b, `,"temperature":`...)
	// Adding 0 turns a negative zero into the one everybody knows.
	b = strconv.AppendFloat(b, r.Temperature+0, 'f', -1, 64)
	return append(b, tail...)
}

// sizeOf is about how long the messages become, so that the buffer with 10 MB
// of images is made once.
func sizeOf(r Request) int {
	n := 64 + len(r.System) + len(r.System)/16
	for _, t := range r.Turns {
		n += 48
		for _, p := range t.Parts {
			n += 80 + len(p.Text) + len(p.Text)/16
			if p.Image != nil {
				n += base64.StdEncoding.EncodedLen(len(p.Image.Data))
			}
		}
	}
	return min(n, math.MaxInt32)
}
