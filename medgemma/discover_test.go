package medgemma

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"cloud.google.com/go/aiplatform/apiv1/aiplatformpb"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// directory is the part of Vertex AI that knows endpoints.
type directory struct {
	aiplatformpb.UnimplementedEndpointServiceServer

	mu       sync.Mutex
	endpoint *aiplatformpb.Endpoint
	err      error
	asked    []string
}

func (d *directory) GetEndpoint(_ context.Context, r *aiplatformpb.GetEndpointRequest) (*aiplatformpb.Endpoint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, r.GetName())
	return d.endpoint, d.err
}

func (d *directory) set(dedicated bool, dns string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.endpoint = &aiplatformpb.Endpoint{DisplayName: "medgemma", DedicatedEndpointEnabled: dedicated, DedicatedEndpointDns: dns,
		DeployedModels: []*aiplatformpb.DeployedModel{{DisplayName: "medgemma-1.5-4b-it"}}}
}

func startDirectory(t *testing.T) (*directory, []option.ClientOption) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d, srv := new(directory), grpc.NewServer()
	aiplatformpb.RegisterEndpointServiceServer(srv, d)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d, []option.ClientOption{option.WithEndpoint(l.Addr().String()), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials()))}
}

// hosts is a network in which names lead to simulators that speak TLS.
type hosts struct {
	mu    sync.Mutex
	addr  map[string]string
	asked []string
}

func (h *hosts) add(t *testing.T, name string, handler http.Handler) {
	t.Helper()
	srv := httptest.NewUnstartedServer(handler)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.addr[name+":443"] = srv.Listener.Addr().String()
}

func (h *hosts) transport(t *testing.T) *http.Transport {
	tr := &http.Transport{
		// The names are made up, so no certificate can be right.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			h.mu.Lock()
			h.asked = append(h.asked, addr)
			to := h.addr[addr]
			h.mu.Unlock()
			if to == "" {
				return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
			}
			return new(net.Dialer).DialContext(ctx, network, to)
		},
	}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// tokens counts how often one is fetched.
type tokens struct {
	mu sync.Mutex
	n  int
}

func (k *tokens) Token() (*oauth2.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n++
	return &oauth2.Token{AccessToken: "secret-token", TokenType: "Bearer"}, nil
}

// vertex is Vertex AI on loopback, and a client of it.
type vertex struct {
	*directory
	*hosts
	tokens *tokens
	client *Client
}

func newVertex(t *testing.T) vertex {
	t.Helper()
	d, opts := startDirectory(t)
	v := vertex{directory: d, hosts: &hosts{addr: map[string]string{}}, tokens: new(tokens)}
	v.client, _ = newClient(t, Config{Project: "p", Region: "europe-west4", EndpointRegion: "us-central1", EndpointID: "42",
		Tokens: v.tokens, Transport: v.transport(t), EndpointOptions: opts})
	return v
}

func newSim(t *testing.T, cfg modelsim.Config) *modelsim.Server {
	t.Helper()
	cfg.Endpoint, cfg.Token = endpointName, "secret-token"
	s := modelsim.New(cfg)
	t.Cleanup(func() {
		for _, p := range s.Problems() {
			t.Errorf("modelsim: %s", p)
		}
	})
	return s
}

func TestDiscoversWhereToSend(t *testing.T) {
	const dedicated, shared = "mg-42.us-central1-7.prediction.vertexai.goog", "us-central1-aiplatform.googleapis.com"
	for name, c := range map[string]struct {
		dedicated bool
		dns       string
		host      string
		body      int
	}{
		"bare":      {true, dedicated, dedicated, maxDedicated},
		"as URL":    {true, "https://" + dedicated + "/", dedicated, maxDedicated},
		"with port": {true, dedicated + ":443", dedicated, maxDedicated},
		"shared":    {false, "", shared, maxShared},
		// Google fills the name before it serves there.
		"not enabled": {false, dedicated, shared, maxShared},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVertex(t)
			v.set(c.dedicated, c.dns)
			s := newSim(t, modelsim.Config{Mode: modelsim.Dedicated})
			v.add(t, c.host, s)
			for range 3 {
				if got, err := collect(t.Context(), v.client, question("q")); err != nil || got.text != "You asked: q" {
					t.Fatalf("%q, error %v", got.text, err)
				}
			}
			if diff := cmp.Diff([]string{endpointName}, v.directory.asked); diff != "" {
				t.Errorf("the endpoint is to be read once (-want +got):\n%s", diff)
			}
			if v.tokens.n != 1 {
				t.Errorf("%d tokens were fetched, want 1", v.tokens.n)
			}
			if got := v.client.MaxBody(); got != c.body {
				t.Errorf("MaxBody is %d, want %d", got, c.body)
			}
		})
	}
}

func TestDiscoversAgainWhenTheEndpointHasMoved(t *testing.T) {
	v := newVertex(t)
	v.set(false, "")
	here, there := newSim(t, modelsim.Config{Mode: modelsim.Dedicated}), newSim(t, modelsim.Config{Mode: modelsim.Dedicated})
	v.add(t, "us-central1-aiplatform.googleapis.com", here)
	v.add(t, "new.prediction.vertexai.goog", there)
	if _, err := collect(t.Context(), v.client, question("q")); err != nil {
		t.Fatal(err)
	}
	v.set(true, "new.prediction.vertexai.goog")
	here.Answer(modelsim.Status(404, "gone", modelsim.Times(2)))
	got, err := collect(t.Context(), v.client, question("q"))
	if err != nil || got.text != "You asked: q" || len(there.Requests()) != 1 || len(v.directory.asked) != 2 {
		t.Errorf("%q, error %v, %d requests at the new host, read %d times", got.text, err, len(there.Requests()), len(v.directory.asked))
	}
	if v.client.MaxBody() != maxDedicated {
		t.Error("the new limit is not known")
	}
	// Gone for good: looked for once more, and then said.
	there.Answer(modelsim.Status(404, "gone", modelsim.Times(9)))
	if _, err := collect(t.Context(), v.client, question("q")); kindOfErr(err) != KindNotFound || len(v.directory.asked) != 3 {
		t.Errorf("error %v, read %d times", err, len(v.directory.asked))
	}
}

func TestManyCallersDiscoverOnce(t *testing.T) {
	v := newVertex(t)
	v.set(true, "d.prediction.vertexai.goog")
	v.add(t, "d.prediction.vertexai.goog", newSim(t, modelsim.Config{}))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := collect(t.Context(), v.client, question("q")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(v.directory.asked); n != 1 {
		t.Errorf("read %d times, want once", n)
	}
}

func TestDiscoveryThatIsRefused(t *testing.T) {
	for code, want := range map[codes.Code]Kind{
		codes.NotFound: KindNotFound, codes.PermissionDenied: KindUnauthorized, codes.Unauthenticated: KindUnauthorized,
		codes.ResourceExhausted: KindBusy, codes.InvalidArgument: KindRejected, codes.Internal: KindServer, codes.Unavailable: KindUnreachable,
	} {
		v := newVertex(t)
		v.err = status.Error(code, "robot@example.com may not")
		got, err := collect(t.Context(), v.client, question("q"))
		if kindOfErr(err) != want || strings.Contains(err.Error(), "robot") {
			t.Errorf("%s: error %v, want %s", code, err, want)
		}
		if busy := want == KindBusy || want == KindUnreachable; busy != (len(got.waits) > 0) {
			t.Errorf("%s: %d waits", code, len(got.waits))
		}
	}
	v := newVertex(t)
	v.set(true, "")
	if _, err := collect(t.Context(), v.client, question("q")); kindOfErr(err) != KindNotFound {
		t.Errorf("without a DNS name: %v", err)
	}
}

func TestHostOf(t *testing.T) {
	for in, want := range map[string]string{
		"a.b": "a.b", "https://a.b": "a.b", "http://a.b:8080/x": "a.b", "a.b/": "a.b", "": "", "https://": "",
		"a b": "", "user@a.b": "a.b", "-a": "", "a..": "", "%zz": "",
	} {
		if got := hostOf(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestTokensThatCannotBeHad(t *testing.T) {
	v := newVertex(t)
	v.set(true, "d.prediction.vertexai.goog")
	v.client.creds.tokens = refusing{}
	_, err := collect(t.Context(), v.client, question("q"))
	if kindOfErr(err) != KindUnauthorized || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "400") {
		t.Errorf("error %v", err)
	}
	if len(v.hosts.asked) > 0 {
		t.Error("something was sent without a token")
	}
}

type refusing struct{}

func (refusing) Token() (*oauth2.Token, error) {
	return nil, errors.Join(&oauth2.RetrieveError{Response: &http.Response{StatusCode: 400}, Body: []byte("secret"), ErrorDescription: "secret"})
}
