package walk

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"dryrun/framework"
	"dryrun/internal/rehearse"
)

// saves keeps the effects that store something: what waits, and what is under way.
type saves struct {
	pending  map[framework.Place]rehearse.SaveDraft
	ticking  bool
	underway int
	leaving  bool
	failed   int // leaves that could not save

	mu   *sync.Mutex // guards jobs: the commands' goroutines and, when the program has stopped, Flush
	jobs []*job      // handed out and not brought back, oldest first
}

// job is effects to be performed one after the other, by a command or by Flush, whichever claims it first: a program
// that quits may never run a command that it was given.
type job struct {
	effects []rehearse.Effect
	claimed bool
	done    chan struct{}
	result  performed
}

func (s *saves) init() {
	s.pending = map[framework.Place]rehearse.SaveDraft{}
	s.mu = new(sync.Mutex)
}

func (s *saves) claim(j *job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j.claimed {
		return false
	}
	j.claimed = true
	return true
}

// performed brings back effects that stored something, with what to feed to the session.
type performed struct {
	to       *Model
	job      *job
	commands []rehearse.Command
	err      error // the first
}

// perform performs a claimed job's effects.
func (m *Model) perform(ctx context.Context, j *job) {
	defer close(j.done)
	p := performed{to: m, job: j}
	for _, e := range j.effects {
		c, err := rehearse.Perform(ctx, e, m.o.Store, m.o.Lab, nil)
		if f, ok := c.(rehearse.StoreFailed); ok && err == nil {
			err = f.Err
		}
		p.err = cmp.Or(p.err, err)
		if c != nil {
			p.commands = append(p.commands, c)
		}
	}
	j.result = p
}

// Flush stores what is unsaved, at once: the program has stopped, and nothing reaches Update any more.
func (m *Model) Flush(ctx context.Context) error {
	m.run.stop()
	s := &m.saves
	s.mu.Lock()
	jobs := s.jobs
	s.jobs = nil
	s.mu.Unlock()

	var errs []error
	var queue []rehearse.Effect
	feed := func(c rehearse.Command) {
		if out, err := m.s.Do(c); err == nil {
			queue = append(queue, out.Effects...)
		}
	}
	for _, j := range jobs {
		if s.claim(j) {
			m.perform(ctx, j)
		}
		select {
		case <-j.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		errs = append(errs, j.result.err)
		for _, c := range j.result.commands {
			feed(c)
		}
	}
	if m.writing.Focused() {
		feed(rehearse.Draft{To: m.to, Text: m.writing.Value()})
	}
	for _, c := range m.pausing() {
		feed(c)
	}
	queue = append(m.takePending(), queue...)
	for len(queue) > 0 && ctx.Err() == nil {
		e := queue[0]
		queue = queue[1:]
		switch e.(type) {
		case rehearse.RunLab, rehearse.RunXRay, rehearse.CancelRun:
			continue
		}
		j := &job{effects: []rehearse.Effect{e}, done: make(chan struct{})}
		m.perform(ctx, j)
		errs = append(errs, j.result.err)
		for _, c := range j.result.commands {
			if _, failed := c.(rehearse.StoreFailed); !failed {
				feed(c)
			}
		}
	}
	return errors.Join(errs...)
}
