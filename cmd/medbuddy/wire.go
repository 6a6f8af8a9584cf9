package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/firestore"
	"github.com/medbuddy/medbuddy/store/sqlite"
)

// serve builds the bot out of its parts, runs it until ctx ends or Slack refuses
// the app for good, and takes it apart in reverse.
func serve(ctx context.Context, env envconfig.Lookuper, stderr io.Writer) (err error) {
	cfg, wrong := loadConfig(ctx, env)
	if len(wrong) > 0 {
		return wrong
	}
	lg := slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	lg.Info("starting", "version", version(), "settings", cfg)
	closing := func(what string, close func() error) {
		if cerr := close(); cerr != nil {
			err = errors.Join(err, fmt.Errorf("closing %s: %w", what, cerr))
		}
	}

	// In reading order, each part needs those above it; the deferred calls take
	// them apart from the bottom up.
	st, err := openStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { closing("the store", st.Close) }()

	model, err := newModel(cfg)
	if err != nil {
		return fmt.Errorf("preparing the model's client: %w", err)
	}
	defer model.Close()

	registry := newRegistry()
	b, err := bot.New(bot.Config{
		BotToken: string(cfg.BotToken), AppToken: string(cfg.AppToken), APIURL: cfg.APIURL, Sockets: cfg.Sockets,
		Store: st, Model: model, Logger: lg, Registerer: registry,
		SystemPrompt: cfg.prompt, UrgentText: cfg.UrgentText, Retention: cfg.Retention, Temperature: cfg.Temperature,
		MaxTokens: cfg.MaxTokens, MaxTokensLimit: cfg.MaxTokensLimit, ContextTokens: cfg.ContextTokens,
		MaxImages: cfg.MaxImages, Concurrency: cfg.Concurrency, AllowTextOnly: cfg.AllowTextOnly,
		CTGreen: cfg.CTGreen, AllowBurnedIn: cfg.AllowBurnedIn,
		AllowedChannels: cfg.AllowedChannels, AllowExternal: cfg.AllowExternal,
		DrainTimeout: cfg.DrainTimeout,
	})
	if err != nil {
		return fmt.Errorf("building the bot: %w", err)
	}

	// Listening comes before Slack: a taken port ends the process before it has
	// taken on a question. When serving breaks off later, the process ends as
	// well, since nobody could see any more how it fares.
	work, stop := context.WithCancelCause(ctx)
	w, err := startWatch(work, cfg.HTTPAddr, newHandler(b.Ready, registry, lg), lg, stop)
	if err != nil {
		stop(err)
		return err
	}
	defer func() { closing("HTTP", w.close) }()

	var cleaning sync.WaitGroup
	defer cleaning.Wait()
	defer stop(nil) // first of all: cleaning waits for it
	cleaning.Go(func() {
		hourly := time.NewTicker(expireEvery)
		defer hourly.Stop()
		expire(work, st, hourly.C, lg)
	})

	// Run lets running answers finish, so that nothing below may end before it.
	if err := b.Run(work); err != nil {
		return err
	}
	if ctx.Err() == nil {
		return context.Cause(work) // nobody asked for an end: serving HTTP broke off
	}
	lg.Info("stopped")
	return nil
}

// openStore opens the store that the settings name. The embedded one makes
// DATA_DIR when it is not there.
func openStore(ctx context.Context, cfg config) (store.Store, error) {
	if cfg.Store == "firestore" {
		return firestore.Open(ctx, firestore.Options{
			Project: cfg.Project, Database: cfg.FirestoreDatabase, Retention: cfg.Retention,
		})
	}
	// A folder, not a file, is what is set: SQLite keeps further files beside it.
	return sqlite.Open(filepath.Join(cfg.DataDir, "medbuddy.db"), sqlite.Options{Retention: cfg.Retention})
}

// newModel makes the client of the model that the settings name. It calls nobody.
func newModel(cfg config) (*medgemma.Client, error) {
	if cfg.ModelURL != "" {
		return medgemma.New(medgemma.Config{URL: cfg.ModelURL, Name: cfg.ModelName, APIKey: string(cfg.ModelAPIKey)})
	}
	return medgemma.New(medgemma.Config{
		Project: cfg.Project, Region: cfg.Region,
		EndpointID: cfg.EndpointID, EndpointRegion: cfg.EndpointRegion, EndpointURL: cfg.EndpointURL,
	})
}
