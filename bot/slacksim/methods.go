package slacksim

// tier is a rate limit of the Web API (docs.slack.dev/apis/web-api/rate-limits).
type tier int

const (
	tierNone tier = iota
	tier1         // 1 a minute
	tier2         // 20
	tier3         // 50
	tier4         // 100
	tierPost      // 1 a second and channel, with short bursts
)

// method is what the Web API offers under a name.
type method struct {
	app    bool     // takes the app token instead of the bot's
	scopes []string // any one of them; none: checked by the method, or free
	tier   tier
	serve  func(*Sim, *request) (object, error)
}

// methods are all that are simulated (docs.slack.dev/reference/methods, which
// also gives scopes and tiers).
var methods = map[string]method{
	"apps.connections.open":        {app: true, tier: tier3, serve: (*Sim).connectionsOpen},
	"assistant.threads.setStatus":  {scopes: []string{"chat:write", "assistant:write"}, tier: tierNone, serve: (*Sim).setStatus},
	"auth.test":                    {tier: tierNone, serve: (*Sim).authTest},
	"chat.appendStream":            {scopes: []string{"chat:write"}, tier: tier4, serve: (*Sim).chatAppendStream},
	"chat.delete":                  {scopes: []string{"chat:write"}, tier: tier3, serve: (*Sim).chatDelete},
	"chat.getPermalink":            {tier: tierNone, serve: (*Sim).chatPermalink},
	"chat.postEphemeral":           {scopes: []string{"chat:write"}, tier: tier4, serve: (*Sim).chatEphemeral},
	"chat.postMessage":             {scopes: []string{"chat:write"}, tier: tierPost, serve: (*Sim).chatPost},
	"chat.startStream":             {scopes: []string{"chat:write"}, tier: tier2, serve: (*Sim).chatStartStream},
	"chat.stopStream":              {scopes: []string{"chat:write"}, tier: tier2, serve: (*Sim).chatStopStream},
	"chat.update":                  {scopes: []string{"chat:write"}, tier: tier3, serve: (*Sim).chatUpdate},
	"conversations.history":        {tier: tier3, serve: (*Sim).conversationsHistory},
	"conversations.info":           {tier: tier3, serve: (*Sim).conversationsInfo},
	"conversations.replies":        {tier: tier3, serve: (*Sim).conversationsReplies},
	"files.completeUploadExternal": {scopes: []string{"files:write"}, tier: tier4, serve: (*Sim).filesCompleteUpload},
	"files.delete":                 {scopes: []string{"files:write"}, tier: tier3, serve: (*Sim).filesDelete},
	"files.getUploadURLExternal":   {scopes: []string{"files:write"}, tier: tier4, serve: (*Sim).filesUploadURL},
	"files.info":                   {scopes: []string{"files:read"}, tier: tier4, serve: (*Sim).filesInfo},
	"reactions.add":                {scopes: []string{"reactions:write"}, tier: tier3, serve: (*Sim).reactionsAdd},
	"users.conversations":          {tier: tier3, serve: (*Sim).usersConversations},
	"users.info":                   {scopes: []string{"users:read"}, tier: tier4, serve: (*Sim).usersInfo},
	"views.open":                   {tier: tier4, serve: (*Sim).viewsOpen},
	"views.publish":                {tier: tier4, serve: (*Sim).viewsPublish},
	"views.push":                   {tier: tier4, serve: (*Sim).viewsPush},
	"views.update":                 {tier: tier4, serve: (*Sim).viewsUpdate},
}
