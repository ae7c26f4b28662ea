package lab

import (
	"context"
	"fmt"

	"dryrun/internal/lab/seed"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/report"
	"dryrun/internal/retrieval"
)

// runFeatures goes from raw content to numbers: neighbours by raw content and by vector, what each encoder keeps at each
// dimension, what the ranker loses without each group of features, and what a group that arrives wrong costs.
func runFeatures(ctx context.Context, r *run) error {
	if err := r.encodings(ctx); err != nil {
		return err
	}
	if err := r.ablations(ctx); err != nil {
		return err
	}
	if err := r.fiveNearest(ctx); err != nil {
		return err
	}
	if r.rep.Headline == "" {
		r.rep.Headline = fmt.Sprintf("Under the encoder %s stage one finds %s of the positives", r.set.encoder, share(r.rep.Metrics["stage1_recall_at_k"]))
	}
	return nil
}

// encodingQueries is on how many requests encoders are compared, by exact scans.
const encodingQueries = 100

// encodings compares every encoder of the world at the dimension in force, and truncations where a shorter vector is a
// prefix of the longer one.
func (r *run) encodings(ctx context.Context) error {
	p := r.pipe
	if p.code == nil {
		r.miss("encoder_recall_at_k", "the engine searches no vectors")
		return nil
	}
	b := report.Block{Kind: report.Table, Title: fmt.Sprintf("Encoders, %d requests, exact scan", min(encodingQueries, len(p.requests.queries))), Columns: []string{"encoder", "dim", fmt.Sprintf("recall@%d", r.set.k), p.prob.Judge.Label + " of its order", "MB"}}
	var words []string
	var shown []*coded
	for _, e := range kindOf(r.cfg.World.Kind).encoders {
		code, err := r.lab.vectors(ctx, p.base, r.vectorsOf(e.id), r.tell)
		if err != nil {
			return err
		}
		dims := []int{code.emb.Dim}
		if e.id == "pca" {
			dims = []int{8, 16, code.emb.Dim}
		}
		for _, dim := range dims {
			if dim > code.emb.Dim || dim == code.emb.Dim && dim != dims[len(dims)-1] {
				continue
			}
			recall, quality, err := r.searchedBy(ctx, code, dim)
			if err != nil {
				return err
			}
			mb := float64(4*dim*p.prob.Items) / 1e6
			b.Rows = append(b.Rows, report.Row{report.ID(e.id), report.Count(dim), report.Num(recall), report.Num(quality), report.Num(mb)})
			r.metric(fmt.Sprintf("encoder_recall_at_k.%s_%d", e.id, dim), recall)
			if dim == code.emb.Dim {
				words = append(words, fmt.Sprintf("%s finds %s with %d numbers", e.id, report.Num(recall), dim))
				shown = append(shown, code)
			}
		}
	}
	b.Alt = fmt.Sprintf("Of the positives at K = %d, %s.", r.set.k, andList(words))
	r.block(b)
	return r.neighboursBy(ctx, shown)
}

// searchedBy searches exactly by the first dim numbers of an encoder's vectors.
func (r *run) searchedBy(ctx context.Context, code *coded, dim int) (recall, quality float64, err error) {
	p := r.pipe
	rows := code.emb.Items
	if dim < code.emb.Dim {
		rows = make([]float32, p.prob.Items*dim)
		for i := range p.prob.Items {
			row := rows[i*dim : (i+1)*dim]
			copy(row, code.emb.Item(int32(i)))
			unit(row)
		}
	}
	exact := retrieval.NewExact(rows, dim)
	encode := code.encoderOf(p.prob)
	n := min(encodingQueries, len(p.requests.queries))
	recalls, order := make([]float64, n), metrics.Judged{Judge: &p.prob.Judge, Outcomes: make([]problem.Outcome, n)}
	err = each(ctx, n, r.lab.workers, func(i int) error {
		at := i * len(p.requests.queries) / n
		q := p.requests.queries[at]
		full := make([]float32, code.emb.Dim)
		encode(&q, full)
		q.Vec = full[:dim]
		unit(q.Vec)
		found, err := exact.Retrieve(ctx, q, r.set.k, nil)
		recalls[i], order.Outcomes[i] = p.recallOf(at, found), p.judge(at, found)
		return err
	})
	return metrics.Mean(recalls), order.Quality(), err
}

// neighboursBy shows one request's nearest items under each encoder.
func (r *run) neighboursBy(ctx context.Context, codes []*coded) error {
	p := r.pipe
	if p.prob.Look == nil {
		return nil
	}
	q := p.requests.queries[min(1, len(p.requests.queries)-1)]
	asked := p.prob.Look.RequestPicture(&q)
	if asked == nil {
		return nil
	}
	b := report.Block{Kind: report.Pictures, Title: "Nearest under each encoder", Pictures: []report.Picture{{Caption: p.prob.Look.Request(&q), Role: "query", Image: asked}}}
	var words []string
	for _, code := range codes {
		q.Vec = make([]float32, code.emb.Dim)
		code.encoderOf(p.prob)(&q, q.Vec)
		found, err := retrieval.NewExact(code.emb.Items, code.emb.Dim).Retrieve(ctx, q, 3, nil)
		if err != nil {
			return err
		}
		hits := 0
		for _, c := range found {
			role := "miss"
			if p.prob.Truth.Grade(&q, c.Item) > 0 {
				role = "hit"
				hits++
			}
			b.Pictures = append(b.Pictures, report.Picture{Caption: code.name + ": " + p.prob.Look.Item(c.Item), Role: role, Image: p.prob.Look.ItemPicture(c.Item)})
		}
		words = append(words, fmt.Sprintf("%d of 3 by %s", hits, code.name))
	}
	b.Alt = fmt.Sprintf("Of the three nearest to %s, relevant are %s.", p.prob.Look.Request(&q), andList(words))
	r.block(b)
	return nil
}

// ablated is what the ranker loses without one group of features, paired over requests.
type ablated struct {
	group  problem.FeatureGroup
	loss   metrics.Interval // trained without it
	absent metrics.Interval // trained with it and served without: zeros, or nothing where it is the old system's
	tempts bool             // the ranker in force doesn't read it: it is measured against one that does
}

// Ablations compare on so many test requests, by a few trees each that learn faster: the order of the groups shows well
// before the last gain of quality does.
const (
	ablationRequests = 200
	ablationTrees    = 25
	ablationRate     = 0.2
)

// ablations trains the ranker again without each group, and serves the ranker in force with each group arriving as
// zeros. The old system's own numbers, which the ranker in force doesn't read, are tried the other way round.
func (r *run) ablations(ctx context.Context) error {
	p := r.pipe
	if p.prob.Pairs == nil {
		r.miss("group_loss", "the data has no features of pairs")
		return nil
	}
	type key struct {
		model modelKey
		asked requestsKey
		fault string
		k     int
	}
	all, err := once(ctx, r.lab.cache, key{p.key, p.asked, p.fault, r.set.k}, r.ablate)
	if err != nil {
		return err
	}
	b := report.Block{
		Kind: report.Table, Title: fmt.Sprintf("Without each group of features, %d requests, at most %d trees each", min(ablationRequests, len(r.m.stage1)), ablationTrees),
		Columns: []string{"group", "loss when trained without", "loss when absent at serving", "why it is there"},
	}
	var most, worst, tempting *ablated
	for i := range all {
		a := &all[i]
		r.interval("group_loss."+a.group.ID, a.loss)
		r.metric("skew_loss."+a.group.ID, a.absent.Mean)
		b.Rows = append(b.Rows, report.Row{report.ID(a.group.ID), report.Text(paired(a.loss)), report.Num(a.absent.Mean), report.Text(a.group.Why)})
		if a.tempts {
			tempting = a
			continue
		}
		if most == nil || a.loss.Mean > most.loss.Mean {
			most = a
		}
		if i > 0 && (worst == nil || a.absent.Mean > worst.absent.Mean) {
			worst = a // the first, similarity, is computed on the spot and can't arrive wrong
		}
	}
	if most == nil {
		return nil
	}
	b.Alt = fmt.Sprintf("The ranker loses most without %s (%s of %s).", most.group.ID, report.Num(most.loss.Mean), r.qualityName())
	if worst != nil {
		r.metric("skew_loss", worst.absent.Mean)
		b.Alt = fmt.Sprintf("The ranker loses most without %s (%s of %s); a group that arrives as zeros at serving costs %s for %s.", most.group.ID, report.Num(most.loss.Mean), r.qualityName(), report.Num(worst.absent.Mean), worst.group.ID)
		r.rep.Headline = fmt.Sprintf("Without %s the ranker loses %s of %s; %s arriving as zeros at serving would cost %s", most.group.ID, report.Num(most.loss.Mean), r.qualityName(), worst.group.ID, report.Num(worst.absent.Mean))
	}
	r.block(b)
	if tempting != nil {
		r.note("A group that only the log has",
			fmt.Sprintf("Offline %s seems worth %s of %s; served without it, the ranker that learned from it loses %s.", tempting.group.ID, report.Difference(tempting.loss.Mean), r.qualityName(), report.Num(tempting.absent.Mean)),
			fmt.Sprintf("With the group %s (%s) the ranker gains %s on the test requests, because the old system answered those too. A live request never met the old system, so the group is missing there: the same ranker then loses %s against having it, which leaves it %s one that never learned from it. The reference therefore leaves the group out; features=all puts it in.",
				tempting.group.ID, andList(tempting.group.Columns), between(tempting.loss), between(tempting.absent), against(tempting.loss.Mean-tempting.absent.Mean)))
	}
	return nil
}

// against says where a difference leaves something: 0.042 below.
func against(difference float64) string {
	if difference < 0 {
		return fmt.Sprintf("%s below", report.Num(-difference))
	}
	return fmt.Sprintf("%s above", report.Num(difference))
}

// ablate measures each group.
func (r *run) ablate(ctx context.Context) ([]ablated, error) {
	p := r.pipe
	test, err := r.matrix(ctx)
	if err != nil {
		return nil, err
	}
	test = test.first(ablationRequests)
	rows, err := r.lab.wholeRows(ctx, p, p.key, r.tell)
	if err != nil {
		return nil, err
	}
	full, err := r.lab.modelFrom(ctx, p, p.key.rows, r.kindOfModel(), r.set.loss, r.tell)
	if err != nil {
		return nil, err
	}
	served, err := r.answered(ctx, test, full, p.keep)
	if err != nil {
		return nil, err
	}
	base, _, err := r.shortly(ctx, test, rows, p.keep, "with every group")
	if err != nil {
		return nil, err
	}
	groups := p.prob.Pairs.Groups()
	var out []ablated
	for _, g := range groups {
		a := ablated{group: g, tempts: !p.keep.has(groups, g.ID)}
		other := p.keep.without(groups, g.ID)
		switch {
		case !a.tempts:
			gone, _, err := r.shortly(ctx, test, rows, other, "without "+g.ID)
			if err != nil {
				return nil, err
			}
			absent, err := r.answered(ctx, test, full, other)
			if err != nil {
				return nil, err
			}
			a.loss, a.absent = r.lost(ctx, gone, base), r.lost(ctx, absent, served)
		case g.ID == loggedGroup:
			told, model, err := r.shortly(ctx, test, rows, p.keep.with(groups, g.ID), "with "+g.ID)
			if err != nil {
				return nil, err
			}
			absent, err := r.answered(ctx, test.missing(groups, g.ID), model, p.keep.with(groups, g.ID))
			if err != nil {
				return nil, err
			}
			a.loss, a.absent = r.lost(ctx, base, told), r.lost(ctx, absent, told)
		default:
			continue // left out by the knob
		}
		out = append(out, a)
	}
	return out, ctx.Err()
}

// lost is how much quality less has than more, by the same requests.
func (r *run) lost(ctx context.Context, less, more metrics.Judged) metrics.Interval {
	return more.Gain(ctx, less, resamples, r.seed("ablation"))
}

// shortly trains a ranker of few trees without the blank columns, and returns what it does on the test requests.
func (r *run) shortly(ctx context.Context, test *matrix, rows *rows, blank columns, what string) (metrics.Judged, ranking.Model, error) {
	r.tell.say("training the ranker "+what, 0, 0)
	model, err := r.lab.trainSome(ctx, r.kindOfModel(), r.set.loss, ablationTrees, ablationRate, rows.clear(blank), seed.Of(r.pipe.base.Seed, "ranker"), nil)
	if err != nil {
		return metrics.Judged{}, nil, fmt.Errorf("training the ranker %s: %w", what, err)
	}
	quality, err := r.answered(ctx, test, model, blank)
	return quality, model, err
}

// answered is the quality of each test request when model orders the candidates without the blank columns.
func (r *run) answered(ctx context.Context, test *matrix, model ranking.Model, blank columns) (metrics.Judged, error) {
	answers, err := test.scored(ctx, model, blank, r.lab.workers)
	if err != nil {
		return metrics.Judged{}, err
	}
	return r.pipe.judged(answers), nil
}
