package slacksim

import (
	"regexp"
	"slices"
	"strings"
)

// Text is kept as Slack keeps it: & < > as entities, and what points somewhere
// in angle brackets: <@U...>, <#C...>, <!here>, <https://...|label>.

var (
	angleRE  = regexp.MustCompile(`<(?:[@#][A-Z0-9]+|![a-z][^<>|]*|(?:https?|mailto|tel):[^<>|]+)(?:\|[^<>]*)?>`)
	entityRE = regexp.MustCompile(`&(amp|lt|gt);`)
	linkRE   = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)\]]`)
	typedRE  = regexp.MustCompile(`<[@#][A-Z0-9]+>`)

	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// around maps the parts of text that re matches with hit and the others with miss.
func around(text string, re *regexp.Regexp, hit, miss func(string) string) string {
	var b strings.Builder
	at := 0
	for _, loc := range re.FindAllStringIndex(text, -1) {
		b.WriteString(miss(text[at:loc[0]]))
		b.WriteString(hit(text[loc[0]:loc[1]]))
		at = loc[1]
	}
	b.WriteString(miss(text[at:]))
	return b.String()
}

func same(text string) string { return text }

// fromApp is how Slack keeps a text that came through the Web API: references
// and entities stay, every other & < > becomes an entity.
func fromApp(text string) string {
	return around(text, angleRE, same, func(plain string) string {
		return around(plain, entityRE, same, escaper.Replace)
	})
}

// fromPerson is how Slack keeps what a person has typed: everything is text but
// the mentions that the client inserts ("@Name", or <@U...> of somebody who
// exists), the words for everybody, channels, and bare web links.
func (s *Sim) fromPerson(text string) string {
	pairs := []string{"@here", "<!here>", "@channel", "<!channel>", "@everyone", "<!everyone>"}
	for _, u := range s.byNameLength() {
		if u.Name != "" {
			pairs = append(pairs, "@"+u.Name, "<@"+u.ID+">")
		}
	}
	for _, id := range s.chanIDs {
		if name := s.channels[id].Name; name != "" {
			pairs = append(pairs, "#"+name, "<#"+id+">")
		}
	}
	mentions := strings.NewReplacer(pairs...)
	plain := func(part string) string {
		return around(part, linkRE,
			func(link string) string { return "<" + escaper.Replace(link) + ">" },
			func(rest string) string { return mentions.Replace(escaper.Replace(rest)) })
	}
	return around(text, typedRE, func(ref string) string {
		id := ref[2 : len(ref)-1]
		if s.users[id] == nil && s.channels[id] == nil {
			return plain(ref)
		}
		return ref
	}, plain)
}

// byNameLength lists the users with the longest name first, so that "@Ann Lee"
// is not read as "@Ann".
func (s *Sim) byNameLength() []*User {
	var list []*User
	for _, id := range s.userIDs {
		list = append(list, s.users[id])
	}
	slices.SortStableFunc(list, func(a, b *User) int { return len(b.Name) - len(a.Name) })
	return list
}

// readable is a stored text as a person sees it.
func (s *Sim) readable(text string) string {
	return around(text, angleRE, func(ref string) string {
		body, label, labelled := strings.Cut(ref[1:len(ref)-1], "|")
		switch {
		case strings.HasPrefix(body, "@"):
			if u := s.users[body[1:]]; u != nil {
				return "@" + u.Name
			}
			return body
		case strings.HasPrefix(body, "#"):
			if c := s.channels[body[1:]]; c != nil {
				return "#" + c.Name
			}
			return body
		case labelled:
			return unescaper.Replace(label)
		case strings.HasPrefix(body, "!"):
			return "@" + body[1:]
		}
		return unescaper.Replace(body)
	}, unescaper.Replace)
}
