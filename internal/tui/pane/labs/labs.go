// Package labs is the pane of the step's lab: before a run what it would show and with which settings, then its progress, its
// report, and the predicted ranges beside the results.
package labs

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/narrate"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
	"dryrun/internal/tui/frame"
	"dryrun/internal/tui/session"
)

// Pane is one tab of a session's screen.
type Pane struct {
	frame.Prompt
	s      *session.Session
	o      Options
	scroll frame.Scroll
	other  bool           // the reference's report is shown
	whole  bool           // the whole report is shown instead of its page
	asking func() tea.Cmd // a run that waits while the pane asks about ranges that aren't given yet; nil while it doesn't ask
	shown  *report.Step   // the candidate's report at the last layout
	looked *session.XRay  // the x-ray at the last layout
	w, h   int
}

// Options are what the pane needs from the screen around it.
type Options struct {
	Predict func() tea.Cmd // opens the pane where ranges are given, on the first that is missing
}

// New returns the pane for a session.
func New(s *session.Session, o Options) *Pane {
	return &Pane{s: s, o: o, Prompt: frame.NewPrompt(s.Theme())}
}

// Name is what the tab shows.
func (p *Pane) Name() string { return "Lab" }

// Enter shows the lab of a step from its first line.
func (p *Pane) Enter() {
	p.whole, p.other, p.asking = false, false, nil
	p.scroll.Top()
}

// IsModal says that a field is open, or a question about running waits for an answer.
func (p *Pane) IsModal() bool { return p.asking != nil || p.Prompt.IsModal() }

// CloseModal closes the field or the question.
func (p *Pane) CloseModal() tea.Cmd {
	p.asking = nil
	return p.Prompt.CloseModal()
}

// Update types into the field. A key that isn't bound closes the question.
func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(tea.KeyMsg); ok && p.asking != nil {
		p.asking = nil
		return nil
	}
	return p.Prompt.Update(msg)
}

// Run runs the lab unless it is already running.
func (p *Pane) Run() tea.Cmd {
	if p.s.LabRuns() {
		return nil
	}
	return p.unlessOpen(p.runNow)
}

// unlessOpen runs the lab. While a range can still be given it first asks, since the run closes it.
func (p *Pane) unlessOpen(run func() tea.Cmd) tea.Cmd {
	if len(p.s.OpenPredictions()) == 0 {
		return run()
	}
	p.asking = run
	p.scroll.Top()
	return nil
}

// confirmed does what the pane asked about.
func (p *Pane) confirmed() tea.Cmd {
	run := p.asking
	p.asking = nil
	return run()
}

// runNow runs the lab without asking.
func (p *Pane) runNow() tea.Cmd {
	cmd, err := p.s.StartLab("")
	if err != nil {
		return frame.Send(frame.Note{Text: err.Error()})
	}
	return cmd
}

// Bindings are the keys of the pane.
func (p *Pane) Bindings() []frame.Binding {
	switch {
	case p.TakesText():
		return append(p.PromptKeys(), p.scroll.FieldBindings()...)
	case p.asking != nil:
		return []frame.Binding{
			{Keys: []string{"p", "enter"}, Does: "give a range first", Do: frame.Run(p.predict)},
			{Keys: []string{"r", "f3"}, Does: "run without a range", Do: frame.Run(p.confirmed)},
			{Keys: []string{"esc"}, Does: "don't run", Do: frame.Run(p.CloseModal)},
		}
	}
	yours, ref := p.s.Report(p.s.ID())
	idle := func() bool { return !p.s.LabRuns() }
	ran := func() bool { return yours != nil && idle() }
	return append([]frame.Binding{
		{Keys: []string{"c"}, Does: "cancel", When: p.s.LabRuns, Do: frame.Run(func() tea.Cmd { return p.s.Do(rehearse.Cancel{}) })},
		{Keys: []string{"r", "f3"}, When: p.s.LabRuns},
		{Keys: []string{"r", "f3"}, Does: "run", When: func() bool { return yours == nil }, Do: frame.Run(p.Run)},
		{Keys: []string{"x"}, Does: "x-ray a query", When: ran, Do: frame.Set(p.askQuery)},
		{Keys: []string{"d"}, Does: "name the cause", When: p.undiagnosed, Do: frame.Set(p.askCause)},
		{Keys: []string{"m"}, Does: p.moreDoes(), When: func() bool { return yours != nil }, Do: frame.Set(func() {
			p.whole, p.other = !p.whole, false
			p.scroll.Top()
		})},
		{Keys: []string{"o"}, Does: "yours / reference", When: func() bool { return ref != nil && p.whole }, Do: frame.Set(func() {
			p.other = !p.other
			p.scroll.Top()
		})},
		{Keys: []string{"f"}, Does: "run with a fault", When: idle, Do: frame.Run(func() tea.Cmd { return p.unlessOpen(p.askFault) })},
	}, p.scroll.Bindings()...)
}

// predict closes the question and opens the pane where ranges are given.
func (p *Pane) predict() tea.Cmd {
	p.asking = nil
	return p.o.Predict()
}

func (p *Pane) askFault() tea.Cmd {
	p.OpenPrompt("fault (mystery draws one)", "", rehearse.Mystery, p.Checked(p.s.StartLab))
	p.Explain(p.causes(rehearse.Mystery, "none"))
	return nil
}

func (p *Pane) askCause() {
	p.OpenPrompt("the cause", "", "", p.Checked(func(text string) (tea.Cmd, error) { return p.s.Try(rehearse.Diagnose{Fault: text}) }))
	p.Explain(p.causes("none"))
}

// causes lists the faults and what else may be entered.
func (p *Pane) causes(also ...string) string {
	names := append(slices.Clone(p.s.Faults()), also...)
	return "One of: " + strings.Join(names, ", ") + "."
}

func (p *Pane) askQuery() {
	p.OpenPrompt("number of a query", "", "", p.Checked(func(text string) (tea.Cmd, error) {
		n, err := strconv.Atoi(strings.TrimPrefix(text, "#"))
		if err != nil {
			return nil, fmt.Errorf("%q isn't the number of a query: %s", text, p.queries())
		}
		return p.s.Try(rehearse.XRay{Query: n})
	}))
	p.Explain(sentence(p.queries()))
}

// queries says which numbers of queries there are.
func (p *Pane) queries() string {
	if yours, _ := p.s.Report(p.s.ID()); yours != nil && yours.Setup.Queries > 0 {
		return fmt.Sprintf("this run has queries 1 to %d", yours.Setup.Queries)
	}
	return "the first query is 1"
}

// sentence gives words a capital letter and a period.
func sentence(words string) string { return strings.ToUpper(words[:1]) + words[1:] + "." }

// undiagnosed says whether the last run shows a hidden fault whose cause hasn't been named.
func (p *Pane) undiagnosed() bool {
	st := p.s.Here()
	return len(st.Runs) > 0 && st.Runs[len(st.Runs)-1].Fault == rehearse.Mystery && len(st.Diagnoses) == 0
}

// SetSize shows what the lab is about before a run, and after it the predictions, yours beside the reference, and the
// report.
func (p *Pane) SetSize(w, h int) {
	p.w, p.h = w, h
	var lines []string
	yours, ref := p.s.Report(p.s.ID())
	if yours != p.shown {
		p.shown, p.whole, p.other = yours, false, false
		p.scroll.Top()
	}
	if x := p.s.XRay(); x != p.looked {
		p.looked = x
		if x != nil && x.Looking {
			p.scroll.Top()
		}
	}
	room := p.AbovePrompt(w, h-p.runHeight())
	switch {
	case yours == nil:
		lines = append(p.question(w), p.before(w)...)
	case p.whole:
		lines = p.report(yours, ref, w)
	default:
		lines = p.page(w, room)
	}
	p.scroll.Set(lines, w, room)
}

// runHeight is the height of the progress or error line with the blank line under it, 0 where neither is shown.
func (p *Pane) runHeight() int {
	if p.s.LabRuns() || p.s.LabError() != nil {
		return 2
	}
	return 0
}

// View draws the pane.
func (p *Pane) View() string {
	t := p.s.Theme()
	var head []string
	switch {
	case p.s.LabRuns():
		const cancels = "   (c: cancel)"
		head = []string{t.Accent.Render(frame.Fit(p.s.LabProgress(), p.w-len(cancels)) + cancels), ""}
	case p.s.LabError() != nil:
		head = []string{t.Bad.Render(frame.Fit("The lab failed: "+p.s.LabError().Error(), p.w)), ""}
	}
	out := strings.Join(append(head, p.scroll.View(t)), "\n")
	return frame.Box(p.WithPrompt(out, p.w), p.w, p.h)
}

// question asks whether to run without the ranges that aren't given yet.
func (p *Pane) question(w int) []string {
	if p.asking == nil {
		return nil
	}
	t := p.s.Theme()
	var lines []string
	for _, l := range frame.Wrap("No range is given yet. After the run it wouldn't count.", w) {
		lines = append(lines, t.Warn.Render(l))
	}
	for _, asked := range p.s.OpenPredictions() {
		lines = append(lines, frame.Bullet(asked.Ask, w)...)
	}
	for _, choice := range [][2]string{{"p", "gives a range first"}, {"r", "runs without one"}, {"esc", "doesn't run"}} {
		lines = append(lines, t.Accent.Render(choice[0])+" "+choice[1])
	}
	return append(lines, "")
}

// before says what a run would show, and which settings it would use.
func (p *Pane) before(w int) []string {
	t := p.s.Theme()
	lines := p.s.Prose(p.s.Step().Lab.Shows, w)
	lines = append(lines, "", t.Title.Render("Your pipeline"))
	knobs := p.s.Knobs()
	ids := make([]string, 0, len(knobs))
	for id := range knobs {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		lines = append(lines, "  "+frame.Fit(id+" "+knobs[id], w-2))
	}
	if len(ids) == 0 {
		lines = append(lines, frame.Wrap("Nothing decided that the lab can run: the reference's pipeline will run.", w)...)
	}
	lines = append(lines, "")
	if len(p.s.OpenPredictions()) > 0 && !p.s.LabRuns() && p.asking == nil {
		lines = append(lines, frame.Wrap("Predict first: a range that you give after the run doesn't count. (Decide)", w)...)
	}
	if !p.s.LabRuns() && p.asking == nil {
		lines = append(lines, t.Accent.Render("r")+" runs it.")
	}
	return lines
}

// summary draws a result, with a blank line under it.
func (p *Pane) summary(blocks []report.Block, w int) []string {
	if len(blocks) == 0 {
		return nil
	}
	return append(p.summaryLines(blocks, w), "")
}

func (p *Pane) summaryLines(blocks []report.Block, w int) []string {
	return strings.Split(draw.Summary(blocks, draw.Options{Theme: p.s.Theme(), Width: w}), "\n")
}

// diagnosis says that a fault is hidden in the run, or which cause was named and which was right.
func (p *Pane) diagnosis(w int) []string {
	if p.undiagnosed() {
		return append(frame.Wrap("A fault may be hidden in yours; the reference is healthy. d names the cause (or none): one try counts.", w), "")
	}
	var lines []string
	for _, d := range p.s.Here().Diagnoses {
		verdict := p.s.Theme().Bad.Render("not it")
		if d.Correct {
			verdict = p.s.Theme().Good.Render("right")
		}
		lines = append(lines, frame.Fit(fmt.Sprintf("You named %s: %s. It was %s.", safetext.Line(d.Guess), verdict, d.Fault), w), "")
	}
	return lines
}

// xrayLines is the last x-ray: words, then pictures.
func (p *Pane) xrayLines(w int) []string {
	t := p.s.Theme()
	x := p.s.XRay()
	if x == nil {
		return nil
	}
	title := t.Title.Render(fmt.Sprintf("X-ray of query %d", x.Query+1))
	switch {
	case x.Looking:
		return []string{title, "looking …", ""}
	case x.Err != nil:
		return append(append([]string{title}, frame.Wrap("It failed: "+x.Err.Error(), w)...), "")
	}
	return p.s.Rendered(x, w, func() []string { return p.summary(narrate.XRay(x.Result), w) }, []string{title, ""})
}
