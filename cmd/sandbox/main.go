// Command sandbox is a whole workspace on this machine: a Slack that it fakes
// (bot/slacksim), a model, an embedded store and the same bot.New that production
// uses, with a page in the browser to post a scan, ask, follow up, press buttons,
// fill in dialogs, take the message shortcut, open the Home tab, delete what was
// posted and use the slash commands. No account is needed, and nothing leaves the
// machine unless the environment names a model elsewhere.
//
// It says plainly what it fakes. Its model is, in this order: the one configured
// in the environment (as for medbuddy), a MedGemma found in a local Ollama, else
// the rehearsal model, which reads no scan and reports exactly what MedGemma
// would have been sent.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store/sqlite"
)

// retention is how long the sandbox keeps a thread; it is rarely open for so long.
const retention = 24 * time.Hour

func main() {
	ctx, done := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, done) // a second Ctrl-C ends it at once
	err := run(ctx, os.Args[1:], envconfig.OsLookuper(), os.Stdout, os.Stderr)
	done()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// run builds everything in reading order, serves the page until ctx ends, and
// takes everything down again.
func run(ctx context.Context, args []string, env envconfig.Lookuper, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8010", "loopback address of the page; port 0 takes a free one")
	verbose := flags.Bool("v", false, "show the bot's log")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := listenOnLoopback(ctx, *addr)
	if err != nil {
		return err
	}
	defer listener.Close()

	sim, err := slacksim.Start(slacksim.Config{
		TeamName: "Sandbox Hospital", Commands: bot.Commands(), Shortcuts: callbackIDs(shortcuts), Scopes: bot.Scopes(),
	})
	if err != nil {
		return fmt.Errorf("starting the sandbox Slack: %w", err)
	}
	defer sim.Close()
	place, err := furnish(sim)
	if err != nil {
		return err
	}

	model, err := chooseModel(ctx, env, ollamaURL)
	if err != nil {
		return err
	}
	defer model.close()
	client, err := medgemma.New(model.config)
	if err != nil {
		return fmt.Errorf("using the model: %w", err)
	}

	defer client.Close()

	dir, err := os.MkdirTemp("", "medbuddy-sandbox-")
	if err != nil {
		return fmt.Errorf("making a place for the store: %w", err)
	}
	defer os.RemoveAll(dir)
	st, err := sqlite.Open(filepath.Join(dir, "medbuddy.db"), sqlite.Options{Retention: retention})
	if err != nil {
		return fmt.Errorf("opening the store: %w", err)
	}
	defer st.Close()

	lg := slog.New(slog.DiscardHandler)
	if *verbose {
		lg = slog.New(slog.NewTextHandler(stderr, nil))
	}
	medbuddy, err := bot.New(bot.Config{
		BotToken: sim.BotToken(), AppToken: sim.AppToken(), APIURL: sim.APIURL(), Store: st, Model: client, Logger: lg,
		Retention: retention, Temperature: 0.1, MaxTokens: 500, MaxTokensLimit: 8192, ContextTokens: 32768, MaxImages: 16, Concurrency: 4,
	})
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	server := &http.Server{Handler: newPage(sim, place.info(model)), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := medbuddy.Run(ctx); err != nil {
			cancel(fmt.Errorf("the bot ended: %w", err))
		}
	}()
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			cancel(fmt.Errorf("the page ended: %w", err))
		}
	}()
	fmt.Fprintf(stdout, "MedBuddy sandbox: open http://%s/ in a browser. Ctrl-C ends it.\n\n", listener.Addr())
	fmt.Fprintf(stdout, "  Slack    is faked on this machine; people, channels and messages are made up\n")
	fmt.Fprintf(stdout, "  Model    %s\n", model.sentence)
	fmt.Fprintf(stdout, "  Store    a file that is deleted at the end\n")

	<-ctx.Done()
	stop, stopped := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer stopped()
	_ = server.Shutdown(stop) // pages that stay open are cut off
	<-ended
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// listenOnLoopback refuses any other address: the page lets everybody who reaches
// it act as anybody.
func listenOnLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("reading -addr: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("-addr must be on loopback, such as 127.0.0.1:8010")
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("opening the page's port (is another sandbox running? use -addr 127.0.0.1:0): %w", err)
	}
	return l, nil
}
