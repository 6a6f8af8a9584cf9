package medgemma

import (
	"bytes"
	"encoding/json"
	"strings"
)

// completion is OpenAI's chat completion, whole or one piece of a stream.
type completion struct {
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
	Usage   *struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
	} `json:"usage"`
}

type choice struct {
	Message      *message `json:"message"`
	Delta        *message `json:"delta"`
	Text         text     `json:"text"` // completions without chat
	FinishReason string   `json:"finish_reason"`
}

type message struct {
	Content text `json:"content"`

	// Where servers put the thinking trace when they know it: vLLM, Ollama.
	// It is not shown.
	ReasoningContent text `json:"reasoning_content"`
	Reasoning        text `json:"reasoning"`
}

// content is the text of the answer, which a server has in one of three places.
func (c choice) content() string {
	switch {
	case c.Delta != nil && c.Delta.Content != "":
		return string(c.Delta.Content)
	case c.Message != nil && c.Message.Content != "":
		return string(c.Message.Content)
	}
	return string(c.Text)
}

// trace is the thinking trace where the server keeps it apart.
func (c choice) trace() string {
	for _, m := range []*message{c.Delta, c.Message} {
		switch {
		case m == nil:
		case m.ReasoningContent != "":
			return string(m.ReasoningContent)
		case m.Reasoning != "":
			return string(m.Reasoning)
		}
	}
	return ""
}

// text is a JSON string, null, or a list of text parts.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' {
		var parts []struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal(b, &parts); err != nil {
			return err
		}
		var s strings.Builder
		for _, p := range parts {
			s.WriteString(p.Text)
		}
		*t = text(s.String())
		return nil
	}
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*t = ""
	if s != nil {
		*t = text(*s)
	}
	return nil
}
