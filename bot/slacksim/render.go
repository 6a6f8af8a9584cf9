package slacksim

import (
	"encoding/json"
	"strings"
)

// plain is a message as a person reads it, without styles: the blocks when there
// are any, since Slack then shows the text in notifications only.
func (s *Sim) plain(m *message) string {
	var list []json.RawMessage
	if len(m.Blocks) == 0 || json.Unmarshal(m.Blocks, &list) != nil {
		return s.readable(m.Text)
	}
	var lines []string
	for _, raw := range list {
		if line := s.blockPlain(raw); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// blockPlain is a block in lines; buttons are [in brackets], pictures their
// alt_text.
func (s *Sim) blockPlain(raw json.RawMessage) string {
	var b block
	if json.Unmarshal(raw, &b) != nil {
		return ""
	}
	var parts []string
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	switch b.Type {
	case "markdown":
		var text string
		if json.Unmarshal(b.Text, &text) == nil {
			add(text)
		}
	case "image":
		add(b.AltText)
	case "rich_text":
		for _, e := range b.Elements {
			add(richPlain(e, s.mentionPlain))
		}
	default:
		add(s.textPlain(b.Text))
		for _, f := range b.Fields {
			add(s.textPlain(f))
		}
		for _, e := range b.Elements {
			var inner block
			if json.Unmarshal(e, &inner) != nil {
				continue
			}
			switch inner.Type {
			case "mrkdwn", "plain_text":
				add(s.textPlain(e))
			case "button":
				add("[" + s.textPlain(inner.Text) + "]")
			case "image":
				add(inner.AltText)
			}
		}
		sep := "\n"
		if b.Type == "context" || b.Type == "actions" {
			sep = " "
		}
		return strings.Join(parts, sep)
	}
	return strings.Join(parts, "\n")
}

// textPlain reads a text object; entities and references count in both types.
func (s *Sim) textPlain(raw json.RawMessage) string {
	var t struct {
		Text string `json:"text"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &t) != nil {
		return ""
	}
	return s.readable(t.Text)
}

func (s *Sim) mentionPlain(id string) string { return s.readable("<@" + id + ">") }

// richPlain reads a rich text element and everything below it; mention gives the
// name for a user's id.
func richPlain(raw json.RawMessage, mention func(string) string) string {
	var e struct {
		Type     string            `json:"type"`
		Text     string            `json:"text"`
		URL      string            `json:"url"`
		UserID   string            `json:"user_id"`
		Elements []json.RawMessage `json:"elements"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return ""
	}
	switch {
	case e.UserID != "":
		return mention(e.UserID)
	case e.Text != "":
		return e.Text
	case e.URL != "":
		return e.URL
	}
	var b strings.Builder
	for i, inner := range e.Elements {
		if i > 0 && e.Type == "rich_text_list" {
			b.WriteString("\n")
		}
		b.WriteString(richPlain(inner, mention))
	}
	return b.String()
}
