package tui

import (
	"context"
	"image"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/draw"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/store/storetest"
)

// memory is the store of the test's one session.
type memory struct{ storetest.Memory }

func (s *memory) fail(err error) { s.Fail(-1, err) }

// draft is the last text that was saved at a place.
func (s *memory) draft(key string) string {
	text := ""
	for _, d := range s.Saved() {
		if string(d.Step)+"/"+d.To == key {
			text = d.Text
		}
	}
	return text
}

func (s *memory) kinds() string { return s.Kinds("s1") }

// settings takes every knob.
type settings struct{}

func (settings) Check(*casestudies.Case, map[string]string) error { return nil }
func (settings) Sketch(_ *casestudies.Case, line string) ([]string, map[string]string, error) {
	return catalog.Sketch("images", line)
}
func (settings) Mystery(*casestudies.Case, int64) string { return "none" }

func (settings) Better(string) int                 { return 1 }
func (settings) Faults(*casestudies.Case) []string { return nil }

// bench is a lab that reports progress, and then waits to be let go.
type bench struct {
	release chan struct{} // closed from the start unless a test holds it
	err     error
}

func (b *bench) Run(ctx context.Context, r rehearse.RunLab, progress func(report.Progress)) (rehearse.LabResult, error) {
	progress(report.Progress{What: "building the index", Done: 3, Of: 7})
	select {
	case <-b.release:
	case <-ctx.Done():
		return rehearse.LabResult{}, ctx.Err()
	}
	if b.err != nil {
		return rehearse.LabResult{}, b.err
	}
	out := rehearse.LabResult{Yours: sampleReport("Two stages keep 99% of NDCG@10"), Results: map[string]float64{}}
	other := sampleReport("The reference's own headline")
	other.Metrics["stage1_recall_at_k"] = 0.991
	out.Reference = other
	for id := range r.Predictions {
		out.Results[id] = 0.42
	}
	return out, nil
}

func (b *bench) XRay(_ context.Context, r rehearse.RunXRay) (report.XRay, error) {
	return report.XRay{
		Query: r.Query, Request: "a dark photo of a striped bag", ItemWords: "the striped bag", Rank1: 431, K: 200, Top: 20,
		Loss: report.LostByStageOne, Instead: "a dark shoe", Because: "both are dark", Pictures: []report.Picture{{Caption: "the photo", Image: image.NewGray(image.Rect(0, 0, 8, 8))}},
	}, nil
}

func sampleReport(headline string) *report.Step {
	return &report.Step{
		Step: "requirements", Headline: headline, Setup: report.Setup{World: "images", Items: 2000, Queries: 40, Quality: "ndcg_at_10"},
		Metrics: map[string]float64{"stage1_recall_at_k": 0.982, "quality": 0.731}, Timings: map[string]float64{"p99_ms": 1.15},
		Blocks: []report.Block{
			{Kind: report.Funnel, Title: "The funnel", Alt: "2,000 become 20.", Rows: []report.Row{{report.Text("corpus"), report.Num(2000)}, {report.Text("stage 1"), report.Num(200)}, {report.Text("stage 2"), report.Num(20)}}},
			{Kind: report.Lines, Title: "Recall by K", Alt: "It flattens.", Series: []report.Series{{Name: "hnsw", X: []float64{1, 2, 3}, Y: []float64{.5, .8, .9}}}},
		},
	}
}

// clock stands still unless moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// driver runs the root without a program: it performs commands and feeds back what they bring.
type driver struct {
	t     *testing.T
	root  *root
	store *memory
	lab   *bench
	clock *clock
	msgs  chan tea.Msg
	quit  bool
	w, h  int
}

type setup struct {
	theme string
	start Start
	saved []framework.Summary
	w, h  int
}

// visualSearch is read once: the tests open hundreds of sessions of it.
var visualSearch = sync.OnceValues(func() (*casestudies.Case, error) { return casestudies.Find("visual-search") })

func caseOf(t testing.TB) *casestudies.Case {
	t.Helper()
	c, err := visualSearch()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func drive(t *testing.T, s setup) *driver {
	t.Helper()
	th, err := draw.NewTheme(s.theme, true, termenv.TrueColor)
	if err != nil {
		t.Fatal(err)
	}
	open := make(chan struct{})
	close(open)
	d := &driver{
		t: t, store: &memory{}, lab: &bench{release: open},
		clock: &clock{t: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}, msgs: make(chan tea.Msg, 1000), w: s.w, h: s.h,
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	deps := rehearse.Deps{Coach: coach.New(), Knobs: settings{}, Clock: d.clock}
	o := Options{
		Cases: []*casestudies.Case{caseOf(t)}, Store: d.store, Clock: d.clock, Start: s.start,
		Sessions: func(context.Context) ([]framework.Summary, error) { return s.saved, nil },
		New: func(_ context.Context, c *casestudies.Case, step framework.StepID) (*rehearse.Session, rehearse.Outcome, error) {
			return rehearse.New(deps, rehearse.Options{ID: "s1", Case: c, Step: step, Seed: 1})
		},
		Resume: func(context.Context, string) (*rehearse.Session, rehearse.Outcome, error) {
			return rehearse.New(deps, rehearse.Options{ID: "s1", Case: caseOf(t)})
		},
		Read: func(context.Context, string) (*rehearse.Session, error) {
			return rehearse.Read(deps, framework.Log{ID: "s1", Events: d.store.Events("s1")})
		},
		Lab: func(*casestudies.Case) rehearse.Lab { return d.lab },
	}
	d.root = newRoot(ctx, o, th)
	d.run(d.root.Init())
	d.send(tea.WindowSizeMsg{Width: s.w, Height: s.h})
	return d
}

// run performs a command in the background, as a program does.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				d.run(c)
			}
		default:
			d.msgs <- msg
		}
	}()
}

func (d *driver) send(msg tea.Msg) {
	if _, ok := msg.(tea.QuitMsg); ok {
		d.quit = true
		return
	}
	_, cmd := d.root.Update(msg)
	d.run(cmd)
}

// until feeds messages back until the condition holds.
func (d *driver) until(what string, holds func() bool) {
	d.t.Helper()
	deadline := time.After(10 * time.Second)
	for !holds() {
		select {
		case msg := <-d.msgs:
			d.send(msg)
		case <-deadline:
			d.t.Fatalf("%s: it never came to that; the screen is\n%s", what, d.root.View())
		}
	}
}

func (d *driver) sees(text string) {
	d.t.Helper()
	d.until("seeing "+text, func() bool { return strings.Contains(plain(d.root.View()), text) })
}

func (d *driver) seesNot(text string) {
	d.t.Helper()
	if strings.Contains(plain(d.root.View()), text) {
		d.t.Errorf("%q is on the screen:\n%s", text, d.root.View())
	}
}

// press sends keys by name; type sends text as a keyboard does, one rune a key.
func (d *driver) press(keys ...string) {
	for _, k := range keys {
		d.send(keyOf(k))
	}
}

func (d *driver) write(text string) {
	for _, r := range text {
		switch r {
		case ' ':
			d.send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
		case '\n':
			d.send(tea.KeyMsg{Type: tea.KeyEnter})
		default:
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
	}
}

func keyOf(name string) tea.KeyMsg {
	types := map[string]tea.KeyType{
		"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"ctrl+c": tea.KeyCtrlC, "ctrl+_": tea.KeyCtrlUnderscore, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5,
		"f6": tea.KeyF6, "f7": tea.KeyF7, "f8": tea.KeyF8, "backspace": tea.KeyBackspace, "home": tea.KeyHome, "end": tea.KeyEnd,
		"pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp, "left": tea.KeyLeft, "right": tea.KeyRight, "ctrl+d": tea.KeyCtrlD,
		"ctrl+u": tea.KeyCtrlU, "ctrl+z": tea.KeyCtrlZ,
	}
	if typ, ok := types[name]; ok {
		return tea.KeyMsg{Type: typ}
	}
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// resize is a window that is dragged.
func (d *driver) resize(w, h int) {
	d.w, d.h = w, h
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
}

// practising opens a practice at a step.
func practising(t *testing.T, w, h int, step framework.StepID) *driver {
	t.Helper()
	d := drive(t, setup{theme: "dark", w: w, h: h, start: Start{Case: caseOf(t), Step: step}})
	d.sees("Brief")
	return d
}
