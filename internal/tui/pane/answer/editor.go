package answer

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/framework"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
)

// editorLimit is the most text that is taken back from an editor.
const editorLimit = 1 << 20

// editorReady says that the answer is in a file of its own; edited that the editor has ended.
type (
	editorReady struct {
		from *Pane
		step framework.StepID
		to   string
		file string
		err  error
	}
	edited struct {
		from *Pane
		step framework.StepID
		to   string
		text string
		err  error
	}
)

// Edit opens the answer in the candidate's editor.
func (p *Pane) Edit() tea.Cmd {
	if strings.TrimSpace(p.o.Editor) == "" {
		return frame.Send(frame.Note{Text: "no editor here: set EDITOR, and start again"})
	}
	text, step, to := p.writing.Value(), p.s.ID(), p.to
	return func() tea.Msg {
		file, err := writeTemporary(text)
		return editorReady{p, step, to, file, err}
	}
}

// writeTemporary puts the text into a new file that only its owner can read.
func writeTemporary(text string) (name string, err error) {
	f, err := os.CreateTemp("", "dryrun-*.md") // mode 0600
	if err != nil {
		return "", fmt.Errorf("making a file for the editor: %w", err)
	}
	_, err = f.WriteString(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", fmt.Errorf("writing the file for the editor: %w", err)
	}
	return f.Name(), nil
}

func (p *Pane) openEditor(msg editorReady) tea.Cmd {
	if msg.from != p {
		return nil
	}
	if msg.err != nil {
		return frame.Send(frame.Failure{Err: msg.err})
	}
	words := append(strings.Fields(p.o.Editor), msg.file)
	return tea.ExecProcess(exec.CommandContext(p.o.Ctx, words[0], words[1:]...), func(err error) tea.Msg {
		defer func() { _ = os.Remove(msg.file) }()
		out := edited{from: p, step: msg.step, to: msg.to}
		if err != nil {
			out.err = fmt.Errorf("running the editor %s: %w; your text is as it was", words[0], err)
			return out
		}
		text, err := os.ReadFile(msg.file)
		switch {
		case err != nil:
			out.err = fmt.Errorf("reading what the editor wrote: %w; your text is as it was", err)
		case len(text) > editorLimit:
			out.err = fmt.Errorf("reading what the editor wrote: it is longer than a megabyte; your text is as it was")
		}
		out.text = strings.TrimRight(string(text), "\n")
		return out
	})
}

// edited takes the text back and commits it.
func (p *Pane) edited(msg edited) tea.Cmd {
	if msg.from != p {
		return nil
	}
	if msg.err != nil {
		return frame.Send(frame.Failure{Err: msg.err})
	}
	if msg.step != p.s.ID() || msg.to != p.to {
		return nil // can't happen while the editor has the terminal
	}
	p.writing.SetValue(msg.text)
	p.o.Show()
	return p.s.Do(rehearse.Answer{To: p.to, Text: msg.text})
}
