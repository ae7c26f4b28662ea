package walk

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// you is the candidate in the conversation.
const you rehearse.Who = "you"

// draftDelay is how long typing must go on before it is saved: well within a second, and not for every key.
const draftDelay = 400 * time.Millisecond

// saveNow says that the delay after typing is over.
type saveNow struct{ to *Model }

// do gives the session a command; a misuse is said beside the help line and changes nothing.
func (m *Model) do(c rehearse.Command) tea.Cmd {
	out, err := m.s.Do(c)
	if err != nil {
		return frame.Send(frame.Note{Text: err.Error()})
	}
	return tea.Batch(m.said(c, out), m.effects(out))
}

// said puts what was said where it belongs: the conversation, or beside the help line.
func (m *Model) said(c rehearse.Command, out rehearse.Outcome) tea.Cmd {
	switch c := c.(type) {
	case rehearse.Draft, rehearse.Enter, rehearse.Stored, rehearse.StoreFailed, rehearse.LabDone, rehearse.LabFailed, rehearse.XRayDone:
		return nil // shown by the panes themselves, or as a failure
	case rehearse.Next:
		for _, l := range out.Lines {
			if l.Who == rehearse.ByTutor { // the prompt is in the pane
				return frame.Send(frame.Note{Text: l.Text})
			}
		}
	case rehearse.Ask:
		m.talk[m.step()] = append(m.talk[m.step()], rehearse.Line{Who: you, Text: c.Text})
		m.converse(out)
	case rehearse.Hint, rehearse.Probe:
		m.converse(out)
	default:
		if n := len(out.Lines); n > 0 {
			return frame.Send(frame.Note{Text: out.Lines[0].Text})
		}
	}
	return nil
}

// converse adds lines to the conversation and shows its end.
func (m *Model) converse(out rehearse.Outcome) {
	m.talk[m.step()] = append(m.talk[m.step()], out.Lines...)
	m.pane = brief
	m.layout()
	m.scrolls[brief].End()
}

// effects turns an outcome's effects into commands.
func (m *Model) effects(out rehearse.Outcome) tea.Cmd {
	var cmds []tea.Cmd
	var storing []rehearse.Effect
	for _, e := range out.Effects {
		switch e := e.(type) {
		case rehearse.SaveDraft:
			m.saves.pending[e.Place] = e
			if !m.saves.ticking {
				m.saves.ticking = true
				cmds = append(cmds, tea.Tick(draftDelay, func(time.Time) tea.Msg { return saveNow{m} }))
			}
		case rehearse.RunLab:
			cmds = append(cmds, m.startRun(e))
		case rehearse.RunXRay:
			cmds = append(cmds, m.startXRay(e))
		case rehearse.CancelRun:
			if m.run.id == e.Run {
				m.run.stop()
			}
		default:
			storing = append(storing, e)
		}
	}
	if len(storing) > 0 {
		// Drafts go first: were the program killed in between, an older one would come back over a committed answer.
		cmds = append(cmds, m.store(append(m.takePending(), storing...)))
	}
	return tea.Batch(cmds...)
}

// takePending takes the drafts that wait to be saved.
func (m *Model) takePending() []rehearse.Effect {
	var drafts []rehearse.Effect
	for k, e := range m.saves.pending {
		delete(m.saves.pending, k)
		drafts = append(drafts, e)
	}
	return drafts
}

// store performs effects that store something. They aren't cancelled when the program is told to go.
func (m *Model) store(effects []rehearse.Effect) tea.Cmd {
	s := &m.saves
	j := &job{effects: effects, done: make(chan struct{})}
	s.underway++
	s.mu.Lock()
	s.jobs = append(s.jobs, j)
	s.mu.Unlock()
	ctx := context.WithoutCancel(m.ctx)
	return func() tea.Msg {
		if !s.claim(j) {
			return nil
		}
		m.perform(ctx, j)
		return j.result
	}
}

// brought feeds what effects brought to the session.
func (m *Model) brought(p performed) tea.Cmd {
	var cmds []tea.Cmd
	s := &m.saves
	s.mu.Lock()
	s.jobs = slices.DeleteFunc(s.jobs, func(j *job) bool { return j == p.job })
	s.mu.Unlock()
	s.underway--
	for _, c := range p.commands {
		cmds = append(cmds, m.do(c))
	}
	if p.err != nil {
		cmds = append(cmds, frame.Send(frame.Failure{Err: fmt.Errorf("saving: %w", p.err)}))
		if s.leaving {
			s.failed++
			s.leaving = false
			if s.failed > 1 { // said once, and asked to go again: go
				return frame.Send(frame.Left{From: m})
			}
		}
	}
	return tea.Batch(append(cmds, m.gone())...)
}

// saveDrafts stores what was typed.
func (m *Model) saveDrafts() tea.Cmd {
	s := &m.saves
	s.ticking = false
	if s.underway > 0 && len(s.pending) > 0 {
		// One at a time, so that an older text can't overtake a newer one.
		s.ticking = true
		return tea.Tick(draftDelay/4, func(time.Time) tea.Msg { return saveNow{m} })
	}
	var cmd tea.Cmd
	if drafts := m.takePending(); len(drafts) > 0 {
		cmd = m.store(drafts)
	}
	return tea.Batch(cmd, m.gone())
}

// beat says that the session is alive.
func (m *Model) beat() tea.Cmd {
	if m.o.Store == nil || !m.s.State().Running() || m.saves.leaving {
		return nil
	}
	id, at := m.s.State().Started.Session, m.o.Clock.Now()
	return func() tea.Msg {
		if err := m.o.Store.Beat(m.ctx, id, at); err != nil && m.ctx.Err() == nil {
			return frame.Failure{Err: fmt.Errorf("saving the clock: %w", err)}
		}
		return nil
	}
}

// Leave commits what is being written, stops the clock, and goes when all of it is stored.
func (m *Model) Leave() tea.Cmd {
	m.run.stop()
	cmd := m.leaveField()
	m.saves.leaving = true
	return tea.Batch(cmd, m.pause(), m.saveDrafts())
}

// pause stops the clock.
func (m *Model) pause() tea.Cmd {
	var cmd tea.Cmd
	for _, c := range m.pausing() {
		cmd = tea.Batch(cmd, m.do(c))
	}
	return cmd
}

// goOn starts the clock again, unless the candidate is on the way out.
func (m *Model) goOn() tea.Cmd {
	if !m.s.State().Paused || m.saves.leaving {
		return nil
	}
	return m.do(rehearse.Continue{})
}

// pausing are the commands that stop the clock and offer the store what it hasn't got: a session that is paused already,
// since an earlier leave failed, is offered again by going on and pausing.
func (m *Model) pausing() []rehearse.Command {
	switch st := m.s.State(); {
	case st.Ended:
		return nil
	case !st.Paused:
		return []rehearse.Command{rehearse.Pause{}}
	case !m.s.InStore():
		return []rehearse.Command{rehearse.Continue{}, rehearse.Pause{}}
	}
	return nil
}

// gone sends Left when leaving and nothing is left to store.
func (m *Model) gone() tea.Cmd {
	if !m.saves.leaving || m.saves.underway > 0 || len(m.saves.pending) > 0 {
		return nil
	}
	return frame.Send(frame.Left{From: m})
}
