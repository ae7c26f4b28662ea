package lab

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"dryrun/framework"
	"dryrun/internal/problem"
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
	l, cfg := New(Options{Workers: 2}), small(t, Knobs{"ranker": "logistic"})
	p, err := l.pipeline(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	prob := *p.prob
	prob.Judge = wrongFirst()
	p.prob, p.base = &prob, &prob
	wrong := 0.0
	for _, step := range []framework.StepID{framework.Architecture, framework.Data, framework.Features, framework.Model, framework.Evaluation} {
		r := &run{lab: l, cfg: cfg, set: p.set, step: step, pipe: p, rep: newReport(cfg, p, step)}
		if err := r.measure(t.Context()); err != nil {
			t.Fatal(err)
		}
		experiment, _ := experimentOf(step)
		if err := experiment(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		wrong = 0
		for i, a := range r.m.answer {
			if prob.Truth.Grade(&p.requests.queries[i], a[0].Item) == 0 {
				wrong++
			}
		}
		n := float64(len(r.m.answer))
		if got := r.rep.Metrics["quality"]; got != wrong*wrong/(n*n) || got != r.rep.Metrics["wrong_first"] || r.rep.Setup.Quality != "wrong_first" {
			t.Errorf("%s: quality %v, wrong_first %v, named %q; want %v of %v wrong, squared", step, got, r.rep.Metrics["wrong_first"], r.rep.Setup.Quality, wrong, n)
		}
		text, err := json.Marshal(r.rep)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(string(text)), "ndcg") {
			t.Errorf("%s names NDCG, which nobody measured: metrics %v", step, slices.Sorted(maps.Keys(r.rep.Metrics)))
		}
		if step == framework.Architecture {
			if _, kept := r.rep.Metrics["quality_kept"]; kept {
				t.Error("a share of quality is kept of a measure of which less is better")
			}
			if r.rep.Metrics["ceiling_loss"] < 0 {
				t.Errorf("a perfect ranker loses %v by stage one's misses", r.rep.Metrics["ceiling_loss"])
			}
		}
	}
	if wrong == 0 {
		t.Error("no first candidate was wrong: the measure says nothing")
	}
}
