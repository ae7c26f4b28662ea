package evaluation

import (
	"fmt"

	"dryrun/internal/lab/measure"
	"dryrun/internal/metrics"
	"dryrun/internal/report"
)

// unitOfTest is what an arm's intervals are over: where people have a history, a request can't be repeated, because what
// somebody was shown changes when they come back, what they have seen, and what they make of the next list.
func (a *audience) unitOfTest() string {
	if a.returning {
		return "people"
	}
	return "distinct requests"
}

// worth is what revenue is called: minutes where nothing is sold.
func (a *audience) worth() string {
	if a.returning {
		return "minutes watched"
	}
	return "revenue"
}

// goalWords names what a test launches on.
func (a *audience) goalWords() string {
	if a.returning {
		return "the share who return"
	}
	return "revenue a shopper"
}

// loop shows what each arm makes popular: the share of showings that the 1% of items most shown got, and how unequal the
// clicks are in the log that the arm leaves for the next model.
func (r run) loop(policies []measure.Policy, arms []arm) {
	if arms[0].exposure == nil {
		return
	}
	b := report.Block{
		Kind: report.Table, Title: "What each arm makes popular",
		Columns: []string{"ranker", "showings of the top 1%", "Gini of the clicks that it logged"},
	}
	var words []string
	before := len(r.Pipeline.Learned.Log.Impressions)
	for k, p := range policies {
		top := metrics.TopShare(arms[k].exposure)
		r.Metric("exposure_top_1pct."+measure.Variant(p.ID), top)
		row := report.Row{report.ID(p.ID), report.Text(report.Share(top).String()), report.Text("")}
		words = append(words, fmt.Sprintf("%s gives %s of its showings to 1%% of the items", p.ID, report.Share(top)))
		if left := arms[k].left; left != nil {
			clicks := make([]float64, r.Pipeline.Problem.Items)
			for _, im := range left.Impressions[before:] {
				clicks[im.Item] += float64(one(im.Clicked))
			}
			v := metrics.Gini(clicks)
			r.Metric("logged_gini."+measure.Variant(p.ID), v)
			row[2] = report.Num(v)
		}
		b.Rows = append(b.Rows, row)
	}
	b.Alt = fmt.Sprintf("Of the log that the next model learns from, %s.", report.Join(words))
	r.Block(b)
}
