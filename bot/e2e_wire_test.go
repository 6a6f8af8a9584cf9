package bot_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// wireRequest is a request as the endpoint gets it.
type wireRequest struct {
	Messages    []wireMessage `json:"messages"`
	Temperature *float64      `json:"temperature"`
	MaxTokens   *int          `json:"max_tokens"`
	raw         []byte
}

type wireMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"`
}

type wirePart struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	ImageURL *struct {
		URL string `json:"url"`
	} `json:"image_url"`
}

// request is the nth request that the model got.
func (w *world) request(n int) wireRequest {
	w.t.Helper()
	all := w.model.Requests()
	if n >= len(all) {
		w.t.Fatalf("the model got %d requests, no number %d", len(all), n+1)
	}
	r := wireRequest{raw: all[n].Body}
	must(w.t, json.Unmarshal(r.raw, &r))
	return r
}

func (r wireRequest) parts(t *testing.T, message int) []wirePart {
	t.Helper()
	raw, err := json.Marshal(r.Messages[message].Content)
	must(t, err)
	var parts []wirePart
	must(t, json.Unmarshal(raw, &parts))
	return parts
}

// images lists the data URLs in order.
func (r wireRequest) images() []string {
	var urls []string
	for _, s := range strings.Split(string(r.raw), `"url":"`)[1:] {
		url, _, _ := strings.Cut(s, `"`)
		urls = append(urls, url)
	}
	return urls
}

func dataURL(mime string, data []byte) string {
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// prefix is the request's messages as they stand on the wire, without the end of
// the list: what a longer conversation must begin with.
func (r wireRequest) prefix() string {
	_, messages, _ := strings.Cut(string(r.raw), `"messages":[`)
	end := strings.LastIndex(messages, `}]`)
	if i := strings.Index(messages, `}],"`); i > 0 && i < end {
		end = strings.LastIndex(messages, `}],"`)
	}
	return messages[:end]
}

// decoded are the bytes of a data URL.
func decoded(t *testing.T, url string) []byte {
	t.Helper()
	_, raw, _ := strings.Cut(url, ";base64,")
	data, err := base64.StdEncoding.DecodeString(raw)
	must(t, err)
	return data
}
