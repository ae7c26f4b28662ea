package session

import (
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
)

// Outcome is the result of a prediction beside its range: in words, never by color alone.
func (s *Session) Outcome(r rehearse.PredictionResult) string {
	t := s.Theme()
	result := "  →  " + narrate.Result(r)
	switch {
	case !r.Committed:
		return result
	case r.Inside:
		return result + ": " + t.Good.Render(narrate.Where(r))
	}
	return result + ": " + t.Bad.Render(narrate.Where(r))
}
