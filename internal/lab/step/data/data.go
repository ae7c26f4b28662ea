// Package data runs the experiment of the data step: what the log hides. How thin and skewed it is, how much of a click is its
// position, what each way to split it claims, and what a ranker learns from each source of negatives and each volume.
package data

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
	if r.Pipeline.Problem.Log == nil {
		r.withoutLog(ctx)
	} else {
		r.tail()
		r.positions()
		if err := r.splits(ctx); err != nil {
			return err
		}
		if err := r.policyOrder(ctx); err != nil {
			return err
		}
	}
	if err := r.historySplits(ctx); err != nil {
		return err
	}
	if err := r.photoSplits(ctx); err != nil {
		return err
	}
	return r.sources(ctx)
}

// TailMetrics are what Tail reports of every kind of data.
func TailMetrics() []string { return []string{"sparsity", "clicks_top_1pct", "gini"} }

// Tail reports what the step says of how thin and how skewed the data is, and nothing else: enough to prove what makes it more
// skewed.
func Tail(_ context.Context, m *measure.Run) error {
	run{m}.tail()
	return nil
}

// withoutLog describes labeled data, and lists what only a log could show.
func (r run) withoutLog(ctx context.Context) {
	if r.Pipeline.Problem.History == nil {
		r.MissAll("the data doesn't say who engaged with what", "sparsity", "clicks_top_1pct", "gini")
	} else {
		r.tail()
	}
	r.MissAll("the data has no log of what was shown", "ctr", "ctr_position_ratio", "claimed_auc", "claim_error",
		"policy_order_raw", "policy_order_corrected", "policy_order_true")
	if p := r.Pipeline.Problem; len(p.Labels) > 0 {
		counts := make([]int, len(p.Classes))
		for _, l := range p.Labels {
			counts[l]++
		}
		b := report.Block{Kind: report.Bars, Title: "Items by class", Unit: "items"}
		for c, n := range counts {
			b.Rows = append(b.Rows, report.Row{report.Text(p.Classes[c]), report.Count(n)})
		}
		small, large := slices.Min(counts), slices.Max(counts)
		b.Alt = fmt.Sprintf("%d classes hold between %d and %d items.", len(counts), small, large)
		r.Block(b)
		r.Metric("class_imbalance", float64(large)/math.Max(float64(small), 1))
	}
	if dup := r.duplicates(ctx); !math.IsNaN(dup) {
		r.Metric("duplicate_share", dup)
	}
	if notes := r.Pipeline.Problem.Notes; len(notes) > 0 {
		r.Note("From the files", fmt.Sprintf("Remarks on the files as they were read: %d.", len(notes)), strings.Join(notes, "\n\n"))
	}
}

// sameCosine is how near two raw pictures are when they are nearly the same.
const sameCosine = 0.995

// duplicates is the share of test requests whose raw content is nearly that of an item: pictures on both sides of the
// split. It is estimated from a few hundred requests and at most 20,000 items.
func (r run) duplicates(ctx context.Context) float64 {
	p := r.Pipeline.Problem
	if p.Inputs == nil {
		return math.NaN()
	}
	const most, items = 200, 20_000
	width := p.Inputs.Width()
	n, m := min(most, len(p.Test)), min(items, p.Items)
	corpus := make([]float32, m*width)
	if r.Builder.Each(ctx, m, func(i int) error {
		row := corpus[i*width : (i+1)*width]
		p.Inputs.Item(int32(i*(p.Items/m)), row)
		measure.Center(row)
		return nil
	}) != nil {
		return math.NaN()
	}
	same := make([]float64, n)
	if r.Builder.Each(ctx, n, func(i int) error {
		x := slices.Clone(r.Pipeline.Requests.Inputs[i])
		measure.Center(x)
		for j := range m {
			if measure.Dot(x, corpus[j*width:(j+1)*width]) > sameCosine {
				same[i] = 1
				break
			}
		}
		return nil
	}) != nil {
		return math.NaN()
	}
	return metrics.Mean(same)
}
