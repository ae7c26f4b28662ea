package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
)

// run is the last run of the lab.
type run struct {
	id     int
	cancel context.CancelFunc
	since  time.Time
	last   report.Progress
	listen func(pause time.Duration) tea.Cmd // waits for the next progress
	err    error                             // until the next run
}

func (r *run) stop() {
	if r.cancel != nil {
		r.cancel()
	}
}

// XRay is the last query of a step that was x-rayed.
type XRay struct {
	Query   int // 0-based
	Looking bool
	Err     error
	Result  report.XRay
}

// XRay returns the last x-ray of the current step, nil where there is none.
func (s *Session) XRay() *XRay { return s.xrays[s.ID()] }

// StartLab runs the step's lab with a fault, "" for none. It drops the last x-ray, which belongs to the previous run.
func (s *Session) StartLab(fault string) (tea.Cmd, error) {
	cmd, err := s.Try(rehearse.Run{Fault: fault})
	if err == nil {
		delete(s.xrays, s.ID())
	}
	return cmd, err
}

// LabRuns says whether the lab is running.
func (s *Session) LabRuns() bool {
	_, on := s.Running()
	return on
}

// LabError is the error of the last run, until the next run starts.
func (s *Session) LabError() error { return s.run.err }

// LabProgress is one line about the current run: what it is doing, how far along it is, and for how long it has run.
func (s *Session) LabProgress() string {
	line := "running"
	if p := s.run.last; p.What != "" {
		line += ": " + safetext.Line(p.Words())
	}
	if d := s.now.Sub(s.run.since); d >= time.Second {
		line += fmt.Sprintf(" · %d s", int(d.Seconds()))
	}
	return line
}

// progressMsg carries a run's progress. Such messages may be lost: only the newest is kept.
type progressMsg struct {
	to  *Session
	run int
	p   report.Progress
}

// progressEvery is how often progress is drawn.
const progressEvery = 80 * time.Millisecond

// startRun performs the effect, with a context of its own and its progress beside it.
func (s *Session) startRun(e rehearse.RunLab) tea.Cmd {
	s.run.stop()
	ctx, cancel := context.WithCancel(s.ctx)
	updates := make(chan report.Progress, 1)
	s.run = run{id: e.Run, cancel: cancel, since: s.o.Clock.Now()}
	s.run.listen = func(pause time.Duration) tea.Cmd {
		return func() tea.Msg { return s.nextProgress(ctx, e.Run, updates, pause) }
	}
	work := func() tea.Msg {
		defer cancel()
		out := ran{to: s, effect: e}
		out.command, out.err = rehearse.Perform(ctx, e, s.o.Store, s.o.Lab, func(p report.Progress) {
			select { // drop the one before, if nobody has taken it
			case <-updates:
			default:
			}
			select {
			case updates <- p:
			default:
			}
		})
		return out
	}
	return tea.Batch(work, s.run.listen(0))
}

// nextProgress waits for a pause and then for progress, or for the run's end.
func (s *Session) nextProgress(ctx context.Context, id int, updates <-chan report.Progress, pause time.Duration) tea.Msg {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil
	}
	select {
	case p := <-updates:
		return progressMsg{s, id, p}
	case <-ctx.Done():
		return nil
	}
}

// progress handles a run's progress, and drops that of a run that isn't current.
func (s *Session) progress(msg progressMsg) tea.Cmd {
	if msg.to != s || !s.LabRuns() || msg.run != s.run.id {
		return nil
	}
	s.run.last = msg.p
	return s.run.listen(progressEvery)
}

// startXRay x-rays one query.
func (s *Session) startXRay(e rehearse.RunXRay) tea.Cmd {
	step := s.ID()
	s.xrays[step] = &XRay{Query: e.Query, Looking: true}
	return func() tea.Msg {
		out := ran{to: s, effect: e, step: step}
		out.command, out.err = rehearse.Perform(s.ctx, e, s.o.Store, s.o.Lab, nil)
		return out
	}
}

// ran carries the result of a run or an x-ray.
type ran struct {
	to      *Session
	effect  rehearse.Effect
	step    framework.StepID // of an x-ray
	command rehearse.Command
	err     error
}

// afterRun handles the result of a run or an x-ray, and drops one that isn't current.
func (s *Session) afterRun(out ran) tea.Cmd {
	switch e := out.effect.(type) {
	case rehearse.RunLab:
		if e.Run != s.run.id {
			return nil
		}
		s.run.err = out.err
		if f, ok := out.command.(rehearse.LabFailed); ok && !errors.Is(f.Err, context.Canceled) {
			s.run.err = f.Err
		}
	case rehearse.RunXRay:
		x := s.xrays[out.step]
		if out.step != s.ID() || x == nil || x.Query != e.Query {
			return nil
		}
		done := XRay{Query: e.Query, Err: out.err}
		if d, ok := out.command.(rehearse.XRayDone); ok {
			done.Result, done.Err = d.Result, d.Err
		}
		s.xrays[out.step] = &done
	}
	if out.command == nil {
		return nil
	}
	return s.Do(out.command)
}
