package medgemma

import (
	"strings"
	"testing"
)

func TestConfigurations(t *testing.T) {
	ok := Config{Project: "p", Region: "us-central1", EndpointID: "mg-endpoint-1a"}
	with := func(change func(*Config)) Config {
		c := ok
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		cfg  Config
		want string // in the error; empty for none
	}{
		"vertex":               {ok, ""},
		"endpoint's region":    {with(func(c *Config) { c.Region, c.EndpointRegion = "", "europe-west4" }), ""},
		"domain project":       {with(func(c *Config) { c.Project = "example.com:p" }), ""},
		"loopback":             {with(func(c *Config) { c.EndpointURL = "http://127.0.0.1:8080/" }), ""},
		"loopback v6":          {with(func(c *Config) { c.EndpointURL = "http://[::1]:8080" }), ""},
		"private https":        {with(func(c *Config) { c.EndpointURL = "https://psc.internal" }), ""},
		"server":               {Config{URL: "http://192.168.1.5:11434/v1"}, ""},
		"server with key":      {Config{URL: "https://llm.example/v1", APIKey: "k"}, ""},
		"loopback with key":    {Config{URL: "http://localhost:8000/v1", APIKey: "k"}, ""},
		"nothing":              {Config{}, "Project"},
		"no region":            {with(func(c *Config) { c.Region = "" }), "Region"},
		"full name":            {with(func(c *Config) { c.EndpointID = "projects/p/locations/l/endpoints/1" }), "EndpointID"},
		"region with a host":   {with(func(c *Config) { c.Region = "evil.example/" }), "Region"},
		"plain http":           {with(func(c *Config) { c.EndpointURL = "http://10.0.0.7" }), "loopback"},
		"looks like loopback":  {with(func(c *Config) { c.EndpointURL = "http://127.0.0.1.evil.example" }), "loopback"},
		"no scheme":            {with(func(c *Config) { c.EndpointURL = "127.0.0.1:80" }), "EndpointURL"},
		"file":                 {Config{URL: "file:///etc/passwd"}, "URL"},
		"with a password":      {Config{URL: "http://u:SECRET@h/v1"}, "user"},
		"with a query":         {Config{URL: "http://h/v1?key=SECRET"}, "query"},
		"broken with a secret": {Config{URL: "http://h/%zzSECRET"}, "not a URL"},
		"key in the clear":     {Config{URL: "http://192.168.1.5/v1", APIKey: "SECRET"}, "clear"},
		"key with a break":     {Config{URL: "https://h/v1", APIKey: "SECRET\r\nX: y"}, "line break"},
		"both":                 {with(func(c *Config) { c.URL = "http://127.0.0.1/v1" }), "both"},
		"key without a server": {with(func(c *Config) { c.APIKey = "SECRET" }), "APIKey"},
		"two faults":           {Config{Project: "P P", Region: "us-central1"}, "EndpointID"},
	} {
		_, err := New(c.cfg)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRET")):
			t.Errorf("%s: error %v, want one about %s", name, err, c.want)
		}
	}
}

func TestDefaultsAreThePromisedOnes(t *testing.T) {
	d := Timing{BusyTries: 2}.withDefaults()
	if d.BusyTries != 2 || d.FirstToken.Minutes() != 5 || d.Idle.Seconds() != 30 || d.WakeFor.Minutes() != 20 || d.WakePoll.Seconds() != 10 || d.BusyFor.Minutes() != 2 {
		t.Errorf("%+v", d)
	}
}

func TestLimitsOfTheBody(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		want int
	}{
		{Config{URL: "http://127.0.0.1/v1"}, 20_000_000},
		{Config{Project: "p", Region: "r", EndpointID: "1"}, 10_000_000},
		{Config{Project: "p", Region: "r", EndpointID: "1", EndpointURL: "https://h"}, 10_000_000},
	} {
		client, err := New(c.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := client.MaxBody(); got != c.want {
			t.Errorf("%+v: %d, want %d", c.cfg, got, c.want)
		}
	}
}

func TestWhoPaysForAPersonsCalls(t *testing.T) {
	for file, want := range map[string]string{
		`{"type":"authorized_user"}`: "p", `{"type":"authorized_user","quota_project_id":"q"}`: "q",
		`{"type":"service_account"}`: "", "": "", "junk": "",
	} {
		if got := quotaProject([]byte(file), "p"); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}
