package firestore

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const hostVariable = "FIRESTORE_EMULATOR_HOST"

// TestMain starts Google's emulator once for all tests, unless one is named in
// the environment or none is installed.
func TestMain(m *testing.M) {
	os.Exit(withEmulator(m.Run))
}

func withEmulator(run func() int) int {
	if os.Getenv(hostVariable) != "" {
		return run()
	}
	jar, java := findEmulator()
	if jar == "" || java == "" {
		return run() // the tests say that they skip
	}
	addr, stop, err := startEmulator(java, jar)
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the Firestore emulator:", err)
		return 1
	}
	defer stop()
	if err := os.Setenv(hostVariable, addr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return run()
}

// findEmulator looks beside the gcloud and the emulator script on PATH, and
// where packages and installers put the Google Cloud CLI.
func findEmulator() (jar, java string) {
	java, err := exec.LookPath("java")
	if err != nil {
		return "", ""
	}
	dirs := []string{
		"/usr/lib/google-cloud-sdk", "/usr/share/google-cloud-sdk", "/usr/local/google-cloud-sdk",
		"/opt/google-cloud-sdk", "/opt/homebrew/share/google-cloud-sdk", "/snap/google-cloud-cli/current",
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, "google-cloud-sdk"))
	}
	for _, name := range []string{"gcloud", "cloud_firestore_emulator"} {
		if p, err := exec.LookPath(name); err == nil {
			if p, err = filepath.EvalSymlinks(p); err == nil {
				dirs = append(dirs, filepath.Dir(filepath.Dir(p)), filepath.Dir(filepath.Dir(filepath.Dir(p))))
			}
		}
	}
	for _, dir := range dirs {
		p := filepath.Join(dir, "platform", "cloud-firestore-emulator", "cloud-firestore-emulator.jar")
		if _, err := os.Stat(p); err == nil {
			return p, java
		}
	}
	return "", java
}

// startEmulator runs the emulator on a free port of loopback and returns when it
// takes calls.
func startEmulator(java, jar string) (addr string, stop func(), err error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr = free.Addr().String()
	if err := free.Close(); err != nil {
		return "", nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command(java, "-Duser.language=en", "-Xmx512m", "-cp", jar,
		"com.google.cloud.datastore.emulator.firestore.CloudFirestore", "start", "--host=127.0.0.1", "--port="+port)
	dieWithParent(cmd)
	out, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	gone := make(chan error, 1)
	go func() {
		gone <- cmd.Wait()
		w.Close()
	}()
	ready := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(out)
		said := false
		for lines.Scan() {
			if !said && strings.Contains(lines.Text(), "is now running") {
				said = true
				close(ready)
			}
		}
		// Never leave the emulator stuck on a full pipe.
		_, _ = io.Copy(io.Discard, out)
	}()
	kill := func() {
		_ = cmd.Process.Kill()
		<-gone
	}
	select {
	case <-ready:
	case err := <-gone:
		return "", nil, fmt.Errorf("it ended at once: %w", err)
	case <-time.After(time.Minute):
		kill()
		return "", nil, errors.New("not ready within a minute")
	}
	return addr, func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if r, err := http.NewRequestWithContext(ctx, "POST", "http://"+addr+"/shutdown", nil); err == nil {
			if resp, err := http.DefaultClient.Do(r); err == nil {
				resp.Body.Close()
			}
		}
		select {
		case <-gone:
		case <-ctx.Done():
			kill()
		}
	}, nil
}

// emulator returns options that reach the emulator, with what dial adds on the
// way. It skips the test when there is none, and fails it under CI.
func emulator(tb testing.TB, dial ...grpc.DialOption) []option.ClientOption {
	tb.Helper()
	addr := os.Getenv(hostVariable)
	if addr == "" {
		const missing = "the Firestore emulator (google-cloud-cli-firestore-emulator) and Java are not installed, and " + hostVariable + " is not set"
		if os.Getenv("CI") == "true" {
			tb.Fatal(missing)
		}
		tb.Skip(missing)
	}
	conn, err := grpc.NewClient(addr, append(dial,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))...)
	if err != nil {
		tb.Fatal(err)
	}
	// Closed by the store's client; twice does no harm.
	tb.Cleanup(func() { _ = conn.Close() })
	return []option.ClientOption{option.WithGRPCConn(conn)}
}

// project is a project id that nobody else uses: the emulator keeps each
// project's data apart.
func project() string { return "test-" + strings.ToLower(rand.Text()[:12]) }
