// Package emulator starts Google's Firestore emulator for tests: a Java program
// on loopback that is slow beside Firestore, but no imitation of ours.
//
// A test that needs it calls Start. It skips, with a plain message, where Java or
// the emulator is not installed, and fails there when the environment says CI=true.
// A package with many such tests starts it once for all of them with Main. One that is
// named in the environment (FIRESTORE_EMULATOR_HOST) is used as it is and never stopped.
//
// The emulator keeps the data of each project apart: a test takes an id from
// Project and meets nobody else.
package emulator

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
)

// Variable names the emulator's host and port in the environment. Google's client
// obeys it too.
const Variable = "FIRESTORE_EMULATOR_HOST"

const missing = "the Firestore emulator (google-cloud-cli-firestore-emulator) and Java are not installed, and " + Variable + " is not set"

// Start returns the host and port of an emulator that takes calls. Unless one is
// named in the environment it starts its own and stops it when the test ends.
func Start(tb testing.TB) (host string) {
	tb.Helper()
	if host := os.Getenv(Variable); host != "" {
		return host
	}
	jar, java := find()
	switch {
	case jar != "" && java != "":
	case os.Getenv("CI") == "true":
		tb.Fatal(missing)
	default:
		tb.Skip(missing)
	}
	host, stop, err := run(java, jar)
	if err != nil {
		tb.Fatal("starting the Firestore emulator: ", err)
	}
	tb.Cleanup(stop)
	return host
}

// Main is the body of a TestMain: it runs the tests with one emulator for all of
// them, named in the environment. Where none is installed each Start says so.
func Main(m *testing.M) (code int) {
	if os.Getenv(Variable) != "" {
		return m.Run()
	}
	jar, java := find()
	if jar == "" || java == "" {
		return m.Run()
	}
	host, stop, err := run(java, jar)
	if err == nil {
		defer stop()
		err = os.Setenv(Variable, host)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the Firestore emulator:", err)
		return 1
	}
	return m.Run()
}

// Project is a project id that nobody else uses.
func Project() string { return "test-" + strings.ToLower(rand.Text()[:12]) }

// find looks beside the gcloud and the emulator script on PATH, and
// where packages and installers put the Google Cloud CLI.
func find() (jar, java string) {
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

// run starts the emulator on a free port of loopback and returns when it
// takes calls.
func run(java, jar string) (addr string, stop func(), err error) {
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
