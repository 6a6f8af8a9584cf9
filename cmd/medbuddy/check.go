package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sethvargo/go-envconfig"
)

// stepTimeout bounds each look at something outside.
const stepTimeout = 20 * time.Second

// check looks at the configuration and at everything that it names, and prints a
// line for each thing: "ok", "WARN" (works, but somebody should know) or
// "MISSING" (does not work; the line says what to do). It goes on after what is
// missing, and then returns an error. It changes nothing outside, apart from
// making the embedded store's folder and file, and opens no socket.
func check(ctx context.Context, env envconfig.Lookuper, out io.Writer) error {
	cfg, wrong := loadConfig(ctx, env)
	r := &report{out: out}
	for _, f := range wrong {
		r.missing("%s", f)
	}
	if len(wrong) == 0 {
		r.ok("configuration")
	}
	// A step whose variables are wrong would only repeat the fault in other words.
	for _, step := range []struct {
		what  string
		needs []string // variables without which there is nothing to look at
		look  func(context.Context, config, *report)
	}{
		{"Slack bot token", []string{"SLACK_API_URL", "SLACK_BOT_TOKEN"}, checkBotToken},
		{"Slack app token", []string{"SLACK_API_URL", "SLACK_APP_TOKEN"}, checkAppToken},
		{"model", []string{"GCP_PROJECT_ID", "GCP_REGION", "MODEL_ENDPOINT_ID", "MODEL_ENDPOINT_REGION", "MODEL_ENDPOINT_URL", "MODEL_URL", "MODEL_API_KEY"}, checkModel},
		{"store", []string{"STORE", "GCP_PROJECT_ID", "FIRESTORE_DATABASE", "RETENTION"}, checkStore},
	} {
		if wrong.any(step.needs...) {
			r.line("skipped", "%s: set the variables above first", step.what)
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, stepTimeout)
		step.look(ctx, cfg, r)
		cancel()
	}
	return r.err()
}

// report prints what check finds. The first word of a line is for machines and
// for the eye; what follows is a sentence.
type report struct {
	out   io.Writer
	wrong int
	write error
}

func (r *report) line(word, format string, args ...any) {
	_, err := fmt.Fprintf(r.out, "%-7s %s\n", word, fmt.Sprintf(format, args...))
	r.write = errors.Join(r.write, err)
}

func (r *report) ok(format string, args ...any)   { r.line("ok", format, args...) }
func (r *report) warn(format string, args ...any) { r.line("WARN", format, args...) }
func (r *report) missing(format string, args ...any) {
	r.wrong++
	r.line("MISSING", format, args...)
}

func (r *report) err() error {
	switch {
	case r.write != nil:
		return fmt.Errorf("printing the report: %w", r.write)
	case r.wrong == 1:
		return errors.New("one thing is missing, see above")
	case r.wrong > 1:
		return fmt.Errorf("%d things are missing, see above", r.wrong)
	}
	return nil
}

// checkStore opens the store and asks whether it can read and write.
func checkStore(ctx context.Context, cfg config, r *report) {
	s, err := openStore(ctx, cfg)
	if err == nil {
		err = s.Ping(ctx)
		err = errors.Join(err, s.Close())
	}
	what := "embedded file in DATA_DIR"
	hint := "MedBuddy must be able to write there"
	if cfg.Store == "firestore" {
		what = "Firestore, database " + cfg.FirestoreDatabase + " of project " + cfg.Project
		hint = "the database must exist, and these credentials need the role roles/datastore.user"
	}
	if err != nil {
		r.missing("store: %s: %s (%s)", what, hint, oneLine(err))
		return
	}
	r.ok("store: %s reads and writes", what)
}

// oneLine keeps an error to its line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
