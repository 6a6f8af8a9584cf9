package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// maxForm bounds what a press or a modal may send; the text of a Slack input has at
// most 3,000 characters.
const maxForm = 256 << 10

// interaction is what a person does with something that the app has shown. Each
// kind uses some of the fields.
type interaction struct {
	User       string                    `json:"user"`
	Channel    string                    `json:"channel"`
	TS         string                    `json:"ts"`
	ActionID   string                    `json:"action_id"`
	BlockID    string                    `json:"block_id"`
	Value      string                    `json:"value"`
	View       string                    `json:"view"`
	CallbackID string                    `json:"callback_id"`
	File       string                    `json:"file"`
	Values     map[string]map[string]any `json:"values"` // of a modal: block id, action id, state
}

// by reads an interaction and gives it to what is to be done with it. Nobody is
// acted for but those whom the page offers.
func (p *page) by(do func(http.ResponseWriter, *http.Request, interaction)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in interaction
		data, ok := readAll(r.Body, maxForm)
		switch {
		case !ok || json.Unmarshal(data, &in) != nil:
			refuse(w, http.StatusBadRequest, "The page has sent something that cannot be read.")
		case !slices.Contains(p.info.People, in.User):
			refuse(w, http.StatusBadRequest, "There is no such person to act as.")
		default:
			do(w, r, in)
		}
	}
}

// answer tells the page that something was done, or why not: unheard when the app
// was asked and did not answer, else when what was meant is not there.
func answer(w http.ResponseWriter, err error, unheard, gone string) {
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, map[string]string{})
	case errors.Is(err, slacksim.ErrDispatchFailed), errors.Is(err, context.Canceled):
		refuse(w, http.StatusConflict, unheard)
	default:
		refuse(w, http.StatusConflict, gone)
	}
}

// click presses a button of a message or of a view.
func (p *page) click(w http.ResponseWriter, r *http.Request, in interaction) {
	var err error
	if in.View == "" {
		err = p.sim.Click(r.Context(), slacksim.Click{
			Channel: in.Channel, TS: in.TS, User: in.User, ActionID: in.ActionID, BlockID: in.BlockID, Value: in.Value,
		})
	} else if p.sees(in.User, in.View) {
		err = p.sim.ClickView(r.Context(), in.View, in.ActionID)
	} else {
		err = errors.New("another's view")
	}
	answer(w, err, "MedBuddy did not answer in time. Try again?", "This button is not there any more.")
}

// shortcut takes a message shortcut from a message's menu.
func (p *page) shortcut(w http.ResponseWriter, r *http.Request, in interaction) {
	err := p.sim.Shortcut(r.Context(), slacksim.Shortcut{Channel: in.Channel, TS: in.TS, User: in.User, CallbackID: in.CallbackID})
	answer(w, err, "MedBuddy did not answer in time. Try again?", "This shortcut does not work on this message.")
}

// submit sends a modal's form. The answer is {}, {"errors": {block id: sentence}},
// or {"error": sentence} in Slack's words.
func (p *page) submit(w http.ResponseWriter, r *http.Request, in interaction) {
	const trouble = "We had some trouble connecting. Try again?"
	if !p.sees(in.User, in.View) {
		refuse(w, http.StatusConflict, "This dialog is not open any more.")
		return
	}
	errs, err := p.sim.Submit(r.Context(), in.View, in.Values)
	if err == nil && len(errs) > 0 {
		writeJSON(w, http.StatusOK, map[string]any{"errors": errs})
		return
	}
	answer(w, err, trouble, trouble)
}

// closeView puts a modal away. That the app did not hear of it is no matter of the
// person's.
func (p *page) closeView(w http.ResponseWriter, r *http.Request, in interaction) {
	if p.sees(in.User, in.View) {
		_ = p.sim.CloseView(r.Context(), in.View) // it is closed at least here
	}
	answer(w, nil, "", "")
}

// sees says whether a person has this modal open, or this Home published.
func (p *page) sees(user, view string) bool {
	open, isOpen := p.sim.OpenView(user)
	home, isHome := p.sim.Home(user)
	return isOpen && open.ID == view || isHome && home.ID == view
}

// openHome opens the app's Home tab, of which the app hears.
func (p *page) openHome(w http.ResponseWriter, r *http.Request, in interaction) {
	const unheard = "MedBuddy does not hear of this: it is not connected."
	answer(w, p.sim.OpenHome(r.Context(), in.User), unheard, unheard)
}

// remove deletes a person's own message, or a file of it.
func (p *page) remove(w http.ResponseWriter, _ *http.Request, in interaction) {
	m, ok := p.sim.Message(in.Channel, in.TS)
	switch {
	case !ok || m.Deleted || m.User != in.User:
		refuse(w, http.StatusConflict, "Only your own messages can be deleted.")
	case in.File == "":
		answer(w, p.sim.Delete(in.Channel, in.TS), "", "This message is not there any more.")
	case !slices.ContainsFunc(m.Files, func(f slacksim.File) bool { return f.ID == in.File && f.Access != slacksim.Deleted }):
		refuse(w, http.StatusConflict, "This file is not there any more.")
	default:
		answer(w, p.sim.DeleteFile(in.File), "", "This file is not there any more.")
	}
}

// where says in which thread a message is that a permalink names: {"thread": ts},
// empty for one outside of threads.
func (p *page) where(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	user, channel := q.Get("user"), q.Get("channel")
	m, ok := p.sim.Message(channel, q.Get("ts"))
	seen := slices.ContainsFunc(p.channels(user), func(c pageChannel) bool { return c.ID == channel })
	if !ok || m.Deleted || !seen || !slices.Contains(p.info.People, user) {
		refuse(w, http.StatusNotFound, "This message is not there any more, or not for you to see.")
		return
	}
	thread := m.ThreadTS
	if thread == m.TS {
		thread = "" // the root is seen in the channel, too
	}
	writeJSON(w, http.StatusOK, map[string]string{"thread": thread})
}
