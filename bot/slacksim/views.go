package slacksim

import (
	"encoding/json"
	"errors"
	"slices"
)

// View is a modal or an App Home that the app has shown.
type View struct {
	ID              string
	Type            string // modal or home
	User            string // who sees it
	CallbackID      string
	PrivateMetadata string
	Blocks          json.RawMessage // each with its ids, also where the app has given none
	JSON            json.RawMessage // as the app sent it
	Hash            string
	Closed          bool // submitted, cancelled, cleared, or replaced by a newer one

	external                  string // external_id, until a person closes the view
	under                     string // id of the view that it was pushed onto
	submits, notifies, clears bool
	typed                     map[string]map[string]object // by block and action id
}

// maxStack is how many views lie on each other (docs.slack.dev/surfaces/modals).
const maxStack = 3

// Views lists the views in the order in which they were opened, those that are
// closed included.
func (s *Sim) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []View
	for _, v := range s.views {
		list = append(list, *v)
	}
	return list
}

// OpenView is the modal that a person sees now.
func (s *Sim) OpenView(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stack := s.stack(user); len(stack) > 0 {
		return *stack[len(stack)-1], true
	}
	return View{}, false
}

// stack lists a person's open modals; the last one is seen.
func (s *Sim) stack(user string) []*View {
	var list []*View
	for _, v := range s.views {
		if v.Type == "modal" && v.User == user && !v.Closed {
			list = append(list, v)
		}
	}
	return list
}

// closeAll clears a person's modals.
func (s *Sim) closeAll(user string) {
	for _, v := range s.stack(user) {
		v.close()
	}
}

// close ends a modal that its person has submitted, cancelled or cleared, and gives
// its external_id free. One that goes in another way, as by a reload of the client,
// keeps it (github.com/slackapi/slack-api-specs/issues/52); here that is one whose
// place another has taken.
func (v *View) close() { v.Closed, v.external = true, "" }

// shown finds a view that its person sees: the modal on top, or the newest Home.
func (s *Sim) shown(id string) (*View, error) {
	v := s.view(id)
	if v == nil || v.Closed {
		return nil, errors.New("it is not open")
	}
	if stack := s.stack(v.User); v.Type == "modal" && stack[len(stack)-1] != v {
		return nil, errors.New("another view is on it")
	}
	return v, nil
}

// viewsOpen looks at the view before it uses up the trigger, so that a mistake in
// the view can be mended and sent again within the 3 seconds. It takes the place of
// modals that are open.
func (s *Sim) viewsOpen(c *request) (object, error) {
	v, err := s.readView(c.arg("view"), "modal")
	if err != nil {
		return nil, err
	}
	if s.taken(v.external, nil) {
		return nil, refuse("duplicate_external_id")
	}
	t, err := s.pull(c.arg("trigger_id"))
	if err != nil {
		return nil, err
	}
	for _, old := range s.stack(t.user) {
		old.Closed = true
	}
	return s.keepView(v, t.user, nil), nil
}

// viewsPush puts a modal on the one whose use gave the trigger.
func (s *Sim) viewsPush(c *request) (object, error) {
	v, err := s.readView(c.arg("view"), "modal")
	if err != nil {
		return nil, err
	}
	if s.taken(v.external, nil) {
		return nil, refuse("duplicate_external_id")
	}
	t, err := s.pull(c.arg("trigger_id"))
	if err != nil {
		return nil, err
	}
	below := s.view(t.view)
	switch {
	case below == nil || below.Closed || below.Type != "modal":
		return nil, refuse("not_found")
	case len(s.stack(t.user)) >= maxStack:
		return nil, refuse("push_limit_reached")
	}
	return s.keepView(v, t.user, below), nil
}

// viewsUpdate changes an open modal, or a Home, which is named by its view_id or by
// the app's own external_id. A hash that is given must be the present one, which keeps
// two updates from overwriting each other.
func (s *Sim) viewsUpdate(c *request) (object, error) {
	id, external := c.arg("view_id"), c.arg("external_id")
	switch {
	case id != "" && external != "":
		return nil, invalidBlocks("invalid_arguments", []string{"[ERROR] Cannot provide both `view_id` and `external_id`"})
	case id == "" && external == "":
		return nil, invalidBlocks("invalid_arguments", []string{"[ERROR] missing required field: view_id"})
	}
	old, kind := s.view(id), "modal"
	if external != "" {
		old = s.named(external)
	}
	if old != nil {
		kind = old.Type
	}
	v, err := s.readView(c.arg("view"), kind)
	if err != nil {
		return nil, err
	}
	switch {
	case old == nil || old.Closed:
		return nil, refuse("not_found")
	case c.arg("hash") != "" && c.arg("hash") != old.Hash:
		return nil, refuse("hash_conflict")
	case s.taken(v.external, old):
		return nil, refuse("duplicate_external_id")
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

// named finds a view by its external_id, which it has as long as nobody has closed it.
func (s *Sim) named(external string) *View {
	i := slices.IndexFunc(s.views, func(v *View) bool { return v.external == external })
	if i < 0 {
		return nil
	}
	return s.views[i]
}

// taken says whether another view than this one has an external_id, which is unique
// among all views of a workspace.
func (s *Sim) taken(external string, this *View) bool {
	return external != "" && slices.ContainsFunc(s.views, func(v *View) bool { return v.external == external && v != this })
}

// keepView shows a view, on another one if below is not nil.
func (s *Sim) keepView(v *View, user string, below *View) object {
	v.ID, v.User, v.Hash = s.newID("V"), user, s.newID("")
	if below != nil {
		v.under = below.ID
	}
	s.views = append(s.views, v)
	s.change()
	return object{"view": s.viewWire(v)}
}

// replaceView keeps the id and what was typed, and gives a new hash.
func (s *Sim) replaceView(old, v *View) {
	v.ID, v.User, v.Hash = old.ID, old.User, s.newID("")
	v.under, v.typed, v.Closed = old.under, old.typed, old.Closed
	*old = *v
	s.change()
}

// viewWire is the view as it was sent, with what Slack adds.
func (s *Sim) viewWire(v *View) object {
	w := object{
		"callback_id": "", "private_metadata": "", "external_id": "", "clear_on_close": false, "notify_on_close": false,
		"previous_view_id": nil, "close": nil, "submit": nil,
	}
	_ = json.Unmarshal(v.JSON, &w) // it was decoded when it came
	w["id"], w["team_id"], w["app_id"], w["bot_id"], w["hash"] = v.ID, s.teamID, s.appID, s.botID, v.Hash
	w["app_installed_team_id"], w["blocks"] = s.teamID, v.Blocks
	w["state"], w["root_view_id"] = object{"values": object{}}, v.ID
	if v.under != "" {
		w["previous_view_id"] = v.under
	}
	for below := s.view(v.under); below != nil; below = s.view(below.under) {
		w["root_view_id"] = below.ID
	}
	return w
}
