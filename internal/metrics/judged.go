package metrics

import (
	"context"
	"fmt"
	"math"
	"slices"

	"dryrun/internal/problem"
)

// NDCGAt judges answers by NDCG at cut; see NDCG.
func NDCGAt(cut int) problem.Judge {
	gradesOf := func(g problem.GroundTruth, candidates []problem.Candidate, into []uint8) []uint8 {
		for _, c := range candidates {
			into = append(into, g.Truth.Grade(g.Query, c.Item))
		}
		return into
	}
	outcome := func(g problem.GroundTruth, grades []uint8) problem.Outcome {
		ideal := make([]uint8, 0, 64)
		for _, p := range g.Positives[:min(cut, len(g.Positives))] { // best first
			ideal = append(ideal, p.Grade)
		}
		return problem.Outcome{Value: NDCG(grades, ideal, cut)}
	}
	return problem.Judge{
		Name: fmt.Sprintf("ndcg_at_%d", cut), Label: fmt.Sprintf("NDCG@%d", cut), Better: problem.Higher, Cut: cut,
		Answer: func(g problem.GroundTruth, answer []problem.Candidate) problem.Outcome {
			return outcome(g, gradesOf(g, answer[:min(cut, len(answer))], make([]uint8, 0, 64)))
		},
		Ideal: func(g problem.GroundTruth, candidates []problem.Candidate) problem.Outcome {
			grades := gradesOf(g, candidates, nil)
			slices.SortFunc(grades, func(a, b uint8) int { return int(b) - int(a) })
			return outcome(g, grades[:min(cut, len(grades))])
		},
	}
}

// Judged holds a judge's outcomes on a set of requests.
type Judged struct {
	Judge    *problem.Judge
	Outcomes []problem.Outcome
}

// Quality is the judge's metric over the whole set.
func (j Judged) Quality() float64 {
	if j.Judge.Over == nil {
		return mean(j.Values())
	}
	return j.Judge.Over(j.Outcomes, all(len(j.Outcomes)))
}

// Interval is the judge's metric with its interval over n resamples of the requests.
func (j Judged) Interval(ctx context.Context, n int, seed uint64) Interval {
	if j.Judge.Over == nil {
		return Bootstrap(ctx, j.Values(), n, seed)
	}
	return BootstrapStat(ctx, len(j.Outcomes), n, seed, func(idx []int) float64 { return j.Judge.Over(j.Outcomes, idx) })
}

// Gain is how much better j is than base on the same requests (positive is better whichever direction the judge's metric
// has), with its interval over paired resamples.
func (j Judged) Gain(ctx context.Context, base Judged, n int, seed uint64) Interval {
	better := j.Judge.Better
	if j.Judge.Over != nil {
		return BootstrapStat(ctx, len(j.Outcomes), n, seed, func(idx []int) float64 {
			return better.Gain(j.Judge.Over(j.Outcomes, idx), j.Judge.Over(base.Outcomes, idx))
		})
	}
	var gains []float64
	for i, o := range j.Outcomes {
		gains = append(gains, better.Gain(o.Value, base.Outcomes[i].Value))
	}
	return Bootstrap(ctx, Defined(gains), n, seed)
}

// Of is the judge's metric over the requests in idx, each as often as it is listed.
func (j Judged) Of(idx []int) float64 {
	if j.Judge.Over != nil {
		return j.Judge.Over(j.Outcomes, idx)
	}
	values := make([]float64, len(idx))
	for k, i := range idx {
		values[k] = j.Outcomes[i].Value
	}
	return Mean(values)
}

// Pick returns the outcomes of the requests in idx only.
func (j Judged) Pick(idx []int) Judged {
	out := Judged{Judge: j.Judge, Outcomes: make([]problem.Outcome, len(idx))}
	for k, i := range idx {
		out.Outcomes[k] = j.Outcomes[i]
	}
	return out
}

// Defined leaves out the requests that the judge has no outcome for: neither a value nor rows.
func (j Judged) Defined() Judged {
	out := Judged{Judge: j.Judge}
	for _, o := range j.Outcomes {
		if len(o.Rows) > 0 || !math.IsNaN(o.Value) && !math.IsInf(o.Value, 0) {
			out.Outcomes = append(out.Outcomes, o)
		}
	}
	return out
}

// Values is the quality of each single request, where it is defined.
func (j Judged) Values() []float64 {
	out := make([]float64, len(j.Outcomes))
	for i, o := range j.Outcomes {
		out[i] = o.Value
	}
	return Defined(out)
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func all(n int) []int {
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	return idx
}

// Found counts the positives among candidates: the candidates of at least the grade. Where several candidates may cover the
// same target (problem.OverlapTruth), it counts the targets that they cover.
func Found(g problem.GroundTruth, candidates []problem.Candidate, grade uint8) int {
	regions, ok := g.Truth.(problem.OverlapTruth)
	hits := 0
	var covered map[int]bool
	for _, c := range candidates {
		if g.Truth.Grade(g.Query, c.Item) < grade {
			continue
		}
		if ok {
			target, _ := regions.Overlap(g.Query, c.Item)
			if covered[target] {
				continue
			}
			if covered == nil {
				covered = map[int]bool{}
			}
			covered[target] = true
		}
		hits++
	}
	return hits
}
