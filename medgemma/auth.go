package medgemma

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// cloudPlatform is the scope that Vertex AI's prediction methods ask for.
const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// tokenTime bounds one fetch of a token; the default client has no bound.
const tokenTime = 30 * time.Second

// credentials adds a Google token to requests. The token is fetched at the
// first call and kept until it expires.
type credentials struct {
	ready   chan struct{} // holds one value while nobody is looking for credentials
	tokens  oauth2.TokenSource
	reuse   oauth2.TokenSource
	project string
	quota   string // value of X-Goog-User-Project, or empty
	link    link   // to the token server
}

// link remembers whether the last call came through: oauth2 turns the errors
// of a service account's calls into text and so hides which kind they are.
type link struct{ down atomic.Bool }

// RoundTrip implements http.RoundTripper.
func (l *link) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	l.down.Store(err != nil)
	return res, err
}

// authorize sets the headers of r, or returns an *Error.
func (k *credentials) authorize(r *http.Request) error {
	ctx := r.Context()
	src, err := k.source(ctx)
	if err != nil {
		return err
	}
	type result struct {
		tok *oauth2.Token
		err error
	}
	// Token hears no context; its HTTP client has a time limit of its own.
	done := make(chan result, 1)
	go func() {
		tok, err := src.Token()
		done <- result{tok, err}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case got := <-done:
		if got.err != nil {
			return tokenError(got.err, k.link.down.Load())
		}
		got.tok.SetAuthHeader(r)
	}
	if k.quota != "" {
		r.Header.Set("X-Goog-User-Project", k.quota)
	}
	return nil
}

func (k *credentials) source(ctx context.Context) (oauth2.TokenSource, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-k.ready:
	}
	defer func() { k.ready <- struct{}{} }()
	if k.reuse != nil {
		return k.reuse, nil
	}
	if k.tokens != nil {
		k.reuse = oauth2.ReuseTokenSource(nil, k.tokens)
		return k.reuse, nil
	}
	// The source keeps the context for every later refresh, so it must not be
	// the one of the call that happens to be first.
	life := context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, &http.Client{Timeout: tokenTime, Transport: &k.link})
	creds, err := google.FindDefaultCredentials(life, cloudPlatform)
	if err != nil {
		return nil, &Error{Kind: KindUnauthorized, permanent: true,
			Err: errors.New("no Application Default Credentials found: run gcloud auth application-default login, or give the service an account")}
	}
	k.quota = quotaProject(creds.JSON, k.project)
	k.reuse = oauth2.ReuseTokenSource(nil, creds.TokenSource)
	return k.reuse, nil
}

// quotaProject is who pays for calls made with a person's own credentials;
// Google refuses those without one. Service accounts bring their own.
func quotaProject(file []byte, project string) string {
	var f struct {
		Type  string `json:"type"`
		Quota string `json:"quota_project_id"`
	}
	if json.Unmarshal(file, &f) != nil {
		return ""
	}
	if f.Quota == "" && f.Type == "authorized_user" {
		return project
	}
	return f.Quota
}

// tokenError keeps the code of a token server's refusal and nothing of its
// text, which may name an account or repeat a token.
func tokenError(err error, down bool) *Error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		e := &Error{Kind: KindUnauthorized, permanent: true, Err: errors.New("the token server refused the credentials")}
		if refused.Response != nil {
			e.Err = fmt.Errorf("the token server refused the credentials with HTTP %d", refused.Response.StatusCode)
			if refused.Response.StatusCode >= 500 {
				e.Kind, e.permanent = KindUnreachable, false
			}
		}
		return e
	}
	var u *url.Error
	var n net.Error
	if down || errors.As(err, &u) || errors.As(err, &n) {
		return &Error{Kind: KindUnreachable, Err: errors.New("the token server cannot be reached")}
	}
	return &Error{Kind: KindUnauthorized, permanent: true, Err: errors.New("no token could be had from the credentials")}
}
