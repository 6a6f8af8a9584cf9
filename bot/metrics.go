package bot

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is what MedBuddy counts. Labels hold kinds and results only, never
// ids, so that their number stays small and nothing private is in them.
type metrics struct {
	envelopes *prometheus.CounterVec   // by type
	acks      prometheus.Histogram     // from receipt to ack
	questions *prometheus.CounterVec   // by kind: ask, command, refused, seen
	answers   *prometheus.CounterVec   // by outcome
	stages    *prometheus.HistogramVec // seconds by stage
	slack     *prometheus.CounterVec   // Web API calls by method and result
	model     *prometheus.CounterVec   // model calls by result
	files     *prometheus.CounterVec   // files by result
	presses   *prometheus.CounterVec   // buttons by action
}

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "medbuddy", Name: name, Help: help}, labels)
	}
	m := &metrics{
		envelopes: counter("envelopes_total", "Socket Mode envelopes received, by type.", "type"),
		acks: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "medbuddy", Name: "ack_seconds",
			Help: "Time from an envelope's receipt to its ack.", Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3}}),
		questions: counter("questions_total", "Messages taken in, by kind.", "kind"),
		answers:   counter("answers_total", "Questions answered, by outcome.", "outcome"),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "medbuddy", Name: "stage_seconds",
			Help: "Duration of the stages of an answer.", Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}}, []string{"stage"}),
		slack:   counter("slack_calls_total", "Slack Web API calls, by method and result.", "method", "result"),
		model:   counter("model_calls_total", "Model calls, by result.", "result"),
		files:   counter("files_total", "Files of threads, by result.", "result"),
		presses: counter("presses_total", "Buttons pressed, by action.", "action"),
	}
	if r != nil {
		r.MustRegister(m.envelopes, m.acks, m.questions, m.answers, m.stages, m.slack, m.model, m.files, m.presses)
	}
	return m
}

// stage observes how long a stage took since start.
func (m *metrics) stage(name string, start time.Time) {
	m.stages.WithLabelValues(name).Observe(time.Since(start).Seconds())
}
