package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// The tests of this file run the program as a process: the test binary, told to
// be medbuddy.
const beMedbuddy = "MEDBUDDY_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(beMedbuddy) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// processMost is how long a process of a test may run, also with the race detector on a
// busy machine.
const processMost = 4 * time.Minute

// process is a medbuddy with nothing but env in its environment.
func process(t *testing.T, env map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), processMost)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{beMedbuddy + "=1"}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// ended runs a process to its end.
func ended(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	} else if ok && exit.ExitCode() < 0 {
		t.Fatalf("did not end by itself: %v\n%s", err, errs.String())
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		name, args     string
		code           int
		stdout, stderr string
	}{
		{"help", "help", 0, "medbuddy check", ""},
		{"help as a flag", "-h", 0, "medbuddy check", ""},
		{"version", "version", 0, "medbuddy ", ""},
		{"an unknown command", "serve", 2, "", "medbuddy help"},
		{"an unknown flag", "--port", 2, "", "medbuddy help"},
		{"too many words", "run fast", 2, "", "environment variables"},
		{"no settings", "", 1, "", "SLACK_BOT_TOKEN is not set"},
		{"no settings, spelled out", "run", 1, "", "MODEL_ENDPOINT_ID is not set"},
		{"check without settings", "check", 1, "MISSING SLACK_APP_TOKEN", "things are missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := ended(t, process(t, nil, strings.Fields(c.args)...))
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", code, c.code, stdout, stderr)
			}
			if c.stdout == "" && stdout != "" || c.stderr == "" && stderr != "" {
				t.Errorf("more than was asked for\nstdout: %s\nstderr: %s", stdout, stderr)
			}
		})
	}
}

func TestRefusedTokensEndTheProcessWithASentence(t *testing.T) {
	for word, says := range map[string]string{"invalid_auth": "SLACK_BOT_TOKEN", "account_inactive": "install it again"} {
		t.Run(word, func(t *testing.T) {
			sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
			sim.RefuseTokens(word)
			code, stdout, stderr := ended(t, process(t, environment(t, sim, "http://127.0.0.1:1/v1")))
			lines := strings.Split(strings.TrimSpace(stderr), "\n")
			last := lines[len(lines)-1]
			if code != 1 || stdout != "" || !strings.HasPrefix(last, "medbuddy: ") || !strings.Contains(last, says) {
				t.Errorf("exit code %d, stdout %q, stderr:\n%s", code, stdout, stderr)
			}
			noSecrets(t, sim, stderr)
			for _, line := range lines[:len(lines)-1] {
				if !json.Valid([]byte(line)) {
					t.Errorf("a log line is not JSON: %s", line)
				}
			}
		})
	}
}

func TestATakenPortEndsTheProcessWithASentence(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	code, _, stderr := ended(t, process(t, environment(t, sim, "http://127.0.0.1:1/v1", "HTTP_ADDR", taken.Addr().String())))
	if code != 1 || !strings.Contains(stderr, "medbuddy: listening on HTTP_ADDR") {
		t.Errorf("exit code %d, stderr:\n%s", code, stderr)
	}
}

// A running bot is alive and ready, shows its figures, and ends with 0 on SIGTERM.
func TestRunUntilSIGTERM(t *testing.T) {
	sim := startSlack(t, slacksim.Config{Scopes: bot.Scopes()})
	cmd := process(t, environment(t, sim, "http://127.0.0.1:1/v1", "LOG_LEVEL", "debug"))
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	logs := bufio.NewScanner(io.TeeReader(stderr, &all))
	base := "http://" + logged(t, logs, "serving /healthz, /readyz and /metrics")["addr"].(string)
	logged(t, logs, "socket open")
	for path, want := range map[string]string{
		"/healthz": "ok", "/readyz": "ready", "/metrics": `medbuddy_slack_calls_total{method="auth.test",result="ok"} 1`,
	} {
		if body, err := httpGet(t.Context(), base+path); err != nil || !strings.Contains(body, want) {
			t.Errorf("%s: got %.300q, %v, want %q", path, body, err, want)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	logged(t, logs, "stopped")
	if logs.Scan() {
		t.Errorf("after the end: %s", logs.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	noSecrets(t, sim, all.String())
}

// logged reads the log up to a message and returns its line.
func logged(t *testing.T, logs *bufio.Scanner, msg string) map[string]any {
	t.Helper()
	for logs.Scan() {
		var line map[string]any
		if err := json.Unmarshal(logs.Bytes(), &line); err != nil {
			t.Fatalf("a log line is not JSON: %s", logs.Text())
		}
		if line["msg"] == msg {
			return line
		}
	}
	t.Fatalf("the log ended without %q: %v", msg, logs.Err())
	return nil
}

func noSecrets(t *testing.T, sim *slacksim.Sim, text string) {
	t.Helper()
	for _, secret := range []string{sim.BotToken(), sim.AppToken(), testAPIKey} {
		if strings.Contains(text, secret) {
			t.Error("a token is in the log")
		}
	}
}
