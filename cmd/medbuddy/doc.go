// Command medbuddy answers questions about medical scans in Slack threads with
// MedGemma.
//
// It is set by environment variables alone (type config lists them), keeps one
// Socket Mode connection to Slack, and serves /healthz, /readyz and /metrics. The
// promises:
//
//   - Every fault of the configuration is reported at once, before anything is
//     opened or called.
//   - A fatal error is one sentence on standard error and exit code 1; a wrong
//     command line is exit code 2. An end by SIGINT or SIGTERM lets running
//     answers finish, closes what was opened in reverse, and is exit code 0.
//   - No log, message or error shows a token or what people wrote. Logs are JSON
//     on standard error and hold ids only.
//
// This package builds the parts and connects them; what they do is in package
// bot, whose comment is the tour of the program. "medbuddy check" looks at the
// configuration and at everything that it names.
package main
