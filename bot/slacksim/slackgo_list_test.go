package slacksim_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// TestSlackGoConversations lets slack-go list the bot's conversations, page by
// page, and read what a channel missed.
func TestSlackGoConversations(t *testing.T) {
	sim, err := slacksim.Start(slacksim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	ann := sim.AddUser(slacksim.User{Name: "Ann"})
	var want []string
	for i := range 3 {
		want = append(want, sim.AddChannel(slacksim.Channel{Name: fmt.Sprint("ward-", i), ExtShared: i == 1}))
	}
	want = append(want, sim.DM(ann))
	api := slack.New(sim.BotToken(), slack.OptionAPIURL(sim.APIURL()))

	var got []string
	query := slack.GetConversationsForUserParameters{
		Types: []string{"public_channel", "private_channel", "im", "mpim"}, ExcludeArchived: true, Limit: 3,
	}
	for {
		list, next, err := api.GetConversationsForUserContext(t.Context(), &query)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			got = append(got, c.ID)
			if c.IsExtShared != (c.ID == want[1]) || c.IsIM != (c.ID == want[3]) {
				t.Errorf("%s: shared %v, direct %v", c.ID, c.IsExtShared, c.IsIM)
			}
		}
		if query.Cursor = next; next == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("conversations %q, want %q", got, want)
	}

	seen, err := sim.Post(slacksim.Message{Channel: want[0], User: ann, Text: "seen"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.Post(slacksim.Message{Channel: want[0], User: ann, Text: "missed"}); err != nil {
		t.Fatal(err)
	}
	history, err := api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: want[0], Oldest: seen})
	if err != nil || len(history.Messages) != 1 || history.Messages[0].Text != "missed" {
		t.Errorf("history %+v, error %v; want the message that was missed", history, err)
	}

	sim.SetScopes("channels:read")
	_, _, err = api.GetConversationsForUserContext(t.Context(), &query)
	if no, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || no.Needed != "groups:read,im:read,mpim:read" {
		t.Errorf("without the scopes: %v, want missing_scope and which", err)
	}
}
