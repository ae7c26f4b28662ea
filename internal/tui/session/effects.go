package session

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// You is the candidate in the transcript.
const You rehearse.Who = "you"

// Do gives the rules a command and performs what follows. Misuse is reported beside the help line and changes nothing.
func (s *Session) Do(c rehearse.Command) tea.Cmd {
	cmd, err := s.Try(c)
	if err != nil {
		return frame.Send(frame.Note{Text: err.Error()})
	}
	return cmd
}

// Try is Do for a command that was typed into a field: misuse comes back as an error, for the field to show.
func (s *Session) Try(c rehearse.Command) (tea.Cmd, error) {
	out, err := s.Session.Do(c)
	if err != nil {
		return nil, err
	}
	return tea.Batch(s.said(c, out), s.perform(out)), nil
}

// said adds the outcome's lines to the transcript, or shows them beside the help line.
func (s *Session) said(c rehearse.Command, out rehearse.Outcome) tea.Cmd {
	switch c := c.(type) {
	case rehearse.Draft, rehearse.Enter, rehearse.Stored, rehearse.StoreFailed, rehearse.LabDone, rehearse.LabFailed, rehearse.XRayDone:
		return nil // shown by the panes themselves, or as a failure
	case rehearse.Next:
		for _, l := range out.Lines {
			if l.Who == rehearse.ByTutor { // the prompt is in a pane
				return frame.Send(frame.Note{Text: l.Text})
			}
		}
	case rehearse.Ask:
		s.transcript[s.ID()] = append(s.transcript[s.ID()], rehearse.Line{Who: You, Text: c.Text})
		s.converse(out)
	case rehearse.Hint, rehearse.Probe:
		s.converse(out)
	default:
		var texts []string
		for _, l := range out.Lines {
			texts = append(texts, l.Text)
		}
		if len(texts) > 0 {
			return frame.Send(frame.Note{Text: strings.Join(texts, " ")})
		}
	}
	return nil
}

// converse adds lines to the transcript.
func (s *Session) converse(out rehearse.Outcome) {
	s.transcript[s.ID()] = append(s.transcript[s.ID()], out.Lines...)
	s.onTranscript()
}

// perform turns an outcome's effects into commands.
func (s *Session) perform(out rehearse.Outcome) tea.Cmd {
	var cmds []tea.Cmd
	var storing []rehearse.Effect
	for _, e := range out.Effects {
		switch e := e.(type) {
		case rehearse.SaveDraft:
			cmds = append(cmds, s.saveLater(e))
		case rehearse.RunLab:
			cmds = append(cmds, s.startRun(e))
		case rehearse.RunXRay:
			cmds = append(cmds, s.startXRay(e))
		case rehearse.CancelRun:
			if s.run.id == e.Run {
				s.run.stop()
			}
		default:
			storing = append(storing, e)
		}
	}
	if len(storing) > 0 {
		// Drafts go first: were the program killed in between, an older one would come back over a committed answer.
		cmds = append(cmds, s.store(append(s.saves.takePending(), storing...)))
	}
	return tea.Batch(cmds...)
}
