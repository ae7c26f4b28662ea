package rehearse_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"dryrun/casestudies"
	"dryrun/framework"
	"dryrun/internal/coach"
	"dryrun/internal/rehearse"
	"dryrun/internal/report"
	"dryrun/internal/store/storetest"
)

// fakeClock is a clock that tests move.
type fakeClock struct{ t time.Time }

func (h *fakeClock) Now() time.Time          { return h.t }
func (h *fakeClock) advance(d time.Duration) { h.t = h.t.Add(d) }

// fakeKnobs accepts any knob but "broken", and has two faults.
type fakeKnobs struct{}

func (fakeKnobs) Check(_ *casestudies.Case, knobs map[string]string) error {
	for id, v := range knobs {
		if v == "broken" {
			return fmt.Errorf("knob %s can't be %s", id, v)
		}
	}
	return nil
}

// Sketch reads "a -> b k=200 -> engine=hnsw".
func (fakeKnobs) Sketch(_ *casestudies.Case, line string) ([]string, map[string]string, error) {
	knobs := map[string]string{}
	boxes := strings.Split(line, "->")
	if len(boxes) < 2 {
		return nil, nil, errors.New("a sketch needs an arrow")
	}
	for word := range strings.FieldsSeq(line) {
		if k, v, ok := strings.Cut(word, "="); ok {
			knobs[k] = v
		}
	}
	return boxes, knobs, nil
}
func (fakeKnobs) Mystery(*casestudies.Case, int64) string { return "stale-index" }

func (fakeKnobs) Faults(*casestudies.Case) []string { return []string{"leakage", "stale-index"} }

// fakeLab is a lab that finishes at once, with a speedup of 40 and a note of its knobs.
type fakeLab struct{ fails bool }

func (m fakeLab) Run(_ context.Context, r rehearse.RunLab, progress func(report.Progress)) (rehearse.LabResult, error) {
	progress(report.Progress{What: "running", Done: 1, Of: 1})
	if m.fails {
		return rehearse.LabResult{}, errors.New("it ran out of memory")
	}
	step := func(knobs map[string]string) *report.Step {
		return &report.Step{
			Step: string(r.Step), Headline: "Two stages keep the quality.", Setup: report.Setup{Queries: 400},
			Metrics: map[string]float64{"stage1_recall_at_k": 0.98}, Timings: map[string]float64{"speedup": 40},
			Blocks: []report.Block{{Kind: report.Note, Title: "Knobs", Text: fmt.Sprint(knobs), Alt: "the knobs"}},
		}
	}
	out := rehearse.LabResult{Yours: step(r.Yours), Results: map[string]float64{}}
	if !r.Same {
		out.Reference = step(r.Reference)
		out.Comparison = &report.Comparison{Yours: "yours", Other: "the reference", Verdicts: []report.Verdict{{Metric: "speedup"}}}
	}
	for _, d := range r.Decisions {
		out.Decisions = append(out.Decisions, rehearse.DecisionVerdict{
			Decision: d.Decision, Option: d.Option, Other: d.Other, Role: d.Role, Verdict: report.Verdict{Metric: d.Metric},
		})
	}
	for id := range r.Predictions {
		out.Results[id] = 40
	}
	return out, nil
}

func (fakeLab) XRay(_ context.Context, r rehearse.RunXRay) (report.XRay, error) {
	return report.XRay{
		Query: r.Query, Request: "a dark photo of a bag", Loss: report.LostByStageOne, Rank1: 431, K: 200,
		WonReason: "its nearest neighbor is a dark shoe",
	}, nil
}

// rehearsal is a session with its store, lab and clock.
type rehearsal struct {
	t      testing.TB
	s      *rehearse.Session
	clock  *fakeClock
	store  storetest.Store
	memory *storetest.Memory // the store, where it is in memory
	lab    fakeLab
	lines  []rehearse.Line
}

// shared is one coach for all tests, which compiles a case once.
var shared = coach.New()

func deps(c *fakeClock) rehearse.Deps {
	return rehearse.Deps{Coach: shared, Knobs: fakeKnobs{}, Clock: c}
}

func visualSearch(t testing.TB) *casestudies.Case {
	t.Helper()
	c, err := casestudies.Find("visual-search")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func begin(t testing.TB, o rehearse.Options) *rehearsal {
	t.Helper()
	shelf := &storetest.Memory{}
	x := beginIn(t, shelf, o)
	x.memory = shelf
	return x
}

// beginIn is begin with a store of the test's own.
func beginIn(t testing.TB, stored storetest.Store, o rehearse.Options) *rehearsal {
	t.Helper()
	o.ID, o.Seed = "s1", cmp.Or(o.Seed, 7)
	if o.Case == nil {
		o.Case = visualSearch(t)
	}
	x := &rehearsal{t: t, clock: &fakeClock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, store: stored}
	s, out, err := rehearse.New(deps(x.clock), o)
	if err != nil {
		t.Fatal(err)
	}
	x.s = s
	x.performAll(out)
	return x
}

func (x *rehearsal) performAll(out rehearse.Outcome) {
	x.t.Helper()
	x.lines = out.Lines
	heard := func(_ rehearse.Command, out rehearse.Outcome) { x.lines = append(x.lines, out.Lines...) }
	if err := rehearse.PerformAll(context.Background(), x.s, out.Effects, x.store, x.lab, nil, heard); err != nil {
		x.t.Fatal(err)
	}
}

// do executes commands that must succeed, ten seconds apart.
func (x *rehearsal) do(commands ...rehearse.Command) {
	x.t.Helper()
	for _, c := range commands {
		x.clock.advance(10 * time.Second)
		out, err := x.s.Do(c)
		if err != nil {
			x.t.Fatalf("%T %+v: %v", c, c, err)
		}
		x.performAll(out)
	}
}

// refused executes a command that must fail and change nothing.
func (x *rehearsal) refused(c rehearse.Command, because string) {
	x.t.Helper()
	before := asJSON(x.t, x.s.State())
	out, err := x.s.Do(c)
	if err == nil || !strings.Contains(err.Error(), because) {
		x.t.Fatalf("%T %+v: error %v, want one with %q", c, c, err, because)
	}
	if len(out.Lines)+len(out.Effects) > 0 || asJSON(x.t, x.s.State()) != before {
		x.t.Fatalf("%T was refused and changed something", c)
	}
}

func (x *rehearsal) transcript() string {
	var b strings.Builder
	for _, l := range x.lines {
		fmt.Fprintf(&b, "%s: %s\n", l.Who, l.Text)
	}
	return b.String()
}

func (x *rehearsal) wantLine(words string) {
	x.t.Helper()
	if !strings.Contains(x.transcript(), words) {
		x.t.Fatalf("nobody said %q, but:\n%s", words, x.transcript())
	}
}

// stored is the session as the store has it, last alive now.
func (x *rehearsal) stored() framework.Log {
	x.t.Helper()
	log, err := x.store.Session(context.Background(), "s1")
	if err != nil {
		x.t.Fatal(err)
	}
	log.Alive = x.clock.t
	return log
}

// checkFold checks that the stored log gives the state that the session has.
func (x *rehearsal) checkFold() {
	x.t.Helper()
	st, err := framework.Fold(x.memory.Events("s1"))
	if err != nil {
		x.t.Fatal(err)
	}
	if got, want := asJSON(x.t, x.s.State()), asJSON(x.t, st); got != want {
		x.t.Fatalf("the session's state isn't its log's:\n%s\n%s", got, want)
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
