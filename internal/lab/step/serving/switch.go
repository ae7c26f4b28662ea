package serving

import (
	"context"

	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

// A new version of an encoder keeps what is near and nothing else: its vectors lie in another basis. This experiment looks at
// stage one halfway through the change, when half of the corpus has been encoded again.

// between is an index halfway through a change of the encoder.
type between struct {
	items    func(i int32) bool // encoded by the new version
	requests bool               // encoded by the new version
	copies   float64            // of the index in memory
}

// ways are the words of the knob switch.
func ways() map[string]between {
	half := func(i int32) bool { return i%2 == 0 }
	none := func(int32) bool { return false }
	return map[string]between{
		catalog.SwitchBoth:  {none, false, 2}, // the second index fills, and nobody searches it before it is full
		catalog.SwitchQuery: {none, true, 1},
		catalog.SwitchPlace: {half, false, 1},
	}
}

// encoderSwitch reports stage one's recall during the change of an encoder, by how it goes live.
func (r run) encoderSwitch(ctx context.Context) error {
	p := r.Pipeline
	if p.Embedding == nil {
		r.MissAll("the engine searches no vectors, so that no encoder changes", "switch_recall_at_k", "switch_recall_gap", "switch_index_mb")
		return nil
	}
	b := report.Block{
		Kind: report.Table, Title: "Halfway through a change of the encoder, by an exact scan",
		Columns: []string{"how", "recall of stage one", "against before, paired", "index in MB"},
	}
	var before []float64
	for _, how := range catalog.Offers(r.Config.World.Kind, "switch") {
		way := ways()[how]
		recall, err := r.during(ctx, way)
		if err != nil {
			return err
		}
		if how == catalog.SwitchBoth {
			before = recall // both sides are old until both are new
		}
		now := r.Bootstrap(ctx, "switch", recall)
		gap := metrics.PairedBootstrap(ctx, metrics.Defined(before), metrics.Defined(recall), measure.Resamples, r.Seed("switch"))
		mb := way.copies * p.Embedding.MB
		b.Rows = append(b.Rows, report.Row{
			report.Text(how), measure.Number(now), report.Text(measure.Difference(gap).String()), report.Num(mb),
		})
		if how == r.Settings.Switch {
			r.Interval("switch_recall_at_k", now)
			r.SampleMean("switch_recall_at_k", recall)
			r.Interval("switch_recall_gap", gap)
			r.Metric("switch_index_mb", mb)
			b.Alt = switchAlt(how, now.Mean, metrics.Mean(metrics.Defined(before)), mb)
		}
	}
	r.Block(b)
	return nil
}

// during is each request's recall halfway through a change.
func (r run) during(ctx context.Context, way between) ([]float64, error) {
	p := r.Pipeline
	dim := p.Embedding.Dim
	plain := func(q *problem.Query, into []float32) { copy(into, q.Vec) }
	other := fault.ByID(catalog.EncoderMismatch).Encode(plain, dim)
	again := func(vec []float32) []float32 {
		out := make([]float32, dim)
		other(&problem.Query{Vec: vec}, out)
		return out
	}
	rows := make([]float32, len(p.Embedding.Items))
	copy(rows, p.Embedding.Items)
	for i := range int32(len(rows) / dim) {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if way.items(i) {
			copy(rows[int(i)*dim:], again(p.Embedding.Item(i)))
		}
	}
	index := retrieval.NewExact(rows, dim)
	out := make([]float64, min(len(p.Requests.Queries), switchRequests))
	err := r.Builder.Each(ctx, len(out), func(i int) error {
		q := p.Requests.Queries[i]
		if way.requests {
			q.Vec = again(q.Vec)
		}
		found, err := index.Retrieve(ctx, q, p.Scenario.K, nil)
		out[i] = p.Recall(i, found)
		return err
	})
	return out, err
}

// switchRequests is on how many requests a change is looked at.
const switchRequests = 400
