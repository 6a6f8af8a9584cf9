package main

import (
	"fmt"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// workspace is what a newcomer finds: two clinicians, a channel with a scan
// already posted, and a direct line to MedBuddy.
type workspace struct {
	people  []string
	channel string
	thread  string // under the posted scan
}

// shortcuts are those of the manifest.
var shortcuts = []Shortcut{{Name: "Ask MedBuddy", CallbackID: bot.Shortcuts()[0]}}

func callbackIDs(list []Shortcut) []string {
	ids := []string{}
	for _, s := range list {
		ids = append(ids, s.CallbackID)
	}
	return ids
}

func furnish(sim *slacksim.Sim) (workspace, error) {
	scan, err := webFiles.ReadFile("web/retina.jpg")
	if err != nil {
		return workspace{}, fmt.Errorf("reading the sample scan: %w", err)
	}
	ann := sim.AddUser(slacksim.User{Name: "Ann Fischer"})
	ben := sim.AddUser(slacksim.User{Name: "Ben Osei"})
	w := workspace{people: []string{ann, ben}, channel: sim.AddChannel(slacksim.Channel{Name: "radiology"})}
	sim.AddChannel(slacksim.Channel{Name: "dermatology"})
	for _, p := range w.people {
		sim.DM(p)
	}
	w.thread, err = sim.Post(slacksim.Message{
		Channel: w.channel, User: ben, Text: "Fundus photograph of the left eye, routine screening.",
		Files: []slacksim.File{{Name: "retina.jpg", Data: scan}},
	})
	if err != nil {
		return workspace{}, fmt.Errorf("posting the sample scan: %w", err)
	}
	return w, nil
}

func (w workspace) info(m model) Info {
	return Info{
		Model: m.sentence, Real: m.real, Channel: w.channel, Thread: w.thread, People: w.people,
		Commands: bot.Commands(), Shortcuts: shortcuts,
	}
}
