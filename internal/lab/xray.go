package lab

import (
	"context"
	"fmt"

	"dryrun/internal/lab/build"
	"dryrun/internal/lab/catalog"
	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// xrayDepth is how deep stage one's order is followed for an item that it didn't hand over.
const xrayDepth = 20_000

// XRay says where the best positive of test request query (0-based) was lost: never indexed, by stage one, by stage two,
// or not at all.
func (l *Lab) XRay(ctx context.Context, cfg catalog.Config, query int) (report.XRay, error) {
	p, err := l.pipeline(ctx, l.builder, cfg)
	if err != nil {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: %w", query+1, err)
	}
	if query < 0 || query >= len(p.Requests.Queries) {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: there are requests 1 to %d", query+1, len(p.Requests.Queries))
	}
	q := p.Requests.Queries[query]
	positives := p.Problem.Truth.Positives(&q)
	if len(positives) == 0 {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: nothing in the corpus is relevant to it", query+1)
	}
	x := report.XRay{
		Query: query, Request: fmt.Sprintf("request %d", query+1), K: p.Scenario.K, Top: p.Scenario.Top,
		Item: positives[0].Item, ItemWords: fmt.Sprintf("item %d", positives[0].Item),
	}
	if look := p.Problem.Look; look != nil {
		x.Request, x.ItemWords = look.Request(&q), look.Item(x.Item)
	}
	if err := trace(ctx, p, q, &x); err != nil {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: %w", query+1, err)
	}
	return x, nil
}

// trace follows the item through the stages.
func trace(ctx context.Context, p *build.Pipeline, q problem.Query, x *report.XRay) error {
	deep, err := p.Index.Retrieve(ctx, q, min(max(xrayDepth, p.Scenario.K), p.Problem.Items), nil)
	if err != nil {
		return err
	}
	for i, c := range deep {
		if c.Item == x.Item {
			x.Rank1 = i + 1
		}
	}
	x.Depth = len(deep)
	indexed := x.Rank1 > 0 || isIndexed(p, x.Item)
	// Asked for K alone, an approximate search may find less than the first K of a deeper one: what it finds counts.
	cands, err := p.Index.Retrieve(ctx, q, p.Scenario.K, nil)
	if err != nil {
		return err
	}
	handed := false
	for _, c := range cands {
		handed = handed || c.Item == x.Item
	}
	if err := p.Ranker.Rank(ctx, q, cands); err != nil {
		return err
	}
	if handed {
		for i, c := range cands {
			if c.Item == x.Item {
				x.Rank2 = i + 1
			}
		}
	}
	x.Loss = lossOf(x, indexed)
	if look := p.Problem.Look; look != nil {
		firstInstead(p, &q, x, deep, cands)
		addPictures(p, &q, x, cands)
	}
	return nil
}

// isIndexed says whether stage one knows the item at all.
func isIndexed(p *build.Pipeline, item int32) bool {
	if some, ok := p.Index.Index.(interface{ Has(item int32) bool }); ok {
		return some.Has(item)
	}
	return true
}

// lossOf says which part of the pipeline lost the item.
func lossOf(x *report.XRay, indexed bool) report.Loss {
	switch {
	case !indexed:
		return report.LostByIndex
	case x.Rank2 > x.Top:
		return report.LostByStageTwo
	case x.Rank2 > 0:
		return report.NotLost
	case x.Rank1 > 0 && x.Rank1 <= x.K:
		return report.LostBySearch
	}
	return report.LostByStageOne
}

// firstInstead says what the stage that lost the item put first, and why.
func firstInstead(p *build.Pipeline, q *problem.Query, x *report.XRay, deep, answer []problem.Candidate) {
	var first []problem.Candidate
	switch x.Loss {
	case report.LostByStageOne, report.LostBySearch:
		first = deep
	case report.LostByStageTwo:
		first = answer
	}
	if len(first) == 0 {
		return
	}
	item := first[0].Item
	x.WonBy, x.WonReason = p.Problem.Look.Item(item), p.Problem.Look.Why(q, item)
}

// addPictures adds the pictures of the request, the item, and what came first.
func addPictures(p *build.Pipeline, q *problem.Query, x *report.XRay, answer []problem.Candidate) {
	look := p.Problem.Look
	for _, pic := range []report.Picture{
		{Caption: x.Request, Role: "query", Image: look.RequestPicture(q)},
		{Caption: x.ItemWords, Role: "hit", Image: look.ItemPicture(x.Item)},
	} {
		if pic.Image != nil {
			x.Pictures = append(x.Pictures, pic)
		}
	}
	for _, c := range answer[:min(3, len(answer))] {
		if img := look.ItemPicture(c.Item); img != nil && c.Item != x.Item {
			x.Pictures = append(x.Pictures, report.Picture{Caption: look.Item(c.Item), Role: "miss", Image: img})
		}
	}
}
