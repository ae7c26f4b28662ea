package lab

import (
	"context"
	"fmt"

	"dryrun/internal/problem"
	"dryrun/internal/report"
)

// xrayDepth is how deep stage one's order is followed for an item that it didn't hand over.
const xrayDepth = 20_000

// XRay says where the best positive of test request query (0-based) was lost: never indexed, by stage one, by stage two,
// or not at all.
func (l *Lab) XRay(ctx context.Context, cfg Config, query int) (report.XRay, error) {
	p, err := l.pipeline(ctx, cfg, nil)
	if err != nil {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: %w", query+1, err)
	}
	if query < 0 || query >= len(p.requests.queries) {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: there are requests 1 to %d", query+1, len(p.requests.queries))
	}
	q := p.requests.queries[query]
	positives := p.prob.Truth.Positives(&q)
	if len(positives) == 0 {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: nothing in the corpus is relevant to it", query+1)
	}
	x := report.XRay{Query: query, Request: fmt.Sprintf("request %d", query+1), Item: positives[0].Item, ItemWords: fmt.Sprintf("item %d", positives[0].Item), K: p.set.k, Top: p.set.top}
	if look := p.prob.Look; look != nil {
		x.Request, x.ItemWords = look.Request(&q), look.Item(x.Item)
	}
	if err := p.trace(ctx, q, &x); err != nil {
		return report.XRay{}, fmt.Errorf("taking an x-ray of request %d: %w", query+1, err)
	}
	return x, nil
}

// trace follows the item through the stages.
func (p *pipeline) trace(ctx context.Context, q problem.Query, x *report.XRay) error {
	deep, err := p.first.Retrieve(ctx, q, min(max(xrayDepth, p.set.k), p.prob.Items), nil)
	if err != nil {
		return err
	}
	for i, c := range deep {
		if c.Item == x.Item {
			x.Rank1 = i + 1
		}
	}
	x.Indexed = x.Rank1 > 0 || p.indexed(x.Item)
	// Asked for K alone, an approximate search may find less than the first K of a deeper one: what it finds counts.
	cands, err := p.first.Retrieve(ctx, q, p.set.k, nil)
	if err != nil {
		return err
	}
	handed := false
	for _, c := range cands {
		handed = handed || c.Item == x.Item
	}
	if err := p.ranker.Rank(ctx, q, cands); err != nil {
		return err
	}
	if handed {
		for i, c := range cands {
			if c.Item == x.Item {
				x.Rank2 = i + 1
			}
		}
	}
	p.blame(&q, x, deep, cands)
	return nil
}

// indexed says whether stage one knows the item at all.
func (p *pipeline) indexed(item int32) bool {
	if some, ok := p.index.(interface{ Has(item int32) bool }); ok {
		return some.Has(item)
	}
	return true
}

// blame puts the loss into words and adds the pictures: the request, the item, and what came first instead.
func (p *pipeline) blame(q *problem.Query, x *report.XRay, deep, answer []problem.Candidate) {
	instead := int32(-1)
	switch {
	case !x.Indexed:
		x.LostBy, x.Why = "not indexed", "The item is not in the index: stage one can't find what it doesn't hold."
	case x.Rank2 == 0:
		x.LostBy = "stage one"
		x.Why = fmt.Sprintf("Stage one ranked it %s, outside K = %d.", ordinal(x.Rank1), x.K)
		if x.Rank1 == 0 {
			x.Why = fmt.Sprintf("Stage one doesn't find it in its first %s.", thousands(len(deep)))
		} else if x.Rank1 <= x.K {
			x.Why = fmt.Sprintf("A deeper search ranks it %s, but asked for K = %d the approximate search passes it by.", ordinal(x.Rank1), x.K)
		}
		if len(deep) > 0 {
			instead = deep[0].Item
		}
	case x.Rank2 > x.Top:
		x.LostBy = "stage two"
		x.Why = fmt.Sprintf("Stage one handed it over at place %d, and stage two put it at place %d, outside the first %d.", x.Rank1, x.Rank2, x.Top)
		instead = answer[0].Item
	default:
		x.LostBy = "not lost"
		x.Why = fmt.Sprintf("Stage one handed it over at place %d, and stage two put it at place %d.", x.Rank1, x.Rank2)
	}
	look := p.prob.Look
	if look == nil {
		return
	}
	if instead >= 0 {
		x.Why += " Its place went to " + look.Item(instead) + "."
		if why := look.Why(q, instead); why != "" {
			x.Why += " " + sentence(why)
		}
	}
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

// ordinal writes 1st, 2nd, 431st.
func ordinal(n int) string {
	if n == 0 {
		return "nowhere"
	}
	return report.Ordinal(n)
}

// sentence gives words a capital and a full stop.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	if c := words[0]; c >= 'a' && c <= 'z' {
		words = string(c-'a'+'A') + words[1:]
	}
	if last := words[len(words)-1]; last != '.' {
		words += "."
	}
	return words
}
