package serving

import (
	"context"
	"sync/atomic"
	"time"

	"dryrun/internal/lab/fault"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

// The index that changes is one over a sample of the corpus, because it is built twice: an index of 20,000 items takes over a
// second to build.
const (
	sampleMost    = 1500 // items, evenly spaced by age
	movedShare    = 0.2  // of the sample: the newest are inserted, the oldest are deleted
	changeBatches = 25   // inserts and deletes come in so many batches
	batchAnswers  = 4    // requests answered between two batches, at least
	quietRequests = 300  // timed and compared with a scan, at most
)

// changeable is an index that takes and drops items while it is searched. What it inserts is numbered on from what it holds.
type changeable interface {
	retrieval.Retriever
	Insert(ctx context.Context, rows []float32) (first int32, added int, err error)
	Delete(ids ...int32) error
}

// canChange says whether an index, or the one inside it where it is over a part of the items, is changeable.
func canChange(index retrieval.Index) bool {
	if part, ok := index.(*retrieval.Subset); ok {
		index = part.Inner()
	}
	_, ok := index.(changeable)
	return ok
}

// sample is some of the corpus, numbered from the oldest item on.
type sample struct {
	rows    []float32 // vectors, row-major
	dim     int
	items   int
	moved   int             // so many of the newest come, and of the oldest go
	queries []problem.Query // with filters by the sample's numbers
	k       int
}

// sample takes every n-th item of the corpus by age; where no age is known, a seeded order stands for it.
func (r run) sample() sample {
	p := r.Pipeline
	order := fault.OldestFirst(p.Learned, r.Seed("changes"))
	n := min(sampleMost, len(order))
	s := sample{dim: p.Embedding.Dim, items: n, moved: int(movedShare * float64(n)), k: p.Scenario.K}
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = order[i*len(order)/n]
		s.rows = append(s.rows, p.Embedding.Item(ids[i])...)
	}
	for _, q := range p.Requests.Queries {
		if f := q.Filter; !f.AllowsAll() {
			q.Filter = problem.Filter{Only: func(i int32) bool { return f.Allows(ids[i]) }}
		}
		s.queries = append(s.queries, q)
	}
	return s
}

// part is the vectors of the items from first to last-1.
func (s sample) part(first, last int) []float32 { return s.rows[first*s.dim : last*s.dim : last*s.dim] }

// live is an index over the items that are left after the changes, under the sample's numbers.
func (s sample) live(index retrieval.Index) retrieval.Index {
	ids := make([]int32, s.items-s.moved)
	for i := range ids {
		ids[i] = int32(s.moved + i)
	}
	return retrieval.NewSubset(index, ids)
}

// changes inserts the newest items into an index and deletes the oldest while it answers requests, and compares it with one
// built at once over the same items.
func (r run) changes(ctx context.Context) error {
	ids := []string{
		"changed_items", "recall_after_changes", "recall_after_changes_gap", "deleted_returned",
		"inserts_per_s", "deletes_per_s", "stage1_p99_changing_ms", "stage1_p99_quiet_ms",
	}
	if !canChange(r.Pipeline.Index.Index) {
		r.MissAll(rebuiltOnly, ids...)
		return nil
	}
	s := r.sample()
	if s.moved == 0 {
		r.MissAll(tooFewItems, ids...)
		return nil
	}
	built, err := r.Builder.IndexOver(ctx, r.Pipeline.Scenario, s.part(0, s.items-s.moved))
	if err != nil {
		return err
	}
	index, ok := built.(changeable)
	if !ok {
		r.MissAll(rebuiltOnly, ids...)
		return nil
	}
	r.Progress.Report("inserting and deleting while answering requests", 0, s.moved)
	during, err := s.change(ctx, index)
	if err != nil {
		return err
	}
	after, err := s.quiet(ctx, index)
	if err != nil {
		return err
	}
	fresh, err := r.Builder.IndexOver(ctx, r.Pipeline.Scenario, s.part(s.moved, s.items))
	if err != nil {
		return err
	}
	c, err := r.compare(ctx, s, after.found, s.live(fresh))
	if err != nil {
		return err
	}
	r.changed(s, during, after, c)
	return nil
}

// during is what came of changing an index while it answered requests.
type during struct {
	inserting, deleting time.Duration // in the calls, all together
	answers
}

// answers are the times of requests, how many of the items returned had been deleted before, and where that is kept, what was
// found.
type answers struct {
	ms       []float64
	returned int
	found    [][]problem.Candidate
}

// add counts the deleted items of an answer: those numbered below deleted.
func (a *answers) add(took time.Duration, found []problem.Candidate, deleted int32) {
	a.ms = append(a.ms, measure.Millis(took))
	for _, c := range found {
		if c.Item < deleted {
			a.returned++
		}
	}
}

// change inserts and deletes in batches while another goroutine answers the requests, over and over. A batch waits for a few
// answers, so that requests are met on one processor too.
func (s sample) change(ctx context.Context, index changeable) (out during, err error) {
	var deleted atomic.Int32 // items below it are gone
	stop, answered, done := make(chan struct{}), make(chan struct{}, batchAnswers), make(chan error, 1)
	go func() {
		defer close(answered)
		var buf []problem.Candidate
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			gone, began := deleted.Load(), time.Now()
			var err error
			if buf, err = index.Retrieve(ctx, s.queries[i%len(s.queries)], s.k, buf[:0]); err != nil {
				done <- err
				return
			}
			out.add(time.Since(began), buf, gone)
			select {
			case answered <- struct{}{}:
			default:
			}
		}
	}()
	old := s.items - s.moved
	for b := range changeBatches {
		for range batchAnswers {
			<-answered // closed where a request failed
		}
		from, to := b*s.moved/changeBatches, (b+1)*s.moved/changeBatches
		if err = out.batch(ctx, index, s.part(old+from, old+to), from, to); err != nil {
			break
		}
		deleted.Store(int32(to))
	}
	close(stop)
	if failed := <-done; failed != nil {
		err = failed
	}
	return out, err
}

// batch inserts rows and deletes the items from first to last-1.
func (d *during) batch(ctx context.Context, index changeable, rows []float32, first, last int) error {
	began := time.Now()
	if _, _, err := index.Insert(ctx, rows); err != nil {
		return err
	}
	inserted := time.Now()
	d.inserting += inserted.Sub(began)
	gone := make([]int32, 0, last-first)
	for i := first; i < last; i++ {
		gone = append(gone, int32(i))
	}
	if err := index.Delete(gone...); err != nil {
		return err
	}
	d.deleting += time.Since(inserted)
	return nil
}

// quiet answers requests by an index that nothing changes any more.
func (s sample) quiet(ctx context.Context, index retrieval.Retriever) (out answers, err error) {
	for _, q := range s.queries[:min(quietRequests, len(s.queries))] {
		began := time.Now()
		found, err := index.Retrieve(ctx, q, s.k, nil)
		if err != nil {
			return out, err
		}
		out.add(time.Since(began), found, int32(s.moved))
		out.found = append(out.found, found)
	}
	return out, nil
}

// compared is the recall of the index that changed, of one built at once, and the paired difference.
type compared struct{ changed, fresh, gap metrics.Interval }

// compare holds answers and those of an index built at once against an exact scan of the items that are left.
func (r run) compare(ctx context.Context, s sample, found [][]problem.Candidate, fresh retrieval.Retriever) (c compared, err error) {
	exact := s.live(retrieval.NewExact(s.part(s.moved, s.items), s.dim))
	changed, anew, gap := make([]float64, len(found)), make([]float64, len(found)), make([]float64, len(found))
	err = r.Builder.Each(ctx, len(found), func(i int) error {
		right, err := exact.Retrieve(ctx, s.queries[i], s.k, nil)
		if err != nil {
			return err
		}
		other, err := fresh.Retrieve(ctx, s.queries[i], s.k, nil)
		if err != nil {
			return err
		}
		changed[i], anew[i] = measure.ShareFound(right, found[i]), measure.ShareFound(right, other)
		gap[i] = changed[i] - anew[i]
		return nil
	})
	if err != nil {
		return c, err
	}
	return compared{
		r.Bootstrap(ctx, "recall after changes", changed), r.Bootstrap(ctx, "recall built at once", anew),
		r.Bootstrap(ctx, "recall after changes, paired", gap),
	}, nil
}

// changed reports the changes.
func (r run) changed(s sample, d during, after answers, c compared) {
	returned := d.returned + after.returned
	r.Metric("changed_items", float64(s.moved))
	r.Interval("recall_after_changes", c.changed)
	r.Interval("recall_after_changes_gap", c.gap)
	r.Metric("deleted_returned", float64(returned))
	r.Timing("inserts_per_s", float64(s.moved)/d.inserting.Seconds())
	r.Timing("deletes_per_s", float64(s.moved)/d.deleting.Seconds())
	r.Timing("stage1_p99_changing_ms", metrics.Quantile(d.ms, 0.99))
	r.Timing("stage1_p99_quiet_ms", metrics.Quantile(after.ms, 0.99))
	rows := []report.Row{
		{report.Text("items inserted, and as many deleted"), report.Count(s.moved)},
		{report.Text("share of a scan's first K found, changed in place"), measure.Number(c.changed)},
		{report.Text("share of a scan's first K found, built at once"), measure.Number(c.fresh)},
		{report.Text("difference, paired over requests"), measure.Difference(c.gap)},
		{report.Text("deleted items returned"), report.Count(returned)},
	}
	for _, t := range []struct{ id, words string }{
		{"inserts_per_s", "inserts"},
		{"deletes_per_s", "deletes"},
		{"stage1_p99_changing_ms", "p99 of a search while changing"},
		{"stage1_p99_quiet_ms", "p99 of a search while quiet"},
	} {
		if v, ok := r.Report.Timings[t.id]; ok {
			rows = append(rows, report.Row{report.Text(t.words), report.MetricValue(t.id, v)})
		}
	}
	r.Block(report.Block{
		Kind: report.Table, Title: "Inserting and deleting while answering requests", Columns: []string{"", "value"}, Rows: rows,
		Alt: changesAlt(s.moved, c.changed, c.gap, returned),
	})
}
