package slacksim

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxShareChannels is the most channels that one call shares to
// (docs.slack.dev/reference/methods/files.completeUploadExternal).
const maxShareChannels = 100

// channelIDRE is Slack's own, as it is told in response_metadata (bolt-js#2115).
var channelIDRE = regexp.MustCompile(`^[CGDZ][A-Z0-9]{8,}$`)

// completeArgs are the arguments of files.completeUploadExternal.
var completeArgs = []string{"files", "channel_id", "channels", "thread_ts", "initial_comment", "blocks", "username", "icon_url", "icon_emoji"}

// share is a place where uploaded files are to be shown.
type share struct {
	channel *channel
	root    *message
}

// filesCompleteUpload makes uploaded files visible: in each channel as one message
// of the app, which it hears of as of everybody's, and without a channel to the app
// alone. All or nothing. The answer says neither where nor under which ts.
func (s *Sim) filesCompleteUpload(c *request) (object, error) {
	for name := range c.Args {
		if !slices.Contains(completeArgs, name) {
			s.problem("files.completeUploadExternal: Slack ignores the argument %q", name)
		}
	}
	uploads, err := s.completable(c)
	if err != nil {
		return nil, err
	}
	shares, err := s.shares(c)
	if err != nil {
		return nil, err
	}
	body, err := s.comment(c)
	if err != nil {
		return nil, err
	}
	var files []File
	answer := []object{}
	for _, u := range uploads {
		delete(s.uploads, u.file.ID)
		stored := s.keep(u.file, s.users[s.botUser])
		for _, at := range shares {
			stored.channels = append(stored.channels, at.channel.ID)
		}
		files = append(files, stored.File)
		answer = append(answer, object{"id": stored.ID, "title": stored.Title})
	}
	for _, at := range shares {
		m := s.botMessage(body)
		m.Files = files
		s.add(at.channel, m, at.root)
		if at.root != nil {
			delete(at.channel.status, at.root.TS) // as after any message of the app
		}
		c.TS = m.TS
	}
	s.change()
	return object{"files": answer}, nil
}

// completable finds the uploads that are named, with the titles that they get. Their
// bytes must have come; an upload is completed once.
func (s *Sim) completable(c *request) (list []*upload, err error) {
	var named []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	if json.Unmarshal([]byte(c.arg("files")), &named) != nil || len(named) == 0 {
		return nil, invalidArgument("files", "must be a list of files")
	}
	seen := map[string]bool{}
	for _, f := range named {
		u, ok := s.uploads[f.ID]
		if !ok || !u.arrived || seen[f.ID] {
			return nil, refuse("file_not_found")
		}
		seen[f.ID] = true
		u.file.Title = f.Title
		list = append(list, u)
	}
	return list, nil
}

// shares finds the places, by channel_id and channels together.
func (s *Sim) shares(c *request) (list []share, err error) {
	thread := c.arg("thread_ts")
	if id := c.arg("channel_id"); id != "" {
		// The id of a person is refused here, unlike in chat.postMessage.
		if !channelIDRE.MatchString(id) {
			return nil, invalidArgument("channel_id", "input must match regex pattern: "+channelIDRE.String())
		}
		ch, root, err := s.writableAt(id, thread)
		if err != nil {
			return nil, err
		}
		list = append(list, share{ch, root})
	}
	var more []string
	if raw := c.arg("channels"); raw != "" {
		more = strings.Split(raw, ",")
	}
	if len(more) > maxShareChannels {
		return nil, refuse("channels_limit_exceeded")
	}
	for _, id := range more {
		if s.channels[id] == nil && s.users[id] == nil {
			return nil, refuse("invalid_channel")
		}
		ch, root, err := s.writableAt(id, thread)
		if err != nil {
			return nil, err
		}
		list = append(list, share{ch, root})
	}
	if thread != "" && len(list) != 1 {
		return nil, invalidArgument("thread_ts", "goes with one channel")
	}
	return list, nil
}

// comment is what stands above the files. Blocks count only without initial_comment,
// and a markdown block among them, which chat.postMessage takes, breaks Slack
// (python-slack-sdk#1756, open in September 2026).
func (s *Sim) comment(c *request) (content, error) {
	body := content{text: fromApp(c.arg("initial_comment"))}
	blocks := c.arg("blocks")
	if utf8.RuneCountInString(body.text) > maxText {
		s.problem("files.completeUploadExternal: an initial_comment over %d characters was cut", maxText)
		body.text = string([]rune(body.text)[:maxText])
	}
	if blocks == "" {
		return body, nil
	}
	if body.text != "" {
		s.problem("files.completeUploadExternal: blocks beside initial_comment are ignored")
		return body, nil
	}
	checked, err := checkBlocks([]byte(blocks), maxBlocks)
	if err != nil {
		return content{}, err
	}
	var types []struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(checked, &types) != nil {
		return content{}, refuse("invalid_blocks")
	}
	for _, b := range types {
		if b.Type == "markdown" {
			return content{}, refuse("internal_error")
		}
	}
	body.blocks, body.hasBlocks = s.identify(checked), true
	return body, nil
}

// invalidArgument is how Slack's newer methods complain.
func invalidArgument(name, what string) error {
	return &slackError{word: "invalid_arguments", fields: object{"response_metadata": object{
		"messages": []string{"[ERROR] " + what + " [json-pointer:/" + name + "]"},
	}}}
}
