package bot

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// permalink is the address of a message in a workspace, as chat.getPermalink gives
// it, but without a call: base is auth.test's url ("https://ws.slack.com/"). For a
// reply, threadTS is the root of its thread; for a root it is the same as ts, or
// empty. It returns "" when base is no address, or channel or ts none of Slack's:
// then there is no link.
func permalink(base, channel, ts, threadTS string) string {
	at, err := url.Parse(base)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" ||
		(store.ThreadKey{Team: "T", Channel: channel, TS: ts}).Validate() != nil {
		return ""
	}
	link := at.JoinPath("archives", channel, "p"+strings.Replace(ts, ".", "", 1))
	link.RawQuery, link.Fragment = "", ""
	if threadTS != "" && threadTS != ts && store.ValidateTS(threadTS) == nil {
		link.RawQuery = "thread_ts=" + threadTS + "&cid=" + channel
	}
	return link.String()
}

// hyperlink writes a link in mrkdwn; without an address it is the text alone, which
// must be inert.
func hyperlink(address, text string) string {
	if address == "" {
		return text
	}
	return "<" + entities.Replace(address) + "|" + text + ">"
}

var hyperlinkRE = regexp.MustCompile(`<https?://[^<>|]*\|([^<>]*)>`)

// withoutLinks is the text without what hyperlink has added.
func withoutLinks(text string) string { return hyperlinkRE.ReplaceAllString(text, "$1") }
