package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// Submit presses a modal's submit button with values for its inputs, as Slack nests
// them (block id, action id, element state such as {"value": "0.2"} or
// {"selected_option": {"value": "thread"}}), and waits for the ack. Inputs that are
// not named keep what was last typed into them, else their initial values. What
// Slack's own client refuses at a field (required and empty, too long, no number,
// out of range) is returned by block id and nothing is sent. Values for inputs that
// the view does not have are an error.
//
// What the ack asks for is done: errors are returned by block id and leave the modal
// open, an update changes it, a push puts another on it; else it closes.
func (s *Sim) Submit(ctx context.Context, view string, values map[string]map[string]any) (errs map[string]string, err error) {
	return s.submit(ctx, view, func(v *View) (map[string]map[string]object, map[string]string, error) {
		errs, err := v.fill(values)
		return v.values(), errs, err
	})
}

// SubmitRaw is Submit by a client that checks nothing: whatever is given is sent,
// over the present values of the other inputs.
func (s *Sim) SubmitRaw(ctx context.Context, view string, values map[string]map[string]any) (errs map[string]string, err error) {
	return s.submit(ctx, view, func(v *View) (map[string]map[string]object, map[string]string, error) {
		all := v.values()
		for block, actions := range values {
			if all[block] == nil {
				all[block] = map[string]object{}
			}
			for id, given := range actions {
				var state object
				if json.Unmarshal(mustJSON(given), &state) != nil {
					return nil, nil, fmt.Errorf("input %q in block %q: its state is no object", id, block)
				}
				all[block][id] = state
			}
		}
		return all, nil, nil
	})
}

func (s *Sim) submit(ctx context.Context, view string,
	fill func(*View) (map[string]map[string]object, map[string]string, error),
) (map[string]string, error) {
	s.mu.Lock()
	v, err := s.shown(view)
	if err == nil && !v.submits {
		err = errors.New("it has no submit button")
	}
	var values map[string]map[string]object
	var errs map[string]string
	if err == nil {
		values, errs, err = fill(v)
	}
	if err != nil || len(errs) > 0 {
		s.mu.Unlock()
		if err != nil {
			err = fmt.Errorf("submitting view %q: %w", view, err)
		}
		return errs, err
	}
	wire := s.viewWire(v)
	wire["state"] = object{"values": values}
	payload := s.interaction("view_submission", v.User)
	payload["trigger_id"], payload["view"], payload["response_urls"] = s.newTrigger(v.User, v.ID), wire, []string{}
	answer := s.ask("interactive", payload)
	s.mu.Unlock()
	ack, err := await(ctx, answer)
	if err != nil {
		return nil, fmt.Errorf("submitting view %q: %w", view, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if errs, err = s.applySubmission(v, ack); err != nil {
		// The app does not hear of it; the person reads "We had some trouble connecting".
		s.problem("view_submission: %v", err)
		return nil, fmt.Errorf("submitting view %q: %w", view, err)
	}
	return errs, nil
}

// applySubmission does what the ack of a submission asks for
// (docs.slack.dev/surfaces/modals#updating_response).
func (s *Sim) applySubmission(v *View, payload json.RawMessage) (map[string]string, error) {
	var do struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(payload) > 0 {
		if err := json.Unmarshal(payload, &do); err != nil {
			return nil, errors.New("the answer is not of the form of one")
		}
	}
	defer s.change()
	switch do.Action {
	case "errors":
		if len(do.Errors) == 0 {
			return nil, errors.New("an answer of errors without any")
		}
		for id := range do.Errors {
			if !hasInput(v.Blocks, id) {
				return nil, errors.New("an error for a block that is no input")
			}
		}
		return maps.Clone(do.Errors), nil
	case "update", "push":
		next, err := s.readView(string(do.View), "modal")
		if err != nil {
			return nil, fmt.Errorf("the view of the answer: %w", err)
		}
		if updated := do.Action == "update"; updated && s.taken(next.external, v) || !updated && s.taken(next.external, nil) {
			return nil, errors.New("the view of the answer: duplicate_external_id")
		}
		if do.Action == "update" {
			s.replaceView(v, next)
			return nil, nil
		}
		if len(s.stack(v.User)) >= maxStack {
			return nil, errors.New("push_limit_reached")
		}
		s.keepView(next, v.User, v)
	case "clear":
		s.closeAll(v.User)
	case "":
		v.close()
	default:
		return nil, errors.New("unknown response_action")
	}
	return nil, nil
}

func hasInput(blocks json.RawMessage, id string) bool {
	for _, c := range controls(blocks) {
		if c.input && c.block == id {
			return true
		}
	}
	return false
}

// CloseView presses a modal's cancel button: the view closes, with clear_on_close
// all that it stands on as well. The app hears of it, and is waited for, only with
// notify_on_close.
func (s *Sim) CloseView(ctx context.Context, id string) error {
	s.mu.Lock()
	v, err := s.shown(id)
	if err == nil && v.Type != "modal" {
		err = errors.New("it is no modal")
	}
	if err != nil {
		s.mu.Unlock()
		return fmt.Errorf("closing view %q: %w", id, err)
	}
	v.close()
	if v.clears {
		s.closeAll(v.User)
	}
	s.change()
	if !v.notifies {
		s.mu.Unlock()
		return nil
	}
	payload := s.interaction("view_closed", v.User)
	payload["view"], payload["is_cleared"] = s.viewWire(v), v.clears
	answer := s.ask("interactive", payload)
	s.mu.Unlock()
	if _, err := await(ctx, answer); err != nil {
		return fmt.Errorf("closing view %q: %w", id, err)
	}
	return nil
}
