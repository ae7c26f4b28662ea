// Package tui is the screens: one root model that owns the header, the help line, the overlay of keys and the failures
// that wait to be read, and routes everything else to the screen that is open. What a rehearsal is comes from rehearse;
// where sessions are kept, how a lab runs and which editor there is come in through Options.
package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/rehearse"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/home"
	"dryrun/internal/tui/review"
	"dryrun/internal/tui/session"
	"dryrun/internal/tui/walk"
)

// Options are everything that the screens need from outside.
type Options struct {
	In, Out *os.File // the terminal

	Theme   string          // as draw.NewTheme takes it; "" and "auto" ask the terminal for its background
	Profile termenv.Profile // how many colors; Ascii is taken as ANSI with theme "none", since screens need a cursor

	Cases   []*casestudies.Case
	Notices []string // said once on the home screen: a damaged database that was kept aside

	Sessions Sessions

	Editor string // a command line such as "vi" or "code --wait"; "" for none
	Clock  framework.Clock
	Where  string // where sessions are kept, for the line on exit
	// Command writes a command of dryrun as it is typed to work on the same data.
	Command func(words ...string) string

	Start Start
}

// Sessions are where rehearsals come from and where they are kept.
type Sessions struct {
	// List returns the stored sessions, the last touched first. Nil where nothing is stored.
	List func(ctx context.Context) ([]framework.Summary, error)
	// New begins a practice of a case; step "" is the first. Resume continues a stored session, Read only reads one.
	New    func(ctx context.Context, c *casestudies.Case, step framework.StepID) (*rehearse.Session, rehearse.Outcome, error)
	Resume func(ctx context.Context, id string) (*rehearse.Session, rehearse.Outcome, error)
	Read   func(ctx context.Context, id string) (*rehearse.Session, error)
	Store  rehearse.Store
	Lab    func(c *casestudies.Case) rehearse.Lab
	// Before returns the result of the session of a case before the one that started at a time, nil if there is none. It may be nil.
	Before func(ctx context.Context, started framework.Started, at time.Time) (*rehearse.SessionResult, error)
}

// Start says which screen comes first; the zero value is home. With one of these, leaving the screen leaves the program.
type Start struct {
	Case   *casestudies.Case // practice this case
	Step   framework.StepID  // starting at this step
	Resume string            // resume this session
	Review bool              // the list of past sessions
}

// flushTime is how long saving may take when the program is told to go.
const flushTime = 3 * time.Second

// Run shows the screens until the candidate leaves or ctx ends (SIGTERM and SIGHUP end it). Whatever ends it, the
// terminal is as it was before, and unsaved text is saved.
func Run(ctx context.Context, o Options) (err error) {
	t, asked, err := o.theme()
	if err != nil {
		return err
	}
	m := newRoot(ctx, o, t)
	programOptions := []tea.ProgramOption{tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithAltScreen(), tea.WithoutSignalHandler()}
	if asked {
		programOptions = append(programOptions, tea.WithFilter(dropLateReply()))
	}
	p := tea.NewProgram(m, programOptions...)
	stop := context.AfterFunc(ctx, func() { p.Send(frame.Quit{}) })
	defer stop()
	// A terminal that has gone away can't be told to quit by a message that it must first draw.
	kill := context.AfterFunc(ctx, func() { time.AfterFunc(flushTime, p.Kill) })
	defer kill()
	_, err = p.Run()

	flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
	defer cancel()
	if m.screen != nil {
		if ferr := frame.Flush(flush, m.screen); ferr != nil {
			err = errors.Join(err, fmt.Errorf("saving what you wrote: %w", ferr))
		}
	}
	if said := m.farewell(); said != "" {
		fmt.Fprintln(o.Out, said)
	}
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil // it was asked to quit, and did
	}
	if err != nil {
		return fmt.Errorf("running the screens: %w", err)
	}
	return nil
}

// complete fills in what was left out.
func (o *Options) complete() {
	if o.Clock == nil {
		o.Clock = framework.SystemClock{}
	}
	if o.Command == nil {
		o.Command = func(words ...string) string { return "dryrun " + strings.Join(words, " ") }
	}
}

// theme picks the theme, and asks the terminal for its background where the theme depends on it and no option says.
func (o Options) theme() (t draw.Theme, asked bool, err error) {
	profile, name := o.Profile, o.Theme
	if profile == termenv.Ascii {
		profile, name = termenv.ANSI, "none"
	}
	dark := true
	if name == "" || name == "auto" || name == "contrast" {
		if o.In != nil && o.Out != nil {
			dark, asked = darkBackground(o.In, o.Out)
		}
	}
	t, err = draw.NewTheme(name, dark, profile)
	return t, asked, err
}

func (m *root) farewell() string {
	w, ok := m.last.(*walk.Model)
	if !ok {
		return ""
	}
	line := fmt.Sprintf("Saved: %s, step %s.", w.Title(), w.Where())
	if m.o.Where != "" {
		line = fmt.Sprintf("Saved in %s: %s, step %s.", m.o.Where, w.Title(), w.Where())
	}
	return strings.TrimSpace(line + " " + w.NextCommand())
}

func (m *root) home() frame.Screen {
	return home.New(m.ctx, home.Options{
		Theme: m.theme, Cases: m.o.Cases, Notices: m.o.Notices, Sessions: m.o.Sessions.List, Clock: m.o.Clock,
		New:    func(c *casestudies.Case) tea.Cmd { return m.practice(c, "") },
		Resume: m.resume,
		Review: func() tea.Cmd { return frame.Send(frame.Show{Screen: m.review()}) },
	})
}

func (m *root) review() frame.Screen {
	return review.New(m.ctx, review.Options{
		Theme: m.theme, Sessions: m.o.Sessions.List, Read: m.o.Sessions.Read, Resume: m.resume, Clock: m.o.Clock,
	})
}

// practice returns a command that begins a session.
func (m *root) practice(c *casestudies.Case, step framework.StepID) tea.Cmd {
	return func() tea.Msg {
		s, out, err := m.o.Sessions.New(m.ctx, c, step)
		if err != nil {
			return frame.Failure{Err: fmt.Errorf("beginning %s: %w", c.ID, err)}
		}
		return opened{s, out}
	}
}

func (m *root) resume(id string) tea.Cmd {
	return func() tea.Msg {
		s, out, err := m.o.Sessions.Resume(m.ctx, id)
		if err != nil {
			return frame.Failure{Err: fmt.Errorf("going on with session %s: %w", id, err)}
		}
		return opened{s, out}
	}
}

// opened carries a session to show.
type opened struct {
	session *rehearse.Session
	outcome rehearse.Outcome
}

func (m *root) walk(o opened) frame.Screen {
	var lab rehearse.Lab
	if m.o.Sessions.Lab != nil {
		lab = m.o.Sessions.Lab(o.session.Case())
	}
	return walk.New(m.ctx, walk.Options{
		Session: session.Options{
			Theme: m.theme, Markdown: m.markdown, Rules: o.session, First: o.outcome, Store: m.o.Sessions.Store, Lab: lab, Clock: m.o.Clock,
			Last: m.o.Sessions.Before,
		},
		Editor: m.o.Editor, Command: m.o.Command,
	})
}
