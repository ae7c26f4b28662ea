// Package progress passes on how far a run of the lab is. Messages of any goroutine come in; whoever watches gets them one at
// a time.
package progress

import (
	"sync"

	"dryrun/internal/report"
)

// Sink receives progress. A nil *Sink, and one made of nil, drop it.
type Sink struct {
	mu sync.Mutex
	to func(report.Progress)
}

// New returns a sink that calls to, one call at a time.
func New(to func(report.Progress)) *Sink { return &Sink{to: to} }

// Report says that done of what is to be done is finished; of is 0 where nobody knows how much there is.
func (s *Sink) Report(what string, done, of int) {
	if s == nil || s.to == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to(report.Progress{What: what, Done: done, Of: of})
}

// Counter reports what as a function of how much is done.
func (s *Sink) Counter(what string) func(done, of int) {
	return func(done, of int) { s.Report(what, done, of) }
}
