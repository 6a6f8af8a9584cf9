package slacksim

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Limits of a view (docs.slack.dev/reference/views/modal-views).
const (
	maxViewBlocks   = 100
	maxViewTitle    = 24
	maxViewMetadata = 3_000
	maxViewBytes    = 250 << 10
)

// View is a modal or an App Home that the app has shown.
type View struct {
	ID              string
	Type            string // modal or home
	User            string
	CallbackID      string
	PrivateMetadata string
	Blocks          json.RawMessage
	JSON            json.RawMessage // as the app sent it
	Hash            string
	Closed          bool // submitted or cleared
}

// Views lists the views in the order in which they were opened.
func (s *Sim) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []View
	for _, v := range s.views {
		list = append(list, *v)
	}
	return list
}

// viewsOpen looks at the view before it uses up the trigger, so that a mistake in
// the view can be mended and sent again within the 3 seconds.
func (s *Sim) viewsOpen(c *request) (object, error) {
	v, err := s.readView(c, "modal")
	if err != nil {
		return nil, err
	}
	t, err := s.pull(c.arg("trigger_id"))
	if err != nil {
		return nil, err
	}
	return s.keepView(v, t.user), nil
}

// viewsPublish sets a person's App Home; each call adds an entry to Views.
func (s *Sim) viewsPublish(c *request) (object, error) {
	v, err := s.readView(c, "home")
	if err != nil {
		return nil, err
	}
	if s.users[c.arg("user_id")] == nil {
		return nil, refuse("user_not_found")
	}
	return s.keepView(v, c.arg("user_id")), nil
}

// viewsUpdate changes an open modal. A hash that is given must be the present one,
// which keeps two updates from overwriting each other.
func (s *Sim) viewsUpdate(c *request) (object, error) {
	v, err := s.readView(c, "modal")
	if err != nil {
		return nil, err
	}
	old := s.view(c.arg("view_id"))
	switch {
	case old == nil || old.Closed:
		return nil, refuse("not_found")
	case c.arg("hash") != "" && c.arg("hash") != old.Hash:
		return nil, refuse("hash_conflict")
	}
	s.replaceView(old, v)
	return object{"view": s.viewWire(old)}, nil
}

func (s *Sim) view(id string) *View {
	i := slices.IndexFunc(s.views, func(v *View) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return s.views[i]
}

func (s *Sim) keepView(v *View, user string) object {
	v.ID, v.User, v.Hash = s.newID("V"), user, s.newID("")
	s.views = append(s.views, v)
	s.change()
	return object{"view": s.viewWire(v)}
}

// replaceView keeps the id and gives a new hash.
func (s *Sim) replaceView(old, v *View) {
	v.ID, v.User, v.Hash = old.ID, old.User, s.newID("")
	*old = *v
	s.change()
}

// viewWire is the view as it was sent, with what Slack adds.
func (s *Sim) viewWire(v *View) object {
	w := object{}
	_ = json.Unmarshal(v.JSON, &w) // it was decoded when it came
	w["id"], w["team_id"], w["app_id"], w["bot_id"], w["hash"] = v.ID, s.teamID, s.appID, s.botID, v.Hash
	w["state"], w["root_view_id"] = object{"values": object{}}, v.ID
	return w
}

func (s *Sim) readView(c *request, kind string) (*View, error) { return checkView(c.arg("view"), kind) }

// checkView takes the argument view.
func checkView(raw, kind string) (*View, error) {
	var in struct {
		Type     string            `json:"type"`
		Title    json.RawMessage   `json:"title"`
		Submit   json.RawMessage   `json:"submit"`
		Blocks   []json.RawMessage `json:"blocks"`
		Callback string            `json:"callback_id"`
		Private  string            `json:"private_metadata"`
	}
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	if json.Unmarshal([]byte(raw), &in) != nil {
		return nil, refuse("invalid_arguments")
	}
	k := checker{ids: map[string]bool{}, inputs: true}
	if in.Type != kind {
		k.fault("/view/type", "must be %s", kind)
	}
	if kind == "modal" {
		k.text(in.Title, "/view/title", maxViewTitle, "plain_text")
	}
	if len(in.Submit) > 0 {
		k.text(in.Submit, "/view/submit", maxViewTitle, "plain_text")
	}
	if utf8.RuneCountInString(in.Private) > maxViewMetadata {
		k.fault("/view/private_metadata", "must be less than %d characters", maxViewMetadata+1)
	}
	k.list(in.Blocks, maxViewBlocks)
	if len(k.faults) > 0 {
		return nil, invalidBlocks("invalid_arguments", k.faults)
	}
	return &View{
		Type: in.Type, CallbackID: in.Callback, PrivateMetadata: in.Private,
		Blocks: mustJSON(in.Blocks), JSON: json.RawMessage(raw),
	}, nil
}
