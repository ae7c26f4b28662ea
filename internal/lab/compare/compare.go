// Package compare compares two runs of one step. Two reports come in; for each metric comes out how far they differ, with a
// 95% interval over the units that both runs measured, and whether that is a difference at all.
package compare

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// How many resamples an interval rests on; of a statistic that looks at many rows per unit fewer are drawn.
const (
	resamples     = 1000
	slowResamples = 200
)

// leastTime is the share by which two timings must differ at least: two runs of one program differ by less on a machine that also
// does other things, whatever the requests of each say.
const leastTime = 0.1

// Steps compares what two runs of a step both report, the world's own measure under its name and once. Variants of a metric and
// bounds of intervals are left out.
func Steps(ctx context.Context, yours, other *report.Step) report.Comparison {
	c := report.Comparison{Step: yours.Step, Yours: "yours", Other: "the reference", Quality: yours.Setup.Quality}
	for _, numbers := range []map[string]float64{yours.Metrics, yours.Timings} {
		for _, id := range slices.Sorted(maps.Keys(numbers)) {
			_, both := value(other, id)
			if !both || id == "quality" && c.Quality != "" || strings.Contains(id, ".") || isBound(id, numbers) {
				continue
			}
			c.Verdicts = append(c.Verdicts, Metrics(ctx, yours, id, other, id))
		}
	}
	slices.SortStableFunc(c.Verdicts, func(a, b report.Verdict) int {
		return cmp.Or(cmp.Compare(order(c.Quality, a), order(c.Quality, b)), cmp.Compare(strength(b), strength(a)))
	})
	return c
}

// Metrics compares a metric of one run with a metric of the other, which may be the same run.
func Metrics(ctx context.Context, yours *report.Step, metric string, other *report.Step, otherMetric string) report.Verdict {
	v := report.Verdict{Metric: metric, Outcome: report.Incomparable}
	known, _ := catalog.MetricByID(metric)
	v.Timing = known.Timing && !known.Fact
	var mine, theirs bool
	v.Yours, mine = value(yours, metric)
	v.Other, theirs = value(other, otherMetric)
	if !mine || !theirs {
		v.Why = absent(yours, metric, mine, other, otherMetric)
		return v
	}
	v.Difference = v.Yours - v.Other
	a, hasA := yours.Samples[metric]
	b, hasB := other.Samples[otherMetric]
	switch {
	case known.Fact:
		v.Outcome = outcome(known.Direction, v.Difference, v.Difference, v.Difference)
	case hasA && hasB && a.Same == b.Same && a.N == b.N:
		judge(&v, known, paired(ctx, a, b, seed.Of(yours.Setup.Seed, "compare "+metric)), a)
	case hasA && hasB && v.Timing:
		judge(&v, known, apart(ctx, a, b, seed.Of(yours.Setup.Seed, "compare "+metric)), a)
	case hasA && hasB:
		v.Why = "the two runs measured different " + a.Unit
	case v.Timing && hasBounds(yours, metric) && hasBounds(other, otherMetric):
		judge(&v, known, ofBounds(v, yours, metric, other, otherMetric), report.Sample{})
	case v.Difference == 0:
		v.Outcome = report.Alike
	case v.Timing:
		v.Why = "each run timed it once"
	default:
		v.Why = "this number has no interval"
	}
	return v
}

// fewest is how many units an interval needs at least: the percentiles of resamples of fewer are too narrow.
const fewest = 10

// paired is the difference of two metrics over the same units, resampled together so that the noise that they share cancels.
func paired(ctx context.Context, a, b report.Sample, seed uint64) metrics.Interval {
	return metrics.BootstrapStat(ctx, a.N, draws(a, b), seed, func(idx []int) float64 { return a.Of(idx) - b.Of(idx) })
}

// apart is the difference of two metrics over units of their own.
func apart(ctx context.Context, a, b report.Sample, seed uint64) metrics.Interval {
	return metrics.BootstrapStat(ctx, a.N+b.N, draws(a, b), seed, func(idx []int) float64 {
		var ofA, ofB []int
		for _, i := range idx {
			if i < a.N {
				ofA = append(ofA, i)
			} else {
				ofB = append(ofB, i-a.N)
			}
		}
		return a.Of(ofA) - b.Of(ofB)
	})
}

func draws(a, b report.Sample) int {
	if a.Slow || b.Slow {
		return slowResamples
	}
	return resamples
}

// ofBounds is the difference of two timings that each have an interval: the intervals are independent, so that the squares of
// their half widths add.
func ofBounds(v report.Verdict, yours *report.Step, metric string, other *report.Step, otherMetric string) metrics.Interval {
	below := math.Hypot(v.Yours-yours.Timings[metric+"_lo"], other.Timings[otherMetric+"_hi"]-v.Other)
	above := math.Hypot(yours.Timings[metric+"_hi"]-v.Yours, v.Other-other.Timings[otherMetric+"_lo"])
	return metrics.Interval{Mean: v.Difference, Lo: v.Difference - below, Hi: v.Difference + above}
}

// judge sets the verdict by the interval of the difference.
func judge(v *report.Verdict, known catalog.Metric, i metrics.Interval, s report.Sample) {
	if s.N > 0 {
		v.Units = fmt.Sprintf("%s %s", report.Count(s.N), s.Unit)
	}
	switch {
	case v.Difference == 0 && i.Lo == 0 && i.Hi == 0:
		v.Outcome = report.Alike
		return
	case math.IsNaN(i.Lo) || math.IsNaN(i.Hi):
		v.Why = "there is too little to compute an interval from"
		return
	case s.N > 0 && s.N < fewest:
		v.Outcome, v.Why = report.CantTell, "only "+v.Units
		return
	}
	v.Lo, v.Hi, v.HasInterval = i.Lo, i.Hi, true
	v.Outcome = outcome(known.Direction, v.Difference, v.Lo, v.Hi)
	if v.Timing && math.Abs(v.Difference) < leastTime*max(math.Abs(v.Yours), math.Abs(v.Other)) {
		v.Outcome = report.CantTell
	}
}

// outcome is what a difference with its interval says; both ends are the difference itself where it is counted.
func outcome(d catalog.Direction, difference, lo, hi float64) report.Outcome {
	switch {
	case difference == 0 && lo == 0 && hi == 0:
		return report.Alike
	case lo <= 0 && hi >= 0:
		return report.CantTell
	case d == catalog.Neither:
		return report.Differs
	case (difference > 0) == (d == catalog.Higher):
		return report.Better
	}
	return report.Worse
}

// value is a metric or a timing of a report.
func value(r *report.Step, id string) (float64, bool) {
	if v, ok := r.Metrics[id]; ok {
		return v, true
	}
	v, ok := r.Timings[id]
	return v, ok
}

// absent says which run lacks a metric, and why where it says so.
func absent(yours *report.Step, metric string, mine bool, other *report.Step, otherMetric string) string {
	r, id, run := other, otherMetric, "the other run"
	if !mine {
		r, id, run = yours, metric, "your run"
	}
	for _, m := range r.Missing {
		if m.Metric == id {
			return fmt.Sprintf("%s lacks it: %s", run, m.Why)
		}
	}
	return run + " lacks it"
}

func hasBounds(r *report.Step, id string) bool {
	_, lo := r.Timings[id+"_lo"]
	_, hi := r.Timings[id+"_hi"]
	return lo && hi
}

// isBound says whether an id is a bound of another metric's interval.
func isBound(id string, numbers map[string]float64) bool {
	for _, end := range []string{"_lo", "_hi"} {
		if base, ok := strings.CutSuffix(id, end); ok {
			if _, known := numbers[base]; known {
				return true
			}
		}
	}
	return false
}

// order puts first the world's own measure and stage one's recall, then what is clear, then what can't be told.
func order(quality string, v report.Verdict) int {
	switch {
	case v.Metric == quality || v.Metric == "quality":
		return 0
	case v.Metric == "stage1_recall_at_k":
		return 1
	case v.IsClear():
		return 2
	case v.Outcome == report.CantTell:
		return 3
	case v.Outcome == report.Incomparable:
		return 4
	}
	return 5
}

// strength is how large a difference is against what it was measured by: half its interval, or the numbers themselves where
// they are counted.
func strength(v report.Verdict) float64 {
	if v.HasInterval {
		return math.Abs(v.Difference) / max((v.Hi-v.Lo)/2, 1e-12)
	}
	return math.Abs(v.Difference) / max(math.Abs(v.Yours), math.Abs(v.Other), 1e-12)
}
