// Package progress passes on how far a run of the lab is. Messages of any goroutine come in; whoever watches gets them one at
// a time.
package progress

import (
	"math"
	"sync"

	"dryrun/internal/report"
)

// Sink receives progress. A nil *Sink, and one made of nil, drop it.
type Sink struct {
	mu     sync.Mutex
	to     func(report.Progress)
	phases map[string]bool // by name
	share  float64         // of the whole run, the most that was reported
}

// New returns a sink that calls to, one call at a time.
func New(to func(report.Progress)) *Sink { return &Sink{to: to, phases: map[string]bool{}} }

// left is the share of what is left of a run that a phase is taken to finish: how many phases there will be nobody knows, as
// what was built before is kept.
const left = 0.2

// Report says that done of what is to be done is finished; of is 0 where nobody knows how much there is.
func (s *Sink) Report(what string, done, of int) {
	if s == nil || s.to == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to(report.Progress{What: what, Done: done, Of: of, Share: s.whole(what, done, of)})
}

// whole estimates how much of the run is done. It never falls, and reaches 1 only in the limit.
func (s *Sink) whole(what string, done, of int) float64 {
	s.phases[what] = true
	part := 0.0
	if of > 0 {
		part = min(float64(done)/float64(of), 1)
	}
	s.share = max(s.share, 1-math.Pow(1-left, float64(len(s.phases)-1)+part))
	return s.share
}

// Counter reports what as a function of how much is done.
func (s *Sink) Counter(what string) func(done, of int) {
	return func(done, of int) { s.Report(what, done, of) }
}
