package main

import (
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Rules of this file: a fault names the variable, what is wrong and what is
// allowed. It never quotes a value, since a token may have been pasted into the
// wrong variable.

// fault is one thing that is wrong with the configuration.
type fault struct {
	name string // of the variable
	text string // what is wrong and what is allowed, as the end of a sentence
}

func (f fault) String() string { return f.name + " " + f.text }

// faults is an error when there is at least one.
type faults []fault

func (f faults) Error() string {
	if len(f) == 1 {
		return "the configuration cannot be used: " + f[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the configuration cannot be used, %d things are wrong:", len(f))
	for _, one := range f {
		b.WriteString("\n  " + one.String())
	}
	return b.String()
}

// any says whether one of the variables has a fault.
func (f faults) any(names ...string) bool {
	return slices.ContainsFunc(f, func(one fault) bool { return slices.Contains(names, one.name) })
}

// ordered sorts by the order of config's fields.
func (f faults) ordered() faults {
	place := map[string]int{}
	t := reflect.TypeFor[config]()
	for i := range t.NumField() {
		place[variable(t.Field(i))] = i
	}
	slices.SortStableFunc(f, func(a, b fault) int { return place[a.name] - place[b.name] })
	return f
}

func (f *faults) add(wrong bool, name, text string) {
	if wrong {
		*f = append(*f, fault{name, text})
	}
}

// unreadable says what a variable takes whose value is of another type.
func unreadable(name string) string {
	switch name {
	case "TEMPERATURE":
		return "must be a number from 0 to 1, with a point, such as 0.2"
	case "RETENTION":
		return "must be a duration such as 720h (days are not understood: 30 days are 720h)"
	case "DRAIN_TIMEOUT":
		return "must be a duration of more than 3s, such as 10s"
	case "CT_GREEN_WINDOW":
		return "must be a range in HU such as -135..215, the lower end first"
	case "ALLOW_TEXT_ONLY", "ALLOW_EXTERNAL", "ALLOW_BURNED_IN":
		return "must be true or false"
	case "LOG_LEVEL":
		return "must be debug, info, warn or error"
	default:
		return "must be a whole number"
	}
}

var (
	botTokenRE = regexp.MustCompile(`^xoxb-[A-Za-z0-9_.-]+$`)
	appTokenRE = regexp.MustCompile(`^xapp-[A-Za-z0-9_.-]+$`)
	// Region and ids become part of host names and paths, so that a stray slash
	// would send the token elsewhere. medgemma.New takes the same.
	regionRE   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	projectRE  = regexp.MustCompile(`^[a-z0-9][a-z0-9.:-]{0,99}$`)
	endpointRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	databaseRE = regexp.MustCompile(`^(\(default\)|[a-z0-9-]+)$`)
	channelRE  = regexp.MustCompile(`^[CDG][A-Z0-9]+$`)
	portRE     = regexp.MustCompile(`^[0-9]{1,5}$`)
)

// minTokens is the least that an answer may be cut to (DESIGN: at least 64), and
// minContext the least context in which a question with one image has room: an
// image alone takes 256 tokens, the instruction some hundreds.
const (
	minTokens  = 64
	minContext = 1024
)

// maxImages is what a context of 32,768 tokens has room for, at 256 an image, with
// a question; Google's own code sends at most 85 slices.
const maxImages = 100

// minDrain is what a stop needs for more than finishing answers: telling the
// threads and releasing their leases (bot.Config.DrainTimeout), and closing up.
const minDrain = 3 * time.Second

// maxSockets leaves room in the ten that Slack gives an app for a second process and
// for the overlap of a deploy (docs.slack.dev/apis/events-api/using-socket-mode).
const maxSockets = 4

// maxPromptBytes bounds the instruction: more would leave no room for questions
// in the default context.
const maxPromptBytes = 32 << 10

// maxUrgentText bounds the line for questions that cannot wait: it stands above the
// answer, in the same message.
const maxUrgentText = 300

// validate returns all that is wrong with values that could be read. It reads
// PromptFile.
func (c *config) validate() faults {
	var f faults
	f.token("SLACK_BOT_TOKEN", c.BotToken, botTokenRE, "a bot token (xoxb-..., from OAuth & Permissions)")
	f.token("SLACK_APP_TOKEN", c.AppToken, appTokenRE, "an app-level token (xapp-..., from Basic Information, with connections:write)")
	f.url("SLACK_API_URL", c.APIURL, false)
	f.add(c.Sockets < 1 || c.Sockets > maxSockets, "SLACK_SOCKETS", fmt.Sprintf("must be from 1 to %d", maxSockets))
	c.validateModel(&f)

	// Written so that NaN, which is neither, is refused as well.
	f.add(!(c.Temperature >= 0 && c.Temperature <= 1), "TEMPERATURE", unreadable("TEMPERATURE"))
	f.add(c.ContextTokens < minContext || c.ContextTokens > math.MaxInt32, "MODEL_CONTEXT_TOKENS",
		fmt.Sprintf("must be the context length that the endpoint was deployed with, at least %d", minContext))
	f.add(c.MaxTokensLimit < minTokens, "MAX_TOKENS_LIMIT", fmt.Sprintf("must be at least %d", minTokens))
	f.add(c.MaxTokensLimit >= minTokens && c.MaxTokensLimit >= c.ContextTokens, "MAX_TOKENS_LIMIT",
		"must be less than MODEL_CONTEXT_TOKENS, which holds the question as well")
	f.add(c.MaxTokens < minTokens || c.MaxTokens > c.MaxTokensLimit, "MAX_TOKENS",
		fmt.Sprintf("must be from %d to MAX_TOKENS_LIMIT", minTokens))
	f.add(c.MaxImages < 0 || c.MaxImages > maxImages, "MODEL_MAX_IMAGES", fmt.Sprintf("must be from 0 (a model without images) to %d", maxImages))
	f.add(c.Concurrency < 1, "MODEL_CONCURRENCY", "must be 1 or more")

	f.add(c.Store != "local" && c.Store != "firestore", "STORE", "must be local or firestore")
	f.add(!databaseRE.MatchString(c.FirestoreDatabase), "FIRESTORE_DATABASE", "must be (default) or the id of a database: small letters, digits and dashes")
	f.add(utf8.RuneCountInString(c.UrgentText) > maxUrgentText || strings.Contains(c.UrgentText, "\n"), "URGENT_TEXT",
		fmt.Sprintf("must be one line of at most %d characters", maxUrgentText))
	f.add(c.Retention <= 0, "RETENTION", "must be more than 0, such as 720h")
	f.add(c.DrainTimeout <= minDrain, "DRAIN_TIMEOUT", unreadable("DRAIN_TIMEOUT"))
	c.validateChannels(&f)
	c.validateAddr(&f)
	c.readPrompt(&f)
	return f
}

// token checks a token's prefix: the two tokens are easily confused, and Slack's
// own error does not say so.
func (f *faults) token(name string, value secret, shape *regexp.Regexp, what string) {
	switch {
	case value == "":
		f.add(true, name, "is not set: it takes "+what)
	case !shape.MatchString(string(value)):
		f.add(true, name, "holds something else: it takes "+what)
	}
}

// url checks a base URL. Over http a token could be read on the way, so that it
// is allowed only where nothing leaves the machine, unless anywhere is true.
func (f *faults) url(name, value string, anywhere bool) {
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		f.add(true, name, "must be a URL that begins with https:// (or http:// on this machine)")
		return
	}
	f.add(u.User != nil || u.RawQuery != "" || u.Fragment != "", name, "must be a plain URL, without user, ? or #")
	f.add(u.Scheme == "http" && !anywhere && !loopback(u.Hostname()), name,
		"must begin with https://: http is allowed only to this machine (127.0.0.1, localhost)")
}

// loopback says whether a host is this machine. Names other than localhost are
// not looked up: what they mean can change after the check.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// validateModel checks that there is exactly one model, and what it needs.
func (c *config) validateModel(f *faults) {
	f.add(c.Project != "" && !projectRE.MatchString(c.Project), "GCP_PROJECT_ID", "must be a project id such as my-project-1234")
	f.add(c.Region != "" && !regionRE.MatchString(c.Region), "GCP_REGION", "must be a region such as us-central1")
	f.add(c.Store == "firestore" && c.Project == "", "GCP_PROJECT_ID", "is not set: STORE=firestore needs it")
	vertex := c.EndpointID != "" || c.EndpointURL != ""
	if c.ModelURL != "" {
		f.add(vertex, "MODEL_URL", "is set together with MODEL_ENDPOINT_ID or MODEL_ENDPOINT_URL: set either a Vertex AI endpoint or MODEL_URL")
		// Inside a cluster plain http is usual; a key must not travel so.
		f.url("MODEL_URL", c.ModelURL, c.ModelAPIKey == "")
		return
	}
	f.add(c.ModelAPIKey != "", "MODEL_API_KEY", "is set without MODEL_URL: Vertex AI takes Application Default Credentials")
	if !vertex {
		f.add(true, "MODEL_ENDPOINT_ID", "is not set: set it, GCP_PROJECT_ID and GCP_REGION for Vertex AI, or MODEL_URL for an OpenAI-compatible server")
		return
	}
	f.add(c.EndpointID == "", "MODEL_ENDPOINT_ID", "is not set: MODEL_ENDPOINT_URL only says where that endpoint is reached")
	f.add(c.EndpointID != "" && !endpointRE.MatchString(c.EndpointID), "MODEL_ENDPOINT_ID",
		"must be the endpoint's id alone (digits, or mg-endpoint-...), without the path before it")
	f.add(c.Project == "" && c.Store != "firestore", "GCP_PROJECT_ID", "is not set: a Vertex AI endpoint needs it")
	f.add(c.EndpointRegion == "", "GCP_REGION", "is not set: a Vertex AI endpoint needs it (or MODEL_ENDPOINT_REGION)")
	f.add(c.EndpointRegion != c.Region && c.EndpointRegion != "" && !regionRE.MatchString(c.EndpointRegion),
		"MODEL_ENDPOINT_REGION", "must be a region such as us-central1")
	if c.EndpointURL != "" {
		f.url("MODEL_ENDPOINT_URL", c.EndpointURL, false)
	}
}

// validateChannels also drops blanks, as after a trailing comma. A list of
// nothing else must not open every channel.
func (c *config) validateChannels(f *faults) {
	if len(c.AllowedChannels) == 0 {
		return
	}
	c.AllowedChannels = slices.DeleteFunc(c.AllowedChannels, func(id string) bool { return id == "" })
	wrong := func(id string) bool { return !channelRE.MatchString(id) }
	f.add(len(c.AllowedChannels) == 0 || slices.ContainsFunc(c.AllowedChannels, wrong), "ALLOWED_CHANNELS",
		"must be channel ids separated by commas, such as C0123456789 (not names: an id is at the end of a channel's details)")
}

// validateAddr blames the variable that the address came from.
func (c *config) validateAddr(f *faults) {
	name, what := "HTTP_ADDR", "must be host:port or :port, such as :8080"
	if c.HTTPAddr == ":"+c.Port {
		name, what = "PORT", "must be a port such as 8080"
	}
	_, port, err := net.SplitHostPort(c.HTTPAddr)
	n, _ := strconv.Atoi(port)
	f.add(err != nil || !portRE.MatchString(port) || n > math.MaxUint16, name, what)
}

// readPrompt reads the instruction now, so that a missing file is a fault of the
// configuration and not of the first question.
func (c *config) readPrompt(f *faults) {
	if c.PromptFile == "" {
		return
	}
	data, err := os.ReadFile(c.PromptFile)
	c.prompt = strings.TrimSpace(string(data))
	switch {
	case err != nil:
		f.add(true, "SYSTEM_PROMPT_FILE", "names a file that cannot be read")
	case c.prompt == "":
		f.add(true, "SYSTEM_PROMPT_FILE", "names an empty file: it must hold the instruction for the model")
	case !utf8.ValidString(c.prompt) || len(c.prompt) > maxPromptBytes:
		f.add(true, "SYSTEM_PROMPT_FILE", fmt.Sprintf("must name a UTF-8 text file of at most %d KB", maxPromptBytes>>10))
	}
}
