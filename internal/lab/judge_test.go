package lab

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/problem"
	"dryrun/internal/world"
)

// wrongFirst is a judge unlike NDCG: lower is better, and its number for a set of requests isn't their mean.
func wrongFirst() problem.Judge {
	first := func(g problem.GroundTruth, answer []problem.Candidate) problem.Outcome {
		row := problem.Row{Score: answer[0].Score, Class: 1}
		if g.Truth.Grade(g.Query, answer[0].Item) > 0 {
			row.Truth = 1
		}
		return problem.Outcome{Rows: []problem.Row{row}}
	}
	return problem.Judge{
		Name: "wrong_first", Label: "squared share of wrong firsts", Better: problem.Lower, Answer: first,
		Ideal: func(g problem.GroundTruth, candidates []problem.Candidate) problem.Outcome {
			for _, c := range candidates {
				if g.Truth.Grade(g.Query, c.Item) > 0 {
					return first(g, []problem.Candidate{c})
				}
			}
			return first(g, candidates)
		},
		Over: func(outcomes []problem.Outcome, idx []int) float64 {
			wrong := 0.0
			for _, i := range idx {
				if outcomes[i].Rows[0].Truth != 1 {
					wrong++
				}
			}
			return wrong * wrong / float64(len(idx)*len(idx))
		},
	}
}

func TestQualityIsWhateverTheWorldsJudgeSays(t *testing.T) {
	cfg := small(t, catalog.Knobs{"ranker": "logistic"})
	l := New(Options{})
	make := func(ctx context.Context, s problem.Spec, to problem.Progress) (*problem.Problem, error) {
		p, err := world.Make(ctx, s, to)
		if err == nil {
			p.Judge = wrongFirst()
		}
		return p, err
	}
	l.builder = build.New(build.Options{Workers: 2, Bytes: keptBytes, Make: make})
	p, err := l.pipeline(t.Context(), l.builder, cfg)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0.0
	judged := []framework.StepID{framework.Architecture, framework.Data, framework.Features, framework.Model, framework.Evaluation}
	for _, step := range judged {
		r, err := measure.New(t.Context(), l.builder, cfg, step, p)
		if err != nil {
			t.Fatal(err)
		}
		experiment, _ := experimentOf(step)
		if err := experiment(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		r.Finish()
		wrong = 0
		for i, a := range r.Results.Answers {
			if p.Problem.Truth.Grade(&p.Requests.Queries[i], a[0].Item) == 0 {
				wrong++
			}
		}
		n := float64(len(r.Results.Answers))
		got, named := r.Report.Metrics["quality"], r.Report.Setup.Quality
		if got != wrong*wrong/(n*n) || got != r.Report.Metrics["wrong_first"] || named != "wrong_first" {
			t.Errorf("%s: quality %v, named %q; want %v of %v wrong, squared", step, got, named, wrong, n)
		}
		text, err := json.Marshal(r.Report)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(string(text)), "ndcg") {
			t.Errorf("%s names NDCG, which nobody measured: metrics %v", step, slices.Sorted(maps.Keys(r.Report.Metrics)))
		}
		if step == framework.Architecture {
			if _, kept := r.Report.Metrics["quality_kept"]; kept {
				t.Error("a share of quality is kept of a measure of which less is better")
			}
			if r.Report.Metrics["ceiling_loss"] < 0 {
				t.Errorf("a perfect ranker loses %v by stage one's misses", r.Report.Metrics["ceiling_loss"])
			}
		}
	}
	if wrong == 0 {
		t.Error("no first candidate was wrong: the measure says nothing")
	}
}
