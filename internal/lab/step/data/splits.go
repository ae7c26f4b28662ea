package data

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/problem"
	"dryrun/internal/ranking"
	"dryrun/internal/ranking/trees"
	"dryrun/internal/report"
)

// splits trains one ranker on the log's clicks under each split and compares what the split claims with what the same
// ranker does on what came later.
func (r run) splits(ctx context.Context) error {
	log, err := r.Builder.LogRows(ctx, r.Pipeline.Scenario)
	if err != nil {
		return err
	}
	columns := r.Pipeline.Columns
	future := log.Select(log.IsLater, columns, build.Clicked)
	b := report.Block{
		Kind: report.Table, Title: "What each split claims for the same ranker",
		Columns: []string{"split", "claimed AUC", "AUC on what came later", "off by"},
	}
	var words []string
	for _, split := range catalog.Offers(r.Config.World.Kind, "split") {
		r.Progress.Report("training under a "+split+" split", 0, 0)
		held := heldOut(log.Impressions, r.Pipeline.Problem.Train, split, r.logFrom(), log.Later, rand.New(rand.NewPCG(r.Seed("split"), 1)))
		claimed, real, err := r.claim(ctx,
			log.Select(func(i int) bool { return held[i] == learned }, columns, build.Clicked),
			log.Select(func(i int) bool { return held[i] == validated }, columns, build.Clicked), future)
		if err != nil {
			return err
		}
		label := split
		if split == "user-time" && !r.usersReturn() {
			label += " (nobody returns: as global-time)"
		}
		off := math.Abs(claimed - real)
		r.Metric("claimed_auc."+measure.Variant(split), claimed)
		r.Metric("claim_error."+measure.Variant(split), off)
		if split == r.Settings.Split {
			r.Metric("claimed_auc", claimed)
			r.Metric("claim_error", off)
		}
		if math.IsNaN(off) {
			b.Rows = append(b.Rows, report.Row{report.Text(label), report.Text("too few are held out"), report.Text(""), report.Text("")})
			continue
		}
		difference := report.Text(report.Difference(claimed - real).String())
		b.Rows = append(b.Rows, report.Row{report.Text(label), report.Num(claimed), report.Num(real), difference})
		words = append(words, fmt.Sprintf("%s claims %s and gets %s", split, report.Num(claimed), report.Num(real)))
	}
	b.Alt = fmt.Sprintf("AUC of trees on the log's clicks: %s.", report.Join(words))
	r.Block(b)
	return nil
}

// usersReturn says whether requests name who asks.
func (r run) usersReturn() bool {
	return slices.ContainsFunc(r.Pipeline.Problem.Train, func(q problem.Query) bool { return q.User >= 0 })
}

// validatedShare of what may be learned from is validated on.
const validatedShare = 0.2

// What a split does with an impression.
type part uint8

const (
	unused part = iota
	learned
	validated
)

// heldOut parts the impressions of requests from to before until: at random by impression, by each user's time (the
// user's last request), at one moment for all, or there and with no item on both sides.
func heldOut(log []problem.Impression, asked []problem.Query, split string, from, until int32, rng *rand.Rand) []part {
	parts := make([]part, len(log))
	last := map[int32]int32{} // each user's last request
	first := until
	for _, im := range log {
		if im.Request >= from && im.Request < until {
			first = min(first, im.Request)
			last[asked[im.Request].User] = im.Request
		}
	}
	cut := until - int32(validatedShare*float64(until-first))
	for i, im := range log {
		if im.Request < from || im.Request >= until {
			continue
		}
		var held bool
		switch user := asked[im.Request].User; {
		case split == "random":
			held = rng.Float64() < validatedShare
		case split == "user-time" && user >= 0:
			held = last[user] == im.Request
		default:
			held = im.Request >= cut
		}
		parts[i] = learned
		if held {
			parts[i] = validated
		}
	}
	if split == catalog.ProductSplit {
		known := map[int32]bool{}
		for i, im := range log {
			known[im.Item] = known[im.Item] || parts[i] == learned
		}
		for i, im := range log {
			if parts[i] == validated && known[im.Item] {
				parts[i] = unused
			}
		}
	}
	return parts
}

// claim trains on train and returns its AUC on valid and on future.
func (r run) claim(ctx context.Context, train, valid, future *ranking.Dataset) (claimed, real float64, err error) {
	o := trees.Options{Objective: trees.Binary, Trees: 30, Leaves: 31, MinLeaf: 5, Workers: r.Builder.Workers()}
	model, err := trees.Train(ctx, train, nil, o, nil)
	if err != nil {
		return 0, 0, err
	}
	auc := func(d *ranking.Dataset) float64 {
		scores, labels := make([]float32, d.Rows()), make([]bool, d.Rows())
		model.Score(d.X, scores)
		for i, y := range d.Y {
			labels[i] = y > 0
		}
		return metrics.AUC(scores, labels)
	}
	return auc(valid), auc(future), nil
}
