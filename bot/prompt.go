package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store"
)

// conversation is all that a prompt is made of.
type conversation struct {
	system      string
	self        string           // MedBuddy's user id, whose mentions are dropped
	turns       []store.Turn     // the history
	now         []store.Message  // what was written since, the question last
	instruction string           // what stands at the end when nobody has asked; then now is empty
	images      map[int]pictures // those that go along, by label; the others are named only
	gone        map[int]bool     // labels of those that were deleted
	budget      int              // tokens that the request may take, without the answer
}

// pictures are an image as a request shows it: one picture, or slices of a series.
type pictures struct {
	about  string // what stands behind the label, such as "CT, 12 of 120 slices"; may be empty
	slices []slicePicture
}

// slicePicture is a prepared picture as it is stored.
type slicePicture struct {
	number int // place in the series, from 1; 0 for a picture that is none of a series
	mime   string
	data   []byte
}

// errTooLong says that the question alone does not fit the model's context.
var errTooLong = errors.New("bot: the question does not fit the context")

// Token estimates. Gemma's tokenizer makes about one token of four bytes of
// English; three leaves room for numbers, drug names and other scripts. An image
// is 256 tokens and its two brackets. When the estimate is wrong the endpoint
// says so, and the request is made once more with what it said.
const (
	bytesPerToken  = 3
	tokensPerImage = 258
	tokensPerPart  = 8 // role markers, labels, line breaks
)

func textTokens(s string) int { return len(s)/bytesPerToken + tokensPerPart }

// buildPrompt composes the turns of a request. It is a pure function: the same
// history gives the same turns, and one more question only adds at the end, so
// that the endpoint's prefix cache keeps working. It returns which images are in
// the turns, and how many of the oldest messages and answers were left out to
// stay inside the budget.
func buildPrompt(c conversation) (turns []medgemma.Turn, shown map[int]bool, dropped int, err error) {
	units := c.units()
	first, err := c.firstKept(units)
	if err != nil {
		return nil, nil, 0, err
	}
	shown = map[int]bool{}
	var b turnBuilder
	if first > 0 {
		b.text(omittedNote)
	}
	for i, u := range units {
		b.role(u.role, i >= first)
		for _, label := range u.images {
			if c.gone[label] {
				b.text(imageLabel(label) + " " + goneNote)
				continue
			}
			b.image(label, c.images[label])
			shown[label] = len(c.images[label].slices) > 0
		}
		if i >= first {
			b.text(u.text)
		}
	}
	return b.finish(), shown, first, nil
}

// unit is the smallest thing that is kept or left out: one person's message or
// one answer of the model.
type unit struct {
	role   medgemma.Role
	text   string
	images []int
	end    bool // the last of a stored turn: a point where trimming may have happened
}

func (u unit) tokens() int {
	if u.text == "" {
		return 0
	}
	return textTokens(u.text)
}

// units lists the conversation in order. People are told apart by letter from
// the moment the second one speaks; until then a lone person's words stand as
// they are. What a unit says depends only on what came before it, and on what was
// deleted: of an answer about a deleted image only a note is left, since the model
// would go on from its own words as if it still saw that image.
func (c conversation) units() []unit {
	people := map[string]int{}
	person := func(user string) string {
		if n, ok := people[user]; ok {
			return personName(n)
		}
		return ""
	}
	var units []unit
	var posted []int // labels, so far
	add := func(messages []store.Message) {
		posted = append(posted, labelsOf(messages)...)
		for _, m := range messages {
			if m.Text != "" || len(m.Images) > 0 || m.Gone { // a deleted one has kept its letter
				if _, ok := people[m.User]; !ok {
					people[m.User] = len(people)
				}
			}
		}
		for _, m := range messages {
			text := plainText(m.Text, c.self, person)
			if n := len(m.Unread); n > 0 {
				text = strings.TrimSpace(text + "\n" + unreadNote(n))
			}
			if text != "" && len(people) > 1 {
				text = person(m.User) + ": " + text
			}
			units = append(units, unit{role: medgemma.RoleUser, text: text, images: m.Images})
		}
		if len(units) > 0 {
			units[len(units)-1].end = true
		}
	}
	for _, t := range c.turns {
		if t.Role == store.RoleModel {
			text := disarm(t.Text)
			if text != "" && len(goneOf(t, posted, c.gone)) > 0 {
				text = goneAnswerNote
			}
			units = append(units, unit{role: medgemma.RoleModel, text: text, end: true})
			continue
		}
		add(t.Messages)
	}
	add(c.now)
	if c.instruction != "" {
		units = append(units, unit{role: medgemma.RoleUser, text: c.instruction, end: true})
	}
	return units
}

func personName(n int) string {
	name := ""
	for {
		name = string(rune('A'+n%26)) + name
		if n = n/26 - 1; n < 0 {
			return "Person " + name
		}
	}
}

// firstKept finds the oldest unit whose text is sent. Texts are left out in
// large steps, down to half of what there is room for, and the steps are found
// by replaying the conversation from its beginning: so the cut stays where it
// is for many questions, and the request keeps growing at its end only.
func (c conversation) firstKept(units []unit) (int, error) {
	room := c.budget - textTokens(c.system)
	for _, p := range c.images {
		room -= len(p.slices) * (tokensPerImage + tokensPerPart)
	}
	last := len(units) - 1
	if last < 0 || units[last].tokens() > room {
		return 0, errTooLong
	}
	first, sum := 0, 0
	for i, u := range units {
		sum += u.tokens()
		if !u.end || sum <= room {
			continue
		}
		for first < i && sum > room/2 {
			sum -= units[first].tokens()
			first++
		}
	}
	return first, nil
}

// turnBuilder merges units into strictly alternating turns. Text between two
// images becomes one part, because MedGemma's template trims each part and joins
// them without a separator.
type turnBuilder struct {
	turns []medgemma.Turn
}

// role starts a turn unless the last one is of this role already. What is left
// out of the model's side starts none.
func (b *turnBuilder) role(r medgemma.Role, kept bool) {
	if r == medgemma.RoleModel && (!kept || len(b.turns) == 0) {
		return
	}
	if n := len(b.turns); n == 0 || b.turns[n-1].Role != r {
		b.turns = append(b.turns, medgemma.Turn{Role: r})
	}
}

func (b *turnBuilder) text(s string) {
	if s == "" {
		return
	}
	if len(b.turns) == 0 {
		b.role(medgemma.RoleUser, true)
	}
	t := &b.turns[len(b.turns)-1]
	if n := len(t.Parts); n > 0 && t.Parts[n-1].Image == nil {
		t.Parts[n-1].Text += "\n\n" + s
		return
	}
	t.Parts = append(t.Parts, medgemma.Part{Text: s})
}

// image names an image and shows it. The slices of a series come each with its
// number after it, as in Google's own CT notebook ("SLICE 1").
func (b *turnBuilder) image(label int, p pictures) {
	switch {
	case len(p.slices) == 0:
		b.text(imageLabel(label) + " " + notSentNote)
		return
	case p.about != "":
		b.text(imageLabel(label) + " (" + p.about + ")")
	default:
		b.text(imageLabel(label))
	}
	for _, s := range p.slices {
		t := &b.turns[len(b.turns)-1]
		t.Parts = append(t.Parts, medgemma.Part{Image: &medgemma.Image{MIME: s.mime, Data: s.data}})
		if s.number > 0 {
			b.text(fmt.Sprintf("SLICE %d", s.number))
		}
	}
}

// finish drops turns that ended up empty and joins what then stands side by side.
func (b *turnBuilder) finish() []medgemma.Turn {
	var out turnBuilder
	for _, t := range b.turns {
		if len(t.Parts) == 0 {
			continue
		}
		out.role(t.Role, true)
		if len(out.turns) == 0 { // a model's turn may not come first
			continue
		}
		for _, p := range t.Parts {
			if p.Image == nil {
				out.text(p.Text)
				continue
			}
			last := &out.turns[len(out.turns)-1]
			last.Parts = append(last.Parts, p)
		}
	}
	return slices.Clip(out.turns)
}

func imageLabel(label int) string { return fmt.Sprintf("Image %d", label) }
