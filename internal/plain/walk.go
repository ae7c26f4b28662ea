// Package plain runs the same sessions as the screens, as lines of text: it never redraws, has no Braille charts or pictures,
// and writes tables as `name: value`. Lines come in from a terminal, a pipe or a script; lines go out.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dryrun/framework"
	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
)

// Options configure a conversation.
type Options struct {
	In          io.Reader
	Out         io.Writer
	Interactive bool // a person is typing: show prompts
	Width       int  // cells; 0 means 80
	Clock       framework.Clock
	Store       rehearse.Store
	Lab         rehearse.Lab
	// Command writes a command of dryrun as it is typed to work on the same data; nil adds nothing to the words.
	Command func(words ...string) string
	// Before returns the result of the session of a case before the one that started at a time, nil if there is none. It may be nil.
	Before func(ctx context.Context, started framework.Started, at time.Time) (*rehearse.SessionResult, error)
}

// walk is one conversation about one session.
type walk struct {
	Options
	s            *rehearse.Session
	in           *lines
	sessionEnded bool

	announcedThresholds map[framework.StepID]int // how many time thresholds were announced
}

// errQuit says that the candidate quit.
var errQuit = errors.New("quit")

// errNotSaved ends a conversation whose text the store couldn't save; the conversation says why.
var errNotSaved = errors.New("closing the session: some of what you typed couldn't be saved, for the reason above")

// Walk runs a session until the session ends, the candidate quits, the input ends or ctx is done. In every case it stops the
// clock and hands everything that was typed to the store.
func Walk(ctx context.Context, s *rehearse.Session, opening rehearse.Outcome, o Options) error {
	in := readLines(o.In)
	defer close(in.stop)
	return newWalk(s, in, o).run(ctx, opening)
}

func newWalk(s *rehearse.Session, in *lines, o Options) *walk {
	if o.Width <= 0 {
		o.Width = 80
	}
	if o.Clock == nil {
		o.Clock = framework.SystemClock{}
	}
	if o.Command == nil {
		o.Command = func(words ...string) string { return "dryrun " + strings.Join(words, " ") }
	}
	return &walk{Options: o, s: s, in: in, announcedThresholds: map[framework.StepID]int{}}
}

func (w *walk) run(ctx context.Context, opening rehearse.Outcome) error {
	w.header()
	w.outcome(ctx, opening)
	w.answerSoFar(len(opening.Lines) > 0)
	err := w.converse(ctx)
	// What was typed must reach the store even if ctx is done.
	last := context.WithoutCancel(ctx)
	for warned := false; !w.sessionEnded; warned = true {
		w.do(last, rehearse.Pause{})
		if w.s.InStore() {
			w.say("Everything is saved. To continue, run:")
			fmt.Fprintln(w.Out, w.Command("practice", w.s.Case().ID)) // one line, to be copied
			break
		}
		if !errors.Is(err, errQuit) || warned {
			return errNotSaved
		}
		w.say("Some of your text isn't saved. Free some disk space, then type /quit again. " +
			"The second /quit exits even if it still can't be saved.")
		w.do(last, rehearse.Continue{})
		err = w.converse(ctx)
	}
	if errors.Is(err, errQuit) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (w *walk) converse(ctx context.Context) error {
	for !w.sessionEnded {
		text, err := w.ask(ctx, "> ")
		if err != nil {
			return err
		}
		if err := w.command(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// ask prompts for one line. While it waits, it announces the time when a threshold of the step passes.
func (w *walk) ask(ctx context.Context, prompt string) (string, error) {
	w.announce()
	w.prompt(prompt)
	for {
		tick := time.NewTimer(w.nextAnnouncement())
		beat := time.NewTimer(time.Second)
		select {
		case got := <-w.in.next:
			tick.Stop()
			beat.Stop()
			if got.truncated {
				w.say(fmt.Sprintf("That line was longer than %d KB, so the rest of it was dropped.", maxLineBytes>>10))
			}
			return got.text, got.err
		case <-tick.C:
			w.announce()
			w.prompt(prompt)
		case <-beat.C:
			tick.Stop()
			// The heartbeat only sets the clock of a session that was killed, so a failure isn't worth a message.
			_ = w.Store.Beat(ctx, w.s.State().Started.Session, w.Clock.Now())
		case <-ctx.Done():
			tick.Stop()
			beat.Stop()
			w.say("")
			return "", ctx.Err()
		}
	}
}

func (w *walk) prompt(p string) {
	if w.Interactive {
		fmt.Fprint(w.Out, p)
	}
}

// do gives a command to the session, shows the outcome and performs its effects and those of their results. It returns false
// if the session refused the command.
func (w *walk) do(ctx context.Context, cmd rehearse.Command) bool {
	out, err := w.s.Do(cmd)
	if err != nil {
		w.say(sentence(err))
		return false
	}
	switch cmd.(type) {
	case rehearse.Enter, rehearse.Next:
		w.header()
	}
	w.outcome(ctx, out)
	return true
}

// outcome shows the lines of a command's outcome, performs its effects and shows their results.
func (w *walk) outcome(ctx context.Context, out rehearse.Outcome) {
	w.lines(out)
	p := runProgress{w: w, shown: map[string]bool{}}
	err := rehearse.PerformAll(ctx, w.s, out.Effects, w.Store, w.Lab, p.update, func(back rehearse.Command, out rehearse.Outcome) {
		p.end()
		w.effectDone(back, out)
	})
	if err != nil {
		w.say(sentence(err))
	}
	w.sessionEnded = w.sessionEnded || w.s.State().Ended
}

// effectDone shows the result of an effect.
func (w *walk) effectDone(back rehearse.Command, out rehearse.Outcome) {
	switch back := back.(type) {
	case rehearse.LabDone:
		if w.labReport(back, out.Lines) {
			return
		}
	case rehearse.XRayDone:
		if x, ok := w.s.LastXRay(); ok && back.Err == nil {
			w.show(narrate.XRay(x))
		}
	}
	w.lines(out)
}

func (w *walk) lines(out rehearse.Outcome) {
	for _, l := range out.Lines {
		w.line(l)
	}
}

// runProgress shows each phase of a run once. It appends to a line and never redraws one.
type runProgress struct {
	w     *walk
	shown map[string]bool
	width int // of the current line, 0 before it begins
}

// starting is a lab's progress before it knows its phases.
const starting = "starting"

func (p *runProgress) update(progress report.Progress) {
	what := safetext.Line(progress.What)
	if what == starting || p.shown[what] {
		return
	}
	p.shown[what] = true
	part := "running: " + what
	if p.width > 0 {
		part = " … " + what
		if p.width+ansi.StringWidth(part) > p.w.Width {
			fmt.Fprintln(p.w.Out, " …")
			part, p.width = "  "+what, 0
		}
	}
	fmt.Fprint(p.w.Out, part)
	p.width += ansi.StringWidth(part)
}

func (p *runProgress) end() {
	if p.width > 0 {
		fmt.Fprintln(p.w.Out)
	}
	p.width = 0
}

func (w *walk) line(l rehearse.Line) {
	switch l.Who {
	case rehearse.ByInterviewer:
		w.say("Interviewer: " + joinLines(l.Text))
	case rehearse.ByScope:
		w.say("Scope: " + l.Text)
	case rehearse.ByCoach:
		w.say("Coach: " + l.Text)
	default:
		w.say(l.Text)
	}
}

// say prints text, sanitized and wrapped at the width. It keeps the text's own line breaks and margins.
func (w *walk) say(text string) {
	for _, part := range strings.Split(safetext.Clean(text), "\n") {
		body := strings.TrimLeft(part, " ")
		margin := strings.Repeat(" ", len(part)-len(body))
		wrapped := strings.Join(draw.Wrap(body, max(20, w.Width-len(margin))), "\n"+margin)
		fmt.Fprintln(w.Out, margin+wrapped)
	}
}

// sentence writes an error as a sentence, with a capital letter and a period.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
