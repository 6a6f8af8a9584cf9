package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/sethvargo/go-envconfig"
)

// config is every setting, read once from the environment by loadConfig. Which
// values are allowed is written in validate.go, and nowhere else.
type config struct {
	BotToken secret `env:"SLACK_BOT_TOKEN"`                               // xoxb-...
	AppToken secret `env:"SLACK_APP_TOKEN"`                               // xapp-..., with connections:write
	APIURL   string `env:"SLACK_API_URL, default=https://slack.com/api/"` // ends with a slash once loaded
	Sockets  int    `env:"SLACK_SOCKETS, default=2"`

	Project        string `env:"GCP_PROJECT_ID"`
	Region         string `env:"GCP_REGION"`
	EndpointID     string `env:"MODEL_ENDPOINT_ID"`
	EndpointRegion string `env:"MODEL_ENDPOINT_REGION, default=$GCP_REGION"`
	EndpointURL    string `env:"MODEL_ENDPOINT_URL"` // base URL; replaces discovery only

	ModelURL    string `env:"MODEL_URL"` // base URL; replaces Vertex AI
	ModelName   string `env:"MODEL_NAME"`
	ModelAPIKey secret `env:"MODEL_API_KEY"`

	PromptFile     string  `env:"SYSTEM_PROMPT_FILE"`
	UrgentText     string  `env:"URGENT_TEXT"` // mrkdwn; empty: the built-in line
	Temperature    float64 `env:"TEMPERATURE, default=0.1"`
	MaxTokens      int     `env:"MAX_TOKENS, default=500"`
	MaxTokensLimit int     `env:"MAX_TOKENS_LIMIT, default=8192"`
	ContextTokens  int     `env:"MODEL_CONTEXT_TOKENS, default=32768"`
	MaxImages      int     `env:"MODEL_MAX_IMAGES, default=16"`
	AllowTextOnly  bool    `env:"ALLOW_TEXT_ONLY"`
	CTGreen        huRange `env:"CT_GREEN_WINDOW, default=-135..215"`
	AllowBurnedIn  bool    `env:"ALLOW_BURNED_IN"`
	Concurrency    int     `env:"MODEL_CONCURRENCY, default=8"`

	Store             string        `env:"STORE, default=local"`
	DataDir           string        `env:"DATA_DIR, default=./data"`
	FirestoreDatabase string        `env:"FIRESTORE_DATABASE, default=(default)"`
	Retention         time.Duration `env:"RETENTION, default=720h"`

	AllowedChannels []string `env:"ALLOWED_CHANNELS"` // ids; empty: every channel it was invited to
	AllowExternal   bool     `env:"ALLOW_EXTERNAL"`

	DrainTimeout time.Duration `env:"DRAIN_TIMEOUT, default=10s"` // from the signal to the end of the process

	HTTPAddr string     `env:"HTTP_ADDR"` // :8080, or :$PORT when only that is set, once loaded
	Port     string     `env:"PORT"`
	LogLevel slog.Level `env:"LOG_LEVEL, default=info"`

	prompt string // what PromptFile holds; empty: the built-in instruction
}

// huRange is a range of Hounsfield units, written LOW..HIGH.
type huRange [2]float64

// EnvDecode implements envconfig.Decoder.
func (r *huRange) EnvDecode(s string) error {
	low, high, ok := strings.Cut(s, "..")
	var err [2]error
	r[0], err[0] = strconv.ParseFloat(strings.TrimSpace(low), 64)
	r[1], err[1] = strconv.ParseFloat(strings.TrimSpace(high), 64)
	// Written so that NaN is refused as well.
	if !ok || err[0] != nil || err[1] != nil || !(r[0] >= -32768 && r[0] < r[1] && r[1] <= 65535) {
		return errors.New("not LOW..HIGH")
	}
	return nil
}

func (r huRange) String() string { return fmt.Sprintf("%v..%v", r[0], r[1]) }

// loadConfig reads the environment. The faults are all that is wrong with it, in
// the order of config's fields; the other fields are right also when there are
// faults. A variable that is empty or blank counts as not set.
func loadConfig(ctx context.Context, env envconfig.Lookuper) (config, faults) {
	var cfg config
	var found faults
	// envconfig stops at the first value that it cannot read. That value belongs
	// to the last variable it asked for: note it, hide it, and read once more.
	hidden := map[string]bool{}
	for {
		last := ""
		lookup := envconfig.LookuperFunc(func(name string) (string, bool) {
			last = name
			value, _ := env.Lookup(name)
			if value = strings.TrimSpace(value); value == "" || hidden[name] {
				return "", false
			}
			return value, true
		})
		cfg = config{}
		err := envconfig.ProcessWith(ctx, &envconfig.Config{Target: &cfg, Lookuper: lookup})
		if err == nil {
			_, limited := lookup("MAX_TOKENS_LIMIT")
			cfg.derive(limited)
			break
		}
		if last == "" || hidden[last] {
			return config{}, faults{{"environment", "cannot be read"}} // a wrong tag; every test would fail
		}
		hidden[last] = true
		found = append(found, fault{last, unreadable(last)})
	}
	found = append(found, cfg.validate()...)
	return cfg, found.ordered()
}

// derive fills in what follows from other settings. limited says that
// MAX_TOKENS_LIMIT was set.
func (c *config) derive(limited bool) {
	if !strings.HasSuffix(c.APIURL, "/") {
		c.APIURL += "/" // slack-go appends the method's name as it is
	}
	c.EndpointURL = strings.TrimRight(c.EndpointURL, "/")
	c.ModelURL = strings.TrimRight(c.ModelURL, "/")
	if c.HTTPAddr == "" && c.Port != "" {
		c.HTTPAddr = ":" + c.Port
	} else if c.HTTPAddr == "" {
		c.HTTPAddr = ":8080"
	}
	// The default limit suits the default context. A smaller context must hold
	// the question, too, so nobody has to think of both.
	if !limited {
		c.MaxTokensLimit = min(c.MaxTokensLimit, max(c.ContextTokens/2, c.MaxTokens))
	}
}

// LogValue is the settings by the names of their variables, without secrets.
func (c config) LogValue() slog.Value {
	var attrs []slog.Attr
	c.each(func(name string, value any) { attrs = append(attrs, slog.Any(name, value)) })
	return slog.GroupValue(attrs...)
}

// String is the settings as NAME=value, without secrets.
func (c config) String() string {
	var words []string
	c.each(func(name string, value any) { words = append(words, fmt.Sprintf("%s=%v", name, value)) })
	return strings.Join(words, " ")
}

// GoString keeps %#v from printing the fields as they are.
func (c config) GoString() string { return "config{" + c.String() + "}" }

// each calls f for every field that a variable sets, in order.
func (c config) each(f func(name string, value any)) {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		if name := variable(v.Type().Field(i)); name != "" {
			f(name, v.Field(i).Interface())
		}
	}
}

// variable is the name of the variable that sets a field, or "".
func variable(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
	return name
}

// secret is a string that no print and no log shows.
type secret string

func (s secret) String() string {
	if s == "" {
		return "(not set)"
	}
	return "(set)"
}

// GoString is String, so that %#v shows no more.
func (s secret) GoString() string { return s.String() }

// LogValue is String.
func (s secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is String, so that no encoder shows more.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
