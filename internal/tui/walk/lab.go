package walk

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dryrun/internal/draw"
	"dryrun/internal/lab"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/safetext"
	"dryrun/internal/tui/frame"
)

// labBindings are the keys of the pane.
func (m *Model) labBindings() []frame.Binding {
	yours, ref := m.s.Report(m.step())
	idle := func() bool { return !m.running() }
	ran := func() bool { return yours != nil && idle() }
	opens := func(what labAsk) func(tea.KeyMsg) tea.Cmd { return frame.Set(func() { m.ask(what) }) }
	return append([]frame.Binding{
		{Keys: []string{"c"}, Does: "cancel", When: m.running, Do: frame.Run(func() tea.Cmd { return m.do(rehearse.Cancel{}) })},
		{Keys: []string{"r", "f3"}, When: m.running},
		{Keys: []string{"r", "f3"}, Does: "run", When: func() bool { return yours == nil }, Do: frame.Run(m.startLab)},
		{Keys: []string{"x"}, Does: "x-ray a query", When: ran, Do: opens(query)},
		{Keys: []string{"d"}, Does: "name the cause", When: m.undiagnosed, Do: opens(cause)},
		{Keys: []string{"o"}, Does: "yours / reference", When: func() bool { return ref != nil }, Do: frame.Set(func() {
			m.other = !m.other
			m.scrolls[labs].Top()
		})},
		{Keys: []string{"f"}, Does: "run with a fault", When: idle, Do: opens(fault)},
	}, m.scrolls[labs].Bindings()...)
}

// labAsk is what the lab's field asks for, as it stands before the field.
type labAsk string

const (
	query labAsk = "number of a query"
	fault labAsk = "fault (mystery draws one)"
	cause labAsk = "the cause"
)

func (m *Model) ask(what labAsk) {
	m.asked = what
	m.naming.SetValue("")
	if what == fault {
		m.naming.SetValue(rehearse.Mystery)
	}
	m.naming.Focus()
}

// named does what the field was opened for.
func (m *Model) named(text string) tea.Cmd {
	switch m.asked {
	case fault:
		m.xrays[m.step()] = nil
		return m.do(rehearse.Run{Fault: text})
	case cause:
		return m.do(rehearse.Diagnose{Fault: text})
	}
	n, err := strconv.Atoi(strings.TrimPrefix(text, "#"))
	if err != nil {
		return frame.Send(frame.Note{Text: fmt.Sprintf("%q isn't the number of a query: give one such as 17", text)})
	}
	return m.do(rehearse.XRay{Query: n})
}

// undiagnosed says whether the last run shows a hidden fault whose cause hasn't been named.
func (m *Model) undiagnosed() bool {
	st := m.state()
	return len(st.Runs) > 0 && st.Runs[len(st.Runs)-1].Fault == rehearse.Mystery && len(st.Diagnoses) == 0
}

// layLab shows what the lab is about before a run, and after it the predictions, yours beside the reference, and the
// report.
func (m *Model) layLab(w, h int) {
	var lines []string
	if m.naming.Focused() {
		h -= 2
		m.naming.SetSize(w-len(m.asked)-3, 1)
	}
	yours, ref := m.s.Report(m.step())
	if yours == nil {
		lines = m.labBefore(w)
	} else {
		lines = append(lines, m.xrayLines(w)...)
		for _, l := range frame.Wrap(yours.Headline, w) {
			lines = append(lines, m.o.Theme.Strong.Render(l))
		}
		lines = append(lines, "")
		lines = append(lines, m.diagnosis(w)...)
		lines = append(lines, m.predicted(w)...)
		lines = append(lines, m.beside(yours, ref, w)...)
		shown, name := yours, "yours"
		if m.other && ref != nil {
			shown, name = ref, "the reference"
		}
		if ref != nil {
			lines = append(lines, m.o.Theme.Title.Render("The report of "+name), "")
		}
		lines = append(lines, m.texts.get(wanted{report: shown, w: w}, func() []string {
			body := *shown
			if shown == yours {
				body.Headline = "" // stands above
			}
			return strings.Split(draw.Text(&body, draw.Options{Theme: m.o.Theme, Width: w}), "\n")
		}, []string{"drawing …"})...)
	}
	m.scrolls[labs].Set(lines, w, h-m.runHeight())
}

// runHeight is the room of the line on a run: one line and a blank, while there is one.
func (m *Model) runHeight() int {
	if m.running() || m.run.err != nil {
		return 2
	}
	return 0
}

func (m *Model) viewLab(w, h int) string {
	t := m.o.Theme
	var head []string
	switch {
	case m.running():
		const cancels = "   (c: cancel)"
		head = []string{t.Accent.Render(frame.Fit(m.runWords(), w-len(cancels)) + cancels), ""}
	case m.run.err != nil:
		head = []string{t.Bad.Render(frame.Fit("The lab failed: "+m.run.err.Error(), w)), ""}
	}
	out := strings.Join(append(head, m.scrolls[labs].View(t)), "\n")
	if m.naming.Focused() {
		out += "\n" + t.Border.Render(strings.Repeat("─", w)) + "\n" + t.Accent.Render(string(m.asked)+": ") + lastLine(m.naming.View())
	}
	return frame.Box(out, w, h)
}

// labBefore says what a run would show, and with which settings.
func (m *Model) labBefore(w int) []string {
	t := m.o.Theme
	lines := m.texts.prose(m.s.Step().Lab.Shows, w)
	lines = append(lines, "", t.Title.Render("Your pipeline"))
	knobs := m.s.Knobs()
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
	owed := 0
	for _, p := range m.s.Step().Lab.Predict {
		if _, said := m.state().Predictions[p.ID]; !said {
			owed++
		}
	}
	lines = append(lines, "")
	if owed > 0 && !m.running() {
		lines = append(lines, frame.Wrap("Predict first: a range given after the run says nothing. (Decide)", w)...)
	}
	if !m.running() {
		lines = append(lines, t.Accent.Render("r")+" runs it.")
	}
	return lines
}

// predicted puts each range beside what the run brought.
func (m *Model) predicted(w int) []string {
	var lines []string
	for _, r := range m.s.Debrief(m.step()).Predictions {
		if !r.Known {
			continue
		}
		said := "you gave no range"
		if r.Given {
			said = "you said " + report.MetricRange(r.Metric, r.Low, r.High)
		}
		lines = append(lines, frame.Wrap(r.Ask, w)...)
		lines = append(lines, "  "+said+m.outcome(r), "")
	}
	return lines
}

// diagnosis says that a fault is hidden in the run, or what was said of it and what it was.
func (m *Model) diagnosis(w int) []string {
	if m.undiagnosed() {
		return append(frame.Wrap("A fault may be hidden in yours; the reference is healthy. d names the cause (or none): one try counts.", w), "")
	}
	var lines []string
	for _, d := range m.state().Diagnoses {
		verdict := m.o.Theme.Bad.Render("not it")
		if d.Right {
			verdict = m.o.Theme.Good.Render("right")
		}
		lines = append(lines, frame.Fit(fmt.Sprintf("You named %s: %s. It was %s.", safetext.Line(d.Said), verdict, d.Fault), w), "")
	}
	return lines
}

// beside compares the two pipelines where they differ.
func (m *Model) beside(yours, ref *report.Step, w int) []string {
	if ref == nil {
		return append(frame.Wrap("Your decisions and the reference's are the same pipeline here: nothing to compare.", w), "")
	}
	b := lab.Beside(yours, ref)
	return append(strings.Split(draw.Block(b, draw.Options{Theme: m.o.Theme, Width: w}), "\n"), "")
}

// xrayLines is the last query looked into: in words, then its pictures.
func (m *Model) xrayLines(w int) []string {
	t := m.o.Theme
	x := m.xrays[m.step()]
	if x == nil {
		return nil
	}
	lines := []string{t.Title.Render(fmt.Sprintf("X-ray of query %d", x.query+1))}
	switch {
	case x.on:
		return append(lines, "looking …", "")
	case x.err != nil:
		return append(append(lines, frame.Wrap("It failed: "+x.err.Error(), w)...), "")
	}
	r := x.result
	lines = append(lines, frame.Wrap(r.Request+"; the best match is "+r.ItemWords+".", w)...)
	lines = append(lines, m.stages(r, w)...)
	lines = append(lines, frame.Wrap(r.Why, w)...)
	if len(r.Pictures) > 0 {
		lines = append(lines, m.texts.get(wanted{xray: x, w: w}, func() []string {
			return strings.Split(draw.Block(report.Block{Kind: report.Pictures, Pictures: r.Pictures}, draw.Options{Theme: m.o.Theme, Width: w}), "\n")
		}, nil)...)
	}
	return append(lines, "")
}

// stages draws where the item was lost, stage by stage: a mark and words each.
func (m *Model) stages(x report.XRay, w int) []string {
	t := m.o.Theme
	mark := func(ok bool, words string) string {
		if ok {
			return frame.Fit("  "+t.Good.Render("✓")+" "+words, w)
		}
		return frame.Fit("  "+t.Bad.Render("✗")+" "+words, w)
	}
	lines := []string{mark(x.Indexed, map[bool]string{true: "indexed", false: "never indexed"}[x.Indexed])}
	if !x.Indexed {
		return lines
	}
	found := x.Rank1 > 0 && x.Rank1 <= x.K
	if x.Rank1 == 0 {
		return append(lines, mark(false, "stage one didn't find it at any depth"))
	}
	lines = append(lines, mark(found, fmt.Sprintf("stage one ranked it %s; K is %s", report.Count(x.Rank1), report.Count(x.K))))
	if found && x.Rank2 > 0 {
		lines = append(lines, mark(x.Rank2 <= x.Top, fmt.Sprintf("stage two ranked it %d; %d are shown", x.Rank2, x.Top)))
	}
	return lines
}
