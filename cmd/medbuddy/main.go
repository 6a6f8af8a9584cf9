package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sethvargo/go-envconfig"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := run(ctx, os.Args[1:], envconfig.OsLookuper(), os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "medbuddy:", err)
		os.Exit(exitCode(err))
	}
}

const usage = `medbuddy answers questions about medical scans in Slack threads with MedGemma.

Usage:
    medbuddy [run]     connect to Slack and answer until stopped
    medbuddy check     look at the settings, the tokens, the model and the store
    medbuddy version   print the version
    medbuddy help      print this text

All settings are environment variables. SLACK_BOT_TOKEN, SLACK_APP_TOKEN and a
model are required: GCP_PROJECT_ID, GCP_REGION and MODEL_ENDPOINT_ID for Vertex
AI, or MODEL_URL for an OpenAI-compatible server. The README lists the others.
`

// usageError is a command line that medbuddy does not understand.
type usageError string

func (e usageError) Error() string { return string(e) + ` ("medbuddy help" lists the commands)` }

// exitCode is the exit code for an error of run.
func exitCode(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return 2
	}
	return 1
}

// run is the program without its process: it carries out the command and returns
// when that is done or when ctx ends. The error is for people. What was asked for
// goes to stdout, logs go to stderr.
func run(ctx context.Context, args []string, env envconfig.Lookuper, stdout, stderr io.Writer) error {
	command := "run"
	if len(args) > 0 {
		command = args[0]
	}
	// Flags and arguments would be a second way to set things: there is one.
	if len(args) > 1 {
		return usageError("a command takes no arguments; settings are environment variables")
	}
	switch command {
	case "run":
		return serve(ctx, env, stderr)
	case "check":
		return check(ctx, env, stdout)
	case "version", "--version":
		_, err := fmt.Fprintln(stdout, "medbuddy", version())
		return err
	case "help", "-h", "-help", "--help":
		_, err := fmt.Fprint(stdout, usage)
		return err
	default:
		return usageError("there is no such command")
	}
}
