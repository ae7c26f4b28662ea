package rehearse

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/report"
)

// Deps are a session's dependencies. A nil Clock means the machine's.
type Deps struct {
	Coach Coach
	Knobs Knobs
	Clock framework.Clock
	Role  Role // of this participant
}

// Options configure a session. Zero values mean practice, all seven steps from the first, the case's minutes, senior.
type Options struct {
	ID      string // of the session; unique, chosen by the caller
	Case    *casestudies.Case
	Mode    framework.Mode
	Step    framework.StepID   // where to begin
	Steps   []framework.StepID // the steps of this session
	Level   framework.Level
	Minutes int
	Seed    int64
	Spoken  bool
}

// Session is one rehearsal. Only Do changes it; every other method reads. Only one goroutine at a time may use it.
type Session struct {
	deps  Deps
	cs    *casestudies.Case
	mode  Mode
	state *framework.State
	log   journal
	lab   labState

	drafts        map[framework.Place]framework.Draft // text that no event has yet
	judged        map[framework.StepID]judged
	referenceSays map[framework.StepID]map[string]string

	pending []string // the facts that the interviewer has just asked back about

	out Outcome // of the current command
}

// labState is what a session knows of its lab runs.
type labState struct {
	current        *RunLab      // nil if nothing is running
	lastID         int          // of the last run that was started
	xray           *report.XRay // the last one in the current step
	results        map[framework.StepID]LabResult
	mysteryShownAt map[framework.StepID]time.Duration // active time when the last mystery was shown
}

// New begins a session: the interviewer says the brief and the first step's prompt.
func New(deps Deps, o Options) (*Session, Outcome, error) {
	if err := o.complete(); err != nil {
		return nil, Outcome{}, err
	}
	s, err := newSession(deps, o.Case, o.Mode)
	if err != nil {
		return nil, Outcome{}, err
	}
	source := o.Case.Source()
	started := framework.Started{
		Session: o.ID, Mode: o.Mode, CaseID: o.Case.ID, Title: o.Case.Title, Hash: source.Hash, Case: string(source.YAML),
		Level: o.Level, Minutes: o.Minutes, Seed: o.Seed, Steps: o.Steps, Spoken: o.Spoken,
	}
	if source.Dir != "" {
		started.Path = source.Name
	}
	if err := s.record(started, framework.StepEntered{Step: o.Step}); err != nil {
		return nil, Outcome{}, err
	}
	s.say(ByInterviewer, o.Case.Brief)
	s.say(ByInterviewer, o.Case.Step(o.Step).Prompt)
	s.flush()
	return s, s.takeOutcome(), nil
}

// complete checks the options and fills in what was left out.
func (o *Options) complete() error {
	switch {
	case o.ID == "":
		return errors.New("starting a session: it needs an id")
	case o.Case == nil || o.Case.Source() == nil:
		return errors.New("starting a session: it needs a loaded case")
	case o.Minutes < 0:
		return fmt.Errorf("starting a session of %d minutes: give a number above 0", o.Minutes)
	}
	o.Mode = cmp.Or(o.Mode, framework.Practice)
	o.Level = cmp.Or(o.Level, framework.Senior)
	o.Minutes = cmp.Or(o.Minutes, o.Case.Minutes, framework.Minutes)
	if _, err := modeOf(o.Mode); err != nil {
		return fmt.Errorf("starting a session: %w", err)
	}
	if o.Level.Rank() == 0 {
		return fmt.Errorf("starting a session at level %q: choose mid, senior or staff", o.Level)
	}
	o.Steps = slices.Clone(o.Steps)
	for _, id := range append(slices.Clone(o.Steps), o.Step) {
		if _, ok := framework.StepByID(id); !ok && id != "" {
			return fmt.Errorf("starting a session: there is no step %q", id)
		}
	}
	all := framework.State{Started: framework.Started{Steps: o.Steps}}
	o.Step = cmp.Or(o.Step, all.StepIDs()[0])
	if !slices.Contains(all.StepIDs(), o.Step) {
		return fmt.Errorf("starting a session at %s: the session doesn't include that step", o.Step)
	}
	return nil
}

func newSession(deps Deps, c *casestudies.Case, id framework.Mode) (*Session, error) {
	mode, err := modeOf(id)
	if err != nil {
		return nil, err
	}
	if deps.Coach == nil || deps.Knobs == nil {
		return nil, errors.New("creating a session: it needs a coach and a lab's knobs")
	}
	if deps.Clock == nil {
		deps.Clock = framework.SystemClock{}
	}
	return &Session{
		deps: deps, cs: c, mode: mode, state: framework.New(),
		drafts: map[framework.Place]framework.Draft{},
		lab: labState{
			results: map[framework.StepID]LabResult{}, mysteryShownAt: map[framework.StepID]time.Duration{},
		},
		judged:        map[framework.StepID]judged{},
		referenceSays: map[framework.StepID]map[string]string{},
	}, nil
}

// State returns the session's current state. The caller must not change it.
func (s *Session) State() *framework.State { return s.state }

// Case returns the case, as it was when the session began.
func (s *Session) Case() *casestudies.Case { return s.cs }

// Step returns what the case says about the current step.
func (s *Session) Step() *casestudies.Step { return s.cs.Step(s.state.Step) }

// stepState returns the state of the current step.
func (s *Session) stepState() *framework.StepState { return s.state.StepState(s.state.Step) }

// Text returns the current step's answer to the prompt ("") or to a probe, follow-up or curveball: the draft if there is
// one.
func (s *Session) Text(to string) string { return s.TextOf(s.state.Step, to) }

// TextOf is Text for any step.
func (s *Session) TextOf(step framework.StepID, to string) string {
	if d, ok := s.drafts[framework.Place{Step: step, To: to}]; ok {
		return d.Text
	}
	a, _ := s.state.StepState(step).Answer(to)
	return a.Text
}

// Running returns the run that is in flight.
func (s *Session) Running() (RunLab, bool) {
	if s.lab.current == nil {
		return RunLab{}, false
	}
	return *s.lab.current, true
}

// LastXRay returns the last x-ray of the current step.
func (s *Session) LastXRay() (report.XRay, bool) {
	if s.lab.xray == nil {
		return report.XRay{}, false
	}
	return *s.lab.xray, true
}

// Rubric returns each step's criteria; those of a curveball belong to the step that it interrupted.
func (s *Session) Rubric() map[framework.StepID][]framework.Criterion { return s.cs.Rubric(s.state) }

func (s *Session) criteria(id framework.StepID) []framework.Criterion { return s.Rubric()[id] }

// say adds a line to the outcome of the current command.
func (s *Session) say(who Who, text string) {
	if text = strings.TrimSpace(text); text != "" {
		s.out.Lines = append(s.out.Lines, Line{Who: who, Text: text})
	}
}

func (s *Session) tutorSays(format string, args ...any) { s.say(ByTutor, fmt.Sprintf(format, args...)) }

func (s *Session) effect(e Effect) { s.out.Effects = append(s.out.Effects, e) }

// takeOutcome hands the outcome out.
func (s *Session) takeOutcome() Outcome {
	out := s.out
	s.out = Outcome{}
	return out
}
