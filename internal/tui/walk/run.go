package walk

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
)

// run is the lab's run under way, if any.
type run struct {
	id     int
	on     bool
	cancel context.CancelFunc
	since  time.Time
	last   report.Progress
	listen func(pause time.Duration) tea.Cmd // waits for the next progress
	err    error                             // of the last run, until the next
}

func (r *run) stop() {
	if r.cancel != nil {
		r.cancel()
	}
}

// progressMsg says how far a run is. Messages may be lost: the newest alone is kept.
type progressMsg struct {
	to  *Model
	run int
	p   report.Progress
}

// progressEvery is how often progress is drawn.
const progressEvery = 80 * time.Millisecond

// startRun performs the effect, with a context of its own and its progress beside it.
func (m *Model) startRun(e rehearse.RunLab) tea.Cmd {
	m.run.stop()
	ctx, cancel := context.WithCancel(m.ctx)
	updates := make(chan report.Progress, 1)
	m.run = run{id: e.Run, on: true, cancel: cancel, since: m.o.Clock.Now()}
	m.run.listen = func(pause time.Duration) tea.Cmd {
		return func() tea.Msg { return nextProgress(ctx, m, e.Run, updates, pause) }
	}
	work := func() tea.Msg {
		defer cancel()
		p := ran{to: m, effect: e}
		p.command, p.err = rehearse.Perform(ctx, e, m.o.Store, m.o.Lab, func(p report.Progress) {
			select { // drop the one before, if nobody has taken it
			case <-updates:
			default:
			}
			select {
			case updates <- p:
			default:
			}
		})
		return p
	}
	return tea.Batch(work, m.run.listen(0))
}

// nextProgress waits for a pause and then for progress, or for the run's end.
func nextProgress(ctx context.Context, m *Model, id int, updates <-chan report.Progress, pause time.Duration) tea.Msg {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil
	}
	select {
	case p := <-updates:
		return progressMsg{m, id, p}
	case <-ctx.Done():
		return nil
	}
}

// progress takes a run's progress; that of a run that isn't current is dropped.
func (m *Model) progress(msg progressMsg) tea.Cmd {
	if msg.to != m || !m.run.on || msg.run != m.run.id {
		return nil
	}
	m.run.last = msg.p
	return m.run.listen(progressEvery)
}

// ran brings back a run or an x-ray.
type ran struct {
	to      *Model
	effect  rehearse.Effect
	command rehearse.Command
	err     error
}

// took takes what a run or an x-ray brought; a run that isn't current is dropped.
func (m *Model) took(p ran) tea.Cmd {
	switch e := p.effect.(type) {
	case rehearse.RunLab:
		if e.Run != m.run.id {
			return nil
		}
		m.run.on, m.run.err = false, p.err
		if f, ok := p.command.(rehearse.LabFailed); ok && !errors.Is(f.Err, context.Canceled) {
			m.run.err = f.Err
		}
		m.other = false
		m.scrolls[labs].Top()
	case rehearse.RunXRay:
		x := m.xrays[m.step()]
		if x == nil || x.query != e.Query {
			return nil
		}
		x.on, x.err = false, p.err
		if d, ok := p.command.(rehearse.XRayDone); ok {
			x.result, x.err = d.Result, d.Err
		}
	}
	if p.command == nil {
		return nil
	}
	return m.do(p.command)
}

// xray is the last query looked into in a step.
type xray struct {
	query  int // 0-based
	on     bool
	err    error
	result report.XRay
}

func (m *Model) startXRay(e rehearse.RunXRay) tea.Cmd {
	m.xrays[m.step()] = &xray{query: e.Query, on: true}
	m.scrolls[labs].Top()
	return func() tea.Msg {
		p := ran{to: m, effect: e}
		p.command, p.err = rehearse.Perform(m.ctx, e, m.o.Store, m.o.Lab, nil)
		return p
	}
}

// runWords is one line on a run under way: what it does, how far, since when.
func (m *Model) runWords() string {
	line := "running"
	if p := m.run.last; p.What != "" {
		line += ": " + safetext.Line(p.What)
		if p.Of > 0 {
			line += fmt.Sprintf(" %d of %d", p.Done, p.Of)
		}
	}
	if s := m.now.Sub(m.run.since); s >= time.Second {
		line += fmt.Sprintf(" · %d s", int(s.Seconds()))
	}
	return line
}
