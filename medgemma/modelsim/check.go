package modelsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var errTrailing = errors.New("something comes after the body")

// parse fills req from its body and says why an endpoint would refuse it.
func (s *Server) parse(req *Request, f form) *fault {
	var b wireBody
	if f == formPredict {
		var p struct {
			Instances []wireInstance `json:"instances"`
		}
		if err := strict(req.Body, &p); err != nil {
			return wrong("the body of :predict: %v", err)
		}
		if len(p.Instances) != 1 || p.Instances[0].Format != "chatCompletions" {
			return wrong("instances is not one with @requestFormat chatCompletions")
		}
		in := p.Instances[0]
		b = wireBody{Messages: in.Messages, MaxTokens: in.MaxTokens, Temperature: in.Temperature}
	} else {
		if err := strict(req.Body, &b); err != nil {
			return wrong("the body: %v", err)
		}
		if b.Model == nil {
			return wrong("model is missing")
		}
		req.Model = *b.Model
	}
	req.Stream = b.Stream
	req.IncludeUsage = b.StreamOptions != nil && b.StreamOptions.IncludeUsage
	if req.IncludeUsage && !req.Stream {
		return wrong("Stream options can only be defined when `stream=True`.")
	}
	if b.MaxTokens == nil || b.Temperature == nil {
		return wrong("temperature or max_tokens is missing")
	}
	req.MaxTokens, req.Temperature = *b.MaxTokens, *b.Temperature
	for i, m := range b.Messages {
		msg, fault := s.readMessage(m, req.Messages)
		if fault != nil {
			fault.message = fmt.Sprintf("message %d: %s", i, fault.message)
			return fault
		}
		req.Messages = append(req.Messages, msg)
	}
	return s.judge(*req)
}

// judge applies the rules of vLLM and of Gemma's template, in their words.
func (s *Server) judge(r Request) *fault {
	if r.MaxTokens < 1 {
		return wrong("max_tokens must be at least 1, got %d.", r.MaxTokens)
	}
	if r.Temperature < 0 || r.Temperature > 2 {
		return wrong("temperature must be in [0, 2], got %v.", r.Temperature)
	}
	turns := r.Messages
	if r.System() != "" {
		turns = turns[1:]
	}
	for i, m := range turns {
		if want := [2]string{"user", "assistant"}[i%2]; m.Role != want {
			return wrong("Conversation roles must alternate user/assistant/user/assistant/...")
		}
	}
	if len(turns)%2 == 0 {
		return wrong("the last message is not the user's")
	}
	if n := len(r.Images()); n > s.cfg.MaxImages {
		return &fault{message: fmt.Sprintf("At most %d image(s) may be provided in one request.", s.cfg.MaxImages)}
	}
	if n := r.Tokens(); n+r.MaxTokens > s.cfg.ContextTokens {
		return &fault{message: overflow(s.cfg.ContextTokens, n, r.MaxTokens)}
	}
	return nil
}

// sliceRE is what stands behind a slice of a series.
var sliceRE = regexp.MustCompile(`^SLICE (\d{1,5})\b`)

// readMessage reads one message. System and assistant speak in one string:
// of a system text in parts the template keeps only the first.
func (s *Server) readMessage(m wireMessage, before []Message) (Message, *fault) {
	msg := Message{Role: m.Role}
	if m.Role != "user" {
		var text string
		if err := json.Unmarshal(m.Content, &text); err != nil {
			return msg, wrong("the content of %s is not one string", m.Role)
		}
		if m.Role == "system" && (len(before) > 0 || text == "") {
			return msg, wrong("a system message that is not the first, or is empty")
		}
		msg.Parts = []Part{{Text: text}}
		return msg, nil
	}
	var parts []wirePart
	if err := strict(m.Content, &parts); err != nil || len(parts) == 0 {
		return msg, wrong("the content of user is not a list of known parts")
	}
	label := ""
	var series *Image // the slice before, which the text names
	for _, p := range parts {
		switch {
		case p.Type == "text" && p.Text != nil && p.ImageURL == nil:
			if all := labelRE.FindAllString(*p.Text, -1); len(all) > 0 {
				label = all[len(all)-1]
			}
			if forged(*p.Text) {
				return msg, wrong("a text holds a control token of the template")
			}
			if m := sliceRE.FindStringSubmatch(*p.Text); m != nil && series != nil {
				series.Slice, _ = strconv.Atoi(m[1]) // the pattern allows digits only
				if label == "" {
					label = series.Label
				}
			}
			msg.Parts = append(msg.Parts, Part{Text: *p.Text})
		case p.Type == "image_url" && p.ImageURL != nil && p.Text == nil:
			img, fault := s.readImage(p.ImageURL.URL)
			if fault != nil {
				return msg, fault
			}
			img.Label, label = label, ""
			series = img
			msg.Parts = append(msg.Parts, Part{Image: img})
		default:
			return msg, wrong("a part is neither a text nor an image_url")
		}
	}
	return msg, nil
}

// forged finds what would make a turn or an image of a person's text: the
// endpoint tokenises user text with its control tokens.
func forged(text string) bool {
	for _, t := range []string{"<start_of_turn>", "<end_of_turn>", "<start_of_image>"} {
		if strings.Contains(text, t) {
			return true
		}
	}
	return false
}
