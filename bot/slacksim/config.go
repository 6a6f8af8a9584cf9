package slacksim

import (
	"slices"
	"time"
)

// Config is what may be chosen about a workspace. The zero value is a workspace
// that behaves as Slack documents.
type Config struct {
	Addr     string           // to listen on, a loopback address; default "127.0.0.1:0"
	Now      func() time.Time // for ts, expiry and rate limits; default time.Now
	Seed     uint64           // decides ids and the order of app_mention and message
	TeamName string           // default "Simulated Hospital"
	BotName  string           // default "MedBuddy"
	Scopes   []string         // of the bot token; default DefaultScopes
	Commands []string         // registered slash commands; nil takes any

	Shortcuts []string // callback ids of the registered message shortcuts; nil takes any

	AckTimeout   time.Duration   // default 3 s
	RetryAfter   []time.Duration // waits before each retry; default 0, 1 min, 5 min; empty but not nil: none
	PingInterval time.Duration   // default 10 s; Slack's is below 30 s
	CloseAfter   time.Duration   // from disconnect to the server closing the socket; default 10 s
	MaxSockets   int             // default 10

	Duplicates float64 // share of the events that are sent a second time at once, as a retry

	RateLimits       bool // answer 429 by Slack's tiers
	DeliverTwice     bool // send every event a second time at once, as a retry
	EverySocket      bool // send every event to each open socket, as if each were another app's: own envelopes, acks and retries
	LoseUnheard      bool // never deliver an event that happens while no socket is open, as some teams report
	ForgetCalls      bool // Calls lists nothing, for long runs; Stats, Count and Busiest still count
	MentionsLoseFile bool // app_mention comes without its files, as it sometimes does
	NoStreams        bool // native streaming is refused (channel_type_not_supported), as some workspaces report
	OldestFirst      bool // conversations.history with an oldest and no latest begins at the oldest (slackhq/slack-api-docs#4)
}

// DefaultScopes are those that a bot which reads threads and files and posts both has.
func DefaultScopes() []string {
	return []string{
		"app_mentions:read", "assistant:write", "channels:history", "channels:read", "chat:write", "commands",
		"files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read", "im:write", "mpim:history",
		"mpim:read", "reactions:write", "users:read",
	}
}

// withDefaults fills in what was left out and copies what is shared.
func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.TeamName == "" {
		c.TeamName = "Simulated Hospital"
	}
	if c.BotName == "" {
		c.BotName = "MedBuddy"
	}
	if c.Scopes == nil {
		c.Scopes = DefaultScopes()
	}
	c.Scopes = slices.Clone(c.Scopes)
	c.Commands, c.Shortcuts = slices.Clone(c.Commands), slices.Clone(c.Shortcuts)
	def(&c.AckTimeout, 3*time.Second)
	def(&c.PingInterval, 10*time.Second)
	def(&c.CloseAfter, 10*time.Second)
	if c.RetryAfter == nil {
		c.RetryAfter = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if c.MaxSockets == 0 {
		c.MaxSockets = 10 // docs.slack.dev/apis/events-api/using-socket-mode
	}
	return c
}
