package bot

import (
	"regexp"
	"strconv"
	"strings"
)

// The form of an answer: its headings and lists, how it begins, which slices it cites.

var (
	headingRE = regexp.MustCompile(`(?m)^[\s#>•\-\d.)]*([a-z][a-z ,/']{2,48}?)\s*:`)

	// skippedRE are the headings of what is no finding.
	skippedRE = regexp.MustCompile(`quality|technique|limitation|cannot be judged|recommend|next step|disclaimer|suggest|note|what would|differential|further`)

	// concludesRE are the headings under which an answer concludes.
	concludesRE = regexp.MustCompile(`^(?:final )?(?:answer|impression|conclusion|summary|interpretation|overall|in short)`)

	// bulletRE is what stands in front of an item of a list.
	bulletRE = regexp.MustCompile(`^\s*(?:[-•*]|\d+[.)])\s+`)
)

// sections parts an answer: what it says of the images, what of that it concludes, and
// what stands under headings of what is no finding. A heading that has a line of its own
// is put before each line that it heads.
func sections(text string) (kept, conclusion, skipped string) {
	text = strings.NewReplacer("`", "", "#", "").Replace(text)
	var all, last, none strings.Builder
	keep, concludes, over := true, false, ""
	for _, line := range strings.Split(text, "\n") {
		line = bulletRE.ReplaceAllString(line, "")
		if m := headingRE.FindStringSubmatchIndex(line); m != nil {
			heading := line[m[2]:m[3]]
			keep, concludes = !skippedRE.MatchString(heading), concludesRE.MatchString(heading)
			if concludes {
				line = line[m[1]:]
				last.Reset()
			}
		}
		if head, ok := strings.CutSuffix(strings.TrimSpace(line), ":"); ok {
			over = head + " "
			if usualHeadingRE.MatchString(head) {
				over = ""
			}
			continue
		}
		if concludes || strings.TrimSpace(line) == "" {
			over = ""
		}
		line = over + line + "\n"
		if !keep {
			none.WriteString(line)
			continue
		}
		all.WriteString(line)
		if concludes {
			last.WriteString(line)
		}
	}
	return all.String(), strings.TrimSpace(last.String()), none.String()
}

// usualHeadingRE are headings that say nothing of what stands under them.
var usualHeadingRE = regexp.MustCompile(`^[^a-z]*(?:findings?|key findings|observations?|description|for|answer|impression|conclusion|summary|overall)[^a-z]*$`)

var leadRE = regexp.MustCompile(`^[\s"'•\-]*(yes|no)(?:[,.:;!]|\s+(?:there|i|it|the|this|a|an|-)\b|\s*$)`)

func leadOf(text string) string {
	if m := leadRE.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// span is the slices that an answer cites, from the first to the last.
type span struct{ from, to int }

var (
	citedSlicesRE = regexp.MustCompile(`\bslices? (\d+(?:(?: ?(?:to|-|and|,) ?)\d+)*)`)
	figuresRE     = regexp.MustCompile(`\d+`)
)

func slicesCited(text string) (s span) {
	for _, m := range citedSlicesRE.FindAllStringSubmatch(text, -1) {
		for _, figure := range figuresRE.FindAllString(m[1], -1) {
			n, _ := strconv.Atoi(figure) // a figure out of range is as far apart as any
			if s.from == 0 || n < s.from {
				s.from = n
			}
			s.to = max(s.to, n)
		}
	}
	return s
}

// apart says whether two answers cite slices, and none that both may mean.
func (s span) apart(t span) bool {
	return s.to > 0 && t.to > 0 && (s.to < t.from || t.to < s.from)
}

func splitAfter(re *regexp.Regexp, s string) (out []string) {
	for at := re.FindStringIndex(s); at != nil; at = re.FindStringIndex(s) {
		out, s = append(out, s[:at[1]]), s[at[1]:]
	}
	return append(out, s)
}

func splitBefore(re *regexp.Regexp, s string) (out []string) {
	for {
		at := re.FindStringIndex(s)
		if at == nil || at[0] == 0 {
			return append(out, s)
		}
		out, s = append(out, s[:at[0]]), s[at[0]+1:]
	}
}
