// Package features runs the experiment of the features step: from raw content to numbers. Neighbors by raw content and by
// vector, what each encoder keeps at each dimension, what the ranker loses without each group of features, and what a group
// that arrives wrong costs.
package features

import (
	"context"
	"fmt"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/kind"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

type run struct{ *measure.Run }

// Run fills the report of a measured pipeline.
func Run(ctx context.Context, m *measure.Run) error {
	r := run{m}
	if err := r.encodings(ctx); err != nil {
		return err
	}
	if err := r.ablations(ctx); err != nil {
		return err
	}
	if err := r.fiveNearest(ctx); err != nil {
		return err
	}
	if r.Report.Headline == "" {
		r.Report.Headline = encoderHeadline(r.Settings.Encoder, r.Report.Metrics["stage1_recall_at_k"])
	}
	return nil
}

// encodingQueries is on how many requests encoders are compared, by exact scans.
const encodingQueries = 100

// encodings compares every encoder of the world at the dimension in force, and truncations where a shorter vector is a
// prefix of the longer one.
func (r run) encodings(ctx context.Context) error {
	p := r.Pipeline
	if p.Encoding == nil {
		r.Miss("encoder_recall_at_k", "the engine searches no vectors")
		return nil
	}
	n := min(encodingQueries, len(p.Requests.Queries))
	b := report.Block{
		Kind: report.Table, Title: fmt.Sprintf("Encoders, %d requests, exact scan", n),
		Columns: []string{"encoder", "dim", fmt.Sprintf("recall@%d", r.Settings.K), p.Problem.Judge.Label + " of its order", "MB"},
	}
	var words []string
	var shown []*kind.Encoding
	for _, id := range catalog.Offers(r.Config.World.Kind, "encoder") {
		code, err := r.Builder.Encoding(ctx, p.Scenario.WithEncoder(id, r.Settings.Dim, r.Settings.Epochs))
		if err != nil {
			return err
		}
		dims := []int{code.Embedding.Dim}
		if id == "pca" {
			dims = []int{8, 16, code.Embedding.Dim}
		}
		for _, dim := range dims {
			if dim > code.Embedding.Dim || dim == code.Embedding.Dim && dim != dims[len(dims)-1] {
				continue
			}
			recall, quality, err := r.searchedBy(ctx, code, dim)
			if err != nil {
				return err
			}
			mb := float64(4*dim*p.Problem.Items) / 1e6
			b.Rows = append(b.Rows, report.Row{report.ID(id), report.Count(dim), report.Num(recall), report.Num(quality), report.Num(mb)})
			r.Metric(fmt.Sprintf("encoder_recall_at_k.%s_%d", id, dim), recall)
			if dim == code.Embedding.Dim {
				words = append(words, fmt.Sprintf("%s finds %s with %d numbers", id, report.Num(recall), dim))
				shown = append(shown, code)
			}
		}
	}
	b.Alt = fmt.Sprintf("Of the positives at K = %d, %s.", r.Settings.K, report.Join(words))
	r.Block(b)
	return r.neighborsBy(ctx, shown)
}

// searchedBy searches exactly by the first dim numbers of an encoder's vectors.
func (r run) searchedBy(ctx context.Context, code *kind.Encoding, dim int) (recall, quality float64, err error) {
	p := r.Pipeline
	rows := code.Embedding.Items
	if dim < code.Embedding.Dim {
		rows = make([]float32, p.Problem.Items*dim)
		for i := range p.Problem.Items {
			row := rows[i*dim : (i+1)*dim]
			copy(row, code.Embedding.Item(int32(i)))
			measure.Unit(row)
		}
	}
	exact := retrieval.NewExact(rows, dim)
	encode := code.For(p.Problem)
	n := min(encodingQueries, len(p.Requests.Queries))
	recalls, order := make([]float64, n), metrics.Judged{Judge: &p.Problem.Judge, Outcomes: make([]problem.Outcome, n)}
	err = r.Builder.Each(ctx, n, func(i int) error {
		at := i * len(p.Requests.Queries) / n
		q := p.Requests.Queries[at]
		full := make([]float32, code.Embedding.Dim)
		encode(&q, full)
		q.Vec = full[:dim]
		measure.Unit(q.Vec)
		found, err := exact.Retrieve(ctx, q, r.Settings.K, nil)
		recalls[i], order.Outcomes[i] = p.Recall(at, found), p.Judge(at, found)
		return err
	})
	return metrics.Mean(recalls), order.Quality(), err
}

// neighborsBy shows one request's nearest items under each encoder.
func (r run) neighborsBy(ctx context.Context, codes []*kind.Encoding) error {
	p := r.Pipeline
	if p.Problem.Look == nil {
		return nil
	}
	q := p.Requests.Queries[min(1, len(p.Requests.Queries)-1)]
	asked := p.Problem.Look.RequestPicture(&q)
	if asked == nil {
		return nil
	}
	look := p.Problem.Look
	b := report.Block{
		Kind: report.Pictures, Title: "Nearest under each encoder",
		Pictures: []report.Picture{{Caption: look.Request(&q), Role: "query", Image: asked}},
	}
	var words []string
	for _, code := range codes {
		q.Vec = make([]float32, code.Embedding.Dim)
		code.For(p.Problem)(&q, q.Vec)
		found, err := retrieval.NewExact(code.Embedding.Items, code.Embedding.Dim).Retrieve(ctx, q, 3, nil)
		if err != nil {
			return err
		}
		hits := 0
		for _, c := range found {
			role := "miss"
			if p.Problem.Truth.Grade(&q, c.Item) > 0 {
				role = "hit"
				hits++
			}
			caption := code.Name + ": " + look.Item(c.Item)
			b.Pictures = append(b.Pictures, report.Picture{Caption: caption, Role: role, Image: look.ItemPicture(c.Item)})
		}
		words = append(words, fmt.Sprintf("%d of 3 by %s", hits, code.Name))
	}
	b.Alt = fmt.Sprintf("Of the three nearest to %s, relevant are %s.", look.Request(&q), report.Join(words))
	r.Block(b)
	return nil
}
