package session

import (
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
)

// Outcome is the truth of a prediction beside its range: never a color alone.
func (s *Session) Outcome(r rehearse.PredictionResult) string {
	t := s.Theme()
	truth := "  →  " + report.MetricValue(r.Metric, r.Truth).String()
	switch {
	case !r.Given:
		return truth
	case r.Inside:
		return truth + ": " + t.Good.Render("inside")
	case r.Truth < r.Low:
		return truth + ": " + t.Bad.Render("outside, below")
	}
	return truth + ": " + t.Bad.Render("outside, above")
}
