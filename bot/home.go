package bot

import (
	"cmp"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// home is what the Home tab shows to one person.
type home struct {
	channels  []homeChannel // that the person may see, in the order to show
	instead   string        // mrkdwn that stands in their place; "": none
	defaults  settings
	limit     int           // most max tokens that may be set
	retention time.Duration // how long a thread is kept after its last turn; 0: not said
	urgent    string        // what is said to whoever cannot wait, mrkdwn
}

// homeChannel is a channel with what is set for it.
type homeChannel struct {
	id  string
	set store.Settings
}

// maxHomeChannels is how many channels the Home tab lists.
const maxHomeChannels = 20

// homeView is the Home tab.
func homeView(h home) slack.HomeTabViewRequest {
	blocks := []slack.Block{
		slack.NewHeaderBlock(words("MedBuddy")),
		section(textHomeWhat),
		section(textHomeHow),
		section(textHomeCommands(h.limit)),
		slack.NewDividerBlock(),
	}
	for _, part := range split(cmp.Or(h.instead, textHomeChannels(h.channels, h.defaults)), sectionRunes) {
		blocks = append(blocks, section(part))
	}
	blocks = append(blocks, slack.NewDividerBlock(), section(textHomeLimits), section(textHomePrivacy(h.retention)), small(draftLabel))
	if h.urgent != "" {
		blocks = append(blocks, small("Not for emergencies. "+clip(h.urgent, sectionRunes)))
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
}
