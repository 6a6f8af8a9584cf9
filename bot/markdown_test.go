package bot

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMrkdwn(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"bold and italic", "**Findings** are *subtle*.", "*Findings* are _subtle_."},
		{"heading", "## Impression\nNormal.", "*Impression*\n\nNormal."},
		{"bold heading", "## **Impression**", "*Impression*"},
		{"list", "- a\n- b\n  - c", "• a\n• b\n    • c"},
		{"numbers", "3. a\n4. b", "3. a\n4. b"},
		{"code", "`a<b` and\n\n```\nx & y\n```", "`a&lt;b` and\n\n```\nx &amp; y\n```"},
		{"quote", "> one\n> two", "> one\n> two"},
		{"strike", "~~no~~", "~no~"},
		{"line breaks stay", "one\ntwo", "one\ntwo"},
		{"less than", "size < 3 mm & stable > 1 y", "size &lt; 3 mm &amp; stable &gt; 1 y"},
		{"table", "| a | b |\n|---|---|\n| 1 | 22 |", "```\na  b\n1  22\n```"},
		{"escapes", `2 \* 3 &amp; 4`, "2 * 3 &amp; 4"},
		{"empty", " \n ", ""},
		// Nothing is live.
		{"channel", "<!channel> hello", "&lt;!channel&gt; hello"},
		{"user", "ask <@U123>", "ask &lt;@U123&gt;"},
		{"entities", "&lt;!here&gt;", "&lt;!here&gt;"},
		{"here", "@here @Channel @everyone", "＠here ＠Channel ＠everyone"},
		{"link", "[report](https://evil.example/x)", "report (evil.example/x)"},
		{"autolink", "see https://evil.example/x and <http://a.b>", "see evil.example/x and a.b"},
		{"image", "![alt](https://evil.example/x.png)", "[alt]"},
		{"html", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"hidden", "a\u202eb\u200bc\x1b[31m", "abc[31m"},
		{"control as an entity", "a&#27;[31mb &#x202e;c", "a[31mb c"},
		{"control in code", "```\n<!here>\n```", "```\n&lt;!here&gt;\n```"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mrkdwn(c.in); got != c.want {
				t.Errorf("mrkdwn(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func FuzzMrkdwn(f *testing.F) {
	for _, s := range []string{"**a** <@U1>", "[x](javascript:y)", "```\n<!here>", "| a |\n|--|\n| <!channel> |", "\\<!here\\>", "&#60;!here&#62;", "@here", "a\x00b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := mrkdwn(s)
		for _, live := range []string{"<", "://", "@here", "@channel", "@everyone", "\u202e", "\u200b", "\x1b"} {
			if strings.Contains(strings.ToLower(got), live) {
				t.Errorf("mrkdwn(%q) = %q holds %q", s, got, live)
			}
		}
		for _, part := range split(got, partRunes) {
			if utf8.RuneCountInString(part) > partRunes {
				t.Errorf("a part of %d characters", utf8.RuneCountInString(part))
			}
		}
	})
}

func TestSplitLosesNothing(t *testing.T) {
	words := strings.Repeat("The quick brown fox jumps over the lazy dog and 12 mm more. ", 700)
	var lines []string
	for i := range 600 {
		lines = append(lines, strings.Repeat(string(rune('a'+i%26)), 70))
	}
	for name, in := range map[string]string{
		"words": words, "lines": strings.Join(lines, "\n"), "one word": strings.Repeat("x", 30_000),
		"wide": strings.Repeat("肺野清晰。", 5000), "entities": strings.Repeat("&amp;", 6000), "short": "hello",
	} {
		t.Run(name, func(t *testing.T) {
			parts := split(in, partRunes)
			squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
			if got := squeeze(strings.Join(parts, "")); got != squeeze(in) {
				t.Error("text was lost or changed")
			}
			for i, p := range parts {
				if n := utf8.RuneCountInString(p); n > partRunes || n == 0 {
					t.Errorf("part %d has %d characters", i, n)
				}
				if i := strings.LastIndexByte(p, '&'); i >= 0 && !strings.Contains(p[i:], ";") {
					t.Error("a part ends inside an entity")
				}
			}
		})
	}
}

func TestSplitReopensCode(t *testing.T) {
	in := "```\n" + strings.Repeat("line of code\n", 600) + "```\nafter"
	for i, p := range split(in, partRunes) {
		if strings.Count(p, "```")%2 != 0 {
			t.Errorf("part %d leaves a code block open", i)
		}
	}
}
