package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// draftDelay is how long a draft waits before it is saved: well under a second, but not once per key.
const draftDelay = 400 * time.Millisecond

// saves tracks the effects that store something: those that are waiting and those in flight.
type saves struct {
	pending  map[framework.Place]rehearse.SaveDraft
	ticking  bool
	underway int
	leaveMsg tea.Msg // sent when everything is saved; nil unless the candidate is leaving
	failed   int     // attempts to leave that could not save

	mu   sync.Mutex // guards jobs: the commands' goroutines and, when the program has stopped, Flush
	jobs []*job     // returned as commands and not finished, oldest first
}

// job is a list of effects to perform in order, by a command or by Flush, whichever claims it first: a program that quits may
// never run a command that it was given.
type job struct {
	effects []rehearse.Effect
	claimed bool
	done    chan struct{}
	result  stored
}

// stored carries the results of a job: the commands to feed back to the rules.
type stored struct {
	to       *Session
	job      *job
	commands []rehearse.Command
	err      error // the first
}

// saveNow says that the delay before saving a draft is over.
type saveNow struct{ to *Session }

func (v *saves) init() { v.pending = map[framework.Place]rehearse.SaveDraft{} }

func (v *saves) claim(j *job) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if j.claimed {
		return false
	}
	j.claimed = true
	return true
}

// takePending removes and returns the drafts that are waiting to be saved.
func (v *saves) takePending() []rehearse.Effect {
	var drafts []rehearse.Effect
	for k, e := range v.pending {
		delete(v.pending, k)
		drafts = append(drafts, e)
	}
	return drafts
}

// saveLater schedules a draft to be saved; a newer draft of the same answer replaces it.
func (s *Session) saveLater(e rehearse.SaveDraft) tea.Cmd {
	s.saves.pending[e.Place] = e
	if s.saves.ticking {
		return nil
	}
	return s.saveAfter(draftDelay)
}

func (s *Session) saveAfter(d time.Duration) tea.Cmd {
	s.saves.ticking = true
	return tea.Tick(d, func(time.Time) tea.Msg { return saveNow{s} })
}

// saveDrafts saves the waiting drafts.
func (s *Session) saveDrafts() tea.Cmd {
	v := &s.saves
	v.ticking = false
	if v.underway > 0 && len(v.pending) > 0 {
		return s.saveAfter(draftDelay / 4) // one at a time, so that an older text can't overtake a newer one
	}
	var cmd tea.Cmd
	if drafts := v.takePending(); len(drafts) > 0 {
		cmd = s.store(drafts)
	}
	return tea.Batch(cmd, s.finishLeaving())
}

// store performs effects that store something. They aren't canceled when the program is told to quit.
func (s *Session) store(effects []rehearse.Effect) tea.Cmd {
	v := &s.saves
	j := &job{effects: effects, done: make(chan struct{})}
	v.underway++
	v.mu.Lock()
	v.jobs = append(v.jobs, j)
	v.mu.Unlock()
	ctx := context.WithoutCancel(s.ctx)
	return func() tea.Msg {
		if !v.claim(j) {
			return nil
		}
		s.runJob(ctx, j)
		return j.result
	}
}

// runJob performs the effects of a claimed job.
func (s *Session) runJob(ctx context.Context, j *job) {
	defer close(j.done)
	out := stored{to: s, job: j}
	for _, e := range j.effects {
		c, err := rehearse.Perform(ctx, e, s.o.Store, s.o.Lab, nil)
		if f, ok := c.(rehearse.StoreFailed); ok && err == nil {
			err = f.Err
		}
		out.err = cmp.Or(out.err, err)
		if c != nil {
			out.commands = append(out.commands, c)
		}
	}
	j.result = out
}

// afterStore feeds the results of a job back to the rules.
func (s *Session) afterStore(out stored) tea.Cmd {
	var cmds []tea.Cmd
	v := &s.saves
	v.mu.Lock()
	v.jobs = slices.DeleteFunc(v.jobs, func(j *job) bool { return j == out.job })
	v.mu.Unlock()
	v.underway--
	for _, c := range out.commands {
		cmds = append(cmds, s.Do(c))
	}
	if out.err != nil {
		cmds = append(cmds, frame.Send(frame.Failure{Err: fmt.Errorf("saving: %w", out.err)}))
		if left := v.leaveMsg; left != nil {
			v.failed++
			v.leaveMsg = nil
			if v.failed > 1 { // it has been said once, and the candidate asked to leave again
				return frame.Send(left)
			}
		}
	}
	return tea.Batch(append(cmds, s.finishLeaving())...)
}

// beat records that the session is alive, so that the clock survives a kill.
func (s *Session) beat() tea.Cmd {
	if s.o.Store == nil || !s.State().Running() || s.Leaving() {
		return nil
	}
	id, at := s.State().Started.Session, s.o.Clock.Now()
	return func() tea.Msg {
		if err := s.o.Store.Beat(s.ctx, id, at); err != nil && s.ctx.Err() == nil {
			return frame.Failure{Err: fmt.Errorf("saving the clock: %w", err)}
		}
		return nil
	}
}

// Leave stops the lab and the clock, and sends left when everything is stored.
func (s *Session) Leave(left tea.Msg) tea.Cmd {
	s.run.stop()
	s.saves.leaveMsg = left
	return tea.Batch(s.pause(), s.saveDrafts())
}

// Leaving says whether the candidate has asked to leave.
func (s *Session) Leaving() bool { return s.saves.leaveMsg != nil }

// finishLeaving sends the message given to Leave, if there was one and nothing is left to store.
func (s *Session) finishLeaving() tea.Cmd {
	if !s.Leaving() || s.saves.underway > 0 || len(s.saves.pending) > 0 {
		return nil
	}
	return frame.Send(s.saves.leaveMsg)
}

// pause stops the clock.
func (s *Session) pause() tea.Cmd {
	var cmd tea.Cmd
	for _, c := range s.pauseCommands() {
		cmd = tea.Batch(cmd, s.Do(c))
	}
	return cmd
}

// Continue starts the clock again, unless the candidate is leaving.
func (s *Session) Continue() tea.Cmd {
	if !s.State().Paused || s.Leaving() {
		return nil
	}
	return s.Do(rehearse.Continue{})
}

// pauseCommands are the commands that stop the clock and offer the store what it doesn't have yet. A session that is already
// paused, since an earlier attempt to leave failed, is resumed and paused again to that end.
func (s *Session) pauseCommands() []rehearse.Command {
	switch st := s.State(); {
	case st.Ended:
		return nil
	case !st.Paused:
		return []rehearse.Command{rehearse.Pause{}}
	case !s.InStore():
		return []rehearse.Command{rehearse.Continue{}, rehearse.Pause{}}
	}
	return nil
}

// Flush stores what is unsaved at once. The program has stopped, so no message reaches Update any more.
func (s *Session) Flush(ctx context.Context) error {
	s.run.stop()
	v := &s.saves
	v.mu.Lock()
	jobs := v.jobs
	v.jobs = nil
	v.mu.Unlock()

	var errs []error
	var queue []rehearse.Effect
	feed := func(c rehearse.Command) {
		if out, err := s.Session.Do(c); err == nil {
			queue = append(queue, out.Effects...)
		}
	}
	for _, j := range jobs {
		if v.claim(j) {
			s.runJob(ctx, j)
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
	for _, c := range s.pauseCommands() {
		feed(c)
	}
	queue = slices.DeleteFunc(append(v.takePending(), queue...), func(e rehearse.Effect) bool { return !rehearse.IsStorage(e) })
	heard := func(back rehearse.Command, _ rehearse.Outcome) {
		if f, failed := back.(rehearse.StoreFailed); failed {
			errs = append(errs, f.Err)
		}
	}
	errs = append(errs, rehearse.PerformAll(ctx, s.Session, queue, s.o.Store, nil, nil, heard))
	return errors.Join(errs...)
}
