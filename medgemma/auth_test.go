package medgemma

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// A service account's key file leads to a token, which is fetched once and
// goes along with every request.
func TestApplicationDefaultCredentials(t *testing.T) {
	var fetched atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetched.Add(1)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token":"secret-token","token_type":"Bearer","expires_in":3600}`)
	}))
	defer server.Close()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", keyFile(t, server.URL))

	h := &hosts{addr: map[string]string{}}
	s := newSim(t, modelsim.Config{Mode: modelsim.Dedicated})
	h.add(t, "psc.internal", s)
	c, _ := newClient(t, Config{Project: "p", Region: "us-central1", EndpointID: "42", EndpointURL: "https://psc.internal", Transport: h.transport(t)})
	for range 3 {
		if got, err := collect(t.Context(), c, question("q")); err != nil || got.text != "You asked: q" {
			t.Fatalf("%q, error %v", got.text, err)
		}
	}
	if n := fetched.Load(); n != 1 {
		t.Errorf("%d tokens were fetched, want 1", n)
	}
}

func TestCredentialsThatAreMissing(t *testing.T) {
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "doe_jane.json"))
	c, _ := newClient(t, Config{Project: "p", Region: "us-central1", EndpointID: "42", EndpointURL: "https://127.0.0.1:1"})
	got, err := collect(t.Context(), c, question("q"))
	if kindOfErr(err) != KindUnauthorized || len(got.waits) > 0 || strings.Contains(err.Error(), "doe_jane") || !strings.Contains(err.Error(), "gcloud") {
		t.Errorf("error %v after %d waits", err, len(got.waits))
	}
}

// A token server that is down is not the credentials' fault.
func TestTokenServerThatIsDown(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", keyFile(t, server.URL))
	c, _ := newClient(t, Config{Project: "p", Region: "us-central1", EndpointID: "42", EndpointURL: "https://127.0.0.1:1"})
	if got, err := collect(t.Context(), c, question("q")); kindOfErr(err) != KindUnreachable || len(got.waits) != 4 {
		t.Errorf("error %v after %d waits, want unreachable after 4", err, len(got.waits))
	}
}

// keyFile is a service account's key, made for this test.
func keyFile(t *testing.T, tokenURL string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "bot@example.com", "token_uri": tokenURL,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
