package bot

import (
	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// This file lays messages out as blocks.

// foot is what stands under a text: lines in small print, and buttons.
type foot struct {
	lines   []string
	buttons slack.Block // nil: none
}

// rich is a message as blocks, with the same text, without links, beside them for
// notifications, search and screen readers. verbatim keeps Slack from making links of it.
func rich(text string, under foot) []slack.MsgOption {
	blocks := sectionBlocks(text)
	for _, line := range under.lines {
		blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, line, false, true)))
	}
	if under.buttons != nil {
		blocks = append(blocks, under.buttons)
	}
	return append(plain(fallback(text, under)), slack.MsgOptionBlocks(blocks...))
}

func sectionBlocks(text string) (blocks []slack.Block) {
	for _, part := range split(text, sectionRunes) {
		section := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, part, false, true), nil, nil)
		section.Expand = true
		blocks = append(blocks, section)
	}
	return blocks
}

func fallback(text string, under foot) string {
	for _, line := range under.lines {
		text += "\n" + withoutLinks(line)
	}
	return text
}

// unfinished is a message of an answer that is being made, with its Stop button. Of a
// long lead, as a question in the shortcut's dialog may make, it shows the beginning:
// the message is one, and has to take a part of the answer as well.
func (b *Bot) unfinished(q store.Question, lead, text string) []slack.MsgOption {
	return rich(led(shortLead(lead), text), foot{buttons: stopControls(stopValue(q.Key))})
}

// leadRunes is how much of a lead stands above an answer that is being made: with
// partRunes of it that is less than Slack's 4,000 characters.
const leadRunes = 500

func shortLead(lead string) string {
	parts := split(lead, leadRunes)
	if len(parts) > 1 {
		return parts[0] + " …"
	}
	return lead
}

// led puts the lead of an answer above a text.
func led(lead, text string) string {
	if lead == "" {
		return text
	}
	return lead + "\n\n" + text
}

// labelLines is how many lines labels puts under an answer of the model.
const labelLines = 2

// labels are the lines under an answer of the model; a sentence of ours has none, and
// under what is left of an earlier try nobody can say what it looked at.
func labels(out outcome) []string {
	switch {
	case out.draft:
		return []string{draftLabel}
	case out.looked == nil:
		return nil
	}
	if len(out.looked.images) == 0 {
		return []string{out.looked.line(), textNoImageLabel}
	}
	return []string{out.looked.line(), draftLabel}
}

// footOf is what stands under the final text of the answer to q.
func footOf(q store.Question, out outcome) foot {
	under := foot{lines: labels(out)}
	if !out.bare {
		under.buttons = answerControls(questionTS(q), controls{
			failed: out.looked == nil, cut: out.cut, pictures: out.looked != nil && len(out.looked.images) > 0})
	}
	return under
}
