package lab

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/cli/clitest"
	"dryrun/internal/cli/command"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/report"
)

func parse(t *testing.T, line string) (*options, error) {
	t.Helper()
	p, _, _ := clitest.Program()
	var ran clitest.Recorder[options]
	err := clitest.Parse(t, newCommand(p, ran.Run), line)
	return ran.Options, err
}

func TestFlagsBecomeTheOptionsOfARun(t *testing.T) {
	o, err := parse(t, "visual-search")
	if err != nil {
		t.Fatal(err)
	}
	if o.Case != "visual-search" || o.Step != "all" || o.Seed != 1 || o.JSON {
		t.Errorf("defaults: %+v", o)
	}
	if o.Fault != "" || o.Data != "" || len(o.Set) != 0 || o.Table != "" {
		t.Errorf("defaults: %+v", o)
	}
	o, err = parse(t, "x.yaml --step data --set k=5 --set engine=exact,hnsw --fault mystery --seed 7 "+
		"--data idx:p --json --milvus http://h --milvus-token s")
	if err != nil {
		t.Fatal(err)
	}
	if o.Case != "x.yaml" || o.Step != "data" || !slices.Equal(o.Set, []string{"k=5", "engine=exact,hnsw"}) || o.Data != "idx:p" {
		t.Errorf("%+v", o)
	}
	if o.Fault != "mystery" || o.Seed != 7 || !o.JSON || o.Milvus != "http://h" || o.MilvusToken != "s" {
		t.Errorf("%+v", o)
	}
}

func TestATableTakesTheFlagThatNamesItAndNoCase(t *testing.T) {
	for _, table := range []string{"knobs", "metrics", "faults"} {
		if o, err := parse(t, "--"+table); err != nil || o.Table != table {
			t.Errorf("--%s: %+v, %v", table, o, err)
		}
		if o, err := parse(t, "visual-search --"+table); err == nil || o != nil {
			t.Errorf("--%s runs with a case: %+v", table, o)
		}
	}
	for _, line := range []string{"", "a b", "--knobs --metrics"} {
		if o, err := parse(t, line); err == nil || o != nil {
			t.Errorf("%q runs: %+v", line, o)
		}
	}
}

// fake is a lab that notes what it is asked to run.
type fake struct {
	ran    []string
	closed error
}

func (f *fake) Run(_ context.Context, cfg catalog.Config, step framework.StepID, _ func(report.Progress)) (*report.Step, error) {
	f.ran = append(f.ran, string(step)+" "+cfg.Knobs["k"]+cfg.Fault)
	return &report.Step{Step: string(step)}, nil
}

func (f *fake) XRay(context.Context, catalog.Config, int) (report.XRay, error) {
	return report.XRay{}, nil
}

func (f *fake) Close() error { return f.closed }

func TestARunSetsTheKnobsAndTheFaultAndClosesTheLab(t *testing.T) {
	p, out, _ := clitest.Program()
	f := &fake{closed: errors.New("a collection stays on the server")}
	o := &options{
		IO: p.IO, Exporter: command.Exporter{JSON: true}, Clock: p.Clock, Case: "visual-search", Step: "arch", Set: []string{" k = 30 "},
		Fault: "stale", Seed: 1, Lab: func(command.EngineFlags) (command.Lab, error) { return f, nil },
	}
	if err := run(t.Context(), o); !errors.Is(err, f.closed) {
		t.Errorf("an error of closing the lab is lost: %v", err)
	}
	if !slices.Equal(f.ran, []string{"architecture 30stale-index"}) {
		t.Errorf("ran %q", f.ran)
	}
	for _, want := range []string{`"fault": "stale-index"`, `"metrics": {}`, `"missing": []`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
}

func TestTheTableOfKnobsSaysWhatEachTakes(t *testing.T) {
	p, out, _ := clitest.Program()
	if err := (&options{IO: p.IO, Table: "knobs"}).writeTable(); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(out.String()) {
		id, rest, _ := strings.Cut(line, " ")
		rows[id] = rest
	}
	for id, want := range map[string]string{
		"engine": "images: hnsw, ivfpq, exact; interactions: hnsw, ivfpq, exact, popularity, cooccurrence",
		"k":      "1 to 100000 (candidates", "loss": " lambdarank, logistic (",
		"encoder": "images: learned, frozen, pca, hog, color, raw; interactions: als",
	} {
		if !strings.Contains(rows[id], want) {
			t.Errorf("%s takes %q, want %q in it", id, rows[id], want)
		}
	}
}

func TestARunIsComparedWithTheCasesOwnSettingsWhereTheyDiffer(t *testing.T) {
	for set, want := range map[string][]string{"k=30": {"architecture 30", "architecture 200"}, "k=200": {"architecture 200"}} {
		p, out, _ := clitest.Program()
		f := &fake{}
		o := &options{
			IO: p.IO, Clock: p.Clock, Case: "visual-search", Step: "arch", Set: []string{set}, Seed: 1, Compare: true,
			Lab: func(command.EngineFlags) (command.Lab, error) { return f, nil },
		}
		if err := run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.ran, want) {
			t.Errorf("%s ran %q, want %q", set, f.ran, want)
		}
		words := "Both runs give the same 0 numbers"
		if len(want) == 1 {
			words = "nothing to compare"
		}
		if !strings.Contains(out.String(), words) {
			t.Errorf("%s: no %q in %s", set, words, out)
		}
	}
}
