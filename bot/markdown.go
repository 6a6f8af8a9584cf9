package bot

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The model writes Markdown; Slack shows mrkdwn. Everything the model wrote
// passes through here, and nothing of it can be live in Slack: & < > become
// entities (so no <!channel>, <@U..>, <#C..> or <http..> can form), bare
// @here and its kin lose their @, links lose their scheme, pictures become their
// description, and control, direction and invisible characters are dropped.

// mrkdwn converts Markdown to Slack's mrkdwn.
func mrkdwn(markdown string) string {
	source := []byte(visible(markdown))
	parser := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser()
	w := &mrkdwnWriter{source: source}
	w.blocks(parser.Parse(text.NewReader(source)), "")
	return strings.TrimSpace(w.out.String())
}

var (
	schemeRE    = regexp.MustCompile(`(?i)\b(?:https?|ftp|file|slack|mailto|tel|data|javascript):(?://)?`)
	broadcastRE = regexp.MustCompile(`(?i)@(here|channel|everyone|group)\b`)
	entities    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
)

// inert makes a run of the model's characters harmless in mrkdwn.
func inert(s string) string {
	s = visible(s) // an entity may have stood for a character that deceives
	s = schemeRE.ReplaceAllString(s, "")
	s = broadcastRE.ReplaceAllString(s, "＠$1")
	return entities.Replace(s)
}

// visible drops what cannot be seen but can deceive or format: control
// characters, directional overrides, zero-width and tag characters, ANSI escapes.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d': // joiners, which scripts and emoji need
			return r
		case r == '\r':
			return -1
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
}

// unescape resolves Markdown's backslashes and entities, which the parser leaves
// in the text; inert comes after it.
func unescape(segment []byte) string {
	return html.UnescapeString(string(util.UnescapePunctuations(segment)))
}

type mrkdwnWriter struct {
	source []byte
	out    strings.Builder
}

// blocks writes the block children of n, each line after the first led by indent.
func (w *mrkdwnWriter) blocks(n ast.Node, indent string) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c != n.FirstChild() {
			gap := "\n\n"
			if _, tight := c.(*ast.TextBlock); tight || c.Kind() == ast.KindListItem || (c.Kind() == ast.KindList && n.Kind() == ast.KindListItem) {
				gap = "\n"
			}
			if l, ok := n.(*ast.List); ok && !l.IsTight {
				gap = "\n\n"
			}
			w.out.WriteString(gap + indent)
		}
		w.block(c, indent)
	}
}

func (w *mrkdwnWriter) block(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.Heading:
		w.out.WriteString("*" + strings.ReplaceAll(w.inline(n, indent), "*", "") + "*")
	case *ast.Paragraph, *ast.TextBlock:
		w.out.WriteString(w.inline(n, indent))
	case *ast.List:
		w.list(n, indent)
	case *ast.Blockquote:
		inner := &mrkdwnWriter{source: w.source}
		inner.blocks(n, "")
		w.out.WriteString("> " + strings.ReplaceAll(inner.out.String(), "\n", "\n"+indent+"> "))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		w.fence(w.lines(n))
	case *ast.ThematicBreak:
		w.out.WriteString("———")
	case *ast.HTMLBlock:
		raw := w.lines(n)
		if n.HasClosure() {
			raw += string(n.ClosureLine.Value(w.source))
		}
		w.out.WriteString(inert(strings.TrimRight(raw, "\n")))
	case *east.Table:
		w.fence(w.table(n))
	default:
		w.blocks(n, indent)
	}
}

func (w *mrkdwnWriter) list(l *ast.List, indent string) {
	number := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		if item != l.FirstChild() {
			w.out.WriteString("\n" + indent)
		}
		mark := "• "
		if l.IsOrdered() {
			mark = strconv.Itoa(number) + ". "
			number++
		}
		w.out.WriteString(mark)
		w.blocks(item, indent+"    ")
	}
}

func (w *mrkdwnWriter) fence(code string) {
	// A fence inside would end ours; a zero-width space is dropped by visible
	// elsewhere, so quotes stand in.
	code = strings.ReplaceAll(strings.TrimRight(code, "\n"), "```", "'''")
	w.out.WriteString("```\n" + inert(code) + "\n```")
}

func (w *mrkdwnWriter) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(w.source))
	}
	return b.String()
}

// table lays a table out in columns: mrkdwn has none of its own.
func (w *mrkdwnWriter) table(t *east.Table) string {
	var rows [][]string
	var widths []int
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			s := w.bare(cell)
			if len(cells) == len(widths) {
				widths = append(widths, 0)
			}
			widths[len(cells)] = max(widths[len(cells)], len([]rune(s)))
			cells = append(cells, s)
		}
		rows = append(rows, cells)
	}
	var b strings.Builder
	for _, cells := range rows {
		var line strings.Builder
		for i, s := range cells {
			line.WriteString(s + strings.Repeat(" ", widths[i]-len([]rune(s))+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// bare is the text of n without any formatting and not yet inert.
func (w *mrkdwnWriter) bare(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) { // the visitor never fails
		if entering {
			switch c := c.(type) {
			case *ast.Text:
				value := c.Value(w.source)
				if n.Kind() == ast.KindCodeSpan {
					b.Write(value)
				} else {
					b.WriteString(unescape(value))
				}
			case *ast.String:
				b.Write(c.Value)
			case *ast.AutoLink:
				b.Write(c.URL(w.source))
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

func (w *mrkdwnWriter) inline(n ast.Node, indent string) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.WriteString(inert(unescape(c.Value(w.source))))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteString("\n" + indent)
			}
		case *ast.String:
			b.WriteString(inert(string(c.Value)))
		case *ast.CodeSpan:
			b.WriteString("`" + inert(w.bare(c)) + "`")
		case *ast.Emphasis:
			mark := "_"
			if c.Level == 2 {
				mark = "*"
			}
			b.WriteString(mark + w.inline(c, indent) + mark)
		case *east.Strikethrough:
			b.WriteString("~" + w.inline(c, indent) + "~")
		case *ast.AutoLink:
			b.WriteString(inert(string(c.URL(w.source))))
		case *ast.Link:
			label, dest := w.inline(c, indent), inert(string(c.Destination))
			b.WriteString(label)
			if dest != "" && dest != label {
				b.WriteString(" (" + dest + ")")
			}
		case *ast.Image:
			b.WriteString("[" + w.inline(c, indent) + "]")
		case *ast.RawHTML:
			for i := range c.Segments.Len() {
				seg := c.Segments.At(i)
				b.WriteString(inert(string(seg.Value(w.source))))
			}
		default:
			b.WriteString(w.inline(c, indent))
		}
	}
	return b.String()
}
